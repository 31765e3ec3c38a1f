import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { createDeliveryReportHandler, type ReportStore } from '../../src/webhook/index.ts';
import {
  batchReport,
  callback,
  createBench,
  HMAC_SECRET,
  PATH_SECRET,
  post,
  recipientReport,
  settings,
  signatureHeaders,
} from './webhook-fixture.ts';

const hashOf = (body: string): string => createHash('sha256').update(body).digest('hex');

test('a recipient’s report is handed to its message with what it says', async () => {
  const bench = createBench();
  const body = recipientReport({ number_of_message_parts: 2, operator: '23410', something_new: { a: 1 } });
  const response = await bench.webhook(callback(body));
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.deepEqual(await response.json(), { received: true });
  assert.deepEqual(bench.signalled, [
    {
      workflowId: 'sinch/shop/welcome-1',
      requestId: `dlr:${hashOf(body)}`,
      report: {
        integrationId: 'url',
        status: 'Delivered',
        at: '2026-11-24T09:59:58.123Z',
        batchId: '01JHFFHQ0P99JPPNQPJDV7JTBP',
        statusCode: 0,
        partCount: 2,
        operatorStatusAt: '2026-11-24T09:59:00.000Z',
      },
    },
  ]);
  assert.deepEqual([bench.late, bench.unmatched, bench.unreadable, bench.logged].flat(), []);
  assert.equal(bench.counts.get('sinch_webhook_callbacks_total{integrationId=url,outcome=signalled}'), 1);
  assert.equal(bench.counts.get('sinch_webhook_answers_total{integrationId=url,status=200}'), 1);
});

test('no phone number goes into the signal', async () => {
  const bench = createBench();
  await bench.webhook(callback(recipientReport()));
  await bench.webhook(
    callback(batchReport([{ code: 0, status: 'Delivered', count: 1, recipients: ['447400123456'] }])),
  );
  assert.equal(bench.signalled.length, 2);
  assert.doesNotMatch(JSON.stringify(bench.signalled), /447400123456/);
});

test('reports of MMS, intermediate ones and new status words are handed on as they are', async () => {
  for (const more of [
    { type: 'recipient_delivery_report_mms', status: 'Delivered' },
    { status: 'Dispatched', code: 401 },
    { status: 'Teleported', code: 4711 },
    { status: 'delivered', code: '0' },
  ]) {
    const bench = createBench();
    assert.equal((await bench.webhook(callback(recipientReport(more)))).status, 200);
    assert.deepEqual(
      bench.signalled.map(({ report }) => report.status),
      [more.status],
      JSON.stringify(more),
    );
  }
});

test('the same callback has the same request id, and another one another', async () => {
  const bench = createBench();
  await bench.webhook(callback(recipientReport()));
  await bench.webhook(callback(recipientReport()));
  await bench.webhook(callback(recipientReport({ code: 1 })));
  const [first, second, third] = bench.signalled.map(({ requestId }) => requestId);
  assert.equal(first, second);
  assert.notEqual(first, third);
});

test('a batch report gives one signal for each status, each with a request id of its own', async () => {
  const bench = createBench();
  const body = batchReport([
    { code: 401, status: 'Dispatched', count: 1 },
    { code: 0, status: 'Delivered', count: 1, recipients: ['447400123456'] },
  ]);
  assert.equal((await bench.webhook(callback(body))).status, 200);
  assert.deepEqual(
    bench.signalled.map(({ report, requestId }) => [report.status, report.at, requestId]),
    [
      ['Dispatched', '2026-11-24T10:00:00.000Z', `dlr:${hashOf(body)}:0`],
      ['Delivered', '2026-11-24T10:00:00.000Z', `dlr:${hashOf(body)}:1`],
    ],
  );
});

test('a batch report of one status has the plain request id', async () => {
  const bench = createBench();
  const body = batchReport([{ code: 0, status: 'Delivered', count: 1 }], { type: 'delivery_report_mms' });
  await bench.webhook(callback(body));
  assert.deepEqual(
    bench.signalled.map(({ requestId }) => requestId),
    [`dlr:${hashOf(body)}`],
  );
});

test('a batch report without any status is kept and done with', async () => {
  const bench = createBench();
  assert.equal((await bench.webhook(callback(batchReport([])))).status, 200);
  assert.equal(bench.unreadable.length + bench.unmatched.length, 1);
});

test('a report for a message that has ended is kept as late, with its raw body, and so is its repeat', async () => {
  const bench = createBench({ result: 'closed' });
  const body = recipientReport();
  for (let times = 0; times < 2; times += 1) assert.equal((await bench.webhook(callback(body))).status, 200);
  assert.equal(bench.late.length, 2);
  const [entry] = bench.late;
  assert.deepEqual(
    { ...entry, rawBody: Buffer.from(entry?.rawBody ?? []).toString() },
    {
      integrationId: 'url',
      projectId: 'shop',
      messageId: 'welcome-1',
      report: bench.signalled[0]?.report,
      rawBody: body,
      receivedAt: '2026-11-24T10:00:00.000Z',
    },
  );
});

test('a report that belongs to no message of ours is kept with the reason, and nobody is signalled', async () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ client_reference: 'sinch/other/welcome-1' }, 'foreign_reference'],
    [{ client_reference: 'order 4711' }, 'foreign_reference'],
    [{ client_reference: 'sinch/shop/447400123456' }, 'foreign_reference'],
    [{ client_reference: undefined }, 'no_reference'],
  ];
  for (const [more, reason] of cases) {
    const bench = createBench();
    const body = recipientReport(more);
    assert.equal((await bench.webhook(callback(body))).status, 200);
    assert.deepEqual(bench.signalled, []);
    assert.deepEqual(bench.unmatched, [
      {
        integrationId: 'url',
        ...(more.client_reference === undefined ? {} : { clientReference: more.client_reference }),
        reason,
        rawBody: Buffer.from(body),
        receivedAt: '2026-11-24T10:00:00.000Z',
      },
    ]);
    assert.equal(bench.counts.get(`sinch_webhook_callbacks_total{integrationId=url,outcome=${reason}}`), 1);
  }
});

test('a report for a message that nobody knows is kept', async () => {
  const bench = createBench({ result: 'unknown' });
  assert.equal((await bench.webhook(callback(recipientReport()))).status, 200);
  assert.deepEqual(
    bench.unmatched.map(({ reason, clientReference }) => [reason, clientReference]),
    [['unknown_message', 'sinch/shop/welcome-1']],
  );
});

test('a body of many statuses that match nothing is kept once', async () => {
  const bench = createBench({ result: 'unknown' });
  await bench.webhook(
    callback(batchReport(['Queued', 'Dispatched', 'Delivered'].map((status) => ({ code: 0, status, count: 1 })))),
  );
  assert.equal(bench.unmatched.length, 1);
});

test('messages from handsets are kept as such', async () => {
  for (const type of ['mo_text', 'mo_binary', 'mo_media']) {
    const bench = createBench();
    const body = JSON.stringify({ type, id: '1', from: '447400123456', to: '12345', body: 'STOP' });
    assert.equal((await bench.webhook(callback(body))).status, 200);
    assert.deepEqual(
      bench.unmatched.map(({ reason }) => reason),
      ['inbound'],
    );
  }
});

test('an authentic body that cannot be read is kept byte by byte and done with', async () => {
  const bodies: (string | Uint8Array)[] = [
    '',
    '{"type":',
    'null',
    '[]',
    '"text"',
    '{}',
    '{"type":"something_new"}',
    '[[[[',
    '['.repeat(200_000) + ']'.repeat(200_000),
    Uint8Array.of(0xff, 0xfe, 0x00),
    recipientReport({ status: undefined }),
    recipientReport({ status: 7 }),
    batchReport([{ code: 0 }]),
  ];
  for (const body of bodies) {
    const bench = createBench();
    const name = String(body).slice(0, 60);
    assert.equal((await bench.webhook(callback(body))).status, 200, name);
    assert.deepEqual(
      bench.unreadable.map(({ rawBody }) => Buffer.from(rawBody)),
      [Buffer.from(body)],
      name,
    );
    assert.deepEqual([bench.signalled, bench.unmatched, bench.late].flat(), [], name);
  }
});

test('a report whose time cannot be read is of the time when it came', async () => {
  const bench = createBench();
  assert.equal((await bench.webhook(callback(recipientReport({ at: 'yesterday' })))).status, 200);
  assert.deepEqual(
    bench.signalled.map(({ report }) => [report.status, report.at]),
    [['Delivered', '2026-11-24T10:00:00.000Z']],
  );
  assert.deepEqual(bench.unreadable, []);
});

test('why a body could not be read is told without quoting it', async () => {
  const bench = createBench();
  await bench.webhook(callback('{"recipient":"447400123456"'));
  assert.equal(bench.unreadable[0]?.why, 'The body is not JSON.');
  assert.doesNotMatch(bench.logged.join('\n'), /447400123456/);
});

test('a report that was compressed on its way is a report, and authenticated as it came', async () => {
  const report = recipientReport();
  const sent: [encoding: string, body: Uint8Array][] = [
    ['gzip', gzipSync(report)],
    ['X-GZIP', gzipSync(report)],
    ['deflate', deflateSync(report)],
    ['br', brotliCompressSync(report)],
    // Not what its label says.
    ['gzip', Buffer.from(report)],
    ['identity', Buffer.from(report)],
  ];
  for (const [encoding, body] of sent) {
    const { webhook, signalled } = createBench();
    const headers = { ...signatureHeaders(body, HMAC_SECRET), 'content-encoding': encoding };
    assert.equal((await webhook(post('/webhooks/sinch/hmac', body, headers))).status, 200, encoding);
    assert.equal(signalled[0]?.workflowId, 'sinch/shop/welcome-1', encoding);
  }
});

test('a body that would be larger than the limit once it is unpacked is kept as it came', async () => {
  const { webhook, signalled, unreadable } = createBench({ maxBodyBytes: 10_000 });
  // A report that could be read, but for its size.
  const bomb = gzipSync(Buffer.concat([Buffer.from(recipientReport()), Buffer.alloc(1_000_000, ' ')]));
  const headers = { ...signatureHeaders(bomb, HMAC_SECRET), 'content-encoding': 'gzip' };
  assert.equal((await webhook(post('/webhooks/sinch/hmac', bomb, headers))).status, 200);
  assert.deepEqual(signalled, []);
  assert.deepEqual(Buffer.from(unreadable[0]?.rawBody ?? []), bomb);
});

test('a body that is not UTF-8 is not guessed at', async () => {
  const bench = createBench();
  const bytes = Buffer.from(recipientReport({ note: '?' }));
  bytes[bytes.lastIndexOf('?')] = 0xff;
  assert.equal((await bench.webhook(callback(bytes))).status, 200);
  assert.equal(bench.unreadable[0]?.why, 'The body is not UTF-8.');
});

test('only POST is allowed', async () => {
  const { webhook, signalled } = createBench();
  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
    const response = await webhook(new Request(`https://sms.example/webhooks/sinch/url/${PATH_SECRET}`, { method }));
    assert.equal(response.status, 405);
    assert.equal(response.headers.get('allow'), 'POST');
  }
  assert.deepEqual(signalled, []);
});

test('a body over the limit is refused by its declared length, before anything is read', async () => {
  const { webhook, signalled } = createBench({ maxBodyBytes: 1000 });
  const request = new Request(`https://sms.example/webhooks/sinch/url/${PATH_SECRET}`, {
    method: 'POST',
    headers: { 'content-length': '1001' },
    body: new ReadableStream(
      {
        pull: () => {
          throw new Error('nobody was to read this');
        },
      },
      { highWaterMark: 0 },
    ),
    duplex: 'half',
  });
  const response = await webhook(request);
  assert.equal(response.status, 413);
  assert.equal(((await response.json()) as { code: string }).code, 'body_too_large');
  assert.deepEqual(signalled, []);
});

test('a body of undeclared length is read up to the limit and no further', async () => {
  const { webhook } = createBench({ maxBodyBytes: 1000 });
  let pulled = 0;
  let cancelled = false;
  const request = new Request(`https://sms.example/webhooks/sinch/url/${PATH_SECRET}`, {
    method: 'POST',
    body: new ReadableStream(
      {
        pull: (controller) => {
          pulled += 1;
          controller.enqueue(new Uint8Array(300));
        },
        cancel: () => {
          cancelled = true;
        },
      },
      { highWaterMark: 0 },
    ),
    duplex: 'half',
  });
  assert.equal((await webhook(request)).status, 413);
  assert.equal(pulled, 4);
  assert.ok(cancelled);
});

test('a body of exactly the limit is taken', async () => {
  const body = recipientReport();
  const atLimit = createBench({ maxBodyBytes: Buffer.byteLength(body) });
  assert.equal((await atLimit.webhook(callback(body))).status, 200);
  const below = createBench({ maxBodyBytes: Buffer.byteLength(body) - 1 });
  assert.equal((await below.webhook(callback(body))).status, 413);
});

const fails = (): Promise<never> => Promise.reject(new Error('connection refused'));
const never = (): Promise<never> => new Promise(() => undefined);
const brokenStore: ReportStore = { keepLate: fails, keepUnmatched: fails, keepUnreadable: fails };

async function unavailable(
  bench: ReturnType<typeof createBench>,
  request = callback(recipientReport()),
): Promise<void> {
  const response = await bench.webhook(request);
  assert.equal(response.status, 503);
  assert.equal(response.headers.get('retry-after'), '5');
  assert.equal(((await response.json()) as { code: string }).code, 'unavailable');
  assert.equal(bench.logged.length, 1);
}

test('while Temporal is away the callback is to come again', async () => {
  const bench = createBench({ signalMessage: fails });
  await unavailable(bench);
  assert.equal(bench.counts.get('sinch_webhook_answers_total{integrationId=url,status=503}'), 1);
  assert.deepEqual([bench.late, bench.unmatched, bench.unreadable].flat(), []);
});

test('while the store is away a callback that has to be kept is to come again', async () => {
  await unavailable(createBench({ reports: brokenStore, result: 'closed' }));
  await unavailable(createBench({ reports: brokenStore, result: 'unknown' }));
  await unavailable(createBench({ reports: brokenStore }), callback('{'));
  await unavailable(createBench({ reports: brokenStore }), callback('{"type":"mo_text"}'));
  await unavailable(createBench({ reports: brokenStore }), callback(recipientReport({ client_reference: 'x' })));
});

test('while the store is away a report that its message takes is not held up', async () => {
  const { webhook } = createBench({ reports: brokenStore });
  assert.equal((await webhook(callback(recipientReport()))).status, 200);
});

test('while the settings are away the callback is to come again', async () => {
  await unavailable(createBench({ settings: { integration: fails } }));
});

test('an answer that nobody foresaw is a failure of ours', async () => {
  await unavailable(createBench({ signalMessage: () => Promise.resolve('perhaps' as 'unknown') }));
  await unavailable(
    createBench({
      signalMessage: () => {
        throw new TypeError('a defect');
      },
    }),
  );
});

test('a call that hangs is ended by the deadline, and told so', async () => {
  let told: AbortSignal | undefined;
  await unavailable(
    createBench({
      deadlineMs: 20,
      signalMessage: (_workflowId, _report, _requestId, signal) => {
        told = signal;
        return never();
      },
    }),
  );
  assert.ok(told?.aborted);
  await unavailable(createBench({ deadlineMs: 20, settings: { integration: never } }));
  await unavailable(createBench({ deadlineMs: 20, reports: { ...brokenStore, keepUnreadable: never } }), callback('{'));
});

test('callbacks beyond those that may be under way at once are answered 503 at once and unread, and later ones are taken', async () => {
  const waiting: (() => void)[] = [];
  const bench = createBench({
    maxConcurrent: 2,
    signalMessage: () => new Promise((resolve) => waiting.push(() => resolve('signalled'))),
  });
  const taken = [1, 2].map(() => bench.webhook(callback(recipientReport())));
  while (waiting.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  for (let beyond = 0; beyond < 50; beyond += 1) {
    const request = callback(recipientReport());
    const response = await bench.webhook(request);
    assert.equal(response.status, 503);
    assert.equal(response.headers.get('retry-after'), '5');
    // What was only cancelled was not read.
    await assert.rejects(request.text());
  }
  assert.equal(waiting.length, 2);
  assert.equal(bench.logged.filter((line) => /More callbacks came/.test(line)).length, 1);

  for (const finish of waiting.splice(0)) finish();
  assert.deepEqual(
    (await Promise.all(taken)).map(({ status }) => status),
    [200, 200],
  );
  const later = bench.webhook(callback(recipientReport()));
  while (waiting.length < 1) await new Promise((resolve) => setTimeout(resolve, 1));
  waiting[0]?.();
  assert.equal((await later).status, 200);
});

test('a callback that fails makes room for the next one', async () => {
  const bench = createBench({ maxConcurrent: 1, settings: { integration: () => Promise.reject(new Error('away')) } });
  for (let time = 1; time <= 3; time += 1) assert.equal((await bench.webhook(callback(recipientReport()))).status, 503);
  assert.deepEqual(
    bench.logged.filter((line) => /More callbacks came/.test(line)),
    [],
  );
});

test('a body that stops half-way is given up by the deadline, and the rest is not awaited', async () => {
  let cancelled = false;
  const body = new ReadableStream({
    start: (controller) => {
      controller.enqueue(Buffer.from('{"type":'));
    },
    cancel: () => {
      cancelled = true;
    },
  });
  const request = new Request(`https://sms.example/webhooks/sinch/url/${PATH_SECRET}`, {
    method: 'POST',
    body,
    duplex: 'half',
  });
  const bench = createBench({ deadlineMs: 20 });
  await unavailable(bench, request);
  assert.ok(cancelled);
  assert.deepEqual(bench.unreadable, []);
});

test('after a failure between two statuses the repeat signals both again under the same ids', async () => {
  const requestIds: string[] = [];
  let calls = 0;
  const { webhook } = createBench({
    signalMessage: (_workflowId, _report, requestId) => {
      requestIds.push(requestId);
      calls += 1;
      return calls === 2 ? Promise.reject(new Error('gone')) : Promise.resolve('signalled');
    },
  });
  const body = batchReport(['Dispatched', 'Delivered'].map((status) => ({ code: 0, status, count: 1 })));
  assert.equal((await webhook(callback(body))).status, 503);
  assert.equal((await webhook(callback(body))).status, 200);
  assert.deepEqual(requestIds.slice(0, 2), requestIds.slice(2));
});

test('a body that a parser has read before is a failure of ours that says what to do', async () => {
  const request = callback(recipientReport());
  await request.text();
  const bench = createBench();
  await unavailable(bench, request);
  assert.match(bench.logged[0] ?? '', /before the body parser.*"reason":"gone"/);
});

test('a log or a counter that throws loses no report', async () => {
  const broken = (): never => {
    throw new Error('disk full');
  };
  const bench = createBench({ log: { warn: broken, error: broken }, counters: { increment: broken } });
  assert.equal((await bench.webhook(callback(recipientReport()))).status, 200);
  assert.equal((await bench.webhook(callback('{'))).status, 200);
  assert.equal((await bench.webhook(post('/webhooks/sinch/url/wrong', '{}'))).status, 401);
  assert.equal(bench.signalled.length, 1);
});

test('log and counters may be left out', async () => {
  const handle = createDeliveryReportHandler({
    settings,
    signalMessage: () => Promise.resolve('signalled'),
    reports: brokenStore,
  });
  const response = await handle(callback(recipientReport()), { integrationId: 'url', secret: PATH_SECRET });
  assert.equal(response.status, 200);
});

test('a limit that is none is refused when the handler is made', () => {
  assert.throws(() => createBench({ maxBodyBytes: 0 }), /maxBodyBytes has to be a whole number above 0, received 0/);
  assert.throws(() => createBench({ deadlineMs: Number.NaN }), TypeError);
  assert.throws(() => createBench({ maxConcurrent: 0.5 }), /maxConcurrent has to be a whole number above 0/);
});

test('whatever an authentic body holds, it is answered 200 and either signalled or kept', async () => {
  const word = fc.constantFrom(
    'recipient_delivery_report_sms',
    'recipient_delivery_report_mms',
    'delivery_report_sms',
    'mo_text',
    'Delivered',
    'Failed',
    'sinch/shop/welcome-1',
    'sinch/other/x',
    '2026-11-24T10:00:00Z',
  );
  const value = fc.oneof(word, fc.jsonValue(), fc.integer(), fc.constant(undefined));
  const status = fc.record({ code: value, status: value, count: value, recipients: value }, { requiredKeys: [] });
  const report = fc.record(
    {
      type: fc.oneof({ weight: 4, arbitrary: word }, { weight: 1, arbitrary: value }),
      batch_id: value,
      recipient: value,
      code: value,
      status: fc.oneof(word, value),
      at: value,
      operator_status_at: value,
      client_reference: fc.oneof(word, value),
      number_of_message_parts: value,
      statuses: fc.oneof(fc.array(status, { maxLength: 4 }), value),
      ['__proto__']: value,
    },
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    { weight: 4, arbitrary: report.map((object) => Buffer.from(JSON.stringify(object))) },
    { weight: 1, arbitrary: fc.json().map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  );
  await fc.assert(
    fc.asyncProperty(body, fc.constantFrom('signalled', 'closed', 'unknown'), async (bytes, result) => {
      const bench = createBench({ result: result as 'signalled' });
      const response = await bench.webhook(callback(bytes));
      assert.equal(response.status, 200);
      // A signal that the message did not take keeps nothing by itself.
      const taken = result === 'signalled' ? bench.signalled.length : 0;
      assert.ok(taken + bench.late.length + bench.unmatched.length + bench.unreadable.length > 0);
      assert.deepEqual(
        bench.late.map(({ report }) => report),
        result === 'closed' ? bench.signalled.map(({ report }) => report) : [],
      );
      const unknown = bench.unmatched.filter(({ reason }) => reason === 'unknown_message');
      // Once for the body, however many of its statuses nobody knew.
      assert.equal(unknown.length, result === 'unknown' && bench.signalled.length > 0 ? 1 : 0);
      for (const { report } of bench.signalled) {
        assert.equal(typeof report.status, 'string');
        assert.ok(!Number.isNaN(Date.parse(report.at)), report.at);
      }
    }),
    {
      numRuns: 500,
      // Whatever else is drawn, each result meets a report that reaches a message.
      examples: (['signalled', 'closed', 'unknown'] as const).flatMap((result) => [
        [Buffer.from(recipientReport()), result],
        [
          Buffer.from(batchReport(['Dispatched', 'Delivered'].map((status) => ({ code: 0, status, count: 1 })))),
          result,
        ],
      ]),
    },
  );
});

test('whatever comes while everything of ours is away, an authentic call is answered 503', async () => {
  const { webhook } = createBench({ reports: brokenStore, signalMessage: fails });
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.json(), fc.string(), fc.constant(recipientReport())), async (text) => {
      assert.equal((await webhook(callback(text))).status, 503);
    }),
    { numRuns: 100 },
  );
});
