import assert from 'node:assert/strict';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { Webhook } from '../../src/webhook/index.ts';
import { createBench, HMAC_SECRET, PATH_SECRET, recipientReport, signatureHeaders } from './webhook-fixture.ts';

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
  const listener = getRequestListener(webhook);
  return createServer((incoming, outgoing) => void listener(incoming, outgoing));
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
