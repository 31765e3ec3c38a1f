import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { eq } from 'drizzle-orm';
import type { CampaignEvent } from '../../src/contract/campaign-event.ts';
import { createKeyring, lateReports, unmatchedReports, unreadableCallbacks } from '../../src/db/index.ts';
import { createSqlReportStore, createSqlSink, readMessageEvents } from '../../src/events/index.ts';
import { withDatabases } from '../helpers/database.ts';
import { sampleEvent, sampleMessage, sampleRecord } from '../helpers/messages.ts';

const keyring = createKeyring({ keys: [{ id: 'k', key: randomBytes(32) }], current: 'k' });
const rawBody = Buffer.from('{"to":"4915112345678","body":"my secret"}');
const first = '2026-11-20T10:00:00.000Z';
const second = '2026-11-20T11:00:00.000Z';

withDatabases('the report store', (engine) => {
  test('keeps an unmatched report once, counts its repeats, and encrypts its body', async () => {
    const store = createSqlReportStore(engine.database(), keyring);
    const entry = {
      integrationId: 'unmatched',
      clientReference: 'sinch/shop/m-9',
      reason: 'unknown_message',
      rawBody,
    } as const;
    await store.keepUnmatched({ ...entry, receivedAt: first });
    await Promise.all(Array.from({ length: 5 }, async () => store.keepUnmatched({ ...entry, receivedAt: second })));
    await store.keepUnmatched({ ...entry, integrationId: 'unmatched-2', receivedAt: second });
    const rows = await engine
      .database()
      .orm.select()
      .from(unmatchedReports)
      .where(eq(unmatchedReports.integrationId, 'unmatched'));
    assert.equal(rows.length, 1);
    const [row] = rows;
    assert.ok(row);
    assert.deepEqual(
      [row.reason, row.clientReference, row.timesReceived, row.receivedAt, row.lastReceivedAt],
      ['unknown_message', 'sinch/shop/m-9', 6, first, second],
    );
    assert.deepEqual(Buffer.from(keyring.decrypt(row.rawBody ?? '')), rawBody);
  });

  test('keeps different bodies apart', async () => {
    const store = createSqlReportStore(engine.database(), keyring);
    for (const text of ['one', 'two']) {
      const entry = { integrationId: 'apart', reason: 'inbound', receivedAt: first } as const;
      await store.keepUnmatched({ ...entry, rawBody: Buffer.from(text) });
    }
    const rows = await engine
      .database()
      .orm.select()
      .from(unmatchedReports)
      .where(eq(unmatchedReports.integrationId, 'apart'));
    assert.deepEqual(
      rows.map(({ clientReference, timesReceived }) => [clientReference, timesReceived]),
      [
        [null, 1],
        [null, 1],
      ],
    );
  });

  test('keeps an unreadable callback once, whatever its bytes', async () => {
    const store = createSqlReportStore(engine.database(), keyring);
    const bytes = randomBytes(300);
    const entry = { integrationId: 'unreadable', why: 'not JSON', rawBody: bytes };
    await store.keepUnreadable({ ...entry, receivedAt: second });
    await store.keepUnreadable({ ...entry, receivedAt: first });
    const rows = await engine.database().orm.select().from(unreadableCallbacks);
    assert.deepEqual(
      rows.map((row) => [row.why, row.timesReceived, row.lastReceivedAt]),
      [['not JSON', 2, second]],
    );
    assert.deepEqual(Buffer.from(keyring.decrypt(rows[0]?.rawBody ?? '')), bytes);
  });

  test('keeps a late report once, also when the workflow has brought it before', async () => {
    const store = createSqlReportStore(engine.database(), keyring);
    const key = { projectId: 'late-store', messageId: 'm-1' };
    const report = { integrationId: 'sinch-eu', status: 'Failed', at: first, batchId: 'b-1', statusCode: 407 };
    await createSqlSink(engine.database()).record({
      ...key,
      events: [],
      lateReports: [{ ...key, report, reason: 'contradicts' }],
    });
    const entry = { integrationId: 'sinch-eu', ...key, rawBody, receivedAt: second };
    // A batch report has no time of its own: each time that it comes it says another one.
    await store.keepLate({ ...entry, report: { ...report, at: second } });
    await store.keepLate({ ...entry, report: { ...report, status: 'Delivered', statusCode: 0 } });
    const late = (await readMessageEvents(engine.database(), key)).lateReports;
    assert.deepEqual(
      late.map(({ report, reason, timesReceived, receivedAt, lastReceivedAt }) => ({
        status: report.status,
        reason,
        timesReceived,
        receivedAt,
        lastReceivedAt,
      })),
      [
        { status: 'Failed', reason: 'contradicts', timesReceived: 2, receivedAt: first, lastReceivedAt: second },
        { status: 'Delivered', reason: 'after_end', timesReceived: 1, receivedAt: second, lastReceivedAt: second },
      ],
    );
    const rows = await engine.database().orm.select().from(lateReports).where(eq(lateReports.projectId, 'late-store'));
    for (const row of rows) assert.deepEqual(Buffer.from(keyring.decrypt(row.rawBody ?? '')), rawBody);
  });

  test('keeps no report that says once more what ended the message, and all that says something else', async () => {
    const store = createSqlReportStore(engine.database(), keyring);
    const sink = createSqlSink(engine.database());
    const late = async (
      end: Pick<CampaignEvent, 'status' | 'error'>,
      status: string,
    ): Promise<[string | undefined, number]> => {
      const message = sampleMessage({ projectId: 'repeats', messageId: `m-${end.status}-${end.error}-${status}` });
      const { projectId, messageId } = message;
      await sink.record(sampleRecord(message, { events: [sampleEvent(message, { at: first, ...end })] }));
      const report = { integrationId: 'sinch-eu', status, at: second };
      const entry = { integrationId: 'sinch-eu', projectId, messageId, report, rawBody, receivedAt: second };
      const kept = (await store.keepLate(entry)) ?? undefined;
      return [kept, (await readMessageEvents(engine.database(), message)).lateReports.length];
    };
    for (const [end, status] of [
      [{ status: 'delivered' }, 'Delivered'],
      [{ status: 'delivered' }, 'Dispatched'],
      [{ status: 'failed' }, 'Expired'],
      [{ status: 'timeout', error: 'no_receipt' }, 'Unknown'],
    ] as const) {
      assert.deepEqual(await late(end, status), ['repeat', 0], `${end.status}, then ${status}`);
    }
    for (const [end, status] of [
      [{ status: 'delivered' }, 'Failed'],
      [{ status: 'failed' }, 'Delivered'],
      [{ status: 'timeout', error: 'no_delivery_report' }, 'Delivered'],
      [{ status: 'timeout', error: 'no_delivery_report' }, 'Dispatched'],
      [{ status: 'timeout', error: 'no_receipt' }, 'Delivered'],
      [{ status: 'enqueue_failed', error: 'outcome_unknown' }, 'Delivered'],
    ] as const) {
      assert.deepEqual(await late(end, status), [undefined, 1], `${end.status}, then ${status}`);
    }
  });

  test('leaves nothing of a body that a reader of the tables could understand', async () => {
    const { orm } = engine.database();
    const dump = JSON.stringify([
      await orm.select().from(unmatchedReports),
      await orm.select().from(unreadableCallbacks),
      await orm.select().from(lateReports),
    ]);
    assert.match(dump, /"rawBody":"v1\.k\./, 'bodies are kept');
    for (const encoding of ['utf8', 'base64', 'base64url', 'hex'] as const) {
      assert.ok(!dump.includes(rawBody.toString(encoding).slice(8, 28)), encoding);
    }
    assert.doesNotMatch(dump, /4915112345678|my secret/);
  });
});
