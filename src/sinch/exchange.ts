import { brotliDecompressSync, constants, gunzipSync, inflateSync } from 'node:zlib';
import type { Dispatcher } from 'undici';

/** Largest body that is read, in bytes. A page of 100 batches of 2,000 characters each has well under 2 MiB. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** One request. Redirects are not followed. */
export interface ExchangeRequest {
  origin: string;
  path: string;
  method: 'GET' | 'POST' | 'DELETE';
  headers: Record<string, string>;
  body?: string;
  /** For all of it in milliseconds, the wait for a connection included. */
  deadlineMs: number;
  /** Ends the exchange as a failure with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Headers of an answer as they came, lower case: what tells who gave it. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** How a request ended: once the status is known it is an answer, whatever becomes of the body. */
export type Exchange =
  | {
      kind: 'answer';
      status: number;
      retryAfter?: string | undefined;
      headers: AnswerHeaders;
      /** As much of it as came, decompressed; empty where that is not possible. */
      body: string;
      /** Whether all of it came. */
      complete: boolean;
    }
  | {
      kind: 'failure';
      /** Whether writing the request had begun. If not, nothing of it ever leaves, also later. */
      written: boolean;
      error: unknown;
    };

/** No answer within the deadline. */
class DeadlineError extends Error {
  readonly code = 'DEADLINE_EXCEEDED';
  constructor(deadlineMs: number) {
    super(`No answer within ${deadlineMs} ms`);
    this.name = 'DeadlineError';
  }
}

/**
 * Sends one request and reads its answer. Never rejects, and never writes the request twice.
 *
 * It uses undici's dispatch interface, which says what `request()` does not: `onRequestStart` comes immediately before
 * a request is written to a connected socket. A reset during the TLS handshake and one after the request have the same
 * error code, and mean the opposite for a message.
 */
export function exchange(dispatcher: Dispatcher, request: ExchangeRequest): Promise<Exchange> {
  const { deadlineMs, signal, ...options } = request;
  return new Promise((resolve) => {
    let controller: Dispatcher.DispatchController | undefined;
    let answer: { status: number; retryAfter?: string | undefined; headers: AnswerHeaders } | undefined;
    const chunks: Buffer[] = [];
    let bytes = 0;
    let settled = false;

    const settle = (error?: unknown): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      resolve(
        answer === undefined
          ? { kind: 'failure', written: controller !== undefined, error }
          : {
              kind: 'answer',
              ...answer,
              body: decoded(Buffer.concat(chunks), firstOf(answer.headers['content-encoding'])),
              complete: error === undefined,
            },
      );
    };
    const stop = (error: Error): void => {
      settle(error);
      controller?.abort(error);
    };
    const onAbort = (): void => stop(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
    const timer = setTimeout(() => stop(new DeadlineError(deadlineMs)), deadlineMs);
    const deadline = Date.now() + deadlineMs;
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) return onAbort();

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        // Throwing here keeps the request from being written and leaves the connection to the next one. Aborting would
        // end the connection.
        // The clock is asked too: after a process stood still, a connection may be ready before its timers have run.
        if (settled || Date.now() >= deadline) throw new DeadlineError(deadlineMs);
        if (controller !== undefined) throw new Error('A request is never written twice');
        controller = started;
      },
      onResponseStart(_, status, headers) {
        // 1xx announce the answer.
        if (status >= 200) answer = { status, retryAfter: firstOf(headers['retry-after']), headers };
      },
      onResponseData(_, chunk) {
        bytes += chunk.length;
        if (bytes > MAX_BODY_BYTES) stop(new Error(`The body has more than ${MAX_BODY_BYTES} bytes`));
        else if (!settled) chunks.push(chunk);
      },
      onResponseEnd() {
        settle();
      },
      onResponseError(_, error) {
        settle(error);
      },
    };
    try {
      dispatcher.dispatch(options, handler);
    } catch (error) {
      settle(error);
    }
  });
}

/** The first value of a header. */
export function firstOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

/** A part of a compressed body is worth as much as a part of a plain one. */
const AS_FAR_AS_IT_CAME = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_BODY_BYTES };

const DECODERS: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: (body) => gunzipSync(body, AS_FAR_AS_IT_CAME),
  'x-gzip': (body) => gunzipSync(body, AS_FAR_AS_IT_CAME),
  deflate: (body) => inflateSync(body, AS_FAR_AS_IT_CAME),
  br: (body) =>
    brotliDecompressSync(body, {
      finishFlush: constants.BROTLI_OPERATION_FLUSH,
      maxOutputLength: MAX_BODY_BYTES,
    }),
};

/** We ask for no compression; proxies compress all the same. */
function decoded(body: Buffer, encoding = 'identity'): string {
  const name = encoding.trim().toLowerCase();
  if (name === 'identity' || name === '' || body.length === 0) return body.toString('utf8');
  try {
    return DECODERS[name]?.(body).toString('utf8') ?? '';
  } catch {
    return '';
  }
}
