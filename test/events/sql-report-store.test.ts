import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { eq } from 'drizzle-orm';
import { createKeyring, lateReports, unmatchedReports, unreadableCallbacks } from '../../src/db/index.ts';
import { createSqlReportStore, createSqlSink, readMessageEvents } from '../../src/events/index.ts';
import { withDatabases } from '../helpers/database.ts';

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
