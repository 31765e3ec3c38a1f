/**
 * How long the evaluation of a campaign takes on PostgreSQL, on a throwaway server:
 *
 *   npm run bench:evaluation -- [--messages 100000] [--events 1000000] [--runs 30] [--json]
 *
 * A campaign of `--messages` messages, two events each, is evaluated first alone, then among so many events of another
 * campaign that there are `--events` in all; then that other campaign is. Beside it stands what counting the rows
 * themselves takes, which is what `readLedger` does. Ends with exit code 1 where the 95th percentile is above 100 ms.
 */
import { Client } from 'pg';
import { openDatabase } from '../src/db/index.ts';
import { type LedgerScope, listCampaigns, readCampaign, readLedger } from '../src/events/index.ts';
import { findPostgres, startPostgres } from '../test/helpers/postgres.ts';
import { measurement } from './measurement.ts';

/** What is promised of a campaign, whatever its size. */
const LIMIT_MS = 100;

/** Messages of one insert: about what a busy minute writes. */
const PORTION = 10_000;

interface Measured {
  what: string;
  messages: number;
  /** Of all campaigns. */
  eventsInAll: number;
  p50Ms: number;
  p95Ms: number;
}

const COUNTRY = 'chr(65 + i % 40 / 20) || chr(65 + i % 20)';
const TIME = "timestamptz '2026-11-20 08:00Z' + i * interval '100 ms'";

const MESSAGES = `insert into messages (project_id, message_id, content_hash, disposition, input, answer, campaign_id,
    country, reports_expected, requested_at, started_at)
  select 'shop', $1 || '-' || i, 'x', 'send',
    jsonb_build_object('sender', 'Shop' || i % 4, 'campaign', jsonb_build_object('campaignName', 'Measured')),
    '{}', $1, ${COUNTRY}, i % 5 <> 0, ${TIME}, ${TIME}
  from generate_series($2::int, $3::int) i`;

const EVENTS = `insert into campaign_events (project_id, message_id, phase, event_id, status, at, integration_id, kind,
    recipient, sender, country, reports_expected, campaign_id, campaign, status_code, part_count, part_count_estimated)
  select 'shop', $1 || '-' || i, phase, 'shop/' || $1 || '-' || i || '/' || phase,
    case when phase = 'admission' then 'enqueued' when i % 10 = 0 then 'failed' else 'delivered' end,
    ${TIME} + case when phase = 'final' then (1000 + i % 600 * 997) * interval '1 ms' else interval '0' end,
    'eu', 'sms', '33639980001', 'Shop' || i % 4, ${COUNTRY}, i % 5 <> 0, $1, '{"campaignName": "Measured"}',
    case when phase = 'final' and i % 10 = 0 then i % 300 end, 1, phase = 'admission'
  from generate_series($2::int, $3::int) i, (values ('admission'), ('final')) v (phase)`;

const { messages, events, runs, json } = measurement(
  'bench:evaluation',
  'Measures how long the evaluation of a campaign takes among many events, and what counting adds to their writing.',
  {
    messages: { what: 'messages of the campaign', default: 100_000 },
    events: { what: 'events of all campaigns', default: 1_000_000 },
    runs: { what: 'how often each is read', default: 30 },
  },
)
  .parse()
  .opts<{ messages: number; events: number; runs: number; json: boolean }>();

const bin = findPostgres();
if (bin === undefined) {
  throw new Error('No PostgreSQL found: initdb is neither on PATH nor below /usr/lib/postgresql. Install postgresql');
}
const server = await startPostgres(bin);
try {
  const results = await measureAll(await server.createDatabase());
  const ok = results.every(({ what, p95Ms }) => what !== 'evaluation' || p95Ms <= LIMIT_MS);
  if (json) process.stdout.write(`${JSON.stringify({ limitMs: LIMIT_MS, ok, runs, results })}\n`);
  else for (const each of results) process.stdout.write(`${sentenceOf(each)}\n`);
  process.exitCode = ok ? 0 : 1;
} finally {
  await server.stop();
}

async function measureAll(url: string): Promise<Measured[]> {
  await using database = await openDatabase({ url });
  const results: Measured[] = [];
  const measure = async (what: string, size: number, eventsInAll: number, work: () => Promise<unknown>) => {
    results.push({
      what,
      messages: size,
      eventsInAll,
      ...(await timesOf(work, what === 'counting the rows' ? 5 : runs)),
    });
  };
  const both = async (campaign: Required<LedgerScope>, size: number, eventsInAll: number): Promise<void> => {
    await measure('evaluation', size, eventsInAll, () => readCampaign(database, campaign));
    await measure('counting the rows', size, eventsInAll, () => readLedger(database, campaign));
  };
  const measured = { projectId: 'shop', campaignId: 'measured' };
  const other = { projectId: 'shop', campaignId: 'other' };

  await seed(url, measured.campaignId, messages);
  await both(measured, messages, messages * 2);
  const rest = Math.max(0, Math.floor(events / 2) - messages);
  if (rest > 0) {
    await seed(url, other.campaignId, rest);
    await both(measured, messages, (messages + rest) * 2);
    await both(other, rest, (messages + rest) * 2);
  }
  await measure('list', 0, (messages + rest) * 2, () => listCampaigns(database, { projectId: 'shop', limit: 50 }));
  return results;
}

/** Messages to forty countries from four senders over some hours: nine of ten delivered, a tenth with a code. */
async function seed(url: string, campaignId: string, count: number): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (let from = 0; from < count; from += PORTION) {
      const given = [campaignId, from, Math.min(from + PORTION, count) - 1];
      await client.query(MESSAGES, given);
      await client.query(EVENTS, given);
      progress(`${campaignId}: ${(given[2] as number) + 1} of ${count} messages`);
    }
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}

async function timesOf(work: () => Promise<unknown>, times: number): Promise<{ p50Ms: number; p95Ms: number }> {
  // The first one opens connections and plans.
  await work();
  const taken: number[] = [];
  for (let run = 0; run < times; run += 1) {
    const begun = performance.now();
    await work();
    taken.push(performance.now() - begun);
  }
  taken.sort((a, b) => a - b);
  const percentile = (share: number): number => Math.round((taken[Math.ceil(share * times) - 1] ?? 0) * 10) / 10;
  return { p50Ms: percentile(0.5), p95Ms: percentile(0.95) };
}

function sentenceOf({ what, messages: size, eventsInAll, p50Ms, p95Ms }: Measured): string {
  const of = size === 0 ? '' : ` of a campaign of ${size} messages`;
  return `${what}${of}, ${eventsInAll} events in all: p50 ${p50Ms} ms, p95 ${p95Ms} ms`;
}

function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${line}`);
}
