/** Short runs of the whole system under faults, as `npm run chaos` makes long ones. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import type { ResultLine } from '../../chaos/report.ts';
import { type Child, processesOf, startChild } from '../helpers/child.ts';
import { findPostgres } from '../helpers/postgres.ts';
import { isRunning } from '../local/programs.ts';

/** Several times what it takes on a busy machine. */
const WAIT = {
  timeout: 300_000,
  skip: findPostgres() === undefined && 'PostgreSQL is not installed: a run stops and starts one',
};

/** With this seed the naive variant doubles messages and misses their ends. */
const SEED = 1;

interface Run {
  chaos: Child;
  /** The run's folder is made in it. */
  folder: string;
}

async function runChaos(t: TestContext, args: readonly string[], work: (run: Run) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'temporal-sinch-test-'));
  // PostgreSQL runs as somebody else where the tests run as root.
  await chmod(folder, 0o711);
  const chaos = startChild('chaos/chaos.ts', ['--seed', String(SEED), '--dir', folder, ...args]);
  // One that does not end is a failure, and must not keep the tests from ending.
  t.signal.addEventListener('abort', () => chaos.signal('SIGKILL'));
  try {
    await work({ chaos, folder });
  } finally {
    chaos.signal('SIGKILL');
    await chaos.exited;
    await rm(folder, { recursive: true, force: true });
  }
}

function resultOf(chaos: Child): ResultLine {
  return JSON.parse(chaos.stdout().trim().split('\n').at(-1) ?? '') as ResultLine;
}

test('under faults of every part nothing is sent twice, lost, ended wrong or recorded twice', WAIT, async (t) => {
  await runChaos(t, ['--messages', '40', '--json'], async ({ chaos, folder }) => {
    await chaos.untilStderr(/Started after/);
    const started = processesOf(chaos.pid);
    assert.ok(started.length >= 5, 'Temporal, PostgreSQL, two workers and the HTTP process run');
    const code = await chaos.exited;
    const { messages, seed, faults, acceptedTwice, lost, wrongFinal, eventsDoubled } = resultOf(chaos);
    assert.deepEqual({ acceptedTwice, lost, wrongFinal, eventsDoubled }, NOTHING_WRONG, chaos.stderr());
    assert.deepEqual([code, messages, seed], [0, 40, SEED]);
    assert.ok(Object.keys(faults).length >= 6, JSON.stringify(faults));
    assert.deepEqual(await readdir(folder), [], 'the folder of a run that was right goes with it');
    for (const { pid, command } of started) assert.equal(await isRunning(pid), false, `${command} has ended`);
  });
});

test('the same faults show what the naive variant sends twice and misses', WAIT, async (t) => {
  await runChaos(t, ['--messages', '40', '--json', '--naive'], async ({ chaos, folder }) => {
    const code = await chaos.exited;
    const { acceptedTwice, wrongFinal } = resultOf(chaos);
    assert.ok(acceptedTwice > 0 && wrongFinal > 0, chaos.stderr());
    assert.equal(code, 1);
    assert.match(chaos.stderr(), /m\d{5} {2}acceptedTwice: Sinch accepted it 2 times/);
    const [run = ''] = await readdir(folder);
    assert.ok(chaos.stderr().includes(path.join(folder, run)), 'the folder stays, and is named');
    const kept = await readdir(path.join(folder, run));
    assert.ok(kept.includes('worker 1.log') && kept.includes('histories'), kept.join());
  });
});

test('a run that is stopped leaves nothing behind', WAIT, async (t) => {
  await runChaos(t, ['--messages', '40'], async ({ chaos, folder }) => {
    await chaos.untilStderr(/Started after/);
    const started = processesOf(chaos.pid);
    chaos.signal('SIGINT');
    assert.equal(await chaos.exited, 130);
    assert.match(chaos.stderr(), /Error: Stopped by SIGINT/);
    for (const { pid, command } of started) assert.equal(await isRunning(pid), false, `${command} has ended`);
    assert.deepEqual(await readdir(folder), []);
  });
});

const NOTHING_WRONG = { acceptedTwice: 0, lost: 0, wrongFinal: 0, eventsDoubled: 0 };
