import type { Dispatcher } from 'undici';
import { isStrangers, networkCodeOf } from './classify-answer.ts';
import { readErrorText, parseJson } from './error-text.ts';
import { type Exchange, exchange } from './exchange.ts';
import { parseRetryAfter } from './retry-after.ts';
import { SinchRequestError } from './sinch-request-error.ts';
import { describeStranger } from './stranger.ts';

/** Where and as whom a plan's requests are made. */
export interface PlanConnectionOptions {
  /** `https://eu.sms.api.sinch.com`, without the path. */
  baseUrl: string;
  servicePlanId: string;
  /** Asked for each request, so that a changed token holds at once. */
  apiToken: () => string;
  dispatcher: Dispatcher;
}

/** One request of a plan. */
interface PlanRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** Behind the plan's own path, such as `/batches`. */
  path: string;
  body?: string;
  deadlineMs: number;
  signal?: AbortSignal | undefined;
}

/** A request whose failure is an error. */
interface PlanQuery extends PlanRequest {
  /** What is attempted, to follow "Sinch did not": the batch id or client reference in it, numbers masked. */
  attempt: string;
  /** Statuses beside 2xx that are answers too. */
  alsoAnswers?: readonly number[];
}

/** The way to one service plan. */
export interface PlanConnection {
  /** Every end is a result. */
  exchange(request: PlanRequest): Promise<Exchange>;
  /**
   * The status and the JSON of the answer, `undefined` where it has none.
   * @throws SinchRequestError, or the signal's reason where it ended the request.
   */
  query(query: PlanQuery): Promise<{ status: number; json: unknown }>;
}

/** @throws TypeError where the base URL is none. */
export function createPlanConnection(options: PlanConnectionOptions): PlanConnection {
  const { servicePlanId, dispatcher } = options;
  const base = parseBaseUrl(options.baseUrl);
  const planPath = `${base.pathname.replace(/\/+$/, '')}/xms/v1/${encodeURIComponent(servicePlanId)}`;

  const send = ({ body, path, ...rest }: PlanRequest): Promise<Exchange> =>
    exchange(dispatcher, {
      ...rest,
      origin: base.origin,
      path: planPath + path,
      headers: {
        authorization: `Bearer ${options.apiToken()}`,
        accept: 'application/json',
        // Of what a proxy keeps, an answer from before a send would count as proof that Sinch does not have the message.
        'cache-control': 'no-cache',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
    });

  return {
    exchange: send,
    async query({ attempt, alsoAnswers = [], ...request }) {
      const result = await send(request);
      // Only where it was the signal that ended it: an answer that is here counts.
      if (result.kind === 'failure') request.signal?.throwIfAborted();
      const failed = `Sinch did not ${attempt} on service plan ${servicePlanId}`;
      if (result.kind === 'failure') {
        const { error } = result;
        throw new SinchRequestError(`${failed}: no answer came (${networkCodeOf(error)}). Try again`, { cause: error });
      }
      const { status, body, complete } = result;
      const isAnswer = (status >= 200 && status < 300) || alsoAnswers.includes(status);
      const retryAfterMs = parseRetryAfter(result.retryAfter, Date.now());
      if (!isAnswer && isStrangers(result)) {
        const message = `${failed}: HTTP ${status}. ${describeStranger(result)}`;
        throw new SinchRequestError(message, { statusCode: status, retryAfterMs, isStrangers: true });
      }
      if (!isAnswer) {
        const { code, comment } = readErrorText(body);
        const said = [`HTTP ${status}`, code, comment].filter((part) => part !== undefined).join(', ');
        const message = `${failed}: it answered ${said}. ${adviceFor(status)}`;
        throw new SinchRequestError(message, { statusCode: status, retryAfterMs });
      }
      if (!complete) {
        request.signal?.throwIfAborted();
        throw new SinchRequestError(`${failed}: its answer broke off. Try again`, { statusCode: status });
      }
      return { status, json: parseJson(body) };
    },
  };
}

/** @throws TypeError where it is none. */
export function parseBaseUrl(baseUrl: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  throw new TypeError(
    `createSinchClient: expected \`baseUrl\` to be an http or https URL, got ${JSON.stringify(baseUrl)}`,
  );
}

function adviceFor(status: number): string {
  if (status < 400) return 'Check the base URL of the integration: redirects are not followed';
  if (status === 401) return 'Check plan id, token and region of the integration';
  return status === 429 || status >= 500 ? 'Try again' : 'Check the integration';
}
