import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseCallback } from '../../src/sinch/index.ts';

const RECEIVED_AT = '2026-11-24T10:00:00.000Z';

const recipientReport = {
  type: 'recipient_delivery_report_sms',
  batch_id: '01FC66621XXXXX119Z8PMV1QPQ',
  recipient: '4915112345678',
  code: 0,
  status: 'Delivered',
  at: '2026-11-24T09:59:40.914Z',
  operator_status_at: '2026-11-24T09:59:00Z',
  client_reference: 'sinch/shop/order-1',
  number_of_message_parts: 2,
};

const batchReport = {
  type: 'delivery_report_sms',
  batch_id: '01FC66621XXXXX119Z8PMV1QPQ',
  client_reference: 'sinch/shop/order-1',
  total_message_count: '3',
  statuses: [{ code: 0, status: 'Delivered', count: 1, recipients: ['4915112345678'] }],
};

function onlyReport(json: unknown) {
  const parsed = parseCallback(json, RECEIVED_AT);
  assert.equal(parsed.kind, 'reports');
  assert.equal(parsed.reports.length, 1);
  const [only] = parsed.reports;
  assert.ok(only);
  return only;
}

describe('a recipient report', () => {
  test('is read, without the recipient', () => {
    assert.deepEqual(onlyReport(recipientReport), {
      clientReference: 'sinch/shop/order-1',
      report: {
        status: 'Delivered',
        at: '2026-11-24T09:59:40.914Z',
        batchId: '01FC66621XXXXX119Z8PMV1QPQ',
        statusCode: 0,
        partCount: 2,
        operatorStatusAt: '2026-11-24T09:59:00.000Z',
      },
    });
  });

  test('of a media message is read', () => {
    const { report } = onlyReport({ ...recipientReport, type: 'recipient_delivery_report_mms', code: 3001 });
    assert.equal(report.statusCode, 3001);
  });

  test('needs no more than a status', () => {
    assert.deepEqual(onlyReport({ type: 'recipient_delivery_report_sms', status: 'Failed' }), {
      report: { status: 'Failed', at: RECEIVED_AT },
    });
  });

  test('may have members, a status and a code that nobody knows yet', () => {
    const { report } = onlyReport({ ...recipientReport, status: 'Teleported', code: 9_999, price: { amount: '0.01' } });
    assert.equal(report.status, 'Teleported');
    assert.equal(report.statusCode, 9_999);
  });

  test('of a type that Sinch has added since is taken for its shape', () => {
    for (const type of ['recipient_delivery_report_rcs', undefined, 7]) {
      assert.equal(onlyReport({ ...recipientReport, type }).report.status, 'Delivered');
    }
  });

  const codes: readonly [code: unknown, read: number | undefined][] = [
    ['0', 0],
    ['402', 402],
    [' 402 ', 402],
    ['', undefined],
    ['E402', undefined],
    [null, undefined],
    [4.5, undefined],
  ];
  for (const [code, read] of codes) {
    test(`with the code ${JSON.stringify(code)} has the status code ${read}`, () => {
      assert.equal(onlyReport({ ...recipientReport, code }).report.statusCode, read);
    });
  }

  const parts: readonly [value: unknown, read: number | undefined][] = [
    ['3', 3],
    [1, 1],
    [0, undefined],
    ['many', undefined],
  ];
  for (const [value, read] of parts) {
    test(`with ${JSON.stringify(value)} message parts has the part count ${read}`, () => {
      assert.equal(onlyReport({ ...recipientReport, number_of_message_parts: value }).report.partCount, read);
    });
  }

  const times: readonly [at: unknown, read: string][] = [
    ['2026-11-24T09:00:00Z', '2026-11-24T09:00:00.000Z'],
    ['2026-11-24T09:00:00.123456Z', '2026-11-24T09:00:00.123Z'],
    ['2026-11-24T09:00:00', '2026-11-24T09:00:00.000Z'],
    ['2026-11-24 09:00', '2026-11-24T09:00:00.000Z'],
    ['2026-11-24', '2026-11-24T00:00:00.000Z'],
    ['2026-11-24T10:30:00+01:30', '2026-11-24T09:00:00.000Z'],
    ['2026-11-24T10:00:00+0100', '2026-11-24T09:00:00.000Z'],
    ['2026-11-24T08:00:00-01', '2026-11-24T09:00:00.000Z'],
    ['2026-13-24T09:00:00Z', RECEIVED_AT],
    ['yesterday', RECEIVED_AT],
    ['', RECEIVED_AT],
    [1_795_514_400, RECEIVED_AT],
    [null, RECEIVED_AT],
  ];
  for (const [at, read] of times) {
    test(`with the time ${JSON.stringify(at)} happened at ${read}`, () => {
      assert.equal(onlyReport({ ...recipientReport, at }).report.at, read);
    });
  }

  test("with an operator's time that is none has none", () => {
    assert.ok(!('operatorStatusAt' in onlyReport({ ...recipientReport, operator_status_at: 'noon' }).report));
  });

  test('without a reference has none', () => {
    for (const reference of [undefined, null, '', {}]) {
      assert.ok(!('clientReference' in onlyReport({ ...recipientReport, client_reference: reference })));
    }
  });
});

describe('a batch report', () => {
  test('gives a report for each status, at the time of its receipt', () => {
    assert.deepEqual(onlyReport(batchReport), {
      clientReference: 'sinch/shop/order-1',
      report: { status: 'Delivered', at: RECEIVED_AT, batchId: '01FC66621XXXXX119Z8PMV1QPQ', statusCode: 0 },
    });
  });

  test('of a media message, without recipients, is read too', () => {
    const statuses = [{ code: '60', status: 'Failed', count: 1 }];
    const { report } = onlyReport({ ...batchReport, type: 'delivery_report_mms', statuses });
    assert.equal(report.statusCode, 60);
  });

  test('gives the intermediate statuses first and leaves the rest in its order', () => {
    const statuses = ['Failed', 'Queued', 'Delivered', 'Dispatched', 'New'].map((status) => ({ code: 1, status }));
    const parsed = parseCallback({ ...batchReport, statuses }, RECEIVED_AT);
    assert.equal(parsed.kind, 'reports');
    assert.deepEqual(
      parsed.reports.map(({ report }) => report.status),
      ['Queued', 'Dispatched', 'New', 'Failed', 'Delivered'],
    );
  });

  test('may list no status, and entries without one are left out', () => {
    assert.deepEqual(parseCallback({ ...batchReport, statuses: [] }, RECEIVED_AT), { kind: 'reports', reports: [] });
    const statuses = [{ code: 1 }, null, 'Delivered', { status: 'Expired' }];
    assert.equal(onlyReport({ ...batchReport, statuses }).report.status, 'Expired');
  });
});

describe('a callback that is no report', () => {
  for (const type of ['mo_text', 'mo_binary', 'mo_media', 'mo_hologram']) {
    test(`is inbound where its type is ${type}`, () => {
      assert.deepEqual(parseCallback({ type, id: '1', from: '4915112345678', body: 'STOP' }, RECEIVED_AT), {
        kind: 'inbound',
      });
    });
  }

  const unreadable: readonly [what: string, json: unknown][] = [
    ['null', null],
    ['a string', 'secret'],
    ['an array', [recipientReport]],
    ['an empty object', {}],
    ['a report of a type not known, without a batch', { ...recipientReport, type: 'secret', batch_id: undefined }],
    ['a report of a type not known, without a time', { ...recipientReport, type: 'secret', at: undefined }],
    ['a recipient report without a status', { ...recipientReport, status: undefined }],
    ['a recipient report with an empty status', { ...recipientReport, status: ' ' }],
    ['a batch report without statuses', { ...batchReport, statuses: undefined }],
  ];
  for (const [what, json] of unreadable) {
    test(`is unreadable where it is ${what}, and why says nothing of what is in it`, () => {
      const parsed = parseCallback(json, RECEIVED_AT);
      assert.equal(parsed.kind, 'unreadable');
      assert.match(parsed.why, /^[A-Z][^"]+\.$/);
      assert.doesNotMatch(parsed.why, /secret|4915|order-1/);
    });
  }
});
