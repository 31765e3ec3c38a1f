import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { eq, sql } from 'drizzle-orm';
import type { SendMessageInput } from '../../src/contract/message.ts';
import { auditEntries, messages, unreadableCallbacks } from '../../src/db/index.ts';
import { createSqlReportStore } from '../../src/events/index.ts';
import { createRegister } from '../../src/register/index.ts';
import { campaignBooks } from '../events/campaign-books.ts';
import { withDatabases, withPostgres } from '../helpers/database.ts';
import { whileUncommitted } from '../helpers/postgres.ts';
import { ADA, ageAt, BEN, booksOf, dumpOf, failures, keyring } from './erasure-fixture.ts';

const OLD = '2026-08-01T10:00:00.000Z';
const YOUNG = '2026-11-01T10:00:00.000Z';
const NOW = '2026-11-20T10:00:00.000Z';

withDatabases('retention', (engine) => {
  beforeEach(() => failures.splice(0));

  async function oldAndYoung(projectId: string) {
    const database = engine.database();
    const books = campaignBooks(database, projectId);
    const of = (person: typeof ADA, messageId: string, requestedAt: string): Partial<SendMessageInput> => ({
      messageId,
      requestedAt,
      recipient: person.recipient,
      content: { kind: 'sms', text: person.text },
      campaign: { campaignId: 'welcome', campaignName: 'Welcome', customerIds: person.customerIds },
    });
    await books.send(of(ADA, 'old', OLD), { status: 'enqueued' }, { status: 'delivered' });
    await books.send(of(BEN, 'young', YOUNG), { status: 'enqueued' }, { status: 'timeout', error: 'no_receipt' });
    return database;
  }

  test('takes people out of what is older than it says, with every count as it was', async () => {
    const database = await oldAndYoung('aged');
    const reports = createSqlReportStore(database, keyring);
    for (const [name, receivedAt] of [
      ['old', OLD],
      ['young', YOUNG],
    ] as const) {
      const rawBody = Buffer.from(`{${name} ${ADA.recipient}`);
      await reports.keepUnreadable({ integrationId: 'sinch-eu', why: 'no JSON', receivedAt, rawBody });
    }
    const before = await booksOf(database, 'aged', 'welcome');
    await ageAt(database, NOW, { aged: 90 });
    assert.deepEqual(failures, []);
    const left = await dumpOf(database, 'aged');
    for (const trace of [ADA.recipient, ADA.text, 'ada@example.com']) assert.ok(!left.includes(trace), trace);
    for (const trace of [BEN.recipient, BEN.text, 'ben@example.com']) assert.ok(left.includes(trace), trace);
    assert.deepEqual(await booksOf(database, 'aged', 'welcome'), before);
    const bodies = await database.orm.select().from(unreadableCallbacks).orderBy(unreadableCallbacks.receivedAt);
    assert.deepEqual(
      bodies.map(({ rawBody }) => rawBody === null),
      [true, false],
    );
    const entries = await database.orm.select().from(auditEntries).where(eq(auditEntries.projectId, 'aged'));
    assert.deepEqual(
      entries.map(({ actor, action, after }) => ({ actor, action, after })),
      [
        {
          actor: 'retention',
          action: 'retention.erased',
          after: { messages: 1, events: 2, bodies: 1, before: '2026-08-22T10:00:00.000Z' },
        },
      ],
    );
    await ageAt(database, NOW, { aged: 90 });
    assert.equal(
      (await database.orm.select().from(auditEntries).where(eq(auditEntries.projectId, 'aged'))).length,
      1,
      'nothing more to do',
    );
  });

  test('leaves projects alone that have none, and messages that are still to be started', async () => {
    const database = await oldAndYoung('kept');
    await ageAt(database, NOW, {});
    assert.ok((await dumpOf(database, 'kept')).includes(ADA.recipient));
    const books = campaignBooks(database, 'unstarted');
    const message = books.message({ messageId: 'm-1', requestedAt: OLD });
    await books.request(message);
    await ageAt(database, NOW, { unstarted: 1 });
    assert.ok((await createRegister(database).find(message))?.input);
  });

  test('goes portion by portion until all is done', async () => {
    const database = engine.database();
    await database.orm.execute(sql`
      insert into messages (project_id, message_id, content_hash, disposition, skip_reason, answer, recipient, reports_expected, requested_at)
      select 'many', 'm-' || i, 'x', 'skipped', 'no_recipient', '{}', ${ADA.recipient}, true, ${OLD}::timestamptz from generate_series(1, 1200) i`);
    await ageAt(database, NOW, { many: 30 });
    const rows = await database.orm
      .select({ erasedAt: messages.erasedAt })
      .from(messages)
      .where(eq(messages.projectId, 'many'));
    assert.deepEqual([rows.length, rows.filter(({ erasedAt }) => erasedAt !== null).length], [1_200, 1_200]);
  });
});

withPostgres('retention in several processes', (engine) => {
  test('is left to the one that is at it', async () => {
    const database = engine.database();
    const books = campaignBooks(database, 'shared');
    const message = await books.send({ messageId: 'm-1', requestedAt: OLD }, { status: 'enqueued' });
    const find = async () => createRegister(database).find(message);
    await whileUncommitted(engine.url(), 'select pg_advisory_xact_lock(7446241064)', async () => {
      await ageAt(database, NOW, { shared: 30 });
      assert.equal((await find())?.erasedAt, undefined);
    });
    await ageAt(database, NOW, { shared: 30 });
    assert.equal((await find())?.erasedAt, NOW);
    assert.deepEqual(failures, []);
  });
});
