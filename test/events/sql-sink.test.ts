import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eq } from 'drizzle-orm';
import type { LateReport, MessageRecord } from '../../src/contract/campaign-event.ts';
import { campaignEvents, StoreError } from '../../src/db/index.ts';
import { createSqlSink, readMessageEvents } from '../../src/events/index.ts';
import { createRegister } from '../../src/register/index.ts';
import { withDatabases, withPostgres } from '../helpers/database.ts';
import { sampleEvent, sampleMessage, sampleRecord } from '../helpers/messages.ts';
import { collide } from '../helpers/postgres.ts';

withDatabases('the SQL sink', (engine) => {
  test('gives events back as they were recorded, admission first', async () => {
    const sink = createSqlSink(engine.database());
    const message = sampleMessage({ projectId: 'whole' });
    const enqueued = sampleEvent(message, { status: 'enqueued', batchId: 'b-1' });
    const failed = sampleEvent(message, {
      status: 'failed',
      at: '2026-11-20T10:00:05.000Z',
      batchId: 'b-1',
      statusCode: 411,
      error: 'e',
      comment: 'c',
      partCount: 2,
    });
    await sink.record(sampleRecord(message, { events: [failed, enqueued] }));
    const { events, contradicted, lateReports } = await readMessageEvents(engine.database(), message);
    assert.deepEqual(events, [enqueued, failed]);
    assert.deepEqual(contradicted, []);
    assert.deepEqual(lateReports, []);
    assert.deepEqual(await sink.admission?.(message), enqueued);
  });

  test('tells of several messages what is recorded, and nothing of those that have no event', async () => {
    const sink = createSqlSink(engine.database());
    const message = (messageId: string) => sampleMessage({ projectId: 'asked', messageId });
    const settled = message('settled');
    const open = { ...message('open'), integrationId: 'another' };
    const refused = message('refused');
    await sink.record(
      sampleRecord(settled, {
        events: [sampleEvent(settled, { status: 'enqueued' }), sampleEvent(settled, { status: 'failed' })],
      }),
    );
    await sink.record(sampleRecord(open, { events: [sampleEvent(open, { status: 'enqueued' })] }));
    await sink.record(sampleRecord(refused, { events: [sampleEvent(refused, { status: 'enqueue_failed' })] }));
    const elsewhere = { projectId: 'of-another', messageId: 'settled' };
    const found = await sink.recorded?.([settled, open, refused, message('none'), elsewhere]);
    assert.deepEqual(
      found?.sort((a, b) => a.messageId.localeCompare(b.messageId)),
      [
        { projectId: 'asked', messageId: 'open', integrationId: 'another', admission: 'enqueued' },
        { projectId: 'asked', messageId: 'refused', integrationId: 'sinch-eu', admission: 'enqueue_failed' },
        { projectId: 'asked', messageId: 'settled', integrationId: 'sinch-eu', admission: 'enqueued', final: 'failed' },
      ],
    );
  });

  test('an event without optional members comes back without them', async () => {
    const sink = createSqlSink(engine.database());
    const {
      sender: _sender,
      country: _country,
      estimatedPartCount: _count,
      ...bare
    } = sampleMessage({ projectId: 'bare' });
    const event = sampleEvent({ ...bare, campaign: {} }, { status: 'enqueued' });
    await sink.record(sampleRecord(bare, { events: [event] }));
    assert.deepEqual(await sink.admission?.(bare), event);
  });

  test('there is no admission where none was recorded', async () => {
    const sink = createSqlSink(engine.database());
    assert.equal(await sink.admission?.({ projectId: 'whole', messageId: 'nobody' }), undefined);
  });

  test('an event is there once, whoever writes it, however often', async () => {
    const sinks = [createSqlSink(engine.database()), createSqlSink(engine.database())];
    const message = sampleMessage({ projectId: 'once' });
    const record = sampleRecord(message, {
      events: [sampleEvent(message, { status: 'enqueued' }), sampleEvent(message, { status: 'delivered' })],
    });
    await Promise.all(Array.from({ length: 20 }, async (_, writer) => sinks[writer % 2]?.record(record)));
    await sinks[0]?.record(record);
    const { events, contradicted } = await readMessageEvents(engine.database(), message);
    assert.deepEqual(
      events.map(({ status }) => status),
      ['enqueued', 'delivered'],
    );
    assert.deepEqual(contradicted, []);
    const rows = await engine.database().orm.select().from(campaignEvents).where(eq(campaignEvents.projectId, 'once'));
    assert.deepEqual(rows.map(({ eventId }) => eventId).sort(), ['once/m-1/admission', 'once/m-1/final']);
  });

  test('an event that contradicts is kept aside once and changes nothing', async () => {
    const sink = createSqlSink(engine.database());
    const message = sampleMessage({ projectId: 'contradicted' });
    const delivered = sampleEvent(message, { status: 'delivered' });
    const failed = sampleEvent(message, { status: 'failed', statusCode: 407 });
    await sink.record(sampleRecord(message, { events: [delivered] }));
    await sink.record(sampleRecord(message, { events: [failed] }));
    await sink.record(sampleRecord(message, { events: [failed, delivered] }));
    const { events, contradicted } = await readMessageEvents(engine.database(), message);
    assert.deepEqual(events, [delivered]);
    assert.deepEqual(contradicted, [failed]);
  });

  test('of contradicting events that are written at once one is the event and the other is kept aside', async () => {
    const sinks = [createSqlSink(engine.database()), createSqlSink(engine.database())];
    const message = sampleMessage({ projectId: 'race' });
    const statuses = ['delivered', 'failed'] as const;
    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        const status = statuses[writer % 2] ?? 'failed';
        await sinks[writer % 2]?.record(sampleRecord(message, { events: [sampleEvent(message, { status })] }));
      }),
    );
    const { events, contradicted } = await readMessageEvents(engine.database(), message);
    assert.equal(events.length, 1);
    assert.equal(contradicted.length, 1);
    assert.notEqual(events[0]?.status, contradicted[0]?.status);
  });

  test('the same status with other details is no contradiction', async () => {
    const sink = createSqlSink(engine.database());
    const message = sampleMessage({ projectId: 'details' });
    await sink.record(sampleRecord(message, { events: [sampleEvent(message, { status: 'enqueued' })] }));
    const later = sampleEvent(message, { status: 'enqueued', at: '2026-11-20T11:00:00.000Z', batchId: 'b-2' });
    await sink.record(sampleRecord(message, { events: [later] }));
    assert.deepEqual((await readMessageEvents(engine.database(), message)).contradicted, []);
  });

  test('a record that the database refuses fails alone, without the data in its error', async () => {
    const sink = createSqlSink(engine.database());
    const messages = [1, 2, 3, 4].map((number) => sampleMessage({ projectId: 'isolated', messageId: `m-${number}` }));
    const records: MessageRecord[] = messages.map((message) =>
      sampleRecord(message, { events: [sampleEvent(message, { status: 'enqueued' })] }),
    );
    const [bad, worse] = [records[1], records[2]];
    assert.ok(bad?.events[0] && worse?.events[0]);
    bad.events[0].at = 'yesterday';
    // A column that may not be null: only the database itself notices.
    worse.events[0].recipient = null as unknown as string;
    const results = await Promise.allSettled(records.map(async (record) => sink.record(record)));
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
    );
    for (const result of results) {
      if (result.status === 'fulfilled') continue;
      assert.ok(result.reason instanceof StoreError);
      assert.equal(result.reason.code, 'store_refused');
      assert.equal(result.reason.cause, undefined);
      assert.doesNotMatch(`${result.reason.message}${result.reason.stack}`, /4915112345678|Welcome/);
    }
    for (const message of [messages[0], messages[3]]) assert.ok(message && (await sink.admission?.(message)));
  });

  test('what PostgreSQL cannot store in a text does not cost the event', async () => {
    const sink = createSqlSink(engine.database());
    const message = sampleMessage({
      projectId: 'unstorable',
      campaign: { campaignName: 'a\u0000b', customerIds: { 'x\u0000': 'half \uD83D' } },
    });
    const event = sampleEvent(message, {
      status: 'enqueue_failed',
      comment: 'nul \u0000, half \uDC00, whole 👍',
      statusCode: 1e12,
    });
    await sink.record(sampleRecord(message, { events: [event] }));
    const stored = await sink.admission?.(message);
    assert.equal(stored?.comment, 'nul \uFFFD, half \uFFFD, whole 👍');
    assert.deepEqual(stored?.campaign, { campaignName: 'a\uFFFDb', customerIds: { 'x\uFFFD': 'half \uFFFD' } });
    assert.equal(stored?.statusCode, undefined);
  });

  test('a late report is kept once', async () => {
    const sink = createSqlSink(engine.database());
    const message = sampleMessage({ projectId: 'late' });
    const late: LateReport = {
      projectId: 'late',
      messageId: 'm-1',
      reason: 'contradicts',
      report: {
        integrationId: 'sinch-eu',
        status: 'Failed',
        at: '2026-11-20T10:00:09.000Z',
        batchId: 'b-1',
        statusCode: 0,
      },
    };
    const record = sampleRecord(message, { lateReports: [late, late] });
    await sink.record(record);
    await sink.record(record);
    const { lateReports } = await readMessageEvents(engine.database(), message);
    assert.deepEqual(lateReports, [
      { ...late, receivedAt: late.report.at, lastReceivedAt: late.report.at, timesReceived: 1 },
    ]);
  });

  test('a message cancelled before Sinch had it is noted as skipped, once, and only where it was to be sent', async () => {
    const sink = createSqlSink(engine.database());
    const register = createRegister(engine.database());
    const message = sampleMessage({ projectId: 'skipped' });
    const { projectId, messageId, requestedAt } = message;
    const common = { projectId, contentHash: 'x', answer: {}, reportsExpected: true, requestedAt };
    await register.register({ ...common, messageId, disposition: 'send', input: message });
    await register.register({ ...common, messageId: 'nobody', disposition: 'skipped', skipReason: 'no_recipient' });
    const skipped = { reason: 'cancelled', at: '2026-11-20T10:01:00.000Z' } as const;
    await Promise.all([
      sink.record(sampleRecord(message, { skipped })),
      sink.record({ ...sampleRecord(message, { skipped }), messageId: 'nobody' }),
      sink.record({ ...sampleRecord(message, { skipped }), messageId: 'unregistered' }),
    ]);
    await sink.record(sampleRecord(message, { skipped: { ...skipped, at: '2026-11-20T12:00:00.000Z' } }));
    const row = await register.find(message);
    assert.deepEqual([row?.disposition, row?.skipReason, row?.skippedAt], ['skipped', 'cancelled', skipped.at]);
    const other = await register.find({ projectId, messageId: 'nobody' });
    assert.deepEqual([other?.skipReason, other?.skippedAt], ['no_recipient', requestedAt]);
    assert.equal(await register.find({ projectId, messageId: 'unregistered' }), undefined);
  });

  test('a message that has an event is never noted as skipped', async () => {
    const sink = createSqlSink(engine.database());
    const register = createRegister(engine.database());
    const message = sampleMessage({ projectId: 'not-skipped' });
    const { projectId, messageId, requestedAt } = message;
    const common = { projectId, contentHash: 'x', answer: {}, reportsExpected: true, requestedAt };
    await register.register({ ...common, messageId, disposition: 'send', input: message });
    await sink.record(sampleRecord(message, { events: [sampleEvent(message, { status: 'enqueued' })] }));
    await sink.record(sampleRecord(message, { skipped: { reason: 'cancelled', at: '2026-11-20T10:01:00.000Z' } }));
    assert.equal((await register.find(message))?.disposition, 'send');
  });

  test('a wait that is given up ends at once', async () => {
    const sink = createSqlSink(engine.database());
    const message = sampleMessage({ projectId: 'aborted' });
    const enough = AbortSignal.abort(new Error('enough'));
    await assert.rejects(sink.record(sampleRecord(message), enough), /enough/);
    await assert.rejects(async () => sink.admission?.(message, enough), /enough/);
  });
});

withPostgres('several SQL sinks', (engine) => {
  test('write the same messages in different orders without a deadlock', async () => {
    const records = ['m-1', 'm-2', 'm-3'].map((messageId) => {
      const message = sampleMessage({ projectId: 'orders', messageId });
      return sampleRecord(message, { events: [sampleEvent(message, { status: 'enqueued' })] });
    });
    const held = `insert into campaign_events (project_id, message_id, phase, event_id, status, at, integration_id, kind,
        recipient, reports_expected, campaign)
      values ('orders', 'm-2', 'admission', '', 'enqueued', now(), '', 'sms', '', true, '{}')`;
    await collide(engine.url(), held, 2, async () =>
      Promise.all(
        [records, [...records].reverse()].map(async (some) => {
          const sink = createSqlSink(engine.database());
          await Promise.all(some.map(async (record) => sink.record(record)));
        }),
      ),
    );
    const rows = await engine
      .database()
      .orm.select()
      .from(campaignEvents)
      .where(eq(campaignEvents.projectId, 'orders'));
    assert.equal(rows.length, 3);
  });
});
