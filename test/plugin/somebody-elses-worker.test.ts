import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Payload } from '@temporalio/common';
import {
  type ActivityInterceptorsFactory,
  bundleWorkflowCode,
  NativeConnection,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { createMessageClient } from '../../src/client/index.ts';
import { SinchPlugin } from '../../src/plugin.ts';
import {
  isTurned,
  newMessage,
  pathOfWorkflows,
  type PluginFixture,
  startPluginFixture,
  turningCodec,
} from './plugin-fixture.ts';

const nothing = (): void => undefined;
const logger = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

describe("the plugin in somebody else's worker", () => {
  let fixture: PluginFixture;
  before(async () => {
    fixture = await startPluginFixture();
  });
  after(() => fixture[Symbol.asyncDispose]());

  /** Runs a worker with a new plugin as long as `task` runs. */
  async function withWorker(
    options: Partial<WorkerOptions>,
    task: (taskQueue: string, worker: Worker) => Promise<void>,
    plugin: SinchPlugin = fixture.createPlugin(),
  ): Promise<void> {
    const taskQueue = options.taskQueue ?? `queue-${crypto.randomUUID()}`;
    const worker = await Worker.create({
      connection: fixture.environment.nativeConnection,
      dataConverter: { payloadCodecs: [turningCodec] },
      plugins: [plugin],
      ...options,
      taskQueue,
    });
    await worker.runUntil(async () => task(taskQueue, worker));
    await plugin.close();
  }

  async function execute(type: string, taskQueue: string, args: unknown[]): Promise<unknown> {
    return fixture.environment.client.workflow.execute(type, { workflowId: crypto.randomUUID(), taskQueue, args });
  }

  /** Names of the events of a message whose content any reader of the history could read. */
  async function payloadsPastTheCodec(messageId: string): Promise<string[]> {
    const { events } = await fixture.environment.client.workflow.getHandle(`sinch/shop/${messageId}`).fetchHistory();
    const contents = (events ?? []).flatMap((event) => {
      const all: Record<string, { payloads?: readonly Payload[] | null } | null | undefined> = {
        start: event.workflowExecutionStartedEventAttributes?.input,
        signal: event.workflowExecutionSignaledEventAttributes?.input,
        activity: event.activityTaskScheduledEventAttributes?.input,
        'activity result': event.activityTaskCompletedEventAttributes?.result,
        result: event.workflowExecutionCompletedEventAttributes?.result,
      };
      return Object.entries(all).flatMap(([name, content]) =>
        (content?.payloads ?? []).map((payload) => ({ name, payload })),
      );
    });
    // The report may come before the result of the send.
    assert.deepEqual(
      new Set(contents.map(({ name }) => name)),
      new Set(['start', 'activity', 'activity result', 'signal', 'result']),
    );
    return contents.filter(({ payload }) => !isTurned(payload)).map(({ name }) => name);
  }

  test('keeps its workflows, activities, codec and interceptors', async () => {
    const seen: string[] = [];
    const seenByDeprecated: string[] = [];
    await withWorker(
      {
        workflowsPath: pathOfWorkflows('own-workflows'),
        activities: { shout: async (text: string) => text.toUpperCase() },
        interceptors: {
          activity: [
            ({ info }) => ({
              inbound: {
                async execute(input, next) {
                  seen.push(info.activityType);
                  return next(input);
                },
              },
            }),
          ],
          // oxlint-disable-next-line typescript/no-deprecated: it still has to work
          activityInbound: [
            ({ info }) => ({
              async execute(input, next) {
                seenByDeprecated.push(info.activityType);
                return next(input);
              },
            }),
          ],
          workflowModules: [pathOfWorkflows('own-interceptors')],
        },
      },
      async (taskQueue) => {
        assert.equal(await execute('greet', taskQueue, ['Ada']), 'HELLO ADA (intercepted)');
        assert.equal(await execute('anything', taskQueue, []), 'anything (intercepted)');
        const outcome = await fixture.deliver('in-somebody-elses-worker', taskQueue);
        assert.equal(outcome.status, 'delivered');
        assert.deepEqual(await payloadsPastTheCodec('in-somebody-elses-worker'), []);
      },
    );
    assert.deepEqual(fixture.sink.statuses('in-somebody-elses-worker'), ['enqueued', 'delivered']);
    for (const name of ['shout', 'send', 'recordCampaignEvents']) {
      assert.ok(seen.includes(name), `the activity interceptor saw ${seen.join(', ')}`);
      assert.ok(seenByDeprecated.includes(name), `the deprecated one saw ${seenByDeprecated.join(', ')}`);
    }
    assert.equal(seen.filter((name) => name === 'send').length, 1);
  });

  test('works where there are no workflows besides ours', async () => {
    await withWorker({}, async (taskQueue) => {
      assert.equal((await fixture.deliver('no-workflows-path', taskQueue)).status, 'delivered');
    });
  });

  test('works with a bundle that was built with the plugin', async () => {
    const plugin = fixture.createPlugin();
    const { code } = await bundleWorkflowCode({
      workflowsPath: pathOfWorkflows('own-workflows'),
      plugins: [plugin],
      logger,
    });
    await withWorker(
      { workflowBundle: { code }, activities: { shout: async (text: string) => text.toUpperCase() } },
      async (taskQueue) => {
        assert.equal(await execute('greet', taskQueue, ['Ada']), 'HELLO ADA');
        assert.equal((await fixture.deliver('prebuilt', taskQueue)).status, 'delivered');
      },
      plugin,
    );
  });

  test('works where the workflows re-export ours', async () => {
    await withWorker({ workflowsPath: pathOfWorkflows('re-exporting-workflows') }, async (taskQueue) => {
      assert.equal(await execute('add', taskQueue, [1, 2]), 3);
      assert.equal((await fixture.deliver('re-exported', taskQueue)).status, 'delivered');
    });
  });

  test('keeps a webpack hook of the worker', async () => {
    let hooked = 0;
    const webpackConfigHook: NonNullable<WorkerOptions['bundlerOptions']>['webpackConfigHook'] = (config) => {
      hooked += 1;
      return config;
    };
    await withWorker(
      { workflowsPath: pathOfWorkflows('re-exporting-workflows'), bundlerOptions: { webpackConfigHook } },
      async (taskQueue) => {
        assert.equal(await execute('add', taskQueue, [2, 2]), 4);
      },
    );
    assert.equal(hooked, 1);
  });

  test('refuses an activity that has the name of ours', async () => {
    await assert.rejects(
      withWorker({ activities: { findMessage: async () => 'found' } }, async () => undefined),
      /TypeError.*`findMessage`|already has an activity named `findMessage`/,
    );
  });

  test('refuses an activity of another plugin that took the place of ours', async () => {
    const plugin = fixture.createPlugin();
    const other = {
      name: 'other',
      configureWorker: (options: WorkerOptions): WorkerOptions => ({
        ...options,
        activities: { ...options.activities, findMessage: async () => 'found' },
      }),
    };
    await assert.rejects(
      withWorker({ plugins: [plugin, other] }, async () => undefined, plugin),
      /another plugin replaced the activity `findMessage`/,
    );
  });

  test('refuses a bundle without our workflows that another plugin put in later', async () => {
    const plugin = fixture.createPlugin();
    const { code } = await bundleWorkflowCode({ workflowsPath: pathOfWorkflows('own-workflows'), logger });
    const late = {
      name: 'late',
      configureWorker: (options: WorkerOptions): WorkerOptions => ({ ...options, workflowBundle: { code } }),
    };
    await assert.rejects(
      withWorker({ plugins: [plugin, late] }, async () => undefined, plugin),
      /The workflow bundle of this worker lacks the workflows of this version of temporal-sinch/,
    );
  });

  test('says when the workflows do not exist', async () => {
    await assert.rejects(
      withWorker({ workflowsPath: pathOfWorkflows('no-such-workflows') }, async () => undefined),
      /no-such-workflows/,
    );
  });

  test('may be on the connection and on the worker at once', async () => {
    const plugin = fixture.createPlugin();
    const connection = await NativeConnection.connect({ address: fixture.environment.address, plugins: [plugin] });
    try {
      await withWorker(
        {
          connection,
          workflowsPath: pathOfWorkflows('own-workflows'),
          activities: { shout: async (text: string) => text.toUpperCase() },
        },
        async (taskQueue) => {
          assert.equal(await execute('greet', taskQueue, ['Ada']), 'HELLO ADA');
          assert.equal((await fixture.deliver('on-both', taskQueue)).status, 'delivered');
        },
        plugin,
      );
    } finally {
      await connection.close();
    }
    assert.equal(fixture.simulator.accepted('sinch/shop/on-both'), 1);
  });

  test('leaves the other plugins of the connection what they do, and does it once', async () => {
    const seen: string[] = [];
    const interceptor: ActivityInterceptorsFactory = ({ info }) => ({
      inbound: {
        async execute(input, next) {
          seen.push(info.activityType);
          return next(input);
        },
      },
    });
    const other = {
      name: 'other',
      configureWorker: (options: WorkerOptions): WorkerOptions => ({
        ...options,
        interceptors: {
          ...options.interceptors,
          activity: [...(options.interceptors?.activity ?? []), interceptor],
        },
      }),
    };
    const connection = await NativeConnection.connect({ address: fixture.environment.address, plugins: [other] });
    try {
      await withWorker({ connection }, async (taskQueue) => {
        assert.equal((await fixture.deliver('beside-another', taskQueue)).status, 'delivered');
      });
    } finally {
      await connection.close();
    }
    assert.equal(seen.filter((name) => name === 'send').length, 1, seen.join(', '));
  });

  test('may be on two workers of a process, of which the last to end stops the sending', async () => {
    const plugin = fixture.createPlugin();
    const create = (taskQueue: string): Promise<Worker> =>
      Worker.create({
        connection: fixture.environment.nativeConnection,
        dataConverter: { payloadCodecs: [turningCodec] },
        taskQueue,
        plugins: [plugin],
      });
    const first = await create('first-of-two');
    const second = await create('second-of-two');
    const firstRun = first.run();
    await second.runUntil(async () => {
      assert.equal((await fixture.deliver('two-a', 'first-of-two')).status, 'delivered');
      assert.equal((await fixture.deliver('two-b', 'second-of-two')).status, 'delivered');
      first.shutdown();
      await firstRun;
      assert.equal((await fixture.deliver('two-c', 'second-of-two')).status, 'delivered');
    });
    await plugin.close();
  });

  test('sends nothing where it is told not to', async () => {
    await withWorker(
      {},
      async (taskQueue) => {
        const messages = createMessageClient({ client: fixture.environment.client, taskQueue });
        await messages.start(newMessage('sends-not'));
        const handle = fixture.environment.client.workflow.getHandle('sinch/shop/sends-not');
        while ((await handle.describe()).raw.pendingActivities?.length !== 1) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        await messages.cancel({ projectId: 'shop', messageId: 'sends-not' });
        assert.equal((await messages.outcome({ projectId: 'shop', messageId: 'sends-not' })).status, 'skipped');
      },
      fixture.createPlugin({ sends: false }),
    );
    assert.equal(fixture.simulator.accepted('sinch/shop/sends-not'), 0);
  });

  test("replays a message's history beside the user's workflows", async () => {
    const history: unknown = JSON.parse(readFileSync(new URL('../histories/delivered.json', import.meta.url), 'utf8'));
    for (const workflowsPath of [
      undefined,
      pathOfWorkflows('own-workflows'),
      pathOfWorkflows('re-exporting-workflows'),
    ]) {
      const plugin = fixture.createPlugin();
      await Worker.runReplayHistory(
        { ...(workflowsPath === undefined ? {} : { workflowsPath }), plugins: [plugin] },
        history,
        'sinch/shop/delivered',
      );
      await plugin.close();
    }
  });
});

test('the plugin names the option that is missing', () => {
  assert.throws(
    // @ts-expect-error: `settings` is required.
    () => new SinchPlugin({ events: { record: async () => undefined } }),
    { name: 'TypeError', message: /`settings`/ },
  );
  // @ts-expect-error: so is everything.
  assert.throws(() => new SinchPlugin(), TypeError);
});

test('the plugin names an interval that is none', () => {
  const options = {
    settings: {
      project: async () => undefined,
      integration: async () => undefined,
      integrations: async () => [],
    },
    events: { record: async () => undefined },
  };
  for (const sweepIntervalMs of [0, 9_999, Number.NaN, 10_000.5]) {
    assert.throws(() => new SinchPlugin({ ...options, sweepIntervalMs }), {
      name: 'TypeError',
      message: /`sweepIntervalMs` to be a whole number of 10000 or more, or false, got/,
    });
  }
  for (const probeIntervalMs of [0, 999, Number.NaN, 1_000.5]) {
    assert.throws(() => new SinchPlugin({ ...options, probeIntervalMs }), {
      name: 'TypeError',
      message: /`probeIntervalMs` to be a whole number of 1000 or more, got/,
    });
  }
});
