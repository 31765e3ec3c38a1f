/** What a `SinchRequestError` tells beside its message. */
export interface SinchRequestErrorOptions {
  /** HTTP status of the answer; absent where none came. */
  statusCode?: number | undefined;
  /** Milliseconds that the answer asks to wait; absent where it does not say. */
  retryAfterMs?: number | undefined;
  /** Whether somebody else than Sinch gave the answer. @default false */
  isStrangers?: boolean;
  cause?: unknown;
}

/**
 * A look-up or cancellation at Sinch that failed: nothing is known by it. The message names the request by plan and
 * reference, and holds no token and no whole phone number.
 */
export class SinchRequestError extends Error {
  readonly code = 'sinch_request_failed';
  /** HTTP status of the answer; absent where none came. */
  readonly statusCode?: number;
  /** Milliseconds that the answer asks to wait; absent where it does not say. */
  readonly retryAfterMs?: number;
  /** Whether somebody else than Sinch gave the answer, such as a proxy: then Sinch has refused nothing. */
  readonly isStrangers: boolean;

  constructor(message: string, options: SinchRequestErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'SinchRequestError';
    this.isStrangers = options.isStrangers ?? false;
    if (options.statusCode !== undefined) this.statusCode = options.statusCode;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}
