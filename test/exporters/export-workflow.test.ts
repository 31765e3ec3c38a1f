import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, NativeConnection, Worker } from '@temporalio/worker';
import { exportWorkflowIdOf } from '../../src/contract/names.ts';
import { type Database, openDatabase } from '../../src/db/index.ts';
import { retryRefused } from '../../src/exporters/index.ts';
import { SinchPlugin } from '../../src/plugin.ts';
import {
  DEMO_TRACKING_PROJECT,
  type SimulatedTrackingApi,
  startTrackingApi,
  type TrackingFault,
} from '../../src/simulator/index.ts';
import { createTestEnvironment, type TestEnvironment } from '../helpers/temporal.ts';
import { costOf } from '../workflows/history-cost.ts';
import { exporterOf, record, recordEnqueued, setExporter, statesOf } from './export-fixture.ts';

const workflowsPath = fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url));
const nothing = (): void => undefined;
const silent = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

describe('the export of a project', () => {
  let environment: TestEnvironment;
  let database: Database;
  let platform: SimulatedTrackingApi;
  let code: string;
  let worker: AsyncDisposable;
  const closers: (() => Promise<unknown>)[] = [];

  before(async () => {
    environment = await createTestEnvironment();
    closers.push(() => environment.teardown());
    database = await openDatabase({ memory: true });
    closers.push(() => database.close());
    platform = await startTrackingApi();
    closers.push(() => platform.close());
    ({ code } = await bundleWorkflowCode({ workflowsPath, logger: silent }));
    worker = await startWorker();
    closers.push(async () => worker[Symbol.asyncDispose]());
  });
  after(async () => {
    for (const close of closers.toReversed()) await close();
  });

  /** A worker with the exporter. */
  async function startWorker(connection = environment.nativeConnection): Promise<AsyncDisposable> {
    const { exporter } = exporterOf(database);
    const plugin = new SinchPlugin({
      settings: { project: async () => undefined, integration: async () => undefined, integrations: async () => [] },
      events: { record: async () => undefined },
      sends: false,
      exporter,
      log: silent,
    });
    const worker = await Worker.create({
      connection,
      taskQueue: 'exports',
      workflowBundle: { code },
      plugins: [plugin],
    });
    const running = worker.run();
    await until(() => worker.getState() !== 'INITIALIZED');
    return {
      async [Symbol.asyncDispose]() {
        worker.shutdown();
        await running;
        await plugin.close();
        await exporter.close();
      },
    };
  }

  async function ownConnection(): Promise<NativeConnection & AsyncDisposable> {
    const connection = await NativeConnection.connect({ address: environment.address });
    return Object.assign(connection, { [Symbol.asyncDispose]: () => connection.close() });
  }

  /** A project of the platform and of ours, by the same name. */
  async function project(
    name: string,
    { fault, ...changes }: Parameters<typeof setExporter>[3] & { fault?: TrackingFault } = {},
  ): Promise<void> {
    platform.setProject({ ...DEMO_TRACKING_PROJECT, projectToken: name });
    platform.setFault(name, fault);
    await setExporter(database, name, platform, { projectToken: name, ...changes });
  }

  const open = async (name: string): Promise<number> => (await statesOf(database, name))['pending'] ?? 0;
  const drained = (name: string): Promise<void> => until(async () => (await open(name)) === 0);
  const handleOf = (name: string) => environment.client.workflow.getHandle(exportWorkflowIdOf(name));
  const statusOf = async (name: string): Promise<string | undefined> =>
    (await handleOf(name).describe().catch(nothing))?.status.name;
  const timesOf = (ids: readonly string[]): number[] => [...new Set(ids.map(platform.taken))].toSorted((a, b) => a - b);

  const FAULTS: Readonly<Record<string, TrackingFault>> = {
    'f-429': { answer: { status: 429 }, every: 2, times: 3 },
    'f-500': { answer: { status: 500 }, every: 3, times: 3 },
    'f-503': { answer: { status: 503, headers: { 'retry-after': '1' } }, every: 2, times: 3 },
    'f-reset': { answer: 'reset', every: 3, times: 3 },
    'f-hang': { answer: 'hang', times: 1 },
    'f-slow': { slowMs: 100 },
    'f-401': { answer: { status: 401 }, times: 1 },
  };

  test('loses and doubles none of 500 events, whatever the fault', async () => {
    const ids: string[] = [];
    for (const [name, fault] of Object.entries(FAULTS)) {
      ids.push(...(await recordEnqueued(database, name, 500)));
      await project(name, { fault });
    }
    await Promise.all(Object.keys(FAULTS).map(drained));
    assert.deepEqual(timesOf(ids), [1]);
    assert.equal(ids.length, 3_500);
    for (const name of Object.keys(FAULTS)) assert.deepEqual(await statesOf(database, name), { exported: 500 });
    const met = Object.keys(platform.faults());
    assert.deepEqual(met, ['f-slow'], 'every fault was met as often as it was to be');
  });

  test('loses none where the platform took events without an answer, and repeats them under their ids', async () => {
    const ids = await recordEnqueued(database, 'repeats', 500);
    await project('repeats', { fault: { answer: 'reset', carryOut: true, every: 4, times: 2 } });
    await drained('repeats');
    assert.deepEqual(timesOf(ids), [1, 2]);
    assert.equal(ids.filter((id) => platform.taken(id) === 2).length, 100);
  });

  test('waits for a key that is wrong, and goes on as soon as it is right', async () => {
    const ids = await recordEnqueued(database, 'repaired', 500);
    await project('repaired', { secret: 'wrong' });
    await until(async () => (await statusOf('repaired')) === 'RUNNING');
    const requests = platform.counts().requests;
    await until(async () => {
      const { events } = await handleOf('repaired').fetchHistory();
      return events?.some(({ timerStartedEventAttributes }) => timerStartedEventAttributes) === true;
    });
    assert.deepEqual(await statesOf(database, 'repaired'), { pending: 500 });
    assert.equal(platform.counts().requests, requests);
    await project('repaired');
    await drained('repaired');
    const { events } = await handleOf('repaired').fetchHistory();
    const paused = events?.find(({ timerStartedEventAttributes }) => timerStartedEventAttributes);
    const ended = events?.find(({ timerCanceledEventAttributes }) => timerCanceledEventAttributes);
    assert.equal(
      ended?.timerCanceledEventAttributes?.startedEventId?.toString(),
      paused?.eventId?.toString(),
      'the pause is broken off, and does not go on to its end',
    );
    assert.deepEqual(timesOf(ids), [1]);
  });

  test('keeps what is refused for good, and sends it again when told to', async () => {
    const ids = await recordEnqueued(database, 'refused', 500);
    const bad = ids.filter((_, index) => index % 100 === 7);
    await project('refused', { fault: { refuse: { ids: bad } } });
    await drained('refused');
    assert.deepEqual(await statesOf(database, 'refused'), { exported: 495, refused: 5 });
    platform.setFault('refused', undefined);
    assert.equal(await retryRefused(database, 'refused'), 5);
    await drained('refused');
    assert.deepEqual(timesOf(ids), [1]);
  });

  test('is one and the same after the worker was replaced in the middle', async () => {
    const ids = await recordEnqueued(database, 'restarted', 500);
    await project('restarted', { requestsPerSecond: 20, fault: { slowMs: 100 } });
    await until(async () => (await open('restarted')) <= 350);
    await worker[Symbol.asyncDispose]();
    const left = await open('restarted');
    assert.ok(left > 0, 'some were left');
    worker = await startWorker();
    // As in another process: of one connection, only one worker may serve a queue.
    await using connection = await ownConnection();
    const another = await startWorker(connection);
    await drained('restarted');
    await another[Symbol.asyncDispose]();
    assert.deepEqual(timesOf(ids), [1]);
  });

  test('keeps to the requests a second that the project allows', async () => {
    await recordEnqueued(database, 'paced', 450);
    await project('paced', { requestsPerSecond: 4 });
    await drained('paced');
    const { events = [] } = await handleOf('paced').fetchHistory();
    const begun = (events ?? [])
      .filter(({ activityTaskScheduledEventAttributes }) => activityTaskScheduledEventAttributes)
      .map(({ eventTime }) => Number(eventTime?.seconds) * 1000 + Number(eventTime?.nanos) / 1e6)
      .slice(0, 9);
    assert.equal(begun.length, 9);
    // Eight gaps of 250 ms.
    const took = (begun.at(-1) ?? 0) - (begun[0] ?? 0);
    assert.ok(took >= 1_900, `${took} ms`);
  });

  test('waits without a cost until there are events, then leaves within seconds', async () => {
    await project('idle');
    await until(async () => (await pauseOf('idle')) === 'Wait for campaign events');
    const idle = costOf(await handleOf('idle').fetchHistory());
    const ids = await recordEnqueued(database, 'idle', 1);
    await drained('idle');
    await until(async () => (await pauseOf('idle')) === 'Wait for campaign events');
    const woken = costOf(await handleOf('idle').fetchHistory());
    assert.deepEqual(timesOf(ids), [1]);
    // One signal, two looks, two pauses.
    assert.ok(woken.actions - idle.actions <= 5, `${woken.actions - idle.actions} actions`);
    assert.ok(woken.events - idle.events <= 25, `${woken.events - idle.events} events`);
  });

  /** What the export waits for. */
  async function pauseOf(name: string): Promise<string | undefined> {
    const handle = handleOf(name);
    const description = await handle.describe().catch(nothing);
    if (description === undefined) return undefined;
    const { events } = await handle.fetchHistory();
    const last = events?.findLast(
      (event) => event.timerStartedEventAttributes ?? event.activityTaskScheduledEventAttributes,
    );
    const data = last?.userMetadata?.summary?.data;
    return data ? (JSON.parse(Buffer.from(data).toString('utf8')) as string) : undefined;
  }

  test('begins its history anew, and counts on', async () => {
    const ids = await recordEnqueued(database, 'long', 9_000);
    await project('long');
    await drained('long');
    assert.deepEqual(timesOf(ids), [1]);
    const runs = [];
    for await (const run of environment.client.workflow.list({
      query: `WorkflowId = "${exportWorkflowIdOf('long')}"`,
    })) {
      runs.push(run);
    }
    assert.ok(runs.length >= 2, `${runs.length} runs`);
    for (const run of runs) assert.ok(run.historyLength < 1_100, `${run.historyLength} events`);
  });

  test('ends with its exporter, and begins again with it', async () => {
    await project('switched');
    await until(async () => (await statusOf('switched')) === 'RUNNING');
    await project('switched', { enabled: false });
    await until(async () => (await statusOf('switched')) === 'COMPLETED');
    const [id = ''] = await record(database, 'switched', { one: 'delivered' });
    await project('switched');
    await until(() => platform.taken(id) === 1);
    assert.equal(await statusOf('switched'), 'RUNNING');
  });

  test('is started again when somebody has ended it', { timeout: 120_000 }, async () => {
    await project('ended');
    await until(async () => (await statusOf('ended')) === 'RUNNING');
    await handleOf('ended').terminate('for the test');
    // The next event would do, too.
    const ids = await recordEnqueued(database, 'ended', 1);
    await drained('ended');
    assert.deepEqual(timesOf(ids), [1]);
  });
});

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}
