/** The samples of examples/webhook, and the same servers with a body parser in front, as people have them. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { describe, test } from 'node:test';
import { serve } from '@hono/node-server';
import express, { type RequestHandler } from 'express';
import express4 from 'express4';
import fastify, { type FastifyInstance, type RouteHandlerMethod } from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import bodyParser from 'koa-bodyparser';
import koaMount from 'koa-mount';
import { createExpressApp } from '../../examples/webhook/express.ts';
import { createExpress4App } from '../../examples/webhook/express-4.ts';
import { createFastifyApp } from '../../examples/webhook/fastify.ts';
import { createHonoApp } from '../../examples/webhook/hono.ts';
import { createKoaApp } from '../../examples/webhook/koa.ts';
import { createNestApp } from '../../examples/webhook/nest.ts';
import { createNodeServer } from '../../examples/webhook/node.ts';
import { createNodeListener, type NodeListener, type Webhook } from '../../src/webhook/index.ts';
import {
  basic,
  type Bench,
  createBench,
  HMAC_SECRET,
  PATH_SECRET,
  recipientReport,
  signatureHeaders,
} from '../webhook/webhook-fixture.ts';
import { listening } from './listening.ts';

/** A server that takes the webhook, however it is made. */
type Host = (webhook: Webhook) => Server | Promise<Server>;

const BODY = recipientReport({ note: 'ünïcödé' });

interface Called {
  status: number;
  bench: Bench;
}

/** Has a callback come to a host. */
async function call(host: Host, path: string, headers: Record<string, string> = {}, body = BODY): Promise<Called> {
  const bench = createBench();
  await using server = await listening(await host(bench.webhook));
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
  await response.body?.cancel();
  return { status: response.status, bench };
}

async function taken(host: Host, path: string, headers?: Record<string, string>): Promise<void> {
  const { status, bench } = await call(host, path, headers);
  assert.deepEqual([status, bench.signalled.map(({ workflowId }) => workflowId)], [200, ['sinch/shop/welcome-1']]);
}

const SIGNED = signatureHeaders(BODY, HMAC_SECRET);
const URL_SECRET = `/webhooks/sinch/url/${PATH_SECRET}`;

/** What every host has to do with callbacks, whatever its server. */
async function takesCallbacks(host: Host): Promise<void> {
  await taken(host, '/webhooks/sinch/hmac', SIGNED);
  await taken(host, URL_SECRET);
  await taken(host, '/webhooks/sinch/basic', basic('sinch', 'old'));
  const forged = await call(host, '/webhooks/sinch/hmac', signatureHeaders(BODY, 'guessed'));
  assert.deepEqual([forged.status, forged.bench.signalled], [401, []]);
  const foreign = await call(host, `/webhooks/sinch/nobody/${PATH_SECRET}`);
  assert.deepEqual([foreign.status, foreign.bench.signalled], [404, []]);
}

/** A body parser in front: a proof that needs no raw bytes is enough, a signature is to come again. */
async function takesParsedBodies(host: Host): Promise<void> {
  await taken(host, URL_SECRET);
  await taken(host, '/webhooks/sinch/basic', basic('sinch', 'old'));
  const signed = await call(host, '/webhooks/sinch/hmac', SIGNED);
  assert.equal(signed.status, 503);
  assert.match(signed.bench.logged.join('\n'), /body parser.*express\.json\(\).*rawBody/);
  assert.deepEqual([signed.bench.signalled, signed.bench.unreadable].flat(), []);
  // Who is not Sinch is told so all the same.
  assert.equal((await call(host, '/webhooks/sinch/url/guessed-and-of-22-chars')).status, 401);
}

/** Everything of the body is gone. */
async function asksAgain(host: Host, path = URL_SECRET, headers?: Record<string, string>): Promise<void> {
  const { status, bench } = await call(host, path, headers);
  assert.equal(status, 503);
  assert.match(bench.logged.join('\n'), /body parser such as express\.json\(\) or that of Fastify/);
  assert.deepEqual([bench.signalled, bench.unreadable].flat(), []);
}

function koaServer(app: Koa): Server {
  const listener = app.callback();
  return createServer((incoming, outgoing) => void listener(incoming, outgoing));
}

async function fastifyServer(app: FastifyInstance): Promise<Server> {
  await app.ready();
  return app.server;
}

describe('the samples take callbacks, and no forged ones', () => {
  const SAMPLES: Readonly<Record<string, Host>> = {
    'Node.js alone': createNodeServer,
    'Express 5': (webhook) => createServer(createExpressApp(webhook)),
    'Express 4': (webhook) => createServer(createExpress4App(webhook)),
    'Fastify 5': (webhook) => fastifyServer(createFastifyApp(webhook)),
    'Koa 3': (webhook) => koaServer(createKoaApp(webhook)),
    'NestJS 11': async (webhook) => {
      const app = await createNestApp(webhook);
      await app.init();
      return app.getHttpServer() as Server;
    },
    Hono: (webhook) => serve({ fetch: createHonoApp(webhook).fetch, port: 0, hostname: '127.0.0.1' }) as Server,
  };
  for (const [name, host] of Object.entries(SAMPLES)) test(name, () => takesCallbacks(host));
});

/** Express with something in front of the webhook, in either version. */
const EXPRESSES = { 'Express 5': express, 'Express 4': express4 };

function expressHost(make: typeof express, path: string, ...before: RequestHandler[]): Host {
  return (webhook) => {
    const app = make();
    for (const handler of before) app.use(handler);
    app.use(path, createNodeListener(webhook));
    return createServer(app);
  };
}

for (const [name, make] of Object.entries(EXPRESSES)) {
  describe(name, () => {
    test('takes them below any mount', async () => {
      for (const mount of ['/', '/webhooks', '/webhooks/sinch', '/webhooks/sinch/']) {
        await takesCallbacks(expressHost(make, mount));
      }
      for (const mount of ['/hooks/sms', '/a/b/c']) {
        await taken(expressHost(make, mount), `${mount}/hmac`, SIGNED);
        await taken(expressHost(make, mount), `${mount}/url/${PATH_SECRET}`);
        await taken(expressHost(make, mount), `${mount}${URL_SECRET}`);
      }
    });

    test('takes them in a router of a router', async () => {
      await takesCallbacks((webhook) => {
        const inner = make.Router().use('/sinch', createNodeListener(webhook));
        return createServer(make().use(make.Router().use('/webhooks', inner)));
      });
    });

    test('takes them behind express.json()', () =>
      takesParsedBodies(expressHost(make, '/webhooks/sinch', make.json())));

    test('takes them behind express.raw() and express.text(), which keep what was sent', async () => {
      await takesCallbacks(expressHost(make, '/webhooks/sinch', make.raw({ type: '*/*' })));
      await takesCallbacks(expressHost(make, '/webhooks/sinch', make.text({ type: '*/*' })));
    });

    test('takes them behind a parser that keeps the raw bytes', async () => {
      const keep = make.json({
        verify: (request, _response, bytes) => Object.assign(request, { rawBody: Buffer.from(bytes) }),
      });
      await takesCallbacks(expressHost(make, '/webhooks/sinch', keep));
    });

    test('takes them behind a parser of something else, which left the body', () =>
      takesCallbacks(
        expressHost(make, '/webhooks/sinch', make.urlencoded({ extended: true }), make.json({ type: 'x/y' })),
      ));

    test('has them come again where the body was read and kept nowhere, or as a form', async () => {
      const reader: RequestHandler = (request, _response, next) => void request.resume().on('end', () => next());
      await asksAgain(expressHost(make, '/webhooks/sinch', reader));
      await asksAgain(expressHost(make, '/webhooks/sinch', reader), '/webhooks/sinch/hmac', SIGNED);
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      await asksAgain(expressHost(make, '/webhooks/sinch', make.urlencoded({ extended: true })), URL_SECRET, form);
    });
  });
}

describe('Fastify', () => {
  const withDefaults =
    (handle: (listener: NodeListener) => RouteHandlerMethod): Host =>
    (webhook) => {
      const app = fastify();
      app.all('/webhooks/sinch/*', handle(createNodeListener(webhook)));
      return fastifyServer(app);
    };

  test('takes them behind its default parser where its own request is handed over', () =>
    takesParsedBodies(
      withDefaults((listener) => async (request, reply) => {
        reply.hijack();
        await listener(request.raw, reply.raw, request);
      }),
    ));

  test('has them come again behind its default parser where only Node’s request is', () =>
    asksAgain(
      withDefaults((listener) => async (request, reply) => {
        reply.hijack();
        await listener(request.raw, reply.raw);
      }),
    ));

  test('takes signed ones behind a parser that keeps the bytes', () =>
    takesCallbacks((webhook) => {
      const app = fastify();
      const listener = createNodeListener(webhook);
      app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
      app.register(
        (scope, _options, done) => {
          scope.all('/sinch/*', async (request, reply) => {
            reply.hijack();
            await listener(request.raw, reply.raw, request);
          });
          done();
        },
        { prefix: '/webhooks' },
      );
      return fastifyServer(app);
    }));
});

describe('Koa', () => {
  const mounted =
    (path: string, ...before: Koa.Middleware[]): Host =>
    (webhook) => {
      const app = new Koa();
      const listener = createNodeListener(webhook);
      for (const middleware of before) app.use(middleware);
      app.use(
        koaMount(path, async (ctx) => {
          ctx.respond = false;
          await listener(ctx.req, ctx.res);
        }),
      );
      return koaServer(app);
    };

  test('takes them below koa-mount, which tells Node’s request nothing of it', async () => {
    await takesCallbacks(mounted('/webhooks/sinch'));
    await takesCallbacks(mounted('/webhooks'));
    await taken(mounted('/hooks'), `/hooks/url/${PATH_SECRET}`);
  });

  test('takes signed ones behind koa-bodyparser, which keeps the text', () =>
    takesCallbacks((webhook) => {
      const listener = createNodeListener(webhook);
      const app = new Koa().use(bodyParser()).use(async (ctx) => {
        ctx.respond = false;
        await listener(ctx.req, ctx.res, ctx.request);
      });
      return koaServer(app);
    }));

  test('has them come again behind koa-bodyparser where only Node’s request is handed over', () =>
    asksAgain(mounted('/webhooks/sinch', bodyParser())));
});

describe('Hono', () => {
  const served = (app: Hono): Server => serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;

  test('takes them below app.mount and basePath', async () => {
    for (const path of ['/webhooks/sinch', '/webhooks']) {
      await takesCallbacks((webhook) => served(new Hono().mount(path, webhook)));
    }
    await taken((webhook) => served(new Hono().mount('/hooks', webhook)), `/hooks/url/${PATH_SECRET}`);
  });

  test('has them come again where something has read the body', async () => {
    for (const read of ['json', 'text', 'arrayBuffer'] as const) {
      await asksAgain((webhook) => {
        const app = new Hono();
        app.use(async (context, next) => {
          await context.req[read]();
          await next();
        });
        app.all('/webhooks/sinch/*', (context) => webhook(context.req.raw));
        return served(app);
      });
    }
  });
});
