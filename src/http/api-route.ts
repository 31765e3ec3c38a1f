/** A route of the API, defined once: who may call it, what it takes and answers, and what it does. */
import { type RouteConfig, z } from '@hono/zod-openapi';
import { type Access, actorOf, type Caller } from './access.ts';
import { numbersAsTyped } from './numbers-as-typed.ts';
import { Problem, PROBLEM_JSON, type ProblemCode, problemSchema, PROBLEMS } from './problem.ts';
import type { Actor } from '../settings/index.ts';

/** How long a route may take unless it says otherwise, in milliseconds. */
const DEADLINE_MS = 5_000;

/** Largest body unless a route says otherwise: one scenario step's with room to spare. */
const LARGEST_BODY_BYTES = 256 * 1024;

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
  /**
   * The body's JSON, whatever the content type says.
   * @param asTyped members whose numbers are texts, with the digits that were typed
   * @throws Problem `invalid_body`
   */
  json: (asTyped?: readonly string[]) => Promise<unknown>;
}

/** What a route is made of. */
export interface RouteDefinition<Path extends string, Query extends z.ZodObject, Answer extends z.ZodType> {
  access: Access;
  method: Method;
  /** With parameters as `{projectId}`. */
  path: Path;
  /** Which part of the document it belongs to. */
  tag: string;
  summary: string;
  description?: string;
  /** Parameters that it does not name are refused. A field's message says what is expected: `a whole number`. */
  query?: Query;
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
  query: Readonly<Record<string, string>>;
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
      const answer = await definition.handle({
        params: params as ParamsOf<Path>,
        query: parseQuery(querySchema, query) as z.output<Query>,
        actor() {
          if (caller === undefined) throw new TypeError(`${method} ${path} is open to all: nobody is known to call it`);
          return actorOf(caller);
        },
        json: (asTyped = []) => jsonOf(request, asTyped),
      });
      if (answer instanceof Response) return answer;
      return status === 204 ? new Response(null, { status }) : Response.json(answer, { status });
    },
  };
}

const PARAMETERS: Readonly<Record<string, string>> = {
  projectId: 'Tenant of the engagement platform: 1 to 32 of `a-z0-9-`.',
  messageId: 'As it was requested.',
  campaignId: 'As the requests named it.',
  kind: 'Of the code.',
  code: 'The code itself.',
  integrationId: 'Unique over all projects.',
  sweepId: 'As the start of the sweep answered it.',
  sender: 'As it is listed.',
  keyId: 'Of the key, not the key itself.',
  secret: 'The path secret, where callbacks prove themselves with one.',
};

function configOf(
  { access, method, path, tag, summary, ...definition }: RouteDefinition<string, z.ZodObject, z.ZodType>,
  status: 200 | 201 | 204,
): RouteConfig {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const params = names.map((name) => [name, z.string().openapi({ description: PARAMETERS[name] ?? name })] as const);
  const { description, query, body, answer, answerType = 'application/json', otherAnswers = {} } = definition;
  return {
    method,
    path,
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
      ...problemResponses(problemsOf({ access, names, ...definition })),
    },
  };
}

/** Every problem that the route can end in. */
function problemsOf(
  route: Pick<RouteDefinition<string, z.ZodObject, z.ZodType>, 'access' | 'query' | 'body' | 'problems'> & {
    names: readonly string[];
  },
): ProblemCode[] {
  const { access, names, body, problems = [] } = route;
  if (access === 'public' || access === 'sinch') return [...problems];
  return [
    'unauthenticated',
    'forbidden',
    ...(names.includes('projectId') ? (['unknown_project'] as const) : []),
    'body_too_large',
    ...(body === undefined ? [] : (['invalid_body'] as const)),
    // Also where there are no parameters: one that is given all the same is refused.
    'invalid_query',
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
          content: { [PROBLEM_JSON]: { schema: problemSchema(ofStatus) } },
        },
      ];
    }),
  );
}

function parseQuery(schema: z.ZodObject, query: Readonly<Record<string, string>>): unknown {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const known = Object.keys(schema.shape);
    throw new Problem(
      'invalid_query',
      `There is no query parameter ${issue.keys.map((name) => name.slice(0, 64)).join(', ')} here; ` +
        (known.length === 0 ? 'leave it out' : `expected ${known.join(', ')}`),
    );
  }
  throw new Problem('invalid_query', `Expected \`${issue?.path.join('.')}\` to be ${issue?.message}`);
}

async function jsonOf(request: Request, asTyped: readonly string[]): Promise<unknown> {
  // Throws the Problem of a body that is too large, which is found while it is read.
  const bytes = await request.arrayBuffer();
  const encoded = request.headers.get('content-encoding') !== null;
  const wrong = (what: string, mend = ''): Problem =>
    new Problem(
      'invalid_body',
      `The body is not ${what}${encoded ? ': send it as it is, without content-encoding' : mend}`,
    );
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Decoded leniently, as by `request.json()`, it would be sent with question marks in the place of letters.
    throw wrong('UTF-8', ': encode it so');
  }
  try {
    return JSON.parse(asTyped.length === 0 ? text : numbersAsTyped(text, asTyped));
  } catch {
    throw wrong('JSON');
  }
}
