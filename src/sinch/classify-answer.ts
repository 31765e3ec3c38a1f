import type { Refusal } from '../contract/send-outcome.ts';
import { HOST_NOT_ALLOWED } from '../hosts/index.ts';
import type { SubmitOutcome } from './client.ts';
import { parseJson, readErrorText } from './error-text.ts';
import { parseRetryAfter } from './retry-after.ts';
import { batchAnswer } from './schemas.ts';

/** An answer to POST /batches. */
export interface Answer {
  status: number;
  /** The header as it came. */
  retryAfter?: string | undefined;
  /** As much of it as came. */
  body: string;
  /** Milliseconds since 1970. */
  now: number;
}

/** The codes of a 403 that concern the account and not the message (Status codes, "403"). */
const ACCOUNT_CODES: ReadonlySet<string> = new Set(['blocked_account', 'missing_callback_url']);

/** What to do about answers that usually come without a word of Sinch's own. */
const ADVICE: Readonly<Record<number, string>> = {
  401: 'Sinch does not take the API token for this service plan: check plan id, token and region of the integration',
  403: 'Sinch forbids the request without a code: check the account with Sinch, and what is between it and this host',
  404: 'Sinch has no such path: check base URL and service plan id of the integration',
  405: 'The host does not take batches there: check base URL and service plan id of the integration',
  415: 'The host does not take JSON: check the base URL of the integration',
};

/** What an answer to POST /batches means. Every status has a meaning, those that Sinch does not document too. */
export function classifyAnswer(answer: Answer): SubmitOutcome {
  const { status, body, now } = answer;
  if (status >= 200 && status < 300) {
    // From here on Sinch has the message: a body that cannot be read only costs us the batch id.
    const batchId = batchAnswer.safeParse(parseJson(body)).data?.id;
    return { kind: 'accepted', at: new Date(now).toISOString(), ...(batchId === undefined ? {} : { batchId }) };
  }
  if (status >= 300 && status < 400) {
    return {
      kind: 'integration_fault',
      statusCode: status,
      error: 'redirected',
      comment: 'The answer was a redirect, which is not followed: check the base URL of the integration',
    };
  }
  const { code, comment } = readErrorText(body);
  const words = comment ?? ADVICE[status];
  const refusal: Refusal = {
    statusCode: status,
    ...(code === undefined ? {} : { error: code }),
    ...(words === undefined ? {} : { comment: words }),
  };
  switch (status) {
    case 401:
    case 404:
    case 405:
    case 415:
      return { kind: 'integration_fault', ...refusal };
    case 403:
      // Sinch's own 403 always carries a code; without one it comes from something in between and blames no message.
      return { kind: code === undefined || ACCOUNT_CODES.has(code) ? 'integration_fault' : 'refused', ...refusal };
    case 429:
    case 503: {
      const retryAfterMs = parseRetryAfter(answer.retryAfter, now);
      return { kind: 'not_accepted', ...refusal, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    }
    case 408:
      return { kind: 'unknown', ...refusal };
    default:
      return { kind: status >= 400 && status < 500 ? 'refused' : 'unknown', ...refusal };
  }
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
