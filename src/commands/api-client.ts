import { CommandError } from './command-error.ts';
import type { Target } from './target.ts';

const DEADLINE_MS = 10_000;

/** The HTTP API of a running stack. Every method throws a CommandError that says what was attempted, what was wrong and what to do. */
export interface ApiClient {
  get<T>(path: string, query?: Readonly<Record<string, string | undefined>>): Promise<T>;
  /** @param deadlineMs @default 10 seconds */
  post<T>(path: string, body?: unknown, deadlineMs?: number): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  delete<T>(path: string): Promise<T>;
}

/** The answer of `/readyz`: of each part `ok`, or why it cannot work. */
export type Readiness = { status: string; plans?: string } & Readonly<Record<string, string>>;

/** Whether every part of a stack can work; an answer also where one cannot. */
export async function readReadiness(target: Target): Promise<Readiness> {
  const { answer, response, what } = await request(target, 'GET', `${target.url}/readyz`);
  if (typeof answer === 'object' && answer !== null && 'status' in answer) {
    const { status } = answer;
    if (status === 'ok' || status === 'unavailable') return answer as Readiness;
  }
  throw refusal(target, what, response.status, answer);
}

/** Where one message is, below its project. */
export function messagePath(messageId: string): string {
  return `/messages/${encodeURIComponent(messageId)}`;
}

/** A refusal or failure that the API answered. */
export class ApiError extends CommandError {
  /** HTTP status. */
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(code, message);
    this.status = status;
  }
}

/** @param below `project`: calls below `/v1/projects/{project}`; `deployment`: below `/v1` */
export function createApiClient(target: Target, below: 'project' | 'deployment' = 'project'): ApiClient {
  const base = `${target.url}/v1${below === 'project' ? `/projects/${encodeURIComponent(target.projectId)}` : ''}`;

  async function call<T>(method: string, path: string, body?: unknown, deadlineMs = DEADLINE_MS): Promise<T> {
    const { response, answer, what } = await request(target, method, `${base}${path}`, body, deadlineMs);
    // There is nothing to say: whoever expects that expects `void`.
    if (response.status === 204) return undefined as T;
    if (response.ok && answer !== undefined) return answer as T;
    throw refusal(target, what, response.status, answer);
  }

  return {
    get: (path, query = {}) => {
      const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
      return call('GET', given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`);
    },
    post: (path, body, deadlineMs) => call('POST', path, body, deadlineMs),
    put: (path, body) => call('PUT', path, body),
    patch: (path, body) => call('PATCH', path, body),
    delete: (path) => call('DELETE', path),
  };
}

/** @throws CommandError where nobody answers */
async function request(
  target: Target,
  method: string,
  url: string,
  body?: unknown,
  deadlineMs = DEADLINE_MS,
): Promise<{ response: Response; answer: unknown; what: string }> {
  const what = `${method} ${url}`;
  try {
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${target.apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A redirect would carry the key to somebody else.
      redirect: 'error',
      signal: AbortSignal.timeout(deadlineMs),
    });
    return { response, answer: response.status === 204 ? undefined : await jsonOf(response), what };
  } catch (cause) {
    throw new CommandError(
      'stack_unreachable',
      `${what} got no answer: ${reasonOf(cause, deadlineMs)}. Is the stack running? ` +
        `Its address came from ${target.from.url}; \`temporal-sinch up\` starts one here.`,
      { cause },
    );
  }
}

function refusal(target: Target, what: string, status: number, answer: unknown): ApiError {
  const { code, detail, title } = problemOf(answer);
  const said = detail ?? title;
  if (status === 401) {
    return new ApiError(
      status,
      code ?? 'unauthorized',
      `${what} was refused with 401: the API key is not right. It came from ${target.from.apiKey}; ` +
        'give another one with --api-key or in SINCH_API_KEY.',
    );
  }
  // What the server says of the thing that was asked for is all that a person needs: the address is not what is wrong.
  if (status < 500 && code !== undefined && said !== undefined) return new ApiError(status, code, withStop(said));
  return new ApiError(
    status,
    code ?? `http_${status}`,
    `${what} was answered with ${status}${said === undefined ? '' : `: ${said}`}` +
      (answer === undefined ? ', and not in JSON. Is that the address of a temporal-sinch server?' : ''),
  );
}

function withStop(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

function problemOf(answer: unknown): { code?: string; detail?: string; title?: string } {
  if (typeof answer !== 'object' || answer === null) return {};
  const members = ['code', 'detail', 'title'] as const;
  const problem: { code?: string; detail?: string; title?: string } = {};
  for (const member of members) {
    const value: unknown = Reflect.get(answer, member);
    if (typeof value === 'string') problem[member] = value;
  }
  return problem;
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown, deadlineMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `none within ${deadlineMs / 1000} s`;
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
