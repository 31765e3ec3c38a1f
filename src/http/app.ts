/** The HTTP surface: the table of routes, mounted. Knows no server and no Temporal client. */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Log } from '../contract/log.ts';
import { reasonOf } from '../contract/reason.ts';
import type { ApiRoute } from './api-route.ts';
import type { AppDeps } from './app-deps.ts';
import type { Access } from './access.ts';
import { basePathOf, createRoutedPath, type RoutedPath } from './base-path.ts';
import { createCrossOrigin } from './cross-origin.ts';
import { isForeignOrigin } from './foreign-origin.ts';
import { createGuard, type Guard } from './guard.ts';
import { describeApi } from './open-api.ts';
import { Problem } from './problem.ts';
import { problemOf } from './problem-of.ts';
import { apiRoutes } from './routes/index.ts';
import { within } from './within.ts';

/** What our Node listener tells of a request's connection; of other servers all requests have one address. */
interface Bindings {
  incoming?: { socket?: { remoteAddress?: string | undefined } };
}

/** The HTTP surface, for any server that speaks `Request` and `Response`. */
export interface App {
  fetch: (request: Request, bindings?: Bindings) => Promise<Response>;
  /** The table of routes and who may call each. */
  routes: readonly { access: Access; method: string; path: string }[];
  /** What is mounted, which has to be what the table has. */
  mounted: readonly { method: string; path: string }[];
}

const WEBHOOK_PATH = '/webhooks/sinch/*';

const CODEC_PREFIX = '/codec/';

export function createApp(deps: AppDeps): App {
  const { webhook, metrics, log } = deps;
  /** By the patterns of the table: a path of somebody's own would make labels without end. */
  const routeOf = new WeakMap<Request, string>();
  const basePath = basePathOf(deps.publicUrl);
  // By any method: HEAD goes by GET, and pages ask with OPTIONS whether they may POST.
  const routedPath: RoutedPath = createRoutedPath(basePath, (method, path) =>
    [method, 'GET', 'POST'].some((each) => app.router.match(each, path)[0].length > 0),
  );
  const app: OpenAPIHono<{ Bindings: Bindings }> = new OpenAPIHono<{ Bindings: Bindings }>({ getPath: routedPath });
  const guard = createGuard(deps);
  const routes = apiRoutes(deps, () => document);
  const codecOrigins = (): readonly string[] => deps.payloadCodec.origins;
  for (const route of routes) {
    mount(app, route, { guard, log, codecOrigins, called: (request, name) => routeOf.set(request, name) });
  }
  // Not by a route of the table: the webhook itself knows which methods it takes, and reads the body by itself.
  app.all(WEBHOOK_PATH, (c) => {
    routeOf.set(c.req.raw, `ALL ${WEBHOOK_PATH}`);
    return webhook(c.req.raw);
  });
  const document = describeApi(app, basePath);

  const crossOrigin = createCrossOrigin((request) => routedPath(request).startsWith(CODEC_PREFIX), codecOrigins);
  app.notFound(async (c) => {
    const { method, path } = c.req;
    // Whoever has no key is not told which routes there are.
    if (path.startsWith('/v1/')) {
      await guard({
        headers: c.req.raw.headers,
        address: addressOf(c),
        route: 'an unknown route',
        access: 'viewer',
        deadlineMs: 5_000,
      });
    }
    throw new Problem('unknown_route', `There is no ${method} ${path}`);
  });
  app.onError((error, c) => {
    const problem = problemOf(error);
    if (problem) return problem.toResponse();
    // Not by its path: that holds ids only, but the error may quote what it was given.
    const reason = reasonOf(error);
    if (c.req.raw.signal.aborted) {
      log.warn({ method: c.req.method, route: c.req.routePath, error: reason }, 'A caller went before its answer');
      return new Problem('unavailable', 'The request broke off; make the same request again').toResponse();
    }
    log.error({ method: c.req.method, route: c.req.routePath, error: reason }, 'A request failed');
    return new Problem('unavailable', 'The request could not be carried out; make the same request again').toResponse();
  });

  return {
    async fetch(request, bindings) {
      const begun = performance.now();
      const response = await crossOrigin(request, async () => {
        if (request.method !== 'OPTIONS' || routedPath(request) !== '/') return app.fetch(request, bindings);
        // The plain check of HAProxy, and `OPTIONS *`: whether anybody is there.
        return new Response(null, { status: 204, headers: { allow: 'OPTIONS' } });
      });
      const route = routeOf.get(request) ?? 'unknown';
      metrics.increment('sinch_http_requests_total', { route, status: String(response.status) });
      metrics.observe('sinch_http_request_seconds', { route }, (performance.now() - begun) / 1000);
      return response;
    },
    routes: [
      ...routes.map(({ access, method, path }) => ({ access, method: method.toUpperCase(), path })),
      { access: 'sinch', method: 'ALL', path: WEBHOOK_PATH },
    ],
    mounted: app.routes.map(({ method, path }) => ({ method, path: path.replace(/:(\w+)/g, '{$1}') })),
  };
}

interface MountContext {
  guard: Guard;
  log: Log;
  /** Whose pages may have payloads decrypted. */
  codecOrigins: () => readonly string[];
  called: (request: Request, name: string) => void;
}

function mount(
  app: OpenAPIHono<{ Bindings: Bindings }>,
  route: ApiRoute,
  { guard, log, codecOrigins, called }: MountContext,
): void {
  const { access, method, path, deadlineMs, largestBytes } = route;
  app.openAPIRegistry.registerPath(route.config);
  const limit = bodyLimit({
    maxSize: largestBytes,
    onError: () => {
      throw new Problem('body_too_large', `A request of this kind has at most ${largestBytes} bytes`);
    },
  });
  app.on(method.toUpperCase(), path.replace(/\{(\w+)\}/g, ':$1'), async (c) => {
    const begun = performance.now();
    called(c.req.raw, `${method.toUpperCase()} ${path}`);
    if (method !== 'get' && isForeignOrigin(c.req.raw.headers, path.startsWith(CODEC_PREFIX) ? codecOrigins() : [])) {
      log.warn({ address: addressOf(c), route: `${method.toUpperCase()} ${path}` }, 'Refused a page of another origin');
      throw new Problem(
        'foreign_origin',
        'This request was made by a page of another origin, and nothing is done for those: call the API from a server, ' +
          'or without the headers `Origin` and `Sec-Fetch-Site`',
      );
    }
    const params = c.req.param() as Record<string, string>;
    const caller = await guard({
      headers: c.req.raw.headers,
      address: addressOf(c),
      route: `${method.toUpperCase()} ${path}`,
      access,
      projectId: params['projectId'],
      deadlineMs,
    });
    // The limit reads a body that does not tell its size, so that it is within the time too.
    const work = async (): Promise<Response> => {
      await limit(c, () => Promise.resolve());
      return route.answer({ request: c.req.raw, params, query: c.req.queries(), caller });
    };
    return within(deadlineMs - (performance.now() - begun), work());
  });
}

function addressOf(c: Context<{ Bindings: Bindings }>): string {
  // There is no `env` where the caller of `fetch` gave none.
  return (c.env as Bindings | undefined)?.incoming?.socket?.remoteAddress ?? 'unknown';
}
