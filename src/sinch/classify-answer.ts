import type { NOT_SINCH, Refusal } from '../contract/send-outcome.ts';
import { HOST_NOT_ALLOWED, ProxyError } from '../hosts/index.ts';
import { readBatchAnswer, type SentMessage } from './batch-answer.ts';
import type { SubmitOutcome } from './client.ts';
import { isFrameworkError, isPage, isSinchsWord, parseJson, readErrorText } from './error-text.ts';
import type { AnswerHeaders } from './exchange.ts';
import { parseRetryAfter } from './retry-after.ts';
import { dryRunAnswer } from './schemas.ts';
import { describeStranger } from './stranger.ts';

/** An answer to POST /batches. */
export interface Answer {
  status: number;
  /** The header as it came. */
  retryAfter?: string | undefined;
  /** All headers, which tell who gave the answer. @default none */
  headers?: AnswerHeaders;
  /** As much of it as came. */
  body: string;
  /** Whether all of it came. @default true */
  complete?: boolean;
  /** Milliseconds since 1970. */
  now: number;
}

/** The codes of a 403 that concern the account and not the message (Status codes, "403"). */
const ACCOUNT_CODES: ReadonlySet<string> = new Set(['blocked_account', 'missing_callback_url']);

/** Statuses that a proxy gives for itself, whatever the body says (RFC 9110, 15.5.8 and 15.5.20; RFC 6585, 6). */
const OF_A_PROXY: ReadonlySet<number> = new Set([407, 421, 511]);

const ADVICE_FOR_THE_PATH = 'Sinch has no such path: check base URL and service plan id of the integration';

/** Sinch's statuses that blame the integration, and what to do about them where they come without a word. */
const ADVICE: Readonly<Record<number, string>> = {
  401: 'Sinch does not take the API token for this service plan: check plan id, token and region of the integration',
  404: ADVICE_FOR_THE_PATH,
  405: 'The host does not take batches there: check base URL and service plan id of the integration',
  415: 'The host does not take JSON: check the base URL of the integration',
};

/**
 * A 503 of Envoy or Varnish that had passed the request on and lost the answer: unlike Sinch's own, it does not say that
 * nothing was taken. Where no connection came about, Envoy says that too.
 */
const PASSED_ON_AND_LOST = /disconnect\/reset before headers|backend fetch failed|upstream request timeout/i;
const NEVER_PASSED_ON = /connection failure|connection timeout|overflow/i;

/**
 * What an answer to POST /batches means. Every status has a meaning, those that Sinch does not document too. Only Sinch's
 * own word accepts a message, and only its own word refuses one: all else is somebody's between it and us.
 */
export function classifyAnswer(answer: Answer, sent: SentMessage): SubmitOutcome {
  const { status, body, now } = answer;
  if (status >= 200 && status < 300) {
    const read = readBatchAnswer(answer, sent);
    if (read.kind === 'other') return { kind: 'unknown', ...ofStranger(answer) };
    const at = new Date(now).toISOString();
    return { kind: 'accepted', at, ...(read.kind === 'batch' ? { batchId: read.batchId } : {}) };
  }
  if (status >= 300 && status < 400) {
    return {
      kind: 'integration_fault',
      statusCode: status,
      error: 'redirected',
      comment: 'The answer was a redirect, which is not followed: check the base URL of the integration',
    };
  }
  const refusal = refusalIn(answer);
  if (status === 408) return { kind: 'unknown', ...refusal };
  if (status === 503 && PASSED_ON_AND_LOST.test(body) && !NEVER_PASSED_ON.test(body)) {
    return { kind: 'unknown', ...refusal };
  }
  if (status === 429 || status === 503) {
    const retryAfterMs = parseRetryAfter(answer.retryAfter, now);
    return { kind: 'not_accepted', ...refusal, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
  if (status >= 500) return { kind: 'unknown', ...refusal };
  if (isStrangers(answer)) return { kind: 'integration_fault', ...ofStranger(answer) };
  if (status in ADVICE || !isSinchsWord(body)) {
    const { error, ...said } = { comment: ADVICE[status] ?? ADVICE_FOR_THE_PATH, ...refusal };
    // A code that is no word of Sinch's would be looked for among Sinch's.
    return { kind: 'integration_fault', ...said, ...(error !== undefined && isSinchsWord(body) ? { error } : {}) };
  }
  const isAccounts = status === 403 && ACCOUNT_CODES.has(refusal.error ?? '');
  return { kind: isAccounts ? 'integration_fault' : 'refused', ...refusal };
}

/** What a dry run came to: as a send, but that nobody has a message by it, and that its 2xx has another body. */
export function classifyDryRun(answer: Answer, sent: SentMessage): SubmitOutcome {
  const { status, body, now } = answer;
  if (status < 200 || status >= 300) return classifyAnswer(answer, sent);
  if (dryRunAnswer.safeParse(parseJson(body)).success) return { kind: 'accepted', at: new Date(now).toISOString() };
  return { kind: 'integration_fault', ...ofStranger(answer) };
}

/**
 * Whether somebody else than Sinch gave an answer of 4xx: it neither has Sinch's form of an error, nor is it one that
 * Sinch gives without a word.
 */
export function isStrangers({ status, body }: Pick<Answer, 'status' | 'body'>): boolean {
  if (OF_A_PROXY.has(status)) return true;
  if (status < 400 || status >= 500 || isSinchsWord(body) || isFrameworkError(body)) return false;
  // 408 and 429 mean the same whoever gives them, and the others come from Sinch without a code too.
  return isPage(body) || !(status in ADVICE || status === 408 || status === 429);
}

function ofStranger(answer: Answer): Refusal {
  return {
    statusCode: answer.status,
    error: 'not_sinch' satisfies typeof NOT_SINCH,
    comment: describeStranger(answer),
  };
}

function refusalIn({ status, body }: Answer): Refusal {
  const { code, comment } = readErrorText(body);
  return {
    statusCode: status,
    ...(code === undefined ? {} : { error: code }),
    ...(comment === undefined ? {} : { comment }),
  };
}

/** A POST that got no answer. */
export interface NetworkFailure {
  /** Whether writing the request had begun: from then on Sinch may have the message, whatever the error is. */
  written: boolean;
  /** What the network or undici said. */
  error: unknown;
}

/** What a POST without an answer means. */
export function classifyNetworkFailure({ written, error }: NetworkFailure): SubmitOutcome {
  const code = networkCodeOf(error);
  if (written) {
    return {
      kind: 'unknown',
      error: 'no_answer',
      comment: `The request was sent and no answer came (${code}): Sinch may have the message`,
    };
  }
  if (code === 'UND_ERR_INVALID_ARG') {
    // The only parts of a request that we do not make ourselves are the integration's base URL, plan id and token.
    return {
      kind: 'integration_fault',
      error: 'invalid_request',
      comment: 'The request could not be made: check base URL, service plan id and API token of the integration',
    };
  }
  if (code === 'host_not_allowed') {
    return {
      kind: 'integration_fault',
      error: 'host_not_allowed',
      comment: `The request was not made: the host of the integration's base URL ${HOST_NOT_ALLOWED}`,
    };
  }
  if (error instanceof ProxyError) {
    return { kind: 'not_accepted', error: 'proxy_failed', comment: `${error.message}. Nothing was sent` };
  }
  return {
    kind: 'not_accepted',
    error: 'not_connected',
    comment: `No connection to Sinch (${code}): nothing was sent`,
  };
}

/** A word for what went wrong: an error's text may name hosts and values, its code does not. */
export function networkCodeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code !== '' ? code : error.name;
}
