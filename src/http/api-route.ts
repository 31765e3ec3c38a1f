/** A route of the API, defined once: who may call it, what it takes and answers, and what it does. */
import { type RouteConfig, z } from '@hono/zod-openapi';
import { codeRequestSchema } from '../codes/index.ts';
import { type Access, actorOf, type Caller } from './access.ts';
import { numbersAsTyped } from './numbers-as-typed.ts';
import { parseJson } from '../contract/json-text.ts';
import { Problem, PROBLEM_JSON, type ProblemCode, problemHeaders, problemSchema, PROBLEMS } from './problem.ts';
import { INTEGRATION_ID, MESSAGE_ID } from './patterns.ts';
import type { Actor, FieldError } from '../settings/index.ts';

/** How long a route may take unless it says otherwise, in milliseconds. */
const DEADLINE_MS = 5_000;

/** Largest body unless a route says otherwise: one scenario step's with room to spare. */
const LARGEST_BODY_BYTES = 256 * 1024;

/** Errors that one answer names. */
const MOST_ERRORS = 20;

/** Most of a name of somebody else's that an error repeats. */
const LONGEST_NAME = 64;

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The names between braces in a path. */
type ParamsOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Record<Name, string> & ParamsOf<Rest>
  : unknown;

/** A request as a route's handler sees it. */
export interface RouteCall<Params, Query> {
  params: Params;
  query: Query;
  /** Who calls, as the audit log names them. @throws TypeError in a route that anybody may call */
  actor: () => Actor;
  /** The one project that the caller has to do with; `undefined` for the deployment key, which is an admin of each. */
  ownProject: () => string | undefined;
  /**
   * The body's JSON.
   * @param asTyped members whose numbers are texts, with the digits that were typed
   * @throws Problem `invalid_body`
   */
  json: (asTyped?: readonly string[]) => unknown;
}

/** What a route is made of. */
export interface RouteDefinition<Path extends string, Query extends z.ZodObject, Answer extends z.ZodType> {
  access: Access;
  method: Method;
  /** With parameters as `{projectId}`. */
  path: Path;
  /** Its name in the document, for clients that are made of it: stable. */
  id: string;
  /** Which part of the document it belongs to. */
  tag: string;
  summary: string;
  description?: string;
  /** Parameters that it does not name are refused. A field's message says what is expected: `a whole number`. */
  query?: Query;
  /** Whether the query is somebody else's and is not looked at. @default false */
  ignoresQuery?: boolean;
  /** As the document describes it; the handler checks it, and says what is wrong in its own way. */
  body?: { schema: z.ZodType; largestBytes?: number };
  /** @default 200, or 204 without an answer */
  status?: 200 | 201;
  /** Absent: there is nothing to say. */
  answer?: Answer;
  /** @default application/json */
  answerType?: string;
  /** Statuses with a body of their own beside problems. */
  otherAnswers?: Readonly<Record<number, { description: string; schema: z.ZodType }>>;
  /** Beside those that every route has. */
  problems?: readonly ProblemCode[];
  /** In milliseconds. @default 5,000 */
  deadlineMs?: number;
  handle(call: RouteCall<ParamsOf<Path>, z.output<Query>>): Promise<z.input<Answer> | Response>;
}

/** A request before it is parsed. */
export interface IncomingCall {
  request: Request;
  params: Readonly<Record<string, string>>;
  /** Every value of each parameter. */
  query: Readonly<Record<string, readonly string[]>>;
  /** Absent where anybody may call. */
  caller: Caller | undefined;
}

/** A route that can be mounted. */
export interface ApiRoute {
  access: Access;
  method: Method;
  path: string;
  deadlineMs: number;
  largestBytes: number;
  /** For the OpenAPI document. */
  config: RouteConfig;
  answer(call: IncomingCall): Promise<Response>;
}

/** Makes a route of its definition. */
export function apiRoute<
  Path extends string,
  Query extends z.ZodObject = z.ZodObject<Record<string, never>>,
  Answer extends z.ZodType = z.ZodVoid,
>(definition: RouteDefinition<Path, Query, Answer>): ApiRoute {
  const { access, method, path, body, deadlineMs = DEADLINE_MS } = definition;
  const querySchema = z.strictObject(definition.query?.shape ?? {});
  const status = definition.status ?? (definition.answer === undefined ? 204 : 200);
  return {
    access,
    method,
    path,
    deadlineMs,
    largestBytes: body?.largestBytes ?? LARGEST_BODY_BYTES,
    config: configOf(definition, status),
    async answer({ request, params, query, caller }) {
      const bytes = method === 'get' ? new Uint8Array() : await bodyOf(request, body !== undefined);
      const answer = await definition.handle({
        params: params as ParamsOf<Path>,
        query: (definition.ignoresQuery === true ? {} : parseQuery(querySchema, query)) as z.output<Query>,
        actor() {
          if (caller === undefined) throw new TypeError(`${method} ${path} is open to all: nobody is known to call it`);
          return actorOf(caller);
        },
        ownProject: () => (caller?.kind === 'key' ? caller.projectId : undefined),
        json: (asTyped = []) => jsonOf(bytes, request.headers.get('content-encoding') !== null, asTyped),
      });
      if (answer instanceof Response) return answer;
      return status === 204 ? new Response(null, { status }) : Response.json(answer, { status });
    },
  };
}

const ULID = '^[0-9A-HJKMNP-TV-Z]{26}$';

/** What is known of the parameters of paths; whatever is none of it is of nothing that there is. */
const PARAMETERS: Readonly<Record<string, { description: string; pattern?: string; enum?: readonly string[] }>> = {
  projectId: { description: 'Tenant of the engagement platform.', pattern: '^[a-z0-9-]{1,32}$' },
  messageId: { description: 'As it was requested.', pattern: MESSAGE_ID },
  campaignId: { description: 'As the requests named it.' },
  kind: { description: 'Of the code.', enum: codeRequestSchema.shape.kind.options },
  code: { description: 'The code itself.' },
  integrationId: { description: 'Unique over all projects.', pattern: INTEGRATION_ID },
  sweepId: { description: 'As the start of the sweep answered it.', pattern: ULID },
  sender: { description: 'As it is listed.' },
  keyId: { description: 'Of the key, not the key itself.', pattern: ULID },
};

function parameterSchema(name: string): z.ZodString {
  const { enum: values, ...known } = PARAMETERS[name] ?? { description: name };
  return z.string().openapi({ ...known, ...(values === undefined ? {} : { enum: [...values] }) });
}

function configOf(
  { access, method, path, id, tag, summary, ...definition }: RouteDefinition<string, z.ZodObject, z.ZodType>,
  status: 200 | 201 | 204,
): RouteConfig {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const params = names.map((name) => [name, parameterSchema(name)] as const);
  const { description, query, body, answer, answerType = 'application/json', otherAnswers = {} } = definition;
  return {
    method,
    path,
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    'x-access': access,
    security: access === 'public' || access === 'sinch' ? [] : [{ bearer: [] }, { apiKey: [] }, { basic: [] }],
    request: {
      ...(params.length === 0 ? {} : { params: z.object(Object.fromEntries(params)) }),
      ...(query === undefined ? {} : { query }),
      ...(body === undefined
        ? {}
        : { body: { required: true, content: { 'application/json': { schema: body.schema } } } }),
    },
    responses: {
      ...Object.fromEntries(
        Object.entries(otherAnswers).map(([code, other]) => [
          code,
          { description: other.description, content: { 'application/json': { schema: other.schema } } },
        ]),
      ),
      [status]: {
        description: summary,
        ...(answer === undefined ? {} : { content: { [answerType]: { schema: answer } } }),
      },
      ...problemResponses(problemsOf({ access, method, names, ...definition })),
    },
  };
}

/** Every problem that the route can end in. */
function problemsOf(
  route: Pick<
    RouteDefinition<string, z.ZodObject, z.ZodType>,
    'access' | 'method' | 'ignoresQuery' | 'body' | 'problems'
  > & {
    names: readonly string[];
  },
): ProblemCode[] {
  const { access, method, names, body, ignoresQuery = false, problems = [] } = route;
  const isChanging = method !== 'get';
  // One that is given all the same is refused, also where there are no parameters.
  const ofQuery = ignoresQuery ? [] : (['invalid_query'] as const);
  if (access === 'public' || access === 'sinch') return [...ofQuery, ...problems];
  return [
    'unauthenticated',
    'forbidden',
    ...(names.includes('projectId') ? (['unknown_project'] as const) : []),
    'body_too_large',
    ...(isChanging ? (['foreign_origin', 'unsupported_media_type'] as const) : []),
    ...(body === undefined ? [] : (['invalid_body'] as const)),
    ...ofQuery,
    'unavailable',
    ...problems,
  ];
}

function problemResponses(codes: readonly ProblemCode[]): RouteConfig['responses'] {
  const statuses = [...new Set(codes.map((code) => PROBLEMS[code].status))];
  return Object.fromEntries(
    statuses.map((status) => {
      const ofStatus = [...new Set(codes)].filter((code) => PROBLEMS[code].status === status);
      return [
        status,
        {
          description: ofStatus.map((code) => PROBLEMS[code].title).join('; '),
          headers: problemHeaders(ofStatus),
          content: { [PROBLEM_JSON]: { schema: problemSchema(ofStatus) } },
        },
      ];
    }),
  );
}

function parseQuery(schema: z.ZodObject, query: IncomingCall['query']): unknown {
  const errors: FieldError[] = [];
  const known = Object.keys(schema.shape);
  for (const [field, values] of Object.entries(query)) {
    if (values.length > 1 && known.includes(field)) errors.push({ field, message: 'is given more than once' });
  }
  const parsed = schema.safeParse(Object.fromEntries(Object.entries(query).map(([name, [value]]) => [name, value])));
  if (parsed.success && errors.length === 0) return parsed.data;
  for (const issue of parsed.error?.issues ?? []) {
    if (issue.code === 'unrecognized_keys') {
      const instead = known.length === 0 ? 'leave it out' : `expected ${known.join(', ')}`;
      errors.push(
        ...issue.keys.map((name) => ({
          field: name.slice(0, LONGEST_NAME),
          message: `is no parameter here; ${instead}`,
        })),
      );
    } else errors.push({ field: issue.path.join('.'), message: `has to be ${issue.message}` });
  }
  const shown = errors.slice(0, MOST_ERRORS);
  const detail = shown.map(({ field, message }) => `\`${field}\` ${message}`).join('; ');
  throw new Problem('invalid_query', `Wrong query: ${detail}`, shown);
}

/**
 * The body. Pages of other origins can make browsers send forms, plain text and bodies without a type without asking us, and
 * with credentials of ours; for JSON they have to ask.
 * @param isTaken whether the route reads it; where it does not, there may be none
 * @throws Problem `unsupported_media_type`; the Problem of a body that is too large, which is found while it is read
 */
async function bodyOf(request: Request, isTaken: boolean): Promise<Uint8Array> {
  const type = request.headers.get('content-type');
  const essence = type?.split(';')[0]?.trim().toLowerCase();
  const isJson =
    essence !== undefined && (essence === 'application/json' || /^application\/[\w.-]+\+json$/.test(essence));
  if (isTaken && type !== null && !isJson) throw notJson(essence ?? '');
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.byteLength > 0 && !isJson) throw notJson(essence);
  return bytes;
}

function notJson(essence: string | undefined): Problem {
  // What is no media type may be anything.
  const isType = essence !== undefined && /^[\w.+-]{1,64}\/[\w.+-]{1,64}$/.test(essence);
  const sent =
    essence === undefined ? 'has no Content-Type' : isType ? `is sent as ${essence}` : 'has a wrong Content-Type';
  const form =
    essence === 'application/x-www-form-urlencoded'
      ? ', which is what `curl -d` sends unless it is told otherwise'
      : '';
  return new Problem(
    'unsupported_media_type',
    `The body ${sent}${form}: send JSON, with the header \`Content-Type: application/json\``,
  );
}

function jsonOf(bytes: Uint8Array, isEncoded: boolean, asTyped: readonly string[]): unknown {
  const wrong = (what: string, mend: string): Problem =>
    new Problem(
      'invalid_body',
      `The body is not ${what}: ${isEncoded ? 'send it as it is, without content-encoding' : mend}`,
    );
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Decoded leniently, as by `request.json()`, it would be sent with question marks in the place of letters.
    throw wrong('UTF-8', 'encode it so');
  }
  const parsed = parseJson(text);
  if (!parsed.ok) throw wrong('JSON', parsed.problem);
  // Only now: what is no JSON must not become some.
  const typed = asTyped.length === 0 ? text : numbersAsTyped(text, asTyped);
  return typed === text ? parsed.value : JSON.parse(typed.replace(/^\ufeff/, ''));
}
