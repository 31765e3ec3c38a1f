import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { createApiClient } from '../../src/commands/index.ts';

const SECRET = 'a-key-that-nobody-may-see';

async function withServer(listener: RequestListener, work: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function clientOf(url: string) {
  return createApiClient({ url, apiKey: SECRET, projectId: 'shop', from: { url: '--url', apiKey: '--api-key' } });
}

describe('calls of the HTTP API', () => {
  test('carry the key and the project, and leave out what is not given', async () => {
    await withServer(
      (request, response) => response.end(JSON.stringify([request.url, request.headers.authorization])),
      async (url) => {
        assert.deepEqual(await clientOf(url).get('/ledger', { campaignId: 'a b', other: undefined }), [
          '/v1/projects/shop/ledger?campaignId=a+b',
          `Bearer ${SECRET}`,
        ]);
      },
    );
  });

  test('fail with what was attempted and what to do where nothing answers', async () => {
    await assert.rejects(clientOf('http://127.0.0.1:9').get('/ledger'), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'stack_unreachable');
      assert.match(error.message, /GET http:\/\/127\.0\.0\.1:9\/v1\/projects\/shop\/ledger .*temporal-sinch up/);
      return true;
    });
  });

  test("pass on the server's words and code, and never the key", async () => {
    await withServer(
      (_, response) => {
        response.writeHead(404, { 'content-type': 'application/problem+json' });
        response.end(JSON.stringify({ title: 'Unknown project', code: 'unknown_project', detail: 'There is no shop' }));
      },
      async (url) => {
        await assert.rejects(
          clientOf(url).post('/messages', {}),
          (error: Error & { code?: string; status?: number }) => {
            assert.deepEqual([error.code, error.status], ['unknown_project', 404]);
            // Of the thing that was asked for, and not of an address that is right.
            assert.equal(error.message, 'There is no shop.');
            assert.doesNotMatch(error.message, new RegExp(SECRET));
            return true;
          },
        );
      },
    );
  });

  test('tell where a refused key came from', async () => {
    await withServer(
      (_, response) => response.writeHead(401).end('{}'),
      async (url) => {
        await assert.rejects(clientOf(url).get('/ledger'), { message: /API key is not right. It came from --api-key/ });
      },
    );
  });

  test('take neither a page nor a redirect for an answer', async () => {
    await withServer(
      (request, response) =>
        request.url?.endsWith('/page')
          ? response.end('<html></html>')
          : response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
      async (url) => {
        await assert.rejects(clientOf(url).get('/page'), { message: /not in JSON/ });
        await assert.rejects(clientOf(url).get('/elsewhere'), { code: 'stack_unreachable' });
      },
    );
  });
});
