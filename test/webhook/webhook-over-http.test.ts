import assert from 'node:assert/strict';
import { Agent, createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { Hono } from 'hono';
import { createNodeListener, type Webhook } from '../../src/webhook/index.ts';
import {
  basic,
  createBench,
  HMAC_SECRET,
  PATH_SECRET,
  post,
  recipientReport,
  signatureHeaders,
} from './webhook-fixture.ts';

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
}

/** A plain Node server with nothing but the webhook, as it stands in Express or Fastify too. */
function nodeServer(webhook: Webhook): Server {
  const listener = createNodeListener(webhook);
  return createServer((incoming, outgoing) => void listener(incoming, outgoing));
}

/** Sends the head of a callback and the beginning of its body, and never the end. @returns the status of its answer */
async function callWithoutEnd(port: number, path: string, headers: Record<string, string> = {}): Promise<number> {
  const call = httpRequest({ host: '127.0.0.1', port, method: 'POST', path: `/webhooks/sinch/${path}`, headers });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    call.once('response', resolve);
    call.on('error', reject);
  });
  call.write('{"type":');
  const { statusCode = 0 } = await answer;
  call.on('error', () => undefined);
  call.destroy();
  return statusCode;
}

async function report(port: number, path: string, headers: Record<string, string> = {}): Promise<number> {
  const url = `http://127.0.0.1:${port}/webhooks/sinch/${path}`;
  const response = await fetch(url, { method: 'POST', body: recipientReport(), headers });
  await response.body?.cancel();
  return response.status;
}

test('a signed report comes in over HTTP', async () => {
  const bench = createBench();
  const server = nodeServer(bench.webhook);
  try {
    const port = await listening(server);
    const body = recipientReport({ note: 'ünïcödé' });
    const response = await fetch(`http://127.0.0.1:${port}/webhooks/sinch/hmac`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...signatureHeaders(body, HMAC_SECRET) },
    });
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), { received: true });
    assert.equal(bench.signalled[0]?.workflowId, 'sinch/shop/welcome-1');

    const forged = await fetch(`http://127.0.0.1:${port}/webhooks/sinch/hmac`, {
      method: 'POST',
      body,
      headers: signatureHeaders(body, 'guessed'),
    });
    assert.equal(forged.status, 401);
    await forged.body?.cancel();
    assert.equal(bench.signalled.length, 1);
  } finally {
    await closed(server);
  }
});

test('it mounts in Hono below a path of the host', async () => {
  const bench = createBench();
  const app = new Hono().basePath('/apps/sms');
  app.all('/webhooks/sinch/*', (context) => bench.webhook(context.req.raw));
  const server = nodeServer(async (request) => app.fetch(request));
  try {
    const port = await listening(server);
    const url = `http://127.0.0.1:${port}/apps/sms/webhooks/sinch/url/${PATH_SECRET}`;
    const response = await fetch(url, { method: 'POST', body: recipientReport() });
    assert.deepEqual([response.status, await response.json()], [200, { received: true }]);
    const get = await fetch(url);
    assert.deepEqual([get.status, get.headers.get('allow')], [405, 'POST']);
    await get.body?.cancel();
  } finally {
    await closed(server);
  }
});

test('a chunked body without an end is refused at the limit while it is still being sent', async () => {
  const bench = createBench({ maxBodyBytes: 64 * 1024 });
  const server = nodeServer(bench.webhook);
  try {
    const port = await listening(server);
    const call = httpRequest({ host: '127.0.0.1', port, method: 'POST', path: `/webhooks/sinch/url/${PATH_SECRET}` });
    // The server may close the connection while we write.
    call.on('error', () => undefined);
    const answer = new Promise<IncomingMessage>((resolve) => {
      call.once('response', resolve);
    });
    const chunk = Buffer.alloc(16 * 1024, 0x20);
    const write = (): void => {
      while (!call.destroyed && call.write(chunk));
      call.once('drain', write);
    };
    write();
    const response = await answer;
    assert.equal(response.statusCode, 413);
    call.removeAllListeners('drain');
    call.destroy();
    assert.deepEqual([bench.signalled, bench.unreadable].flat(), []);
  } finally {
    await closed(server);
  }
});

test(
  'strangers whose bodies do not end are answered without them, and keep no genuine report waiting',
  { timeout: 150_000 },
  async () => {
    // No deadline helps: who is answered is answered for what it is.
    const bench = createBench({ maxConcurrent: 2, deadlineMs: 600_000 });
    const server = nodeServer(bench.webhook);
    try {
      const port = await listening(server);
      const body = recipientReport();
      const { 'x-sinch-webhook-signature': _, ...incomplete } = signatureHeaders(body, HMAC_SECRET);
      const strangers: [status: number, path: string, headers?: Record<string, string>][] = [
        [404, 'nobody'],
        [404, `nobody/${PATH_SECRET}`],
        [401, 'url'],
        [401, 'url/guessed'],
        [401, 'basic'],
        [401, 'basic', basic('sinch', 'guessed')],
        [401, 'hmac'],
        [401, 'hmac', incomplete],
      ];
      for (const [status, path, headers] of strangers) {
        const answers = await Promise.all([1, 2, 3].map(async () => callWithoutEnd(port, path, headers)));
        assert.deepEqual(answers, [status, status, status], path);
      }
      assert.equal(await report(port, `url/${PATH_SECRET}`), 200);

      // A signature is verified over the body: whether these are genuine is not known before they end.
      const forged = [1, 2, 3, 4].map(async () => callWithoutEnd(port, 'hmac', signatureHeaders(body, 'guessed')));
      const givenUp = await Promise.race(forged);
      assert.equal(givenUp, 503, 'the one that began first makes room');
      assert.equal(await report(port, `url/${PATH_SECRET}`), 200);
      assert.equal(await report(port, 'basic', basic('sinch', 'old')), 200);
      assert.equal(await report(port, 'hmac', signatureHeaders(body, HMAC_SECRET)), 200);
      assert.equal(bench.signalled.length, 4);
      server.closeAllConnections();
      await Promise.allSettled(forged);
    } finally {
      await closed(server);
    }
  },
);

test('a signed callback is answered 503 where there is no room, before its body or after it', async () => {
  const finish: (() => void)[] = [];
  const bench = createBench({
    maxConcurrent: 1,
    signalMessage: () => new Promise((resolve) => finish.push(() => resolve('signalled'))),
  });
  const body = recipientReport();
  let end: () => void = () => undefined;
  const stream = new ReadableStream({
    start: (controller) => {
      end = () => {
        controller.enqueue(Buffer.from(body));
        controller.close();
      };
    },
  });
  const headers = signatureHeaders(body, HMAC_SECRET);
  const url = 'https://sms.example/webhooks/sinch/hmac';
  const slow = bench.webhook(new Request(url, { method: 'POST', body: stream, headers, duplex: 'half' }));
  const taken = bench.webhook(post(`/webhooks/sinch/url/${PATH_SECRET}`, body));
  while (finish.length < 1) await new Promise((resolve) => setTimeout(resolve, 1));
  end();
  assert.equal((await slow).status, 503);
  assert.equal((await bench.webhook(post('/webhooks/sinch/hmac', body, headers))).status, 503);
  finish[0]?.();
  assert.equal((await taken).status, 200);
  assert.equal(finish.length, 1);
});

test('a connection whose callback was refused with its body unread takes the next one', async () => {
  const bench = createBench({ maxBodyBytes: 1_000_000 });
  const server = nodeServer(bench.webhook);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const port = await listening(server);
    const send = async (path: string, body: string): Promise<[status: number, onSameConnection: boolean]> => {
      const call = httpRequest({ agent, host: '127.0.0.1', port, method: 'POST', path: `/webhooks/sinch/${path}` });
      call.end(body);
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        call.once('response', resolve);
        call.once('error', reject);
      });
      response.resume();
      await new Promise((resolve) => {
        call.once('close', resolve);
      });
      return [response.statusCode ?? 0, call.reusedSocket];
    };
    const large = `"${'x'.repeat(500_000)}"`;
    assert.deepEqual(await send('nobody', large), [404, false]);
    assert.deepEqual(await send('url/guessed', large), [401, true]);
    assert.deepEqual(await send('hmac', large), [401, true]);
    assert.deepEqual(await send(`url/${PATH_SECRET}`, recipientReport()), [200, true]);
  } finally {
    agent.destroy();
    await closed(server);
  }
});
