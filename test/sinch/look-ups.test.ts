import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSinchClient, type SinchClientOptions, SinchRequestError } from '../../src/sinch/index.ts';
import { answering, closedPort, hanging, NOW, type Script, startHost } from './scripted-host.ts';

const TOKEN = 'the-token-of-the-plan';
const REFERENCE = 'sinch/shop/order-1';
const SINCE = '2026-11-20T00:00:00.000Z';

function clientOf(baseUrl: string, changes: Partial<SinchClientOptions> = {}) {
  return createSinchClient({
    baseUrl,
    servicePlanId: 'plan',
    apiToken: TOKEN,
    now: () => NOW,
    allowPrivateHosts: true,
    ...changes,
  });
}

/** Pages of what `all` has, as Sinch makes them: `page_size` in the answer is the number of items on the page. */
function paging(member: string, all: readonly unknown[], largestPage = 100): Script {
  return ({ url }, response) => {
    const size = Math.min(Number(url.searchParams.get('page_size')), largestPage);
    const start = Number(url.searchParams.get('page')) * size;
    const items = all.slice(start, start + size);
    response.end(JSON.stringify({ count: all.length, page: start / size, page_size: items.length, [member]: items }));
  };
}

const batch = (id: number, reference = 'sinch/shop/other'): object => ({
  id: `B${id}`,
  type: 'mt_text',
  client_reference: reference,
  created_at: '2026-11-24T09:00:00Z',
  canceled: false,
});

function isFailure(statusCode?: number) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof SinchRequestError);
    assert.equal(error.code, 'sinch_request_failed');
    assert.equal(error.statusCode, statusCode);
    assert.doesNotMatch(error.message, new RegExp(`${TOKEN}|4915112345678`));
    return true;
  };
}

describe('finding batches', () => {
  test('asks for the reference since a time, a hundred to the page', async () => {
    await using host = await startHost(paging('batches', [batch(1, REFERENCE)]));
    assert.deepEqual(await clientOf(host.baseUrl).findBatches(REFERENCE, SINCE), [
      { id: 'B1', createdAt: '2026-11-24T09:00:00.000Z', canceled: false },
    ]);
    const [request] = host.seen;
    assert.equal(request?.method, 'GET');
    assert.equal(request.url.pathname, '/xms/v1/plan/batches');
    assert.equal(request.headers.authorization, `Bearer ${TOKEN}`);
    assert.deepEqual(Object.fromEntries(request.url.searchParams), {
      client_reference: REFERENCE,
      start_date: SINCE,
      page: '0',
      page_size: '100',
    });
    assert.equal(host.seen.length, 1);
  });

  test('takes only those with exactly the reference, whatever Sinch filters by', async () => {
    const references = [`${REFERENCE}0`, REFERENCE.toUpperCase(), ` ${REFERENCE}`, undefined];
    const all = [...references.map((reference, id) => batch(id, reference)), { id: 'B9', client_reference: null }];
    await using host = await startHost(paging('batches', all));
    assert.deepEqual(await clientOf(host.baseUrl).findBatches(REFERENCE, SINCE), []);
  });

  test('reads all pages', async () => {
    const all = Array.from({ length: 250 }, (_, id) =>
      batch(id, id % 100 === 99 || id === 249 ? REFERENCE : undefined),
    );
    await using host = await startHost(paging('batches', all));
    const found = await clientOf(host.baseUrl).findBatches(REFERENCE, SINCE);
    assert.deepEqual(
      found.map(({ id }) => id),
      ['B99', 'B199', 'B249'],
    );
    assert.equal(host.seen.length, 3);
  });

  test('reads all pages of a host whose pages are smaller than asked for', async () => {
    const all = [...Array.from({ length: 70 }, (_, id) => batch(id)), batch(70, REFERENCE)];
    await using host = await startHost(paging('batches', all, 30));
    assert.equal((await clientOf(host.baseUrl).findBatches(REFERENCE, SINCE)).length, 1);
    assert.equal(host.seen.length, 3);
  });

  test('gives a batch once that has moved to the next page', async () => {
    const body = JSON.stringify({ count: 2, batches: [batch(1, REFERENCE)] });
    await using host = await startHost(answering(200, body));
    assert.equal((await clientOf(host.baseUrl).findBatches(REFERENCE, SINCE)).length, 1);
    assert.equal(host.seen.length, 2);
  });

  for (const body of [
    '{"count":0,"page":0,"page_size":0,"batches":[]}',
    '{"count":0,"page":0,"page_size":0}',
    '{"count":0,"page":0,"page_size":0,"batches":null}',
    '{"batches":[]}',
  ]) {
    test(`finds nothing in ${body}`, async () => {
      await using host = await startHost(answering(200, body));
      assert.deepEqual(await clientOf(host.baseUrl).findBatches(REFERENCE, SINCE), []);
      assert.equal(host.seen.length, 1);
    });
  }

  for (const [given, canceled] of [
    [true, true],
    ['True', true],
    ['False', false],
    [undefined, false],
  ] as const) {
    test(`reads a canceled of ${JSON.stringify(given)} as ${canceled}`, async () => {
      await using host = await startHost(
        paging('batches', [{ id: 'B1', client_reference: REFERENCE, canceled: given, created_at: 'then' }]),
      );
      assert.deepEqual(await clientOf(host.baseUrl).findBatches(REFERENCE, SINCE), [{ id: 'B1', canceled }]);
    });
  }

  test('stops after 20 pages, and fails where they held nothing: then nothing is known', async () => {
    const all = Array.from({ length: 2_100 }, (_, id) => batch(id));
    await using host = await startHost(paging('batches', all));
    await assert.rejects(clientOf(host.baseUrl).findBatches(REFERENCE, SINCE), isFailure());
    assert.equal(host.seen.length, 20);
  });

  for (const body of [
    '',
    'no JSON',
    '<html><title>Sign in</title></html>',
    '{}',
    '[]',
    'null',
    '{"status":"ok"}',
    '{"count":0}',
    '{"count":0,"results":[]}',
    '{"count":0,"page":0,"items":[]}',
    '{"batches":null}',
    '{"batches":{}}',
    '{"count":3}',
    '{"count":1,"batches":[{"client_reference":"x"}]}',
  ]) {
    test(`fails where the answer is ${body || 'empty'}: then nothing is known`, async () => {
      await using host = await startHost(answering(200, body));
      await assert.rejects(clientOf(host.baseUrl).findBatches(REFERENCE, SINCE), isFailure(200));
    });
  }

  test("fails with a stranger's answer, and tells whose it is", async () => {
    for (const status of [402, 403, 407, 413, 451]) {
      await using host = await startHost(answering(status, 'Denied: the-secret', { server: 'squid/5.7' }));
      await assert.rejects(clientOf(host.baseUrl).findBatches(REFERENCE, SINCE), (error: unknown) => {
        isFailure(status)(error);
        assert.ok(error instanceof SinchRequestError && error.isStrangers, 'it is known to be one');
        assert.match(String(error), new RegExp(`HTTP ${status}\\. Not Sinch gave this answer .*server squid`));
        assert.doesNotMatch(String(error), /the-secret|5\.7/);
        return true;
      });
    }
  });

  test('asks for nothing that a proxy has kept', async () => {
    await using host = await startHost(paging('batches', []));
    await clientOf(host.baseUrl).findBatches(REFERENCE, SINCE);
    assert.equal(host.seen[0]?.headers['cache-control'], 'no-cache');
  });

  for (const status of [302, 400, 401, 404, 429, 500, 503]) {
    test(`fails with the status ${status}, and tells what Sinch said`, async () => {
      const body = JSON.stringify({ code: 'some_code', text: 'Not 4915112345678' });
      await using host = await startHost(answering(status, body, { location: '/elsewhere' }));
      await assert.rejects(clientOf(host.baseUrl).findBatches(REFERENCE, SINCE), (error: unknown) => {
        isFailure(status)(error);
        assert.match(String(error), /sinch\/shop\/order-1 .*plan.*some_code, Not \+49•••••78/);
        return true;
      });
      assert.equal(host.seen.length, 1);
    });
  }

  test('fails where nobody listens', async () => {
    const client = clientOf(`http://127.0.0.1:${await closedPort()}`);
    await assert.rejects(client.findBatches(REFERENCE, SINCE), isFailure());
  });

  test('fails where the host hangs, at the deadline', async () => {
    await using host = await startHost(hanging);
    await assert.rejects(clientOf(host.baseUrl, { lookupTimeoutMs: 50 }).findBatches(REFERENCE, SINCE), isFailure());
  });

  test('fails where the answer breaks off', async () => {
    await using host = await startHost((_, response, socket) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"count":0}', () => socket.destroy());
    });
    await assert.rejects(clientOf(host.baseUrl).findBatches(REFERENCE, SINCE), isFailure(200));
  });

  test('fails where the answer has no end, long before memory does', async () => {
    await using host = await startHost((_, response) => {
      const more = (): void => {
        if (!response.destroyed) response.write(' '.repeat(1024 * 1024), more);
      };
      more();
    });
    await assert.rejects(clientOf(host.baseUrl).findBatches(REFERENCE, SINCE), isFailure(200));
  });

  test("ends with the signal, by the signal's reason", async () => {
    await using host = await startHost(hanging);
    const controller = new AbortController();
    const reason = new Error('enough');
    const finding = clientOf(host.baseUrl).findBatches(REFERENCE, SINCE, controller.signal);
    await host.waitForRequests(1);
    controller.abort(reason);
    await assert.rejects(finding, reason);
  });

  test('asks nothing where the signal has ended before', async () => {
    await using host = await startHost(hanging);
    const reason = new Error('enough');
    await assert.rejects(clientOf(host.baseUrl).findBatches(REFERENCE, SINCE, AbortSignal.abort(reason)), reason);
    assert.equal(host.seen.length, 0);
  });
});

describe('finding delivery reports', () => {
  test('reads those with exactly the reference', async () => {
    const report = {
      type: 'recipient_delivery_report_sms',
      batch_id: 'B1',
      recipient: '4915112345678',
      code: '0',
      status: 'Delivered',
      at: '2026-11-24T09:59:40.914Z',
      client_reference: REFERENCE,
    };
    const all = [report, { ...report, client_reference: 'sinch/shop/other' }, { ...report, at: undefined, code: 5 }];
    await using host = await startHost(paging('delivery_reports', all));
    assert.deepEqual(await clientOf(host.baseUrl).findDeliveryReports(REFERENCE, SINCE), [
      { status: 'Delivered', at: '2026-11-24T09:59:40.914Z', batchId: 'B1', statusCode: 0 },
      { status: 'Delivered', at: '2026-11-24T10:00:00.000Z', batchId: 'B1', statusCode: 5 },
    ]);
    const [request] = host.seen;
    assert.equal(request?.url.pathname, '/xms/v1/plan/delivery_reports');
    assert.equal(request.url.searchParams.get('client_reference'), REFERENCE);
    assert.equal(request.url.searchParams.get('start_date'), SINCE);
  });

  test('fails where Sinch fails', async () => {
    await using host = await startHost(answering(500));
    await assert.rejects(clientOf(host.baseUrl).findDeliveryReports(REFERENCE, SINCE), isFailure(500));
  });
});

describe("asking for the recipient's report in a batch", () => {
  test('reads it, an intermediate one too', async () => {
    await using host = await startHost(
      answering(200, '{"status":"Dispatched","code":401,"at":"2026-11-24T09:59:40Z","batch_id":"B/1?"}'),
    );
    assert.deepEqual(await clientOf(host.baseUrl).deliveryReport('B/1?', '+49 151'), {
      status: 'Dispatched',
      statusCode: 401,
      at: '2026-11-24T09:59:40.000Z',
      batchId: 'B/1?',
    });
    assert.equal(host.seen[0]?.url.pathname, '/xms/v1/plan/batches/B%2F1%3F/delivery_report/%2B49%20151');
  });

  test('finds none where Sinch has none', async () => {
    await using host = await startHost(answering(404, '{}'));
    assert.equal(await clientOf(host.baseUrl).deliveryReport('B1', '4915112345678'), undefined);
  });

  for (const [status, body] of [
    [401, ''],
    [500, ''],
    [200, '{}'],
    [200, ''],
    [200, '{"status":"Failed"}'],
    [200, '{"status":"Delivered","batch_id":"B2"}'],
  ] as const) {
    test(`fails after ${status} ${body}, without the number in the error`, async () => {
      await using host = await startHost(answering(status, body));
      await assert.rejects(clientOf(host.baseUrl).deliveryReport('B1', '4915112345678'), isFailure(status));
    });
  }
});

describe('cancelling a batch', () => {
  test('deletes it', async () => {
    await using host = await startHost(answering(200, '{"id":"B/1","canceled":true}'));
    await clientOf(host.baseUrl).cancelBatch('B/1');
    assert.equal(host.seen[0]?.method, 'DELETE');
    assert.equal(host.seen[0].url.pathname, '/xms/v1/plan/batches/B%2F1');
  });

  for (const [status, body] of [
    [204, ''],
    [200, '{"status":"ok"}'],
    [200, '<html></html>'],
    [200, '{"id":"B2","canceled":true}'],
  ] as const) {
    test(`is not done after ${status} ${body}, which is not its batch`, async () => {
      await using host = await startHost(answering(status, body));
      await assert.rejects(clientOf(host.baseUrl).cancelBatch('B1'), isFailure(status));
    });
  }

  for (const status of [404, 500]) {
    test(`fails after ${status}`, async () => {
      await using host = await startHost(answering(status));
      await assert.rejects(clientOf(host.baseUrl).cancelBatch('B1'), isFailure(status));
    });
  }
});

describe('reading all finished reports', () => {
  const report = (id: number, members: object = {}): object => ({
    type: 'recipient_delivery_report_sms',
    batch_id: `B${id}`,
    recipient: '4915112345678',
    code: 0,
    status: 'Delivered',
    at: '2026-11-24T09:00:00Z',
    client_reference: `sinch/shop/order-${id}`,
    ...members,
  });

  test('asks for a page of all references since a time, a hundred to the page', async () => {
    const all = Array.from({ length: 130 }, (_, id) => report(id));
    await using host = await startHost(paging('delivery_reports', all));
    const page = await clientOf(host.baseUrl).finishedReports({ since: SINCE, page: 1 });
    assert.equal(page.reports.length, 30);
    assert.equal(page.count, 130);
    assert.deepEqual(page.reports[0], {
      clientReference: 'sinch/shop/order-100',
      report: { status: 'Delivered', at: '2026-11-24T09:00:00.000Z', batchId: 'B100', statusCode: 0 },
    });
    const [request] = host.seen;
    assert.equal(request?.url.pathname, '/xms/v1/plan/delivery_reports');
    assert.deepEqual(Object.fromEntries(request.url.searchParams), { start_date: SINCE, page: '1', page_size: '100' });
  });

  test('counts what cannot be read, and gives the others', async () => {
    const items = [null, 'text', report(1, { status: ' ' }), report(2, { at: 'yesterday', client_reference: null }), 7];
    await using host = await startHost(paging('delivery_reports', items));
    const page = await clientOf(host.baseUrl).finishedReports({ since: SINCE, page: 0 });
    assert.equal(page.unreadable, 4);
    assert.deepEqual(page.reports, [
      { report: { status: 'Delivered', at: new Date(NOW).toISOString(), batchId: 'B2', statusCode: 0 } },
    ]);
  });

  test('tells a page that is the same once more from another', async () => {
    const all = Array.from({ length: 200 }, (_, id) => report(id));
    await using host = await startHost(paging('delivery_reports', all));
    const read = async (page: number) => clientOf(host.baseUrl).finishedReports({ since: SINCE, page });
    assert.equal((await read(0)).fingerprint, (await read(0)).fingerprint);
    assert.notEqual((await read(0)).fingerprint, (await read(1)).fingerprint);
    assert.deepEqual((await read(2)).reports, []);
  });

  test('throws with what Sinch asks to wait, and where the answer is no list', async () => {
    await using host = await startHost(answering(429, '{"error":"failed"}', { 'retry-after': '7' }));
    const reading = () => clientOf(host.baseUrl).finishedReports({ since: SINCE, page: 3 });
    await assert.rejects(reading, (error: unknown) => {
      assert.ok(error instanceof SinchRequestError);
      assert.equal(error.retryAfterMs, 7_000);
      assert.match(error.message, /list page 3 of the delivery reports since 2026-11-20.* on service plan plan/);
      return isFailure(429)(error);
    });
    host.script = answering(200, '{"unexpected":true}');
    await assert.rejects(reading, isFailure(200));
  });
});
