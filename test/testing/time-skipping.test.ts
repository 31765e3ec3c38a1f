import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { skipTime, stopSkippingTime, TimeSkippingError, workflowTime } from '../../src/testing/index.ts';
import { createTestEnvironment } from '../helpers/temporal.ts';
import type { TestEnvironment } from '../helpers/temporal.ts';
import type { waitForActivity, waitFourDays } from './workflows/index.ts';

const HOUR = 3_600_000;
const FOUR_DAYS = 96 * HOUR;
const taskQueue = 'time-skipping';

let environment: TestEnvironment;
let worker: Worker;
let running: Promise<void>;
let activityStarted: () => void;
let releaseActivity: () => void;
const activityIsRunning = new Promise<void>((resolve) => {
  activityStarted = resolve;
});
const activityMayEnd = new Promise<void>((resolve) => {
  releaseActivity = resolve;
});

before(async () => {
  environment = await createTestEnvironment();
  worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue,
    workflowsPath: fileURLToPath(new URL('./workflows/index.ts', import.meta.url)),
    activities: {
      stayBusy: async () => {
        activityStarted();
        await activityMayEnd;
      },
    },
  });
  running = worker.run();
});

after(async () => {
  releaseActivity();
  worker.shutdown();
  await running;
  await environment.teardown();
});

async function startWaiting(): ReturnType<typeof environment.client.workflow.start<typeof waitFourDays>> {
  return environment.client.workflow.start<typeof waitFourDays>('waitFourDays', {
    taskQueue,
    workflowId: `wait-${randomUUID()}`,
  });
}

// Without skipping, the time-out would come four days too early.
test('a workflow that waits four days ends at once, with its end four days ahead', { timeout: 150_000 }, async () => {
  const handle = await startWaiting();
  assert.equal(await skipTime(environment.client, handle.workflowId), 'skipping');
  const endedAt = await handle.result();

  const { startTime, closeTime } = await handle.describe();
  const lasted = Number(closeTime) - startTime.getTime();
  assert.ok(lasted >= FOUR_DAYS && lasted < FOUR_DAYS + 60_000, `it lasted ${lasted} ms`);
  assert.ok(Math.abs(endedAt - Number(closeTime)) < 60_000, 'the workflow sees the skipped time too');
});

test('time moves in steps of six hours, and the sixteenth ends four days', async () => {
  const handle = await startWaiting();
  const { startTime } = await handle.describe();
  for (let step = 1; step < 16; step += 1) {
    assert.equal(await skipTime(environment.client, handle.workflowId, { by: 6 * HOUR }), 'arrived');
    const passed = (await workflowTime(environment.client, handle.workflowId)).getTime() - startTime.getTime();
    assert.ok(passed >= step * 6 * HOUR && passed < step * 6 * HOUR + 60_000, `step ${step}: ${passed} ms`);
  }
  assert.equal((await handle.describe()).status.name, 'RUNNING');
  await skipTime(environment.client, handle.workflowId, { by: 6 * HOUR });
  const { closeTime } = await handle.result().then(async () => handle.describe());
  assert.ok(Number(closeTime) - startTime.getTime() >= FOUR_DAYS);
});

test('a step that goes past the end of the workflow says that it ended', async () => {
  const handle = await startWaiting();
  assert.equal(await skipTime(environment.client, handle.workflowId, { by: 10 * FOUR_DAYS }), 'ended');
  await handle.result();
});

test('a fraction of a second can be skipped, nothing and negative times cannot', async () => {
  const handle = await startWaiting();
  assert.equal(await skipTime(environment.client, handle.workflowId, { by: 1_500 }), 'arrived');
  for (const by of [0, -1, Number.NaN]) {
    await assert.rejects(skipTime(environment.client, handle.workflowId, { by }), TypeError);
  }
  await handle.terminate();
});

test('a workflow whose activity is in flight times out with the reason, and skipping can be stopped', async () => {
  const { client } = environment;
  const workflowId = `busy-${randomUUID()}`;
  const handle = await client.workflow.start<typeof waitForActivity>('waitForActivity', { taskQueue, workflowId });
  await activityIsRunning;
  await assert.rejects(skipTime(client, workflowId, { by: HOUR, timeoutMs: 300 }), (error) => {
    assert.ok(error instanceof TimeSkippingError);
    assert.equal(error.code, 'time_skip_timed_out');
    assert.match(error.message, /activity.*in flight/);
    return true;
  });
  await assert.rejects(
    skipTime(client, workflowId, { by: HOUR, signal: AbortSignal.abort(new Error('enough')) }),
    /enough/,
  );
  await stopSkippingTime(client, workflowId);
  const { raw } = await handle.describe();
  assert.equal(raw.workflowExtendedInfo?.timeSkippingInfo?.effectiveConfig?.enabled, false);
  releaseActivity();
  await handle.result();
});

test('time of an unknown or ended workflow cannot be skipped', async () => {
  const handle = await startWaiting();
  await handle.terminate();
  const ofWorker = new Client({ connection: environment.nativeConnection });
  for (const client of [environment.client, ofWorker]) {
    for (const workflowId of ['never-started', handle.workflowId]) {
      await assert.rejects(skipTime(client, workflowId), {
        code: 'workflow_not_running',
        message: /cannot be skipped: workflow (not found for ID|execution already completed)/,
      });
    }
  }
});

test('a server without time skipping is named as the reason', async () => {
  await using other = await createTestEnvironment({
    extraArgs: ['--dynamic-config-value=frontend.WorkflowTimeSkippingEnabled=false'],
  });
  await other.client.workflow.start('waitFourDays', { taskQueue, workflowId: 'waiting' });
  await assert.rejects(skipTime(other.client, 'waiting'), {
    code: 'time_skipping_unavailable',
    message: /WorkflowTimeSkippingEnabled=true/,
  });
});
