/** Errors of the API, as problem details (RFC 9457) with a stable `code`. */
import { z } from '@hono/zod-openapi';
import type { FieldError } from '../settings/index.ts';

/** What each code stands for. They are stable: callers may decide on them. */
export const PROBLEMS = {
  unauthenticated: { status: 401, title: 'No valid API key' },
  forbidden: { status: 403, title: 'Not allowed with this key' },
  foreign_origin: { status: 403, title: 'A page of another origin' },
  unknown_project: { status: 404, title: 'Unknown project' },
  unknown_message: { status: 404, title: 'Unknown message' },
  unknown_campaign: { status: 404, title: 'Unknown campaign' },
  unknown_code: { status: 404, title: 'Unknown code' },
  unknown_integration: { status: 404, title: 'Unknown integration' },
  unknown_sender: { status: 404, title: 'Unknown sender' },
  unknown_key: { status: 404, title: 'Unknown API key' },
  unknown_sweep: { status: 404, title: 'Unknown sweep' },
  unknown_exporter: { status: 404, title: 'No exporter' },
  unknown_route: { status: 404, title: 'No such route' },
  already_exists: { status: 409, title: 'Exists already' },
  fixed_once_created: { status: 409, title: 'Cannot be changed' },
  default_integration: { status: 409, title: 'The default SMS provider' },
  integration_not_enabled: { status: 409, title: 'Integration is not enabled' },
  integration_archived: { status: 409, title: 'Integration is archived' },
  messages_waiting: { status: 409, title: 'Messages wait to be sent' },
  too_many_senders: { status: 409, title: 'Too many senders' },
  default_sender: { status: 409, title: 'The default sender' },
  settings_are_static: { status: 409, title: 'Settings cannot be changed here' },
  exporter_not_running: { status: 409, title: 'No exporter runs' },
  search_attributes_missing: { status: 409, title: 'Not possible in this namespace' },
  unsupported_media_type: { status: 415, title: 'Body is not sent as JSON' },
  body_too_large: { status: 413, title: 'Body too large' },
  invalid_body: { status: 400, title: 'Body is not what the route takes' },
  invalid_query: { status: 422, title: 'Wrong query parameter' },
  invalid_field: { status: 422, title: 'Wrong member of the body' },
  invalid_settings: { status: 422, title: 'Wrong settings' },
  host_not_allowed: { status: 422, title: 'Host is not allowed' },
  payload_undecodable: { status: 422, title: 'Payload cannot be decrypted' },
  unavailable: { status: 503, title: 'Not possible right now' },
} as const satisfies Record<string, { status: number; title: string }>;

/** Codes of the API's errors. */
export type ProblemCode = keyof typeof PROBLEMS;

/** Asks a browser for the key. */
const CHALLENGE = 'Basic realm="temporal-sinch"';

/** The content type of problems. */
export const PROBLEM_JSON = 'application/problem+json';

/** Thrown by a route to be answered as a problem. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly errors: readonly FieldError[] | undefined;

  /**
   * @param detail what was attempted, what was wrong, and what to do; shown to the caller.
   * @param errors each wrong member of the body or parameter of the query.
   */
  constructor(code: ProblemCode, detail: string, errors?: readonly FieldError[]) {
    super(detail);
    this.name = 'Problem';
    this.code = code;
    this.errors = errors;
  }

  toResponse(): Response {
    const { status, title } = PROBLEMS[this.code];
    const headers: Record<string, string> = { 'content-type': PROBLEM_JSON };
    if (this.code === 'unauthenticated') headers['www-authenticate'] = CHALLENGE;
    // What is left of the body stands in the way of the connection's next request.
    if (this.code === 'body_too_large') headers['connection'] = 'close';
    // The platform repeats a request after 503; seconds are enough for a database or Temporal that is restarting.
    if (this.code === 'unavailable') headers['retry-after'] = '5';
    const { code, message: detail, errors } = this;
    return new Response(
      JSON.stringify({ type: 'about:blank', title, status, code, detail, ...(errors === undefined ? {} : { errors }) }),
      { status, headers },
    );
  }
}

/** Those that name what is wrong, each in `errors`. */
const WITH_ERRORS: readonly ProblemCode[] = ['invalid_query', 'invalid_field', 'invalid_settings'];

/** The headers that come with problems of the codes, which share a status, as the OpenAPI document describes them. */
export function problemHeaders(codes: readonly ProblemCode[]) {
  if (codes.includes('unauthenticated')) {
    return {
      'WWW-Authenticate': {
        description: 'How a browser is asked for the key: HTTP Basic.',
        required: true,
        schema: { type: 'string' as const, const: CHALLENGE },
      },
    };
  }
  if (!codes.includes('unavailable')) return {};
  return {
    'Retry-After': {
      description: 'Seconds until the same request may be made again.',
      required: true,
      schema: { type: 'integer' as const, minimum: 1 },
    },
  };
}

/** A problem of one of the codes, which share a status, as the OpenAPI document describes it. */
export function problemSchema(codes: readonly ProblemCode[]) {
  const { status } = PROBLEMS[codes[0] ?? 'unavailable'];
  const errors = z
    .array(z.object({ field: z.string(), message: z.string() }))
    .openapi({ description: 'Each wrong member of the body, or each wrong parameter of the query.' });
  const withErrors = codes.filter((code) => WITH_ERRORS.includes(code));
  return z.object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.literal(status),
    code: z.enum(codes as [ProblemCode, ...ProblemCode[]]).openapi({ description: 'Stable: decide on it.' }),
    detail: z.string().openapi({ description: 'What was attempted, what was wrong, and what to do.' }),
    ...(withErrors.length === 0 ? {} : { errors: withErrors.length === codes.length ? errors : errors.optional() }),
  });
}
