import { createHash } from 'node:crypto';
import type { CallbackTarget } from '../contract/callback-path.ts';
import type { DeliveryReport } from '../contract/delivery-report.ts';
import { type MessageKey, parseWorkflowId } from '../contract/identity.ts';
import type { Integration, Settings } from '../settings/index.ts';
import { parseCallback, SIGNATURE_HEADERS, verifyCallbackSignature } from '../sinch/index.ts';
import { withDeadline } from '../timing/index.ts';
import { methodNotAllowed, notFound, received, tooLarge, unauthenticated, unavailable } from './answers.ts';
import { authenticateHead } from './authenticate.ts';
import { decodeBody } from './decode-body.ts';
import {
  createObservers,
  type Observers,
  UNKNOWN_INTEGRATION,
  WEBHOOK_COUNTER,
  type WebhookCounters,
  type WebhookLog,
} from './observers.ts';
import { declaredLength, leaveUnread, readBody } from './read-body.ts';
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
      observers.warn({}, 'A callback was refused: its path names no integration.');
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
    const read = async (until: AbortSignal): Promise<Uint8Array | undefined> => readBody(request, maxBodyBytes, until);
    if (callbackAuth.type !== 'hmac') {
      enter(call);
      const rawBody = await read(signal);
      return rawBody === undefined ? refuseLarge() : take({ integration, request, rawBody, receivedMs: now() }, signal);
    }
    const rawBody = await unprovenBodies.read(signal, read);
    if (rawBody === 'given_up') return turnAway(request);
    if (rawBody === undefined) return refuseLarge();
    const receivedMs = now();
    const signature = verifyCallbackSignature({
      rawBody,
      headers: request.headers,
      secrets: callbackAuth.secrets,
      ...(callbackAuth.toleranceMs === undefined ? {} : { toleranceMs: callbackAuth.toleranceMs }),
      now: receivedMs,
    });
    if (!signature.ok) return refuseUnproven(integration, signature.reason);
    // Others have come in meanwhile.
    if (underWay >= maxConcurrent) return turnAway(request);
    enter(call);
    return take({ integration, request, rawBody, receivedMs }, signal);
  }

  /** Nothing may be awaited between the look whether there is room and this. */
  function enter(call: Call): void {
    call.isUnderWay = true;
    underWay += 1;
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
    { integration, request, rawBody, receivedMs }: Authentic,
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
    // Only now: a stranger's body is not unpacked.
    const content = await decodeBody(rawBody, request.headers.get('content-encoding'), maxBodyBytes);
    await deliver({ integration, rawBody, content, receivedAt: new Date(receivedMs).toISOString() }, signal);
    // Only now: one that failed has to be taken when it comes again. A timestamp may lie ahead as far as behind.
    if (toleranceMs !== undefined) taken.note(signed, receivedMs + 2 * toleranceMs);
    return received();
  }

  async function deliver(callback: Callback, signal: AbortSignal): Promise<void> {
    const { integration, rawBody, content, receivedAt } = callback;
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

    const hash = createHash('sha256').update(rawBody).digest('hex');
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
      rawBody: callback.rawBody,
      receivedAt: callback.receivedAt,
    });
    count(observers, callback, kept === 'repeat' ? 'repeat' : 'late');
  }

  async function keepUnmatched(callback: Callback, reason: UnmatchedReason, clientReference?: string): Promise<void> {
    await deps.reports.keepUnmatched({
      integrationId: callback.integration.id,
      ...(clientReference === undefined ? {} : { clientReference }),
      reason,
      rawBody: callback.rawBody,
      receivedAt: callback.receivedAt,
    });
    count(observers, callback, reason);
  }

  async function keepUnreadable(callback: Callback, why: string): Promise<void> {
    await deps.reports.keepUnreadable({
      integrationId: callback.integration.id,
      why,
      rawBody: callback.rawBody,
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
  return {
    nonce: headers.get(SIGNATURE_HEADERS.nonce) ?? '',
    signature: headers.get(SIGNATURE_HEADERS.signature) ?? '',
  };
}

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
  rawBody: Uint8Array;
  /** Milliseconds since 1970. */
  receivedMs: number;
}

/** An authentic callback. */
interface Callback {
  integration: Integration;
  /** As it came: what is authenticated, and what is kept. */
  rawBody: Uint8Array;
  /** The body without the compression of its way. */
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
