import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { and, eq, like, sql } from 'drizzle-orm';
import type { SendMessageInput } from '../../src/contract/message.ts';
import {
  auditEntries,
  campaignEvents,
  contradictedEvents,
  lateReports,
  messages,
  unmatchedReports,
} from '../../src/db/index.ts';
import { digitsKeptOf } from '../../src/countries/index.ts';
import { createSqlReportStore, createSqlSink, readMessageEvents } from '../../src/events/index.ts';
import type { UnmatchedReason } from '../../src/webhook/index.ts';
import { contentHashOf, createRegister } from '../../src/register/index.ts';
import { campaignBooks } from '../events/campaign-books.ts';
import { withDatabases, withPostgres } from '../helpers/database.ts';
import { sampleEvent, sampleMessage, sampleRecord } from '../helpers/messages.ts';
import { collide } from '../helpers/postgres.ts';
import { ADA, ageAt, BEN, booksOf, dumpOf, erasureOf, failures, keyring, numberOf } from './erasure-fixture.ts';

const AT = '2026-11-20T11:00:00.000Z';

withDatabases('erasing a person', (engine) => {
  const of = (person: typeof ADA, messageId: string, more: Partial<SendMessageInput> = {}) => ({
    messageId,
    recipient: person.recipient,
    content: { kind: 'sms' as const, text: person.text },
    campaign: { campaignId: 'welcome', campaignName: 'Welcome', customerIds: person.customerIds },
    ...more,
  });
  const report = (messageId: string, projectId: string, status: string) => ({
    projectId,
    messageId,
    integrationId: 'sinch-eu',
    report: { integrationId: 'sinch-eu', status, at: AT },
    rawBody: Buffer.from(JSON.stringify({ recipient: ADA.recipient, status })),
    receivedAt: AT,
  });

  /** Messages of both, of every kind and end. */
  async function twoPeople(projectId: string) {
    const database = engine.database();
    const books = campaignBooks(database, projectId);
    const sink = createSqlSink(database);
    const reports = createSqlReportStore(database, keyring);
    for (const [name, person] of [
      ['ada', ADA],
      ['ben', BEN],
    ] as const) {
      await books.markStarted(
        await books.send(of(person, `${name}-delivered`), { status: 'enqueued' }, { status: 'delivered' }),
      );
      await books.send(
        of(person, `${name}-failed`, { country: 'FR', sender: 'Other' }),
        { status: 'enqueued' },
        { status: 'failed', statusCode: 403, comment: `${person.recipient} is off` },
      );
      const refused = books.message(of(person, `${name}-refused`));
      await books.refuse(refused, { comment: `${person.recipient} is none` });
      await books.record(books.message(of(person, `${name}-delivered`)), {
        status: 'rejected',
        comment: person.recipient,
      });
    }
    const started = await books.send(of(ADA, 'ada-under-way'), { status: 'enqueued' });
    await books.markStarted(started);
    await reports.keepLate(report('ada-delivered', projectId, 'Failed'));
    const unmatched = { integrationId: 'sinch-eu', reason: 'inbound', receivedAt: AT } as const;
    await reports.keepUnmatched({
      ...unmatched,
      rawBody: Buffer.from(`{"from":"${ADA.recipient}","in":"${projectId}"}`),
    });
    await reports.keepUnmatched({
      ...unmatched,
      rawBody: Buffer.from(`{"from":"${BEN.recipient}","in":"${projectId}"}`),
    });
    await reports.keepUnreadable({
      integrationId: 'sinch-eu',
      why: 'no JSON',
      receivedAt: AT,
      rawBody: Buffer.from(`{${projectId}${ADA.recipient}`),
    });
    return { database, books, sink, reports, started };
  }

  const erase = (
    projectId: string,
    recipient = ADA.recipient,
    more: { cursor?: string; budgetMs?: number; dryRun?: boolean } = {},
  ) =>
    erasureOf(engine.database()).eraseRecipient({
      projectId,
      number: numberOf(recipient),
      actor: 'key:the-admin',
      budgetMs: 60_000,
      ...more,
    });

  test('leaves nothing of them, all of the others, and every count', async () => {
    const { database } = await twoPeople('whole');
    const before = await booksOf(database, 'whole', 'welcome');
    const held = await dumpOf(database, 'whole');
    for (const trace of [ADA.recipient, ADA.text, 'ada@example.com', BEN.recipient])
      assert.ok(held.includes(trace), trace);

    const { erasureId, ...answer } = await erase('whole');
    assert.match(erasureId ?? '', /^[0-9A-Z]{26}$/);
    assert.deepEqual(answer, {
      dryRun: false,
      validNumber: true,
      complete: true,
      messages: 4,
      events: 6,
      bodies: 2,
      underWay: 1,
      waitingToStart: 0,
      undecryptable: 0,
    });
    const left = await dumpOf(database, 'whole');
    for (const trace of [ADA.recipient, ADA.text, 'ada@example.com']) assert.ok(!left.includes(trace), trace);
    for (const trace of [BEN.recipient, BEN.text, 'ben@example.com']) assert.ok(left.includes(trace), trace);
    assert.deepEqual(await booksOf(database, 'whole', 'welcome'), before, 'also where it is counted anew');
    const [late] = await database.orm.select().from(lateReports).where(eq(lateReports.projectId, 'whole'));
    assert.deepEqual([late?.rawBody, late?.status, late?.timesReceived], [null, 'Failed', 1]);
    const bodies = await database.orm
      .select()
      .from(unmatchedReports)
      .where(eq(unmatchedReports.integrationId, 'sinch-eu'));
    assert.equal(bodies.filter(({ rawBody }) => rawBody === null).length, 1, 'the row of a callback stays');
    const [contradiction] = await database.orm
      .select()
      .from(contradictedEvents)
      .where(and(eq(contradictedEvents.projectId, 'whole'), eq(contradictedEvents.messageId, 'ada-delivered')));
    assert.deepEqual([contradiction?.event.recipient, contradiction?.event.status], ['erased', 'rejected']);
  });

  test('may be asked for again, and is in the audit log without the number', async () => {
    const { database } = await twoPeople('again');
    await erase('again');
    const { erasureId: _, ...again } = await erase('again');
    assert.deepEqual(again, {
      dryRun: false,
      validNumber: true,
      complete: true,
      messages: 0,
      events: 0,
      bodies: 0,
      underWay: 0,
      waitingToStart: 0,
      undecryptable: 0,
    });
    const entries = await database.orm.select().from(auditEntries).where(eq(auditEntries.projectId, 'again'));
    assert.deepEqual(
      entries.map(({ actor, action }) => [actor, action]),
      [
        ['key:the-admin', 'recipient.erased'],
        ['key:the-admin', 'recipient.erased'],
      ],
    );
    assert.match(JSON.stringify(entries[0]?.after), /"messages":4/);
    assert.ok(!JSON.stringify(entries).includes(ADA.recipient));
  });

  test('is not undone by what is written of their messages afterwards', async () => {
    const { database, sink, reports, started } = await twoPeople('later');
    await erase('later');
    await sink.record(
      sampleRecord(started, { events: [sampleEvent(started, { status: 'delivered', comment: ADA.recipient })] }),
    );
    await sink.record(
      sampleRecord(started, { events: [sampleEvent(started, { status: 'failed', comment: ADA.recipient })] }),
    );
    await reports.keepLate(report('ada-under-way', 'later', 'Expired'));
    const unmatched = {
      integrationId: 'sinch-eu',
      reason: 'unknown_message',
      clientReference: 'sinch/later/ada-under-way',
    } as const;
    await reports.keepUnmatched({ ...unmatched, receivedAt: AT, rawBody: Buffer.from(`later ${ADA.recipient}`) });
    const { events } = await readMessageEvents(database, started);
    assert.deepEqual(
      events.map(({ status, recipient, comment, campaign }) => [status, recipient, comment, campaign.customerIds]),
      [
        ['enqueued', 'erased', undefined, undefined],
        ['delivered', 'erased', undefined, undefined],
      ],
    );
    const left = await dumpOf(database, 'later');
    for (const trace of [ADA.recipient, 'ada@example.com']) assert.ok(!left.includes(trace), trace);
    const kept = await database.orm
      .select()
      .from(unmatchedReports)
      .where(eq(unmatchedReports.clientReference, 'sinch/later/ada-under-way'));
    assert.deepEqual(
      kept.map(({ rawBody }) => rawBody),
      [null],
    );
    const [event] = await database.orm
      .select()
      .from(campaignEvents)
      .where(
        and(
          eq(campaignEvents.projectId, 'later'),
          eq(campaignEvents.messageId, 'ada-under-way'),
          eq(campaignEvents.phase, 'final'),
        ),
      );
    assert.equal(event?.exportState, 'left_out', 'without a customer it does not leave');
  });

  test('leaves the counts of senders right where a message is cancelled afterwards', async () => {
    const database = engine.database();
    const books = campaignBooks(database, 'cancelled');
    const message = books.message(of(ADA, 'ada-cancelled', { sender: 'Other' }));
    await books.request(message);
    await books.markStarted(message);
    assert.equal((await erase('cancelled')).messages, 1);
    await books.cancel(message);
    const { counted, recounted } = await booksOf(database, 'cancelled', 'welcome');
    assert.deepEqual(counted, recounted);
    assert.equal(counted.ledger.skipped, 1);
    assert.equal(counted.campaign?.name, 'Welcome');
    assert.deepEqual(
      counted.campaign?.senders.map(({ value, counts }) => [value, counts.skipped]),
      [['Other', 1]],
    );
  });

  test('waits for messages that are still to be started, and then happens by itself', async () => {
    const database = engine.database();
    const books = campaignBooks(database, 'waiting');
    const message = books.message(of(ADA, 'ada-waits'));
    await books.request(message);
    const answer = await erase('waiting');
    assert.deepEqual([answer.messages, answer.waitingToStart], [0, 1]);
    await ageAt(database, AT, {});
    const register = createRegister(database);
    assert.equal((await register.find(message))?.input?.recipient, ADA.recipient, 'its start needs it');
    const unstarted = await register.unstarted({ olderThan: AT, limit: 1_000 });
    assert.ok(unstarted.some(({ messageId }) => messageId === 'ada-waits'));
    await books.markStarted(message);
    await ageAt(database, AT, {});
    const erased = await register.find(message);
    assert.deepEqual([erased?.input, erased?.recipient, erased?.erasedAt], [undefined, undefined, AT]);
    assert.ok(!(await dumpOf(database, 'waiting')).includes(ADA.recipient));
    assert.deepEqual(failures, []);
  });

  test('leaves a repeated request known, and another one under its id refused', async () => {
    const database = engine.database();
    const register = createRegister<{ success: boolean }>(database, keyring);
    const request = { messageId: 'm-1', recipient: ADA.recipient, text: ADA.text };
    const entry = {
      projectId: 'repeat',
      messageId: 'm-1',
      contentHash: contentHashOf(request),
      answer: { success: true },
      recipient: ADA.recipient,
      reportsExpected: true,
      requestedAt: AT,
      disposition: 'skipped',
      skipReason: 'no_recipient',
    } as const;
    await register.register(entry);
    await erase('repeat');
    assert.deepEqual(await register.register(entry), { registered: false, same: true, answer: { success: true } });
    const other = { ...entry, contentHash: contentHashOf({ ...request, text: 'Other' }) };
    assert.deepEqual(await register.register(other), { registered: false, same: false, answer: { success: true } });
    const [row] = await database.orm.select().from(messages).where(eq(messages.projectId, 'repeat'));
    assert.match(row?.contentHash ?? '', /^f1\.k1\./, 'not what the number could be found by');
    const without = createRegister<{ success: boolean }>(database);
    assert.equal((await without.register(entry)).registered, false);
  });

  test('goes on where the time was up', async () => {
    const database = engine.database();
    await database.orm.execute(sql`
      insert into messages (project_id, message_id, content_hash, disposition, skip_reason, answer, recipient, reports_expected, requested_at)
      select 'portions', 'm-' || i, 'x', 'skipped', 'no_recipient', '{}', ${ADA.recipient}, true, ${AT}::timestamptz
      from generate_series(1, 1200) i`);
    const reports = createSqlReportStore(database, keyring);
    for (let index = 0; index < 3; index += 1) {
      await reports.keepUnmatched({
        integrationId: 'sinch-eu',
        reason: 'inbound',
        receivedAt: AT,
        rawBody: Buffer.from(`portions ${index} ${ADA.recipient}`),
      });
    }
    const first = await erase('portions', ADA.recipient, { budgetMs: 0 });
    assert.deepEqual([first.complete, first.messages, first.nextCursor], [false, 500, undefined]);
    let sum = first.messages;
    let answer = first;
    for (let turns = 0; !answer.complete; turns += 1) {
      assert.ok(turns < 20);
      answer = await erase('portions', ADA.recipient, {
        budgetMs: 0,
        ...(answer.nextCursor === undefined ? {} : { cursor: answer.nextCursor }),
      });
      sum += answer.messages;
    }
    assert.equal(sum, 1_200);
    await assert.rejects(erase('portions', ADA.recipient, { cursor: 'bogus' }), { code: 'invalid_cursor' });
  });

  /** Messages with what is kept of their recipients, each refused with this code. @returns which were erased since */
  async function refusals(projectId: string, recipients: readonly string[], error = 'invalid_recipient') {
    const books = campaignBooks(engine.database(), projectId);
    for (const recipient of recipients)
      await books.refuse(books.message(of({ ...ADA, recipient }, error + recipient)), { error });
    return erasedOf(projectId);
  }

  const erasedOf = (projectId: string) => async (): Promise<string[]> => {
    const { orm } = engine.database();
    const rows = await orm.select().from(messages).where(eq(messages.projectId, projectId)).orderBy(messages.messageId);
    return rows.flatMap(({ messageId, erasedAt }) => (erasedAt === null ? [] : [messageId]));
  };

  test('finds what was refused for the spelling that was given, by that spelling and no other', async () => {
    for (const [index, spelling] of ['07911 123456', '+44 7911 123456 ext. 5', '0791'].entries()) {
      const projectId = `refused-${index}`;
      const digits = digitsKeptOf(spelling);
      const others = [`${digits}1`, `1${digits}`];
      const erased = await refusals(projectId, [digits, ...others]);
      await refusals(projectId, [digits], 'no_sender');
      const { messages: count, events, validNumber } = await erase(projectId, spelling);
      assert.deepEqual([count, events, validNumber], [1, 1, false], spelling);
      assert.deepEqual(await erased(), [`invalid_recipient${digits}`], spelling);
      const left = await dumpOf(engine.database(), projectId);
      assert.equal(left.match(/ada@example.com/g)?.length, 3, 'the others keep theirs');
    }
  });

  test('finds with any spelling what was sent to one from before a plan was changed, or with a 0 that nobody dials', async () => {
    for (const [index, [stored, given, other]] of (
      [
        ['22997123456', '+229 01 97 12 34 56', '2290197123457'],
        ['2290197123456', '+229 97 12 34 56', '2290197123457'],
        ['551181234567', '+55 11 98123 4567', '551131234567'],
        ['5215512345678', '+52 55 1234 5678', '525512345679'],
        ['525512345678', '+52 1 55 1234 5678', '525512345679'],
        ['4200601123456', '+420 601 123 456', '420601123457'],
        ['4200601123456', '+420 (0) 601 123 456', '420601123456'],
      ] as const
    ).entries()) {
      const projectId = `renumbered-${index}`;
      const books = campaignBooks(engine.database(), projectId);
      await books.send(of({ ...ADA, recipient: stored }, 'theirs'), { status: 'enqueued' });
      await books.send(of({ ...BEN, recipient: other }, 'other'), { status: 'enqueued' });
      assert.equal((await erase(projectId, given)).messages, 1, given);
      assert.deepEqual(await erasedOf(projectId)(), ['theirs'], given);
    }
  });

  test('finds with a number what was refused for its national forms and those with 00', async () => {
    const theirs = ['07911123456', '7911123456', '00447911123456', '4407911123456'];
    const erased = await refusals('forms', [...theirs, '17911123456', '4479111234561']);
    await refusals('forms', ['7911123456', '07911123456'], 'no_sender');
    const books = campaignBooks(engine.database(), 'forms');
    // Somebody else's number, elsewhere.
    await books.send(of({ ...ADA, recipient: '7911123456' }, 'sent'), { status: 'enqueued' });
    await books.send(of({ ...ADA, recipient: '447911123456' }, 'theirs'), { status: 'enqueued' });
    await books.markStarted(books.message({ messageId: 'sent' }));
    await books.markStarted(books.message({ messageId: 'theirs' }));
    const { messages: count, validNumber } = await erase('forms', '+44 7911 123456');
    assert.deepEqual([count, validNumber], [5, true]);
    assert.deepEqual(await erased(), [...theirs.map((digits) => `invalid_recipient${digits}`).sort(), 'theirs']);
  });

  test('finds with a number of another trunk prefix what was refused with that', async () => {
    const erased = await refusals('trunk', ['06301234567', '0301234567', '301234567']);
    await erase('trunk', '+36 30 123 4567');
    assert.equal((await erased()).length, 3);
  });

  test('takes references out that somebody else gave, with the bodies or by themselves', async () => {
    const database = engine.database();
    const reports = createSqlReportStore(database, keyring);
    const keep = async (clientReference: string, body: string, reason: UnmatchedReason = 'foreign_reference') =>
      reports.keepUnmatched({
        integrationId: 'references',
        reason,
        clientReference,
        receivedAt: AT,
        rawBody: Buffer.from(body),
      });
    await keep('crm-7', JSON.stringify({ recipient: ADA.recipient }));
    await keep(`crm +49 151-87364001`, '{"of":"nobody"}');
    await keep(`crm-1${ADA.recipient}`, '{"of":"another number"}');
    await keep(`crm-${BEN.recipient}`, JSON.stringify({ recipient: BEN.recipient }));
    await keep('sinch/references/m-1', JSON.stringify({ recipient: ADA.recipient, of: 'ours' }), 'unknown_message');
    // Of one whose body is gone, the reference alone is left to be found.
    await keep(`gone-${ADA.recipient}`, '{"of":"one that is gone"}');
    const { clientReference } = unmatchedReports;
    await database.orm.update(unmatchedReports).set({ rawBody: null }).where(like(clientReference, 'gone-%'));
    const erasure = erasureOf(database, ['references']);
    const request = { projectId: 'references', number: numberOf(ADA.recipient), actor: 'deployment', budgetMs: 60_000 };
    assert.equal((await erasure.eraseRecipient(request)).bodies, 4);
    const left = async () => {
      const rows = await database.orm
        .select()
        .from(unmatchedReports)
        .where(eq(unmatchedReports.integrationId, 'references'));
      return rows.map((row) => `${row.clientReference} ${row.rawBody === null ? 'without' : 'with'} body`).sort();
    };
    const kept = [`crm-1${ADA.recipient} with body`, `crm-${BEN.recipient} with body`];
    const without = 'null without body';
    assert.deepEqual(await left(), [...kept, without, without, without, 'sinch/references/m-1 without body'].sort());
    assert.equal((await erasure.eraseRecipient(request)).bodies, 0);
    await database.orm.update(unmatchedReports).set({ rawBody: null }).where(like(clientReference, 'crm-1%'));
    const books = campaignBooks(database, 'references');
    await books.request(books.message());
    const integrationIdsOf = () => Promise.resolve(['references']);
    await ageAt(database, '2026-12-20T11:00:00.000Z', { references: 1 }, { integrationIdsOf });
    assert.deepEqual(failures, []);
    assert.deepEqual(
      (await left()).filter((row) => row !== without),
      ['sinch/references/m-1 without body'],
    );
  });

  test('can be tried first, which counts the same and changes nothing', async () => {
    const { database, books, reports } = await twoPeople('tried');
    await books.request(books.message(of(ADA, 'ada-waits')));
    await books.refuse(books.message(of({ ...ADA, recipient: `00${ADA.recipient}` }, 'ada-00')), {
      error: 'invalid_recipient',
    });
    await reports.keepUnmatched({
      integrationId: 'sinch-eu',
      reason: 'foreign_reference',
      clientReference: `tried-${ADA.recipient}`,
      receivedAt: AT,
      rawBody: gzipSync(`{"from":"+${ADA.recipient}","in":"tried"}`),
    });
    const held = await dumpOf(database, '');
    const { dryRun, ...counts } = await erase('tried', ADA.recipient, { dryRun: true });
    assert.equal(dryRun, true);
    assert.deepEqual([counts.messages, counts.waitingToStart, counts.erasureId], [5, 1, undefined]);
    assert.equal(await dumpOf(database, ''), held, 'not a row is another one, and none was added');
    const { dryRun: _, erasureId: __, ...done } = await erase('tried');
    assert.deepEqual(done, counts);
  });

  test('counts each message once where trying goes on with a cursor', async () => {
    await twoPeople('tried-on');
    const reports = createSqlReportStore(engine.database(), keyring);
    for (let index = 0; index < 1_001; index += 1) {
      const rawBody = Buffer.from(`tried-on ${index} ${ADA.recipient}`);
      await reports.keepUnreadable({ integrationId: 'tried-on', why: 'no JSON', receivedAt: AT, rawBody });
    }
    const sums = { messages: 0, events: 0, bodies: 0, requests: 0 };
    let cursor: string | undefined;
    do {
      const answer = await erasureOf(engine.database(), ['tried-on']).eraseRecipient({
        projectId: 'tried-on',
        number: numberOf(ADA.recipient),
        actor: 'deployment',
        budgetMs: 0,
        dryRun: true,
        ...(cursor === undefined ? {} : { cursor }),
      });
      sums.messages += answer.messages;
      sums.events += answer.events;
      sums.bodies += answer.bodies;
      sums.requests += 1;
      cursor = answer.nextCursor;
    } while (cursor !== undefined);
    assert.deepEqual(sums, { messages: 4, events: 6, bodies: 1_001, requests: 3 });
  });
});

withPostgres('erasing while others write', (engine) => {
  const INSERT = `insert into campaign_events
    (project_id, message_id, phase, event_id, status, at, integration_id, kind, recipient, reports_expected, campaign)
    values ('race', 'm-1', 'final', 'race/m-1/final', 'delivered', now(), 'sinch-eu', 'sms', '${ADA.recipient}', true, '{}')`;

  test('finds an event that was written before and is seen only afterwards', async () => {
    const database = engine.database();
    const books = campaignBooks(database, 'race');
    await books.send({ messageId: 'm-1', recipient: ADA.recipient }, { status: 'enqueued' });
    const request = { projectId: 'race', number: numberOf(ADA.recipient), actor: 'deployment', budgetMs: 60_000 };
    const answer = await collide(
      engine.url(),
      INSERT,
      1,
      async () => erasureOf(database).eraseRecipient(request),
      'commit',
    );
    assert.deepEqual([answer.messages, answer.events], [1, 2]);
    const { events } = await readMessageEvents(database, sampleMessage({ projectId: 'race', messageId: 'm-1' }));
    assert.deepEqual(
      events.map(({ status, recipient }) => [status, recipient]),
      [
        ['enqueued', 'erased'],
        ['delivered', 'erased'],
      ],
    );
  });

  test('is seen by an event that waited for it', async () => {
    const database = engine.database();
    const books = campaignBooks(database, 'race-2');
    const message = await books.send({ messageId: 'm-1', recipient: ADA.recipient }, { status: 'enqueued' });
    const lock = "select from messages where project_id = 'race-2' for update";
    const erase = "update messages set erased_at = now(), recipient = null where project_id = 'race-2'";
    await collide(
      engine.url(),
      `${lock}; ${erase}`,
      1,
      async () => books.record(message, { status: 'delivered' }),
      'commit',
    );
    const { events } = await readMessageEvents(database, message);
    assert.equal(events.at(-1)?.recipient, 'erased');
  });
});
