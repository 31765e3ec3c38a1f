import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { generateRecipients } from '../../src/demo/generate-recipients.ts';
import { type Child, listens, processesOf, startChild } from '../helpers/child.ts';
import { until } from '../helpers/until.ts';
import { isRunning } from '../local/programs.ts';

/** With this seed, of twenty people one has no number, one has one that is none, and two never send a report. */
const SEED = 42;

/** Several times what it takes on a busy machine. */
const WAIT = { timeout: 240_000 };

/** The members of the JSON line, in their order. */
const MEMBERS = [
  'requested',
  'skipped',
  'enqueued',
  'enqueue_failed',
  'delivered',
  'rejected',
  'failed',
  'timeout',
  'waiting',
  'balanced',
  'seconds',
  'temporal_ui',
];

async function runDemo(t: TestContext, args: readonly string[], work: (demo: Child) => Promise<void>): Promise<void> {
  const demo = startChild('src/demo.ts', args);
  // One that does not end is a failure, and must not keep the tests from ending.
  t.signal.addEventListener('abort', () => demo.signal('SIGKILL'));
  try {
    await work(demo);
  } finally {
    demo.signal('SIGKILL');
    await demo.exited;
  }
}

/** What the demo has started by now, and where that listens. */
function startedBy(demo: Child): { pids: number[]; addresses: string[] } {
  const processes = processesOf(demo.pid);
  const ports = processes.flatMap(({ command }) =>
    [...command.matchAll(/ --(?:ui-)?port=(\d+)/g)].map(([, port]) => `127.0.0.1:${port}`),
  );
  return { pids: processes.map(({ pid }) => pid), addresses: [...new Set(ports)] };
}

async function assertAllEnded({ pids, addresses }: ReturnType<typeof startedBy>): Promise<void> {
  for (const pid of pids) assert.equal(await isRunning(pid), false, `process ${pid} has ended`);
  for (const address of addresses) assert.equal(await listens(address), false, `nobody listens at ${address}`);
}

describe('the demo', () => {
  test(
    'ends with one line of JSON whose numbers balance, with nobody waiting, and leaves nothing behind',
    WAIT,
    async (t) => {
      await runDemo(t, ['--messages', '20', '--seed', String(SEED), '--json'], async (demo) => {
        await demo.untilStderr(/Temporal's web UI, as long as this runs/);
        const started = startedBy(demo);
        assert.equal(started.addresses.length, 2, 'Temporal and its web UI run');
        assert.equal(await demo.exited, 0, demo.stderr());
        await assertAllEnded(started);

        const lines = demo.stdout().trimEnd().split('\n');
        assert.equal(lines.length, 1, 'all else goes to the error output');
        const { messages_per_second: _rate, ...result } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
        assert.deepEqual(Object.keys(result), MEMBERS);
        const { seconds, temporal_ui: ui, balanced, ...numbers } = result;
        assert.equal(balanced, true);
        assert.ok(Number(seconds) > 0, `${String(seconds)} s`);
        assert.match(String(ui), /^http:\/\/127\.0\.0\.1:\d+$/);
        assert.ok(started.addresses.includes(new URL(String(ui)).host), 'the address of its own web UI');

        const people = generateRecipients(20, SEED);
        const count = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Number(value)]));
        const { requested = 0, skipped = 0, enqueued = 0, enqueue_failed: enqueueFailed = 0, timeout = 0 } = count;
        const { delivered = 0, rejected = 0, failed = 0, waiting } = count;
        assert.equal(requested, 20);
        assert.equal(skipped, people.filter(({ recipient }) => recipient === undefined).length);
        assert.equal(skipped, 1);
        assert.equal(waiting, 0);
        assert.equal(requested, skipped + enqueued + enqueueFailed);
        assert.equal(enqueued, delivered + rejected + failed + timeout);
        // The number that is none; and after four days, those of whom no report comes.
        assert.ok(enqueueFailed >= 1 && timeout >= 2 && delivered >= 1, demo.stdout());
      });
    },
  );

  test('is ended by Ctrl-C while it sends, with all that it started', WAIT, async (t) => {
    await runDemo(t, ['--messages', '3000', '--json'], async (demo) => {
      const [, ui = ''] = await demo.untilStderr(/Temporal's web UI, as long as this runs: (\S+)/);
      const count = async (): Promise<number> => {
        const response = await fetch(`${ui}/api/v1/namespaces/default/workflow-count`);
        return Number(((await response.json()) as { count?: string }).count ?? 0);
      };
      await until('messages are on their way', async () => (await count()) > 0, WAIT.timeout);
      const started = startedBy(demo);
      assert.equal(started.addresses.length, 2, 'Temporal and its web UI');
      for (const address of started.addresses) assert.ok(await listens(address), address);
      demo.signal('SIGINT');
      await assertStopped(demo, started);
      assert.doesNotMatch(demo.stderr(), /3000 requests made/, 'it was in the middle');
    });
  });

  test('is ended by Ctrl-C while it still comes up, with all that it started', WAIT, async (t) => {
    await runDemo(t, ['--messages', '20', '--json'], async (demo) => {
      await until('the Temporal server was started', async () => startedBy(demo).addresses.length > 0, WAIT.timeout);
      const started = startedBy(demo);
      demo.signal('SIGINT');
      await assertStopped(demo, started);
      assert.doesNotMatch(demo.stderr(), /as long as this runs/, 'it had not come up');
    });
  });

  test('is ended by Ctrl-C while it waits for the reports, with all that it started', WAIT, async (t) => {
    await runDemo(t, ['--messages', '200', '--json'], async (demo) => {
      await demo.untilStderr(/200 requests made in/);
      const started = startedBy(demo);
      demo.signal('SIGINT');
      await assertStopped(demo, started);
      assert.doesNotMatch(demo.stderr(), /Four days have passed/, 'it was in the middle');
    });
  });

  async function assertStopped(demo: Child, started: ReturnType<typeof startedBy>): Promise<void> {
    assert.equal(await demo.exited, 130, demo.stderr());
    assert.match(demo.stderr(), /^Error: Stopped by SIGINT$/m);
    assert.deepEqual(JSON.parse(demo.stdout()), { error: { code: 'stopped', message: 'Stopped by SIGINT' } });
    await assertAllEnded(started);
  }
});
