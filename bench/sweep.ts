/**
 * How long it takes to recover all delivery reports after an outage of the webhook, on a local stack in memory:
 *
 *   npm run bench:sweep -- [--messages 1000] [--rate 200] [--json]
 *
 * `--messages` messages are sent while every callback is lost; then `temporal-sinch sweep` is run, and the time is taken
 * until each message has its final event. Ends with exit code 1 where one has none, or the ledger does not balance.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createApiClient, logOf, runCommandLine } from '../src/commands/index.ts';
import type { Ledger } from '../src/events/index.ts';
import { LOCAL_PROJECT_ID, type Stack, startStack } from '../src/local/index.ts';
import { measurement } from './measurement.ts';

/** What a request of a batch may hold, less than which keeps it within its time. */
const PORTION = 100;

const POLL_MS = 250;

/** Nothing happens for so long: the rest never comes. */
const STALLED_MS = 120_000;

const {
  messages,
  rate: messagesPerSecond,
  json,
} = measurement('bench:sweep', 'Loses every callback, and measures how long the sweep command takes to recover them.', {
  messages: { what: 'messages whose callbacks are lost', default: 1_000 },
  rate: { what: 'throughput of the plan, in messages a second', default: 200 },
})
  .parse()
  .opts<{ messages: number; rate: number; json: boolean }>();

const stack = await startStack({
  env: process.env,
  memory: true,
  messagesPerSecond,
  simulator: { reportDelayMs: 50 },
  log: logOf(process.env),
});
try {
  const result = await measure(stack);
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else {
    process.stdout.write(
      `${result.recovered} of ${result.lost} lost reports recovered in ${result.seconds} s, ${result.perSecond} a second; ` +
        `the sweep itself took ${result.sweepSeconds} s. They were sent in ${result.sendSeconds} s.\n`,
    );
  }
  process.exitCode = result.ok ? 0 : 1;
} finally {
  await stack.close();
}

async function measure({ url, apiKey, simulator }: Stack) {
  if (!simulator) throw new TypeError('A stack without settings has a simulator');
  const from = { url: 'the bench', apiKey: 'the bench' };
  const api = createApiClient({ url, apiKey, projectId: LOCAL_PROJECT_ID, from });
  const since = new Date(Date.now() - 60_000).toISOString();

  simulator.setFault('*', { callbacks: 'drop' });
  const sendingBegan = performance.now();
  for (let sent = 0; sent < messages; sent += PORTION) {
    const portion = Array.from({ length: Math.min(PORTION, messages - sent) }, (_, index) => ({
      messageId: `m-${sent + index}`,
      recipient: '+33639980001',
      text: 'Hello',
      campaignId: 'recovered',
    }));
    await retried(() => api.post('/messages/batch', portion));
    progress(`${sent + portion.length} of ${messages} requested`);
  }
  const sent = await untilCounted((ledger) => ledger.waitingForReport, messages, 'wait for their report');
  await simulator.whenIdle();
  const sendSeconds = secondsSince(sendingBegan);
  simulator.setFault('*', undefined);

  const began = performance.now();
  let written = '';
  const sweeping = runCommandLine(['sweep', '--since', since, '--json'], {
    env: { TEMPORAL_SINCH_URL: url, SINCH_API_KEY: apiKey, TEMPORAL_SINCH_PROJECT: LOCAL_PROJECT_ID },
    stdout: { write: (text) => (written += text) },
    stderr: process.stderr,
  });
  // A send that got no clear answer from a busy machine is held: Sinch has no report of it.
  const { waitingForReport: lost, unknownOutcomes } = sent.ledger;
  const [exitCode, { ledger, movedAt }] = await Promise.all([
    sweeping,
    untilCounted((counted) => counted.delivered, lost, 'recovered'),
  ]);
  const seconds = rounded((movedAt - began) / 1000);
  const { sweeps = [] } = JSON.parse(written) as { sweeps?: { signalled: number; seconds: number }[] };
  return {
    messages,
    lost,
    held: unknownOutcomes.heldStill,
    recovered: ledger.delivered,
    seconds,
    perSecond: rounded(ledger.delivered / seconds),
    sweepSeconds: rounded(Math.max(0, ...sweeps.map((sweep) => sweep.seconds))),
    sendSeconds,
    sweeps,
    balanced: ledger.balanced,
    ok: exitCode === 0 && ledger.balanced && lost + unknownOutcomes.heldStill === messages && ledger.delivered >= lost,
  };

  /** Waits until `wanted` are counted, or nothing moves any more; and when it last moved. */
  async function untilCounted(
    count: (ledger: Ledger) => number,
    wanted: number,
    what: string,
  ): Promise<{ ledger: Ledger; movedAt: number }> {
    let last = -1;
    let movedAt = performance.now();
    for (;;) {
      const ledger = await retried(() => api.get<Ledger>('/ledger'));
      const now = count(ledger);
      progress(`${now} of ${wanted} ${what}`);
      if (now !== last) movedAt = performance.now();
      if (now >= wanted || performance.now() - movedAt > STALLED_MS) return { ledger, movedAt };
      last = now;
      await delay(POLL_MS);
    }
  }
}

/** A busy machine answers 503 now and then, as the platform has to expect. */
async function retried<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (attempt === 20) throw error;
      await delay(POLL_MS);
    }
  }
}

function secondsSince(began: number): number {
  return rounded((performance.now() - began) / 1000);
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

function progress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${line}`);
}
