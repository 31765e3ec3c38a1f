/** How the simulator ends a request. */
export type Answer =
  | { kind: 'json'; status: number; body: unknown; headers?: Readonly<Record<string, string>> }
  | { kind: 'text'; status: number; body: string; contentType: string; headers?: Readonly<Record<string, string>> }
  | { kind: 'empty'; status: number; headers?: Readonly<Record<string, string>> }
  /** Nothing is ever answered; the connection stays open until the client or the simulator closes it. */
  | { kind: 'hang' }
  /** The connection is reset. */
  | { kind: 'reset' };

/** A JSON answer. */
export function json(status: number, body: unknown, headers?: Readonly<Record<string, string>>): Answer {
  return { kind: 'json', status, body, ...(headers && { headers }) };
}

/** Sinch's error body of 400 and 403 (REST API guide, "Error object"). */
export function refusal(status: 400 | 403, code: string, text: string): Answer {
  return json(status, { code, text });
}

/** Sinch documents no body for the other errors, and an empty one is seen. */
export function bare(status: number, headers?: Readonly<Record<string, string>>): Answer {
  return { kind: 'empty', status, ...(headers && { headers }) };
}

/** A page such as load balancers send when they cannot reach what is behind them. */
export function gatewayPage(status: number, title: string): Answer {
  return {
    kind: 'text',
    status,
    contentType: 'text/html',
    body: `<html><head><title>${status} ${title}</title></head><body><h1>${status} ${title}</h1></body></html>\n`,
  };
}

/** A request that is wrong by Sinch's rules; the handlers throw it and the server answers it. */
export class RefusedRequest extends Error {
  override readonly name = 'RefusedRequest';
  readonly answer: Answer;

  constructor(answer: Answer, message: string) {
    super(message);
    this.answer = answer;
  }
}

/** 400 `syntax_invalid_json`: the body is not JSON, or not of the right shape. */
export function invalidJson(text: string): RefusedRequest {
  return new RefusedRequest(refusal(400, 'syntax_invalid_json', text), text);
}

/** 400 `syntax_invalid_parameter_format`: a value has the wrong format. */
export function invalidFormat(text: string): RefusedRequest {
  return new RefusedRequest(refusal(400, 'syntax_invalid_parameter_format', text), text);
}

/** 400 `syntax_constraint_violation`: a value is missing, too long, too large or not allowed. */
export function constraintViolation(text: string): RefusedRequest {
  return new RefusedRequest(refusal(400, 'syntax_constraint_violation', text), text);
}

/** 403 with the code that says why the request cannot be done. */
export function forbidden(code: string, text: string): RefusedRequest {
  return new RefusedRequest(refusal(403, code, text), text);
}
