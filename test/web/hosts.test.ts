/** Requests with whatever stands in the header `Host`, and with targets in every form: nothing is read of the host. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { createNodeListener, pathnameOf } from '../../src/web/index.ts';
import { startEmptyApp } from '../http/admin-app.ts';
import { listening } from '../examples/listening.ts';
import { sendRaw } from '../helpers/raw-http.ts';
import {
  createBench,
  HMAC_SECRET,
  PATH_SECRET,
  recipientReport,
  signatureHeaders,
} from '../webhook/webhook-fixture.ts';

/** Valid in the header, and no host of a URL, or one that URLs spell otherwise. */
const HOSTS = [
  'web.1',
  'server.2:8080',
  'sms.task.3',
  '1.2.3.4.5',
  '999.1.1.1',
  '0x7f.1',
  'a_b',
  '_',
  '-',
  'a..b',
  'xn--a',
  'host:0',
  'host:99999',
  'host:',
  ':80',
  '',
  '[fe80::1%eth0]',
  '[::1]:8080',
  '[',
  'a b',
  'user@host',
  'a/b',
  'a?b',
  'a#b',
  'ünïcödé.example',
  '%',
  '%00',
  'HOST.Example.COM:80',
  'a'.repeat(300),
];

const BODY = recipientReport();
const SIGNED = Object.entries(signatureHeaders(BODY, HMAC_SECRET)).map((header) => header.join(': '));

function requestOf(line: string, headers: readonly string[] = [], body = ''): string {
  const length = body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`];
  return [line, ...headers, ...length, 'Connection: close', '', body].join('\r\n');
}

describe('the webhook takes a callback', () => {
  async function callWith(line: string, headers: readonly string[], serveIt = nodeServer): Promise<void> {
    const bench = createBench();
    await using server = await listening(serveIt(bench.webhook));
    const { status, text } = await sendRaw(server.port, requestOf(line, headers, BODY));
    assert.equal(status, 200, `${line} ${headers.join(' ')}: ${text} ${bench.logged.join()}`);
    assert.equal(bench.signalled.length, 1);
    assert.deepEqual(bench.logged, []);
  }
  const nodeServer = (webhook: ReturnType<typeof createBench>['webhook']) => {
    const listener = createNodeListener(webhook);
    return createServer((incoming, outgoing) => void listener(incoming, outgoing));
  };

  test('for every host', async () => {
    for (const host of HOSTS) {
      await callWith(`POST /webhooks/sinch/url/${PATH_SECRET} HTTP/1.1`, [`Host: ${host}`]);
      await callWith('POST /webhooks/sinch/hmac HTTP/1.1', [`Host: ${host}`, 'Origin: https://x.example', ...SIGNED]);
    }
  });

  test('without a host, with two of them, and for a target in absolute form', async () => {
    await callWith('POST /webhooks/sinch/hmac HTTP/1.0', SIGNED);
    await callWith('POST /webhooks/sinch/hmac HTTP/1.1', ['Host: a', 'Host: b', ...SIGNED]);
    for (const origin of ['http://web.1', 'https://x:99999', 'HTTP://a_b', 'http://[fe80::1%25eth0]:1', 'http://']) {
      await callWith(`POST ${origin}/webhooks/sinch/hmac?a=/webhooks/sinch/x HTTP/1.1`, ['Host: y', ...SIGNED]);
    }
    await callWith('POST //webhooks/sinch/hmac HTTP/1.1', ['Host: y', ...SIGNED]);
    await callWith('POST //x/webhooks/sinch/hmac/ HTTP/1.1', ['Host: y', ...SIGNED]);
  });

  test('in Hono too, whose server makes a URL of the host', async () => {
    const hono = (webhook: ReturnType<typeof createBench>['webhook']) => {
      const app = new Hono().all('/webhooks/sinch/*', (context) => webhook(context.req.raw));
      return serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as ReturnType<typeof createServer>;
    };
    for (const host of ['web.1', 'server.2:8080', '1.2.3.4.5']) {
      await callWith(`POST /webhooks/sinch/url/${PATH_SECRET} HTTP/1.1`, [`Host: ${host}`], hono);
      await callWith('POST /webhooks/sinch/hmac HTTP/1.1', [`Host: ${host}`, ...SIGNED], hono);
    }
    // What does not tell its length cannot be read there: it has to come again, and the log says why.
    const bench = createBench();
    await using server = await listening(hono(bench.webhook));
    const chunked = `POST /webhooks/sinch/url/${PATH_SECRET} HTTP/1.1\r\nHost: web.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`;
    assert.equal((await sendRaw(server.port, chunked)).status, 503);
    assert.equal(bench.logged.length, 1);
    // A stranger is refused as ever.
    const foreign = requestOf('POST /webhooks/sinch/nobody HTTP/1.1', ['Host: web.1'], '{}');
    assert.equal((await sendRaw(server.port, foreign)).status, 404);
  });
});

describe('the HTTP process answers', () => {
  test('every path alike, for every host, with an origin and without', async () => {
    await using app = await startEmptyApp({ webhook: createBench().webhook });
    const port = Number(new URL(app.url).port);
    const calls: [line: string, status: number, body?: string][] = [
      ['GET /healthz', 200],
      ['HEAD /healthz', 200],
      ['GET /v1/projects', 401],
      ['POST /v1/projects', 401, '{}'],
      ['POST /codec/decode', 401, '{"payloads":[]}'],
      ['GET /nowhere', 404],
      ['POST /webhooks/sinch/nobody', 404, '{}'],
      ['OPTIONS /', 204],
      ['OPTIONS *', 204],
      ['GET http://web.1/healthz', 200],
      ['GET http://a_b:99999/healthz', 200],
    ];
    for (const [line, status, body] of calls) {
      for (const host of ['web.1', 'server.2:8080', '[fe80::1%eth0]', 'a b', '']) {
        // What changes something is not for pages of another origin.
        const isForeign = line.startsWith('POST /v1/') || line.startsWith('POST /codec/');
        const expected = [status, isForeign && host !== 'web.1' ? 403 : status, status];
        const headers = [`Host: ${host}`];
        const answers = [
          await sendRaw(port, requestOf(`${line} HTTP/1.1`, headers, body)),
          await sendRaw(port, requestOf(`${line} HTTP/1.1`, [...headers, 'Origin: http://web.1'], body)),
          await sendRaw(port, requestOf(`${line} HTTP/1.0`, [], body)),
        ];
        assert.deepEqual(
          answers.map((answer) => answer.status),
          expected,
          `${line} ${host}`,
        );
      }
    }
    for (const method of ['TRACE', 'PROPFIND', 'M-SEARCH']) {
      assert.equal((await sendRaw(port, requestOf(`${method} /healthz HTTP/1.1`, ['Host: web.1']))).status, 404);
    }
    assert.doesNotMatch(app.log.lines.join('\n'), /failed|could not/);
  });
});

test('the path of a URL is what stands between host and query, as it was sent', () => {
  const paths: [url: string, path: string][] = [
    ['/a/b?c#d', '/a/b'],
    ['http://web.1/a', '/a'],
    ['http://web.1', '/'],
    ['http://web.1?x=/y', '/'],
    ['http:///a', '/a'],
    ['//a/b', '//a/b'],
    ['/a//b/', '/a//b/'],
    ['/a?http://b/c', '/a'],
    ['*', '/*'],
    ['', '/'],
    ['/%2e%2e/a%20b', '/%2e%2e/a%20b'],
  ];
  for (const [url, path] of paths) assert.equal(pathnameOf(url), path, url);
});
