import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import fc from 'fast-check';
import { Client } from 'pg';
import type { CampaignEventStatus } from '../../src/contract/campaign-event.ts';
import { type Database, openDatabase, type Orm } from '../../src/db/index.ts';
import {
  type CampaignEvaluation,
  createLedgerCheck,
  createSqlSink,
  listCampaigns,
  readCampaign,
  readLedger,
  recountCampaigns,
} from '../../src/events/index.ts';
import { withDatabases, withPostgres } from '../helpers/database.ts';
import { sampleEvent, sampleMessage, sampleRecord } from '../helpers/messages.ts';
import { query } from '../helpers/postgres.ts';
import { campaignBooks } from './campaign-books.ts';

const ENQUEUED = { status: 'enqueued', at: '2026-11-20T10:00:00.000Z' } as const;

/** Shares with four digits. */
function rate(given: { rate?: number }): number | undefined {
  return given.rate === undefined ? undefined : Math.round(given.rate * 10_000) / 10_000;
}

withDatabases('the evaluation of a campaign', (engine) => {
  async function evaluate(projectId: string, campaignId = 'welcome'): Promise<CampaignEvaluation> {
    const found = await readCampaign(engine.database(), { projectId, campaignId });
    return found ?? assert.fail(`There is no campaign ${campaignId}`);
  }

  test('does not know a campaign without messages', async () => {
    assert.equal(await readCampaign(engine.database(), { projectId: 'eval-none', campaignId: 'x' }), undefined);
    await campaignBooks(engine.database(), 'eval-none').send({ campaign: {} }, ENQUEUED);
    assert.deepEqual(await listCampaigns(engine.database(), { projectId: 'eval-none', limit: 10 }), { campaigns: [] });
  });

  test('counts every state as the ledger does', async () => {
    const books = campaignBooks(engine.database(), 'eval-states');
    await books.send({});
    await books.send({}, ENQUEUED);
    await books.send({}, ENQUEUED, { status: 'delivered' });
    await books.send({}, ENQUEUED, { status: 'delivered' });
    await books.send({}, ENQUEUED, { status: 'rejected' });
    await books.send({}, ENQUEUED, { status: 'failed' });
    await books.send({}, ENQUEUED, { status: 'timeout' });
    await books.send({}, { status: 'enqueue_failed', error: 'expired' });
    await books.refuse(books.message());
    await books.skip(books.message());
    await books.cancel(await books.send({}));
    const { counts, rates } = await evaluate('eval-states');
    assert.deepEqual(counts, {
      requested: 11,
      skipped: 2,
      waitingToSend: 1,
      enqueued: 6,
      enqueueFailed: 2,
      waitingForReport: 1,
      delivered: 2,
      rejected: 1,
      failed: 1,
      timeout: 1,
    });
    const {
      faults: _faults,
      unknownOutcomes: _unknownOutcomes,
      balanced,
      ...ledger
    } = await readLedger(engine.database(), {
      projectId: 'eval-states',
      campaignId: 'welcome',
    });
    assert.equal(balanced, true);
    assert.deepEqual(counts, ledger);
    assert.deepEqual(rates.ofSent, { delivered: 2, of: 6, rate: 2 / 6 });
  });

  test('has no rates, times and parts of nothing', async () => {
    const books = campaignBooks(engine.database(), 'eval-zero');
    await books.send({});
    const campaign = await evaluate('eval-zero');
    assert.deepEqual(campaign.rates, { ofSent: { delivered: 0, of: 0 }, ofAbleToReport: { delivered: 0, of: 0 } });
    assert.deepEqual(campaign.parts, { total: 0, estimated: 0 });
    assert.equal(campaign.deliveryTimes, undefined);
    assert.equal(campaign.firstEventAt, undefined);
    assert.deepEqual(campaign.overTime, { width: 'minute', slots: [] });
    assert.deepEqual(campaign.codes, []);
  });

  test('shows its rate over what can report: countries without reports count only once a report came', async () => {
    const books = campaignBooks(engine.database(), 'eval-rates');
    const silent = { country: 'DE', reportsExpected: false };
    await books.send({}, ENQUEUED, { status: 'delivered' });
    await books.send({}, ENQUEUED, { status: 'timeout' });
    await books.send({}, ENQUEUED);
    await books.send(silent, ENQUEUED, { status: 'timeout', error: 'no_delivery_report_expected' });
    await books.send(silent, ENQUEUED);
    await books.send(silent, ENQUEUED, { status: 'delivered' });
    await books.send(silent, ENQUEUED, { status: 'failed' });
    const { rates } = await evaluate('eval-rates');
    assert.deepEqual(rates, {
      ofSent: { delivered: 2, of: 7, rate: 2 / 7 },
      ofAbleToReport: { delivered: 2, of: 5, rate: 2 / 5 },
    });
  });

  test('shows each country and each sender, most messages first', async () => {
    const books = campaignBooks(engine.database(), 'eval-parts');
    await books.send({ country: 'FR', sender: 'Shop' }, ENQUEUED, { status: 'delivered' });
    await books.send({ country: 'FR', sender: 'Shop' }, ENQUEUED);
    await books.send({ country: 'FR', sender: 'News' }, ENQUEUED, { status: 'failed' });
    await books.send({ country: 'GB', sender: 'News' });
    const { country: _country, sender: _sender, ...bare } = books.message();
    await books.request(bare);
    await books.refuse(books.message({ country: 'GB', sender: 'Shop' }));
    const { countries, senders, moreSenders } = await evaluate('eval-parts');
    assert.deepEqual(
      countries.map(({ value, counts, rates }) => [value, counts.requested, counts.waitingToSend, rate(rates.ofSent)]),
      [
        ['FR', 3, 0, 0.3333],
        ['GB', 2, 1, undefined],
        [undefined, 1, 1, undefined],
      ],
    );
    assert.deepEqual(
      senders.map(({ value, counts }) => [value, counts.requested, counts.enqueueFailed, counts.failed]),
      [
        ['Shop', 3, 1, 0],
        ['News', 2, 0, 1],
        [undefined, 1, 0, 0],
      ],
    );
    assert.equal(moreSenders, false);
  });

  test('counts parts by Sinch, where it has counted, and else by ourselves', async () => {
    const books = campaignBooks(engine.database(), 'eval-billed');
    await books.send({ estimatedPartCount: 3 }, ENQUEUED, { status: 'delivered', partCount: 2 });
    await books.send({ estimatedPartCount: 3 }, ENQUEUED, { status: 'timeout' });
    await books.send({ estimatedPartCount: 3 }, ENQUEUED);
    await books.send({ estimatedPartCount: 5 }, { status: 'enqueue_failed' });
    const { estimatedPartCount: _none, ...mms } = books.message();
    await books.request(mms);
    await books.record(mms, ENQUEUED, { status: 'delivered', partCount: 1 });
    assert.deepEqual((await evaluate('eval-billed')).parts, { total: 2 + 3 + 3 + 1, estimated: 6 });
  });

  test('tells why messages did not arrive, by status, code and error', async () => {
    const books = campaignBooks(engine.database(), 'eval-codes');
    const bad = { status: 'enqueue_failed', statusCode: 400, error: 'syntax_invalid_parameter_format' } as const;
    for (let i = 0; i < 3; i += 1) await books.send({}, bad);
    await books.send({}, ENQUEUED, { status: 'failed', statusCode: 11 });
    await books.send({}, ENQUEUED, { status: 'failed', statusCode: 11 });
    await books.send({}, ENQUEUED, { status: 'rejected', statusCode: 411 });
    await books.send({}, ENQUEUED, { status: 'failed', statusCode: 3003 });
    await books.send({}, ENQUEUED, { status: 'timeout', error: 'no_delivery_report' });
    await books.send({}, ENQUEUED, { status: 'delivered', statusCode: 0 });
    assert.deepEqual((await evaluate('eval-codes')).codes, [
      { kind: 'http', messages: 3, ...bad },
      { kind: 'smpp', messages: 2, status: 'failed', statusCode: 11 },
      { kind: 'mms', messages: 1, status: 'failed', statusCode: 3003 },
      { kind: 'delivery_report', messages: 1, status: 'rejected', statusCode: 411 },
      { kind: 'error', messages: 1, status: 'timeout', error: 'no_delivery_report' },
    ]);
  });

  test('tells how long delivery took, within 2.5%', async () => {
    const books = campaignBooks(engine.database(), 'eval-times');
    const seconds = Array.from({ length: 100 }, (_, index) => index + 1);
    for (const second of seconds) {
      const at = new Date(Date.parse(ENQUEUED.at) + second * 1000).toISOString();
      // In one go, or one after the other.
      if (second % 2 === 0) await books.send({}, ENQUEUED, { status: 'delivered', at });
      else await books.record(books.message(), ENQUEUED, { status: 'delivered', at });
    }
    await books.send({}, ENQUEUED, { status: 'failed', at: '2026-11-21T10:00:00.000Z' });
    const times = (await evaluate('eval-times')).deliveryTimes ?? assert.fail('Delivered, and no times');
    assert.equal(times.messages, 100);
    for (const [name, exact] of [
      ['p50', 50_000],
      ['p90', 90_000],
      ['p95', 95_000],
      ['p99', 99_000],
    ] as const) {
      assert.ok(Math.abs(times[name] - exact) <= exact * times.resolution, `${name}: ${times[name]}`);
    }
  });

  test('a report that is earlier than its acceptance counts as at once', async () => {
    const books = campaignBooks(engine.database(), 'eval-early');
    await books.send({}, ENQUEUED, { status: 'delivered', at: '2026-11-20T09:59:59.000Z' });
    assert.equal((await evaluate('eval-early')).deliveryTimes?.p50, 1);
  });

  const spans = [
    ['minute', '2026-11-20T10:00:00.000Z', '2026-11-20T15:59:00.000Z'],
    ['hour', '2026-11-20T10:00:00.000Z', '2026-11-20T17:00:00.000Z'],
    ['day', '2026-11-20T00:00:00.000Z', '2026-12-06T00:00:00.000Z'],
  ] as const;
  for (const [width, first, last] of spans) {
    test(`shows a campaign over time by ${width}, according to its length`, async () => {
      const projectId = `eval-by-${width}`;
      const books = campaignBooks(engine.database(), projectId);
      const later = new Date(Date.parse(first) + 59_999).toISOString();
      await books.send({}, { status: 'enqueued', at: first }, { status: 'delivered', at: last });
      await books.send({}, { status: 'enqueued', at: later }, { status: 'failed', at: last });
      const { overTime, firstEventAt, lastEventAt } = await evaluate(projectId);
      const none = { enqueued: 0, enqueueFailed: 0, delivered: 0, rejected: 0, failed: 0, timeout: 0 };
      assert.deepEqual(overTime, {
        width,
        slots: [
          { ...none, startsAt: first, enqueued: 2 },
          { ...none, startsAt: last, delivered: 1, failed: 1 },
        ],
      });
      assert.deepEqual([firstEventAt, lastEventAt], [first, last]);
    });
  }

  test('a list goes through all campaigns once, what began latest first, with their latest names', async () => {
    const projectId = 'eval-list';
    for (let i = 0; i < 7; i += 1) {
      const books = campaignBooks(engine.database(), projectId, `c-${i}`);
      // Pairs begin at the same time.
      const requestedAt = `2026-11-2${Math.floor(i / 2)}T10:00:00.000Z`;
      await books.send({ requestedAt }, ENQUEUED);
    }
    const renamed = campaignBooks(engine.database(), projectId, 'c-6');
    const campaign = { campaignId: 'c-6', campaignName: 'Renamed' };
    await renamed.send({ messageId: 'late', campaign, requestedAt: '2026-11-24T10:00:00.000Z' });
    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listCampaigns(engine.database(), { projectId, limit: 3, ...(cursor ? { cursor } : {}) });
      assert.ok(page.campaigns.length <= 3);
      listed.push(...page.campaigns.map(({ campaignId, name, counts }) => `${campaignId} ${name} ${counts.enqueued}`));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    assert.deepEqual(listed, [
      'c-6 Renamed 1',
      'c-5 Welcome 1',
      'c-4 Welcome 1',
      'c-3 Welcome 1',
      'c-2 Welcome 1',
      'c-1 Welcome 1',
      'c-0 Welcome 1',
    ]);
    assert.equal((await evaluate(projectId, 'c-6')).name, 'Renamed');
  });

  test('a cursor that no page gave is refused', async () => {
    for (const cursor of ['', 'x', Buffer.from('["yesterday","c"]').toString('base64url')]) {
      await assert.rejects(listCampaigns(engine.database(), { projectId: 'p', limit: 1, cursor }), {
        code: 'invalid_cursor',
      });
    }
  });

  test('an event with an error, a sender and a campaign name of any length is kept and counted', async () => {
    const books = campaignBooks(engine.database(), 'eval-long');
    const long = 'x'.repeat(5_000);
    const campaign = { campaignId: 'welcome', campaignName: long };
    await books.send({ sender: long, campaign }, { status: 'enqueue_failed', error: long });
    const { codes, counts } = await evaluate('eval-long');
    assert.deepEqual([counts.enqueueFailed, codes[0]?.messages], [1, 1]);
  });

  test('counts agree with the rows whatever is written, in whatever order, and again after a recount', async () => {
    let run = 0;
    const finals = ['delivered', 'rejected', 'failed', 'timeout'] as const;
    const part = fc.record({
      registered: fc.constantFrom('send', 'send', 'send', 'skip', 'refuse', 'never'),
      country: fc.constantFrom('DE', 'FR', undefined),
      sender: fc.constantFrom('Shop', 'News'),
      admission: fc.constantFrom<CampaignEventStatus | undefined>('enqueued', 'enqueued', 'enqueue_failed', undefined),
      final: fc.constantFrom<CampaignEventStatus | undefined>(...finals, undefined),
      order: fc.constantFrom('together', 'in order', 'final first', 'twice', 'past the register'),
      cancelled: fc.boolean(),
      partCount: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      delayMs: fc.integer({ min: -5_000, max: 10_000_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 12 }), async (parts) => {
        run += 1;
        const projectId = `eval-any-${run}`;
        const books = campaignBooks(engine.database(), projectId);
        await Promise.all(
          parts.map(async (each) => {
            const { country: _country, ...bare } = books.message({
              sender: each.sender,
              reportsExpected: each.country !== 'DE',
            });
            const message = { ...bare, ...(each.country === undefined ? {} : { country: each.country }) };
            const register = async (): Promise<void> => {
              if (each.registered === 'send') await books.request(message);
              if (each.registered === 'skip') await books.skip(message);
              if (each.registered === 'refuse') await books.refuse(message);
            };
            const at = new Date(Date.parse(ENQUEUED.at) + each.delayMs).toISOString();
            const admission = each.admission ? [{ ...ENQUEUED, status: each.admission, statusCode: 1 }] : [];
            const final = each.final
              ? [{ status: each.final, at, ...(each.partCount === undefined ? {} : { partCount: each.partCount }) }]
              : [];
            if (each.order !== 'past the register') await register();
            if (each.order === 'together') await books.record(message, ...admission, ...final);
            else {
              const events = each.order === 'final first' ? [...final, ...admission] : [...admission, ...final];
              for (const event of events) await books.record(message, event);
              if (each.order === 'twice') await books.record(message, ...admission, ...final);
            }
            if (each.order === 'past the register') await register();
            if (each.cancelled) await books.cancel(message);
          }),
        );
        const campaign = { projectId, campaignId: 'welcome' };
        const {
          faults: _faults,
          unknownOutcomes: _unknownOutcomes,
          balanced: _balanced,
          ...ledger
        } = await readLedger(engine.database(), campaign);
        const evaluation = await readCampaign(engine.database(), campaign);
        if (!evaluation)
          return assert.equal(
            ledger.requested +
              ledger.enqueued +
              ledger.enqueueFailed +
              ledger.delivered +
              ledger.failed +
              ledger.rejected +
              ledger.timeout,
            0,
          );
        assert.deepEqual(evaluation.counts, ledger);
        for (const dimension of [evaluation.countries, evaluation.senders]) {
          for (const name of Object.keys(ledger) as (keyof typeof evaluation.counts)[]) {
            assert.equal(
              dimension.reduce((sum, { counts }) => sum + counts[name], 0),
              ledger[name],
              name,
            );
          }
        }
        const [raw] = await engine
          .database()
          .orm.select({
            able: sql`count(*) filter (where a.reports_expected or f.status in ('delivered', 'rejected', 'failed'))`,
            timed: sql`count(f.message_id) filter (where f.status = 'delivered')`,
            parts: sql`coalesce(sum(case when not f.part_count_estimated then f.part_count
              else coalesce(a.part_count, f.part_count) end), 0)`,
          })
          .from(
            sql`campaign_events a left join campaign_events f
            on f.project_id = a.project_id and f.message_id = a.message_id and f.phase = 'final'`,
          )
          .where(sql`a.project_id = ${projectId} and a.status = 'enqueued'`);
        assert.equal(evaluation.rates.ofAbleToReport.of, Number(raw?.able));
        assert.equal(evaluation.deliveryTimes?.messages ?? 0, Number(raw?.timed));
        assert.equal(evaluation.parts.total, Number(raw?.parts));
        await recountCampaigns(engine.database(), { projectId });
        const { startedAt: _before, ...before } = evaluation;
        const { startedAt: _after, ...after } = (await readCampaign(engine.database(), campaign)) ?? assert.fail();
        assert.deepEqual(after, before);
      }),
      { numRuns: engine.kind === 'pglite' ? 30 : 60 },
    );
  });
});

withPostgres('the counts of campaigns', (engine) => {
  test('are added to by one writer while another has not committed', async () => {
    const books = campaignBooks(engine.database(), 'open');
    await books.send({}, ENQUEUED);
    const other = new Client({ connectionString: engine.url() });
    await other.connect();
    try {
      await other.query('begin');
      await other.query(`insert into campaign_events select project_id, 'held', phase, event_id, status, at, integration_id,
        kind, recipient, sender, country, reports_expected, campaign_id, campaign from campaign_events
        where project_id = 'open'`);
      // Would wait for the other's end, were its counts in the same rows.
      await books.send({}, ENQUEUED);
      const seen = await readCampaign(engine.database(), { projectId: 'open', campaignId: 'welcome' });
      assert.equal(seen?.counts.enqueued, 2);
      await other.query('commit');
    } finally {
      await other.end();
    }
    const seen = await readCampaign(engine.database(), { projectId: 'open', campaignId: 'welcome' });
    assert.equal(seen?.counts.enqueued, 3);
  });

  test('are right when many processes write the same campaign at once', async () => {
    const databases = await Promise.all(
      Array.from({ length: 6 }, async () => openDatabase({ url: engine.url(), maxConnections: 3 })),
    );
    try {
      const campaigns = ['a', 'b', 'c'];
      await Promise.all(
        databases.map(async (database, index) => {
          const sink = createSqlSink(database);
          for (let round = 0; round < 12; round += 1) {
            await Promise.all(
              Array.from({ length: 30 }, async (_, i) => {
                // Every message is written by two of them.
                const message = sampleMessage({
                  projectId: 'crowd',
                  messageId: `m-${Math.floor(index / 2)}-${round}-${i}`,
                  campaign: { campaignId: campaigns[i % 3] ?? 'a' },
                  country: ['DE', 'FR', 'GB', 'IT'][i % 4] ?? 'DE',
                });
                const events = [sampleEvent(message, ENQUEUED), sampleEvent(message, { status: 'delivered' })];
                await sink.record(sampleRecord(message, { events: index % 2 === 0 ? events : events.slice(0, 1) }));
              }),
            );
          }
        }),
      );
    } finally {
      await Promise.all(databases.map(async (database) => database.close()));
    }
    for (const campaignId of ['a', 'b', 'c']) {
      const campaign = { projectId: 'crowd', campaignId };
      const {
        faults: _f,
        unknownOutcomes: _u,
        balanced: _b,
        ...ledger
      } = await readLedger(engine.database(), campaign);
      const evaluation = await readCampaign(engine.database(), campaign);
      assert.deepEqual(evaluation?.counts, ledger);
      assert.equal(evaluation?.deliveryTimes?.messages, 360);
    }
  });

  test('cover what was there before they were', async () => {
    const url = await engine.emptyDatabase();
    await (await openDatabase({ url })).close();
    // As the release before had it.
    await query(url, 'drop trigger messages_counted on messages');
    await query(url, 'drop trigger campaign_events_counted on campaign_events');
    await using database = await openDatabase({ url });
    const books = campaignBooks(database, 'before');
    await books.send({}, ENQUEUED, { status: 'delivered' });
    await books.send({});
    await query(url, 'select recount_campaigns(null, null)');
    const { counts, deliveryTimes } =
      (await readCampaign(database, { projectId: 'before', campaignId: 'welcome' })) ?? assert.fail();
    assert.deepEqual([counts.requested, counts.delivered, counts.waitingToSend], [2, 1, 1]);
    assert.equal(deliveryTimes?.messages, 1);
  });

  test('are read by index among those of other campaigns, and rows of messages and events never in full', async () => {
    const url = await engine.emptyDatabase();
    await (await openDatabase({ url })).close();
    for (const statement of seedStatements({ campaigns: 400, messages: 20 })) await query(url, statement);
    await query(url, 'analyze');
    const plans = await plansOf(url, async (orm) => {
      const campaign = { projectId: 'shop', campaignId: 'c-7' };
      const evaluation = await readCampaign({ orm }, campaign);
      assert.equal(evaluation?.counts.delivered, 20);
      await listCampaigns({ orm }, { projectId: 'shop', limit: 20 });
      await readLedger({ orm } as Database, campaign);
      const none = { ofCampaign: () => Promise.resolve({ workflows: [] }), find: () => Promise.resolve([]) };
      const check = createLedgerCheck({
        database: { orm },
        workflows: { ...none, describe: () => Promise.resolve(undefined) },
      });
      for (let cursor: string | undefined = ''; cursor !== undefined;) {
        const page = await check.page({ ...campaign, ...(cursor === '' ? {} : { cursor }) });
        assert.deepEqual(page.findings, []);
        cursor = page.nextCursor;
      }
    });
    assert.ok(plans.length >= 8, `${plans.length} statements`);
    for (const plan of plans) assert.doesNotMatch(plan, /Seq Scan/, plan);
    for (const table of ['campaigns', 'campaign_counts', 'campaign_times', 'campaign_codes', 'campaign_delays']) {
      assert.match(plans[0] ?? '', new RegExp(`(Index|Bitmap)[^\\n]* on ${table}\\b`), plans[0]);
    }
  });
});

/** Many campaigns of the same shape, each message enqueued and delivered. */
function seedStatements({ campaigns, messages }: { campaigns: number; messages: number }): string[] {
  const each = `from generate_series(1, ${campaigns}) c, generate_series(1, ${messages}) m`;
  const time = "timestamptz '2026-11-20 10:00Z' + c * interval '1 minute' + m * interval '1 s'";
  return [
    `insert into messages (project_id, message_id, content_hash, disposition, input, answer, campaign_id, country,
       reports_expected, requested_at, started_at)
     select 'shop', 'm-' || c || '-' || m, 'x', 'send', '{"sender": "Shop"}', '{}', 'c-' || c, 'FR', true, ${time}, now() ${each}`,
    `insert into campaign_events (project_id, message_id, phase, event_id, status, at, integration_id, kind, recipient,
       sender, country, reports_expected, campaign_id, campaign, status_code)
     select 'shop', 'm-' || c || '-' || m, phase, 'x', status, ${time} + delay, 'eu', 'sms', '33639980001',
       'Shop', 'FR', true, 'c-' || c, '{}', 0 ${each},
       (values ('admission', 'enqueued', interval '0'), ('final', 'delivered', interval '9 s')) v (phase, status, delay)`,
    `insert into campaign_events (project_id, message_id, phase, event_id, status, at, integration_id, kind, recipient,
       reports_expected, campaign_id, campaign, status_code, error)
     select 'shop', 'r-' || c || '-' || m, 'admission', 'x', 'enqueue_failed', ${time}, 'eu', 'sms', '33639980001',
       true, 'r-' || c, '{}', 400 + m, 'e' ${each}`,
    `insert into unknown_outcomes (project_id, message_id, policy, campaign_id, at)
     select 'shop', 'm-' || c || '-' || m, 'hold', 'c-' || c, ${time} ${each}`,
  ];
}

/** The plans of the statements that the work makes, as the server would carry them out. */
async function plansOf(url: string, work: (orm: Orm) => Promise<void>): Promise<string[]> {
  const statements: { query: string; params: unknown[] }[] = [];
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(drizzle({ client, logger: { logQuery: (query, params) => statements.push({ query, params }) } }));
    const plans: string[] = [];
    for (const { query, params } of statements) {
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${query}`, params);
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    }
    return plans;
  } finally {
    await client.end();
  }
}
