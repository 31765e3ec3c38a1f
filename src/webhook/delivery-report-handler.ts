import { createHash } from 'node:crypto';
import { callbackPathOf, type CallbackTarget, maskCallbackPath } from '../contract/callback-path.ts';
import type { DeliveryReport } from '../contract/delivery-report.ts';
import { type MessageKey, parseWorkflowId } from '../contract/identity.ts';
import type { CallbackAuth, Integration, Settings } from '../settings/index.ts';
import {
  parseCallback,
  readSignature,
  type SignatureRefusal,
  type SignatureVerification,
  verifyCallbackSignature,
} from '../sinch/index.ts';
import { withDeadline } from '../timing/index.ts';
import { methodNotAllowed, notFound, received, tooLarge, unauthenticated, unavailable } from './answers.ts';
import { authenticateHead } from './authenticate.ts';
import { type DecodedBody, decodeBody } from './decode-body.ts';
import {
  createObservers,
  type Observers,
  UNKNOWN_INTEGRATION,
  WEBHOOK_COUNTER,
  type WebhookCounters,
  type WebhookLog,
} from './observers.ts';
import { declaredLength, leaveUnread, type ReadBody, readBody } from './read-body.ts';
import type { ReportStore, UnmatchedReason } from './report-store.ts';
import { createTakenCallbacks } from './taken-callbacks.ts';
import { createUnprovenBodies } from './unproven-bodies.ts';

/** What became of a signal: taken, or the message has ended, or there is none. */
export type SignalResult = 'signalled' | 'closed' | 'unknown';

/**
 * Hands a report to its message.
 * @param requestId the same for the same report, so that Temporal may drop repeats.
 * @param signal ends the wait.
 * @throws on every failure of ours, a missing namespace included: only a workflow that was not found or has ended is
 * `unknown` or `closed`.
 */
export type SignalMessage = (
  workflowId: string,
  report: DeliveryReport,
  requestId: string,
  signal?: AbortSignal,
) => Promise<SignalResult>;

/** What the webhook works with. */
export interface DeliveryReportHandlerDeps {
  settings: Pick<Settings, 'integration'>;
  signalMessage: SignalMessage;
  /** Keeps what belongs to no open message. */
  reports: ReportStore;
  log?: WebhookLog;
  counters?: WebhookCounters;
  /** Milliseconds since 1970. @default Date.now */
  now?: () => number;
  /** Largest body, in bytes; a larger one is answered 413. @default DEFAULT_MAX_BODY_BYTES */
  maxBodyBytes?: number;
  /**
   * Time for one callback, in milliseconds, after which it is answered 503 and comes again.
   * @default DEFAULT_DEADLINE_MS
   */
  deadlineMs?: number;
  /**
   * Callbacks under way at once, 1 or more. One beyond them is answered 503 at once, unread, and comes again: so a flood
   * takes neither memory without bounds nor the time of those that are under way. Only what has proved that it comes from
   * Sinch counts. Of signed callbacks, whose body is the proof, as many bodies again are read at once; one beyond them has
   * the one that has been read the longest given up.
   * @default DEFAULT_MAX_CONCURRENT
   */
  maxConcurrent?: number;
}

/** Answers one callback. Never throws. */
export type DeliveryReportHandler = (request: Request, params: CallbackTarget) => Promise<Response>;

/** 1 MiB. A full batch report of 1,000 recipients has about 20 KB. */
export const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;

/** How long Sinch waits for an answer is not documented; its Voice product waits 5 s. */
export const DEFAULT_DEADLINE_MS = 4_000;

/** Enough for what a Temporal server takes in the time of one callback; more would only wait longer. */
export const DEFAULT_MAX_CONCURRENT = 256;

/** How often it is told at most that callbacks are turned away, in milliseconds: a flood must not fill the log. */
const TELL_OVERLOAD_MS = 10_000;

/**
 * The handler of Sinch's callbacks, from a web-standard request to its answer: method, declared size, integration,
 * authenticity, JSON, shape, signal. The body is read only once everything that needs none is in order; a signature is
 * made over its raw bytes. It answers 2xx once a report is with its message or kept, and 503 for every
 * failure of ours, after which Sinch repeats for almost a day.
 * @throws TypeError where an option is wrong.
 */
export function createDeliveryReportHandler(deps: DeliveryReportHandlerDeps): DeliveryReportHandler {
  const maxBodyBytes = positive('maxBodyBytes', deps.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES);
  const deadlineMs = positive('deadlineMs', deps.deadlineMs ?? DEFAULT_DEADLINE_MS);
  const maxConcurrent = positive('maxConcurrent', deps.maxConcurrent ?? DEFAULT_MAX_CONCURRENT);
  const now = deps.now ?? Date.now;
  const observers = createObservers(deps.log, deps.counters);
  let underWay = 0;
  let turnedAway = 0;
  let toldAt = -Infinity;
  const taken = createTakenCallbacks();
  const unprovenBodies = createUnprovenBodies(maxConcurrent);

  return async (request, params) => {
    const call: Call = { integrationLabel: UNKNOWN_INTEGRATION, isUnderWay: false };
    const response = await answer(call, request, params);
    observers.count(WEBHOOK_COUNTER.answers, {
      integrationId: call.integrationLabel,
      status: String(response.status),
    });
    return response;
  };

  async function answer(call: Call, request: Request, params: CallbackTarget): Promise<Response> {
    if (request.method !== 'POST') return methodNotAllowed(request.method);
    try {
      return await withDeadline(deadlineMs, (signal) => receive(call, request, params, signal));
    } catch (error) {
      observers.error(
        { integrationId: call.integrationLabel, err: error },
        'A Sinch callback could not be taken; it was answered 503 and Sinch will send it again.',
      );
      return unavailable();
    } finally {
      if (call.isUnderWay) underWay -= 1;
    }
  }

  async function turnAway(request: Request): Promise<Response> {
    turnedAway += 1;
    if (performance.now() - toldAt >= TELL_OVERLOAD_MS) {
      toldAt = performance.now();
      observers.warn(
        { maxConcurrent, turnedAway },
        'More callbacks came than can be under way at once; those beyond were answered 503 and Sinch will send them again.',
      );
      turnedAway = 0;
    }
    await leaveUnread(request);
    return unavailable();
  }

  async function receive(call: Call, request: Request, params: CallbackTarget, signal: AbortSignal): Promise<Response> {
    if (declaredLength(request) > maxBodyBytes) {
      await leaveUnread(request);
      return refuseLarge();
    }
    const integration = await deps.settings.integration(params.integrationId);
    signal.throwIfAborted();
    if (integration === undefined) {
      observers.warn(
        { path: maskCallbackPath(callbackPathOf(params)) },
        'A callback was refused with 404: its path names no integration. Sinch does not repeat it.',
      );
      await leaveUnread(request);
      return notFound();
    }
    call.integrationLabel = integration.id;

    const { callbackAuth } = integration;
    const head = authenticateHead(callbackAuth, {
      headers: request.headers,
      ...(params.secret === undefined ? {} : { secret: params.secret }),
    });
    if (!head.ok) {
      await leaveUnread(request);
      return refuseUnproven(integration, head.reason);
    }
    if (underWay >= maxConcurrent) return turnAway(request);
    if (callbackAuth.type !== 'hmac') {
      enter(call);
      const body = await readBody(request, maxBodyBytes, signal);
      if (body.kind !== 'read') return refuseUnread(integration, body.kind);
      // Only now: a stranger's body is not unpacked.
      const decoded = await decode(request, body.bytes);
      return take({ integration, request, rawBody: body.bytes, decoded, receivedMs: now() }, signal);
    }
    // The bytes that were signed are those before any compression, so unpacking belongs to the proof.
    const proof = await unprovenBodies.read(signal, async (until) =>
      prove(callbackAuth, request, await readBody(request, maxBodyBytes, until)),
    );
    if (proof === 'given_up') return turnAway(request);
    if (!proof.ok) {
      return isUnread(proof.reason)
        ? refuseUnread(integration, proof.reason)
        : refuseUnproven(integration, proof.reason);
    }
    // Others have come in meanwhile.
    if (underWay >= maxConcurrent) return turnAway(request);
    enter(call);
    return take({ integration, request, ...proof }, signal);
  }

  async function decode(request: Request, bytes: Uint8Array): Promise<DecodedBody> {
    return decodeBody(bytes, request.headers.get('content-encoding'), maxBodyBytes);
  }

  /** Whether a body is signed, as it came or as it was before somebody compressed it on its way. */
  async function prove(auth: HmacAuth, request: Request, body: ReadBody): Promise<Proof> {
    if (body.kind !== 'read') return { ok: false, reason: body.kind };
    // What was parsed and written anew may be signed by chance of its writing; that would work on some days only.
    if (body.form === 'parsed') return { ok: false, reason: 'not_raw' };
    const receivedMs = now();
    const verify = (rawBody: Uint8Array): SignatureVerification =>
      verifyCallbackSignature({
        rawBody,
        headers: request.headers,
        secrets: auth.secrets,
        ...(auth.toleranceMs === undefined ? {} : { toleranceMs: auth.toleranceMs }),
        now: receivedMs,
      });
    const asItCame = verify(body.bytes);
    if (!asItCame.ok && asItCame.reason !== 'wrong_signature') return asItCame;
    const decoded = await decode(request, body.bytes);
    if (asItCame.ok) return { ok: true, rawBody: body.bytes, decoded, receivedMs };
    switch (decoded.kind) {
      case 'decoded': {
        const unpacked = verify(decoded.bytes);
        if (!unpacked.ok) return unpacked;
        return { ok: true, rawBody: decoded.bytes, decoded, receivedMs };
      }
      case 'too_large':
        return { ok: false, reason: 'too_large' };
      case 'unknown_encoding':
        // Plain all the same, as by a header that names a character set: then it is simply not signed.
        return parseJson(body.bytes).ok ? asItCame : { ok: false, reason: 'encoded' };
      case 'as_it_came':
        return body.form === 'raw' ? asItCame : { ok: false, reason: 'not_raw' };
    }
  }

  /** Nothing may be awaited between the look whether there is room and this. */
  function enter(call: Call): void {
    call.isUnderWay = true;
    underWay += 1;
  }

  /** Of a body that is not to be had: for a reason of its host's, after which the callback has to come again. */
  function refuseUnread({ id, callbackAuth }: Integration, reason: UnreadReason): Response {
    if (reason === 'too_large') return refuseLarge();
    observers.error({ integrationId: id, callbackAuth: callbackAuth.type, reason }, UNREAD[reason]);
    return unavailable();
  }

  function refuseLarge(): Response {
    observers.warn({ maxBodyBytes }, 'A callback was refused: its body is larger than any that Sinch sends.');
    return tooLarge(maxBodyBytes);
  }

  function refuseUnproven({ id, callbackAuth }: Integration, reason: string): Response {
    const labels = { integrationId: id, reason };
    observers.count(WEBHOOK_COUNTER.unauthenticated, labels);
    observers.warn(
      labels,
      `A callback was refused: it did not prove that it comes from Sinch (${callbackAuth.type}). If it did, compare the secrets: Sinch does not repeat it.`,
    );
    return unauthenticated(callbackAuth.type === 'basic');
  }

  async function take(
    { integration, request, rawBody, decoded, receivedMs }: Authentic,
    signal: AbortSignal,
  ): Promise<Response> {
    const { callbackAuth } = integration;
    const toleranceMs = callbackAuth.type === 'hmac' ? callbackAuth.toleranceMs : undefined;
    const signed = { integrationId: integration.id, ...signedBy(request.headers) };
    if (toleranceMs !== undefined) {
      const seen = taken.look(signed, receivedMs);
      if (seen !== 'new') observers.count(WEBHOOK_COUNTER.replays, { integrationId: integration.id });
      // Not a refusal: Sinch may send a callback again as it was, when our answer did not reach it.
      if (seen === 'same') return received();
    }
    const content = decoded.kind === 'decoded' ? decoded.bytes : rawBody;
    // Kept it would be of no use to anybody; a proxy's configuration is mended within the day in which Sinch repeats.
    if (decoded.kind === 'unknown_encoding' && !parseJson(rawBody).ok) return refuseUnread(integration, 'encoded');
    await deliver({ integration, content, receivedAt: new Date(receivedMs).toISOString() }, signal);
    // Only now: one that failed has to be taken when it comes again. A timestamp may lie ahead as far as behind.
    if (toleranceMs !== undefined) taken.note(signed, receivedMs + 2 * toleranceMs);
    return received();
  }

  async function deliver(callback: Callback, signal: AbortSignal): Promise<void> {
    const { integration, content, receivedAt } = callback;
    const json = parseJson(content);
    const parsed = json.ok ? parseCallback(json.value, receivedAt) : { kind: 'unreadable' as const, why: json.why };
    switch (parsed.kind) {
      case 'inbound':
        return keepUnmatched(callback, 'inbound');
      case 'unreadable':
        return keepUnreadable(callback, parsed.why);
      case 'reports':
        break;
    }
    if (parsed.reports.length === 0) return keepUnreadable(callback, 'The report carries no status.');

    const hash = createHash('sha256').update(content).digest('hex');
    const kept = new Set<string>();
    for (const [index, { clientReference, report }] of parsed.reports.entries()) {
      signal.throwIfAborted();
      const key = clientReference === undefined ? undefined : parseWorkflowId(clientReference);
      const unmatched = async (reason: UnmatchedReason): Promise<void> => {
        // The whole body is kept, so once is enough for all its statuses.
        if (kept.has(`${reason} ${clientReference}`)) return;
        kept.add(`${reason} ${clientReference}`);
        await keepUnmatched(callback, reason, clientReference);
      };
      if (clientReference === undefined) {
        await unmatched('no_reference');
      } else if (key === undefined || key.projectId !== integration.projectId) {
        await unmatched('foreign_reference');
      } else {
        const requestId = parsed.reports.length === 1 ? `dlr:${hash}` : `dlr:${hash}:${index}`;
        const stamped = { ...report, integrationId: integration.id };
        const result = await deps.signalMessage(clientReference, stamped, requestId, signal);
        switch (result) {
          case 'signalled':
            count(observers, callback, 'signalled');
            break;
          case 'closed':
            await keepLate(callback, key, stamped);
            break;
          case 'unknown':
            await unmatched('unknown_message');
            break;
          default:
            throw new TypeError(`signalMessage answered ${JSON.stringify(result)}, which is not a SignalResult.`);
        }
      }
    }
  }

  async function keepLate(callback: Callback, key: MessageKey, report: DeliveryReport): Promise<void> {
    const kept = await deps.reports.keepLate({
      integrationId: callback.integration.id,
      projectId: key.projectId,
      messageId: key.messageId,
      report,
      rawBody: callback.content,
      receivedAt: callback.receivedAt,
    });
    count(observers, callback, kept === 'repeat' ? 'repeat' : 'late');
  }

  async function keepUnmatched(callback: Callback, reason: UnmatchedReason, clientReference?: string): Promise<void> {
    await deps.reports.keepUnmatched({
      integrationId: callback.integration.id,
      ...(clientReference === undefined ? {} : { clientReference }),
      reason,
      rawBody: callback.content,
      receivedAt: callback.receivedAt,
    });
    count(observers, callback, reason);
  }

  async function keepUnreadable(callback: Callback, why: string): Promise<void> {
    await deps.reports.keepUnreadable({
      integrationId: callback.integration.id,
      why,
      rawBody: callback.content,
      receivedAt: callback.receivedAt,
    });
    count(observers, callback, 'unreadable');
    observers.warn(
      { integrationId: callback.integration.id, why },
      'An authentic callback could not be read; it is kept.',
    );
  }
}

/** Of a callback whose signature was verified, so both are there. */
function signedBy(headers: Headers): { nonce: string; signature: string } {
  const signed = readSignature(headers);
  return signed.ok ? signed : { nonce: '', signature: '' };
}

type HmacAuth = Extract<CallbackAuth, { type: 'hmac' }>;

/** Why a body could not be had, or not as it was signed. */
type UnreadReason = 'too_large' | keyof typeof UNREAD;

const AGAIN = 'It was answered 503, and Sinch will send it again.';

/** What is told of those for which the host is to blame, and what to do. */
const UNREAD = {
  gone: `A callback's body had been read before it reached the webhook, by a body parser such as express.json() or that of Fastify. ${AGAIN} Mount the webhook before the body parser, or let the parser keep the raw bytes: express.raw(), or rawBody.`,
  not_raw: `A body parser such as express.json() had read a callback's body before it reached the webhook, and a signature is made over the raw bytes, which it did not keep. ${AGAIN} Mount the webhook before the body parser, or let the parser keep the raw bytes: express.raw(), or rawBody.`,
  encoded: `A callback's body is compressed in a way that nobody here can read, as its header content-encoding says. ${AGAIN} Let the proxy in front pass bodies as they are, or use gzip, deflate or br (zstd from Node.js 22.15 on).`,
} as const;

function isUnread(reason: string): reason is UnreadReason {
  return reason === 'too_large' || Object.hasOwn(UNREAD, reason);
}

/** Whether a body is signed: its bytes as they were signed, and without compression. */
type Proof =
  | { ok: true; rawBody: Uint8Array; decoded: DecodedBody; receivedMs: number }
  | { ok: false; reason: UnreadReason | SignatureRefusal };

/** What is known of a request by the time it is answered. */
interface Call {
  integrationLabel: string;
  /** Whether it takes one of the places of those that have proved themselves. */
  isUnderWay: boolean;
}

/** A request that has proved itself, and its body. */
interface Authentic {
  integration: Integration;
  request: Request;
  /** As it was authenticated. */
  rawBody: Uint8Array;
  decoded: DecodedBody;
  /** Milliseconds since 1970. */
  receivedMs: number;
}

/** An authentic callback. */
interface Callback {
  integration: Integration;
  /** The body without the compression of its way, which is also what is kept: erasing looks into it. */
  content: Uint8Array;
  receivedAt: string;
}

function count(
  observers: Observers,
  callback: Callback,
  outcome: 'signalled' | 'late' | 'repeat' | 'unreadable' | UnmatchedReason,
): void {
  observers.count(WEBHOOK_COUNTER.callbacks, { integrationId: callback.integration.id, outcome });
}

function parseJson(content: Uint8Array): { ok: true; value: unknown } | { ok: false; why: string } {
  if (content.byteLength === 0) return { ok: false, why: 'The body is empty.' };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return { ok: false, why: 'The body is not UTF-8.' };
  }
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    // The parser's own words quote the body.
    return { ok: false, why: 'The body is not JSON.' };
  }
}

function positive(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new TypeError(`createDeliveryReportHandler: ${option} has to be a whole number above 0, received ${value}.`);
}
