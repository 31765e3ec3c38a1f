import { expect } from './steps.ts';

/** An answer: its status, and its JSON where it has some. */
export interface CallerAnswer {
  status: number;
  body: Record<string, unknown>;
}

/** Calls one HTTP process, as somebody or as nobody. */
export interface HttpCaller {
  call(method: string, path: string, body?: unknown): Promise<CallerAnswer>;
  /** The answer's body. @throws StepFailure unless the status is 2xx */
  ok<T>(method: string, path: string, body?: unknown): Promise<T>;
}

/** Five hundred messages in one request may take a busy machine long. */
const DEADLINE_MS = 60_000;

/** @param key absent: without credentials */
export function createHttpCaller(base: string, key?: string): HttpCaller {
  const caller: HttpCaller = {
    async call(method, path, body) {
      const response = await fetch(`${base}${path}`, {
        method,
        headers: {
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
    },
    async ok<T>(method: string, path: string, body?: unknown): Promise<T> {
      const answer = await caller.call(method, path, body);
      const detail = answer.body['detail'];
      expect(
        answer.status >= 200 && answer.status < 300,
        `${method} ${path} was answered with ${answer.status}${typeof detail === 'string' ? `: ${detail}` : ''}`,
      );
      return answer.body as T;
    },
  };
  return caller;
}
