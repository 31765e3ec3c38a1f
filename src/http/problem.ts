/** Errors of the API, as problem details (RFC 9457) with a stable `code`. */

/** Codes of the API's errors. They are stable: callers may decide on them. */
export type ProblemCode =
  | 'unauthenticated'
  | 'unknown_project'
  | 'unknown_message'
  | 'unknown_route'
  | 'body_too_large'
  | 'invalid_body'
  | 'invalid_query'
  | 'unavailable';

const STATUS: Readonly<Record<ProblemCode, { status: number; title: string }>> = {
  unauthenticated: { status: 401, title: 'No valid API key' },
  unknown_project: { status: 404, title: 'Unknown project' },
  unknown_message: { status: 404, title: 'Unknown message' },
  unknown_route: { status: 404, title: 'No such route' },
  body_too_large: { status: 413, title: 'Body too large' },
  invalid_body: { status: 400, title: 'Body is not a JSON object' },
  invalid_query: { status: 422, title: 'Wrong query parameter' },
  unavailable: { status: 503, title: 'Not possible right now' },
};

/** Thrown by a route to be answered as a problem. */
export class Problem extends Error {
  readonly code: ProblemCode;
  /** @param detail what was attempted, what was wrong, and what to do; shown to the caller. */
  constructor(code: ProblemCode, detail: string) {
    super(detail);
    this.name = 'Problem';
    this.code = code;
  }

  toResponse(): Response {
    const { status, title } = STATUS[this.code];
    const headers: Record<string, string> = { 'content-type': 'application/problem+json' };
    if (this.code === 'unauthenticated') headers['www-authenticate'] = 'Basic realm="temporal-sinch"';
    // What is left of the body stands in the way of the connection's next request.
    if (this.code === 'body_too_large') headers['connection'] = 'close';
    // The platform repeats a request after 503; seconds are enough for a database or Temporal that is restarting.
    if (this.code === 'unavailable') headers['retry-after'] = '5';
    return new Response(JSON.stringify({ type: 'about:blank', title, status, code: this.code, detail: this.message }), {
      status,
      headers,
    });
  }
}
