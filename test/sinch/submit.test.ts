import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, test } from 'node:test';
import { type Dispatcher, Pool } from 'undici';
import { createSinchClient, type SinchClientOptions } from '../../src/sinch/index.ts';
import {
  answering,
  closedPort,
  hanging,
  NOW,
  type Script,
  type ScriptedHost,
  startHost,
  submission,
} from './scripted-host.ts';

const TOKEN = 'the-token-of-the-plan';

/** A deadline that a test waits for, and that leaves a busy machine the time to write a request before it. */
const SOON_MS = 1_500;

function clientOf(baseUrl: string, changes: Partial<SinchClientOptions> = {}) {
  return createSinchClient({
    baseUrl,
    servicePlanId: 'plan/1',
    apiToken: TOKEN,
    now: () => NOW,
    allowPrivateHosts: true,
    ...changes,
  });
}

function bodyOf(host: ScriptedHost): unknown {
  assert.equal(host.seen.length, 1);
  return JSON.parse(host.seen[0]?.body ?? '');
}

describe('the request of a send', () => {
  test('goes to the batches of the plan, as JSON, with its token', async () => {
    await using host = await startHost(answering(201, '{"id":"01B"}'));
    await clientOf(`${host.baseUrl}/`).submit(submission());
    const [request] = host.seen;
    assert.equal(request?.method, 'POST');
    assert.equal(request.url.pathname, '/xms/v1/plan%2F1/batches');
    assert.equal(request.headers['content-type'], 'application/json');
    assert.equal(request.headers.authorization, `Bearer ${TOKEN}`);
  });

  test('of a text asks for one report when it is final, and sets a maximum of parts', async () => {
    await using host = await startHost(answering(201, '{"id":"01B"}'));
    await clientOf(host.baseUrl).submit(
      submission({ sender: 'Shop', callbackUrl: 'https://me.example/webhooks/sinch/a', maxParts: 3 }),
    );
    assert.deepEqual(bodyOf(host), {
      type: 'mt_text',
      to: ['4915112345678'],
      from: 'Shop',
      body: 'Your order is on its way',
      delivery_report: 'per_recipient_final',
      client_reference: 'sinch/shop/order-1',
      callback_url: 'https://me.example/webhooks/sinch/a',
      expire_at: '2026-11-25T10:00:00.000Z',
      max_number_of_message_parts: 3,
    });
  });

  test('has no sender and no callback URL where there are none', async () => {
    await using host = await startHost(answering(201, '{"id":"01B"}'));
    await clientOf(host.baseUrl).submit(submission());
    assert.deepEqual(Object.keys(Object(bodyOf(host))).sort(), [
      'body',
      'client_reference',
      'delivery_report',
      'expire_at',
      'max_number_of_message_parts',
      'to',
      'type',
    ]);
  });

  test('of a media message carries its URL, text and subject, and no maximum of parts', async () => {
    await using host = await startHost(answering(201, '{"id":"01B"}'));
    const content = { kind: 'mms', mediaUrl: 'https://me.example/a.png', subject: 'Look', text: 'A cat 😀' } as const;
    await clientOf(host.baseUrl).submit(submission({ content }));
    assert.deepEqual(bodyOf(host), {
      type: 'mt_media',
      to: ['4915112345678'],
      body: { url: 'https://me.example/a.png', message: 'A cat 😀', subject: 'Look' },
      delivery_report: 'per_recipient_final',
      client_reference: 'sinch/shop/order-1',
      expire_at: '2026-11-25T10:00:00.000Z',
    });
  });

  test('expires after three days at the latest, less a minute for clocks that differ', async () => {
    await using host = await startHost(answering(201, '{"id":"01B"}'));
    await clientOf(host.baseUrl).submit(submission({ expireAt: '2026-12-24T10:00:00.000Z' }));
    assert.equal(Object(bodyOf(host)).expire_at, '2026-11-27T09:59:00.000Z');
  });

  test('asks for the token each time where it is a function', async () => {
    await using host = await startHost(answering(201, '{"id":"01B"}'));
    let token = 'first';
    const client = clientOf(host.baseUrl, { apiToken: () => token });
    await client.submit(submission());
    token = 'second';
    await client.submit(submission());
    assert.deepEqual(
      host.seen.map(({ headers }) => headers.authorization),
      ['Bearer first', 'Bearer second'],
    );
  });
});

describe('the outcome of a send', () => {
  const answers: readonly [status: number, body: string, headers: Record<string, string>, outcome: object][] = [
    [201, '{"id":"01B"}', {}, { kind: 'accepted', batchId: '01B', at: '2026-11-24T10:00:00.000Z' }],
    [
      400,
      '{"code":"syntax_invalid_parameter_format","text":"Not a number: 4915112345678"}',
      {},
      {
        kind: 'refused',
        statusCode: 400,
        error: 'syntax_invalid_parameter_format',
        comment: 'Not a number: +49•••••78',
      },
    ],
    [
      403,
      '{"code":"blocked_account","text":"Blocked"}',
      {},
      { kind: 'integration_fault', statusCode: 403, error: 'blocked_account', comment: 'Blocked' },
    ],
    [401, '{"error":"Who?"}', {}, { kind: 'integration_fault', statusCode: 401, comment: 'Who?' }],
    [429, '', { 'retry-after': '7' }, { kind: 'not_accepted', statusCode: 429, retryAfterMs: 7_000 }],
    [
      503,
      'Later',
      { 'retry-after': 'Tue, 24 Nov 2026 10:00:20 GMT' },
      { kind: 'not_accepted', statusCode: 503, comment: 'Later', retryAfterMs: 20_000 },
    ],
    [500, '', {}, { kind: 'unknown', statusCode: 500 }],
    [502, '', {}, { kind: 'unknown', statusCode: 502 }],
    [504, 'Gateway', {}, { kind: 'unknown', statusCode: 504, comment: 'Gateway' }],
  ];
  for (const [status, body, headers, outcome] of answers) {
    test(`after the answer ${status} ${body} is ${JSON.stringify(outcome)}`, async () => {
      await using host = await startHost(answering(status, body, headers));
      assert.deepEqual(await clientOf(host.baseUrl).submit(submission()), outcome);
      assert.equal(host.seen.length, 1);
    });
  }

  const strangers: readonly [what: string, script: Script][] = [
    ['a page with status 200', answering(200, '<html><title>Sign in</title></html>', { 'content-type': 'text/html' })],
    ['a page with status 201', answering(201, '<html><title>Sign in</title></html>', { 'content-type': 'text/html' })],
    ["a gateway's default", answering(200, '{"status":"ok"}', { 'content-type': 'application/json' })],
    ['an empty body', answering(201, '', { 'content-type': 'application/json' })],
    ['status 204', answering(204)],
    ['what cannot be decompressed', answering(201, '{"id":"01B"}', { 'content-encoding': 'gzip' })],
    ['an encoding that nobody knows', answering(201, '{"id":"01B"}', { 'content-encoding': 'rot13' })],
    [
      'the batch of another message',
      answering(201, '{"id":"01B","client_reference":"sinch/shop/order-2"}', { 'content-type': 'application/json' }),
    ],
  ];
  for (const [what, script] of strangers) {
    test(`after ${what} is unknown: it has to be looked for`, async () => {
      await using host = await startHost(script);
      const outcome = await clientOf(host.baseUrl).submit(submission());
      assert.ok(outcome.kind === 'unknown' && outcome.error === 'not_sinch', JSON.stringify(outcome));
      assert.equal(host.seen.length, 1);
    });
  }

  test('is accepted where a proxy compresses the answer without being asked to', async () => {
    const body = JSON.stringify({ id: '01B', client_reference: 'sinch/shop/order-1', to: ['4915112345678'] });
    for (const [encoding, compress] of [
      ['gzip', gzipSync],
      ['deflate', deflateSync],
      ['br', brotliCompressSync],
    ] as const) {
      await using host = await startHost((_, response) => {
        response.writeHead(201, { 'content-type': 'application/json', 'content-encoding': encoding });
        response.end(compress(body));
      });
      const outcome = await clientOf(host.baseUrl).submit(submission());
      assert.ok(outcome.kind === 'accepted' && outcome.batchId === '01B', JSON.stringify(outcome));
    }
  });

  test('is accepted where a compressed 201 breaks off', async () => {
    const body = gzipSync(JSON.stringify({ id: '01B', to: ['4915112345678'], body: 'x'.repeat(500) }));
    await using host = await startHost((_, response, socket) => {
      response.writeHead(201, {
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        'content-length': String(body.length),
      });
      response.write(body.subarray(0, body.length - 12), () => socket.destroy());
    });
    assert.equal((await clientOf(host.baseUrl).submit(submission())).kind, 'accepted');
  });

  test('is unknown where the host wants to speak another protocol', async () => {
    await using host = await startHost((_, __, socket) =>
      socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n'),
    );
    assert.equal((await clientOf(host.baseUrl).submit(submission())).kind, 'unknown');
    assert.equal(host.seen.length, 1);
  });

  test('is that of the answer that follows an announcement of one', async () => {
    await using host = await startHost((_, __, socket) =>
      socket.end('HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 201 Created\r\ncontent-length: 12\r\n\r\n{"id":"01B"}'),
    );
    assert.equal((await clientOf(host.baseUrl).submit(submission())).kind, 'accepted');
  });

  for (const status of [301, 307, 308]) {
    test(`after the redirect ${status} is the integration's fault, and the redirect is not followed`, async () => {
      await using elsewhere = await startHost(answering(201, '{"id":"01B"}'));
      await using host = await startHost(answering(status, '', { location: `${elsewhere.baseUrl}/batches` }));
      const outcome = await clientOf(host.baseUrl).submit(submission());
      assert.equal(outcome.kind, 'integration_fault');
      assert.equal(host.seen.length, 1);
      assert.equal(elsewhere.seen.length, 0);
    });
  }

  test('is unknown when the host hangs, at the deadline', async () => {
    await using host = await startHost(hanging);
    const outcome = await clientOf(host.baseUrl, { submitTimeoutMs: SOON_MS }).submit(submission());
    assert.equal(outcome.kind, 'unknown');
    assert.match(outcome.comment ?? '', /DEADLINE_EXCEEDED/);
    assert.equal(host.seen.length, 1);
  });

  test('is unknown when the host reads the request and resets the connection, and the request is not repeated', async () => {
    await using host = await startHost((_, __, socket) => socket.resetAndDestroy());
    assert.equal((await clientOf(host.baseUrl).submit(submission())).kind, 'unknown');
    assert.equal(host.seen.length, 1);
  });

  test('is unknown when a connection that has served before ends under the request, and it is not repeated', async () => {
    await using host = await startHost(answering(201, '{"id":"01B"}'));
    const client = clientOf(host.baseUrl);
    assert.equal((await client.submit(submission())).kind, 'accepted');
    host.script = (_, __, socket) => socket.destroy();
    assert.equal((await client.submit(submission())).kind, 'unknown');
    assert.equal(host.seen.length, 2);
    host.script = answering(201, '{"id":"01C"}');
    assert.equal((await client.submit(submission())).kind, 'accepted');
    assert.equal(host.seen.length, 3);
  });

  test('is unknown when the answer is no HTTP', async () => {
    await using host = await startHost((_, __, socket) => socket.end('SSH-2.0-what\r\n\r\n'));
    assert.equal((await clientOf(host.baseUrl).submit(submission())).kind, 'unknown');
    assert.equal(host.seen.length, 1);
  });

  test('is accepted when the body of a 201 breaks off', async () => {
    await using host = await startHost((_, response, socket) => {
      response.writeHead(201, { 'content-length': '1000' });
      response.write('{"id":"01', () => socket.destroy());
    });
    const outcome = await clientOf(host.baseUrl).submit(submission());
    assert.deepEqual(outcome, { kind: 'accepted', at: '2026-11-24T10:00:00.000Z' });
  });

  test('is accepted when the body of a 201 never ends, at the deadline', async () => {
    await using host = await startHost((_, response) => {
      response.writeHead(201, { 'content-length': '1000' });
      response.write('{"id":"01');
    });
    assert.equal((await clientOf(host.baseUrl, { submitTimeoutMs: SOON_MS }).submit(submission())).kind, 'accepted');
  });

  test('is not accepted when nobody listens', async () => {
    const outcome = await clientOf(`http://127.0.0.1:${await closedPort()}`).submit(submission());
    assert.equal(outcome.kind, 'not_accepted');
    assert.match(outcome.comment ?? '', /ECONNREFUSED/);
  });

  test('is not accepted when the host has no address', async () => {
    const outcome = await clientOf('http://sinch.invalid').submit(submission());
    assert.equal(outcome.kind, 'not_accepted');
  });

  test('is not accepted when the host does not speak TLS', async () => {
    await using host = await startHost(answering(201));
    const outcome = await clientOf(host.baseUrl.replace('http:', 'https:')).submit(submission());
    assert.equal(outcome.kind, 'not_accepted');
    assert.equal(host.seen.length, 0);
  });

  test('is not accepted when the connection is reset during the TLS handshake', async () => {
    const server = createTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      const outcome = await clientOf(`https://127.0.0.1:${port}`).submit(submission());
      assert.equal(outcome.kind, 'not_accepted');
      assert.match(outcome.comment ?? '', /ECONNRESET/);
    } finally {
      server.close();
      await once(server, 'close');
    }
  });

  test('is not accepted when no connection becomes free in time, and it never leaves later', async () => {
    let answerFirst = (): void => {};
    await using host = await startHost((_, response) => {
      answerFirst = () => response.writeHead(201).end('{"id":"01B"}');
    });
    const pool = new Pool(host.baseUrl, { connections: 1, pipelining: 1 });
    const first = clientOf(host.baseUrl, { dispatcher: pool, submitTimeoutMs: 5_000 }).submit(submission());
    await host.waitForRequests(1);
    const waiting = clientOf(host.baseUrl, { dispatcher: pool, submitTimeoutMs: 50 });
    const outcomes = await Promise.all([1, 2, 3].map(() => waiting.submit(submission())));
    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ['not_accepted', 'not_accepted', 'not_accepted'],
    );

    const last = clientOf(host.baseUrl, { dispatcher: pool }).submit(
      submission({ clientReference: 'sinch/shop/last' }),
    );
    host.script = answering(201, '{"id":"01B"}');
    host.seen.splice(0);
    answerFirst();
    assert.equal((await first).kind, 'accepted');
    assert.equal((await last).kind, 'accepted');
    await pool.close();
    assert.deepEqual(
      host.seen.map(({ body }) => JSON.parse(body).client_reference),
      ['sinch/shop/last'],
    );
  });

  test("is the integration's fault when the token cannot be sent, and the token is not told", async () => {
    await using host = await startHost(answering(201));
    const outcome = await clientOf(host.baseUrl, { apiToken: 'secret\nline' }).submit(submission());
    assert.equal(outcome.kind, 'integration_fault');
    assert.ok(!JSON.stringify(outcome).includes('secret'));
    assert.equal(host.seen.length, 0);
  });

  test('is not made twice by a dispatcher that repeats requests', async () => {
    await using host = await startHost((_, __, socket) => socket.destroy());
    const pool = new Pool(host.baseUrl);
    const repeating = pool.compose(
      (dispatch): Dispatcher.Dispatch =>
        (options, handler) =>
          dispatch(options, {
            ...handler,
            onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
            onResponseStart: (...given) => handler.onResponseStart?.(...given),
            onResponseError: () => void dispatch(options, handler),
          }),
    );
    const outcome = await clientOf(host.baseUrl, { dispatcher: repeating }).submit(submission());
    assert.equal(outcome.kind, 'unknown');
    assert.equal(host.seen.length, 1);
    await pool.close();
  });
});

describe('the options of a client', () => {
  const wrong: readonly [changes: Partial<SinchClientOptions>, named: RegExp][] = [
    [{ baseUrl: 'eu.sms.api.sinch.com' }, /baseUrl/],
    [{ baseUrl: 'ftp://eu.sms.api.sinch.com' }, /baseUrl/],
    [{ submitTimeoutMs: 0 }, /submitTimeoutMs/],
    [{ lookupTimeoutMs: Number.NaN }, /lookupTimeoutMs/],
  ];
  for (const [changes, named] of wrong) {
    test(`are refused where they are ${JSON.stringify(changes)}`, () => {
      assert.throws(
        () => clientOf('http://127.0.0.1:1', changes),
        (error: unknown) => error instanceof TypeError && named.test(error.message),
      );
    });
  }
});
