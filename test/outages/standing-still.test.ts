/** What becomes of a worker's process that stood still while it ran workflow code. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChild } from '../helpers/child.ts';
import { createTestEnvironment } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';

const TASK_QUEUE = 'spinning';

/** Turns of the event loop's microtasks: seconds of the processor's time. */
const ROUNDS = 100_000;

/** Longer than the SDK's own limit for a call into the sandbox, 5 s, and shorter than the server's for a task. */
const STANDS_STILL_MS = 6_000;

test('a worker that stood still in the middle of a workflow task goes on', { timeout: 300_000 }, async (t) => {
  await using environment = await createTestEnvironment();
  const { client, address } = environment;
  const worker = startChild('test/outages/spinning-worker.ts', [address, TASK_QUEUE]);
  t.signal.addEventListener('abort', () => worker.signal('SIGKILL'));
  try {
    await worker.firstLine();
    const handle = await client.workflow.start('spin', {
      taskQueue: TASK_QUEUE,
      workflowId: randomUUID(),
      args: [ROUNDS],
      workflowTaskTimeout: '2m',
    });
    await until('its task was begun', async () => {
      const { events } = await handle.fetchHistory();
      return events?.some(({ workflowTaskStartedEventAttributes: begun }) => begun != null) === true;
    });
    // Not for something to happen: that it stands still is what is tried out.
    worker.signal('SIGSTOP');
    await sleep(STANDS_STILL_MS);
    assert.equal((await handle.describe()).status.name, 'RUNNING', 'it was in the middle');
    worker.signal('SIGCONT');

    const ended = worker.exited.then((code) => {
      throw new Error(`The worker ended with ${code}: ${worker.stderr()}`);
    });
    assert.equal(await Promise.race([handle.result(), ended]), ROUNDS);
    ended.catch(() => undefined);
    worker.signal('SIGTERM');
    assert.notEqual(await worker.exited, 1, worker.stderr());
  } finally {
    worker.signal('SIGKILL');
    await worker.exited;
  }
});
