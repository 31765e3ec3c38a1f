/**
 * A flood of delivery reports on the real HTTP process, with a real Temporal server, worker and PostgreSQL behind it:
 *
 *   npm run bench:flood -- [--rate 1000] [--seconds 60] [--messages 2000] [--retry-seconds 5] [--json]
 *
 * `--rate` reports a second come for `--seconds`, whether or not the ones before are answered: most on messages that wait
 * for them, a tenth of them twice, some on messages that have ended or that nobody knows, and at the end the final report
 * of every message. What is not answered 2xx comes again as from Sinch, after `--retry-seconds` and then twice as long each
 * time. Afterwards every single report is looked for: in the histories of the messages and in the tables. Ends with exit
 * code 1 where one is not there, or where any answer was something else than 200 or 503.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { workflowIdOf } from '../src/contract/identity.ts';
import { CALLBACK_PATH, type Deployment, PROJECT, reportOf, startDeployment } from '../test/helpers/deployment.ts';
import { until } from '../test/helpers/until.ts';
import { findPostgres, query } from '../test/helpers/postgres.ts';
import { measurement } from './measurement.ts';

/** Messages of the deployment a second: the flood is of reports, and its messages should be there soon. */
const SEND_RATE = 300;

/** Of 100 reports so many come twice, are late, and name a message that nobody knows. */
const TWICE = 10;
const LATE = 5;
const UNKNOWN = 4;

/** How often the process is asked whether it lives, and its memory is looked at, in milliseconds. */
const PROBE_MS = 100;

/** Connections of the sender: more than the callbacks that the process has under way at once, so that it is overrun. */
const CONNECTIONS = 400;

/** Histories read at once. */
const READERS = 16;

/** A report that was or is to be sent. Its number is its status code too, by which it is found again. */
interface Report {
  number: number;
  messageId: string;
  body: string;
}

const {
  rate,
  seconds,
  messages: count,
  retrySeconds,
  json,
} = measurement(
  'bench:flood',
  'Floods the webhook of a whole deployment with delivery reports, and looks for every single one afterwards.',
  {
    rate: { what: 'reports a second', default: 1_000 },
    seconds: { what: 'how long they come', default: 60 },
    messages: { what: 'messages that wait for them', default: 2_000 },
    'retry-seconds': { what: 'until a report that was not taken comes again, then twice as long', default: 5 },
  },
)
  .parse()
  .opts<{ rate: number; seconds: number; messages: number; retrySeconds: number; json: boolean }>();
const retryMs = retrySeconds * 1_000;
if (rate * seconds < count * 2) throw new Error('Expected two reports for each message at least; raise --seconds');

const bin = findPostgres();
if (bin === undefined) {
  throw new Error('No PostgreSQL found: initdb is neither on PATH nor below /usr/lib/postgresql. Install postgresql');
}

await using deployment = await startDeployment({ bin, messagesPerSecond: SEND_RATE });
const [server] = await Promise.all([deployment.startServer(), deployment.startWorker()]);
const open = Array.from({ length: count }, (_, index) => `open-${index}`);
const ended = Array.from({ length: Math.max(1, Math.ceil(count / 20)) }, (_, index) => `ended-${index}`);
await ask(deployment, [
  ...open.map((messageId) => ({ messageId, recipient: '+447400129907' })),
  ...ended.map((messageId) => ({ messageId, recipient: '+447400129900' })),
]);

const reports = makeReports();
const flood = createFlood(`${deployment.serverUrl}${CALLBACK_PATH}`);
const probe = startProbe(deployment.serverUrl, server.pid);
progress(`${reports.length} reports at ${rate} a second`);
const begun = performance.now();
for (const [index, report] of reports.entries()) {
  const dueMs = (index / rate) * 1_000 - (performance.now() - begun);
  if (dueMs > 1) await sleep(dueMs);
  flood.send(report);
}
const sentSeconds = secondsSince(begun);
progress(`sent within ${sentSeconds} s; ${flood.unanswered()} are still to be taken`);
await flood.allTaken();
const takenSeconds = secondsSince(begun);
await until(
  'every message has its final event',
  async () => (await finals(deployment)) === count + ended.length,
  600_000,
);
const countedSeconds = secondsSince(begun);
const { healthMs, baseMb, peakMb } = await probe.stop();

progress('every report was taken; looking for each of them');
const lost = await findLost(deployment, reports);
const result = {
  rate,
  seconds,
  messages: count + ended.length,
  reports: reports.length,
  answers: flood.answers(),
  p50Ms: percentile(flood.latencies, 50),
  p99Ms: percentile(flood.latencies, 99),
  slowestMs: percentile(flood.latencies, 100),
  healthP99Ms: percentile(healthMs, 99),
  rssBeforeMb: baseMb,
  rssPeakMb: peakMb,
  sentSeconds,
  takenSeconds,
  countedSeconds,
  mostAttempts: flood.mostAttempts(),
  lost: lost.length,
};
const ok = lost.length === 0 && Object.keys(result.answers).every((status) => status === '200' || status === '503');
if (json) process.stdout.write(`${JSON.stringify({ ok, ...result })}\n`);
else {
  for (const [name, value] of Object.entries(result)) process.stdout.write(`${name}: ${JSON.stringify(value)}\n`);
}
process.exitCode = ok ? 0 : 1;

/** Registers the messages in batches as the platform does, and waits until Sinch has them. */
async function ask(deployment: Deployment, messages: readonly Record<string, unknown>[]): Promise<void> {
  for (let from = 0; from < messages.length; from += 500) await deployment.askMany(messages.slice(from, from + 500));
  await until('Sinch has every message', () => deployment.simulator.counts().accepted >= messages.length, 600_000);
  await until('the delivered ones have ended', async () => (await finals(deployment)) === ended.length, 600_000);
  progress(`${messages.length} messages are with Sinch`);
}

/** The same number of each kind whatever the rate, and the final report of each message among the last ones. */
function makeReports(): Report[] {
  const total = rate * seconds;
  return Array.from({ length: total }, (_, number) => {
    const finalIndex = number - (total - count);
    if (finalIndex >= 0) return reportAbout(open[finalIndex] ?? '', number, 'Delivered');
    const part = number % 100;
    if (part < LATE) return reportAbout(ended[number % ended.length] ?? '', number, 'Dispatched');
    if (part < LATE + UNKNOWN) return reportAbout(`unknown-${number}`, number, 'Delivered');
    // The same bytes as a moment before: Sinch repeats what it did not hear the answer of.
    const again = part < LATE + UNKNOWN + TWICE && number > TWICE ? number - (number % 100) + 50 - 100 : number;
    const shown = again < 0 ? number : again;
    return reportAbout(open[shown % count] ?? '', shown, 'Dispatched');
  });
}

function reportAbout(messageId: string, number: number, status: string): Report {
  const body = reportOf(messageId, { status, code: number, at: new Date(1_700_000_000_000 + number).toISOString() });
  return { number, messageId, body };
}

/** Sinch's side: every report goes out at once, and again as long as it is not taken. */
function createFlood(url: string) {
  const agent = new Agent({ connections: CONNECTIONS });
  const counts: Record<string, number> = {};
  const latencies: number[] = [];
  let unanswered = 0;
  let mostAttempts = 0;
  let taken: () => void = () => undefined;

  async function attempt(report: Report): Promise<string> {
    const begun = performance.now();
    try {
      const response = await request(url, { dispatcher: agent, method: 'POST', body: report.body });
      await response.body.dump();
      return String(response.statusCode);
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : 'failed';
    } finally {
      latencies.push(performance.now() - begun);
    }
  }

  async function deliver(report: Report): Promise<void> {
    for (let attempts = 1; ; attempts += 1) {
      const answer = await attempt(report);
      counts[answer] = (counts[answer] ?? 0) + 1;
      mostAttempts = Math.max(mostAttempts, attempts);
      if (answer.startsWith('2')) break;
      await sleep(retryMs * 2 ** (attempts - 1));
    }
    unanswered -= 1;
    if (unanswered === 0) taken();
  }

  return {
    latencies,
    answers: () => counts,
    mostAttempts: () => mostAttempts,
    unanswered: () => unanswered,
    send(report: Report) {
      unanswered += 1;
      void deliver(report);
    },
    async allTaken() {
      if (unanswered > 0) await new Promise<void>((resolve) => (taken = resolve));
      await agent.close();
    },
  };
}

/** Asks the process whether it lives, which tells how long its event loop takes, and looks at its memory. */
function startProbe(url: string, pid: number) {
  const healthMs: number[] = [];
  const baseMb = residentMb(pid);
  let peakMb = baseMb;
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      const begun = performance.now();
      const response = await fetch(`${url}/healthz`);
      await response.arrayBuffer();
      healthMs.push(performance.now() - begun);
      peakMb = Math.max(peakMb, residentMb(pid));
      await sleep(PROBE_MS);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await running;
      return { healthMs, baseMb, peakMb };
    },
  };
}

/** Linux alone tells it of another process; elsewhere it is 0. */
function residentMb(pid: number): number {
  try {
    const [, kb = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Math.round(Number(kb) / 1024);
  } catch {
    return 0;
  }
}

async function finals({ databaseUrl }: Deployment): Promise<number> {
  const rows = await query(databaseUrl, "select count(*)::int as n from campaign_events where phase = 'final'");
  return (rows[0] as { n: number }).n;
}

/** Reports that are neither a signal in the history of their message nor a row of what the webhook keeps. */
async function findLost(deployment: Deployment, sent: readonly Report[]): Promise<number[]> {
  const found = new Set<number>();
  const { databaseUrl, client } = deployment;
  for (const row of await query(databaseUrl, 'select status_code from late_reports')) {
    found.add((row as { status_code: number }).status_code);
  }
  const kept = await query(
    databaseUrl,
    "select client_reference from unmatched_reports where reason = 'unknown_message'",
  );
  const unknown = new Set(kept.map((row) => (row as { client_reference: string }).client_reference));
  const queue = [...open];
  const read = async (): Promise<void> => {
    for (let messageId = queue.pop(); messageId !== undefined; messageId = queue.pop()) {
      const handle = client.workflow.getHandle(workflowIdOf({ projectId: PROJECT, messageId }));
      const { events } = await handle.fetchHistory();
      for (const event of events ?? []) {
        const data = event.workflowExecutionSignaledEventAttributes?.input?.payloads?.[0]?.data;
        if (data) found.add((JSON.parse(Buffer.from(data).toString()) as { statusCode: number }).statusCode);
      }
    }
  };
  await Promise.all(Array.from({ length: READERS }, read));
  return sent.flatMap(({ number, messageId }) =>
    found.has(number) || unknown.has(workflowIdOf({ projectId: PROJECT, messageId })) ? [] : [number],
  );
}

function percentile(measured: readonly number[], percent: number): number {
  const sorted = measured.toSorted((a, b) => a - b);
  const at = Math.min(sorted.length - 1, Math.ceil((sorted.length * percent) / 100) - 1);
  return Math.round((sorted[at] ?? 0) * 10) / 10;
}

function secondsSince(begun: number): number {
  return Math.round((performance.now() - begun) / 100) / 10;
}

function progress(what: string): void {
  process.stderr.write(`${what}\n`);
}
