/** Every workflow of ours in somebody else's worker, however our workflows come into its bundle and however it runs. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { bundleWorkflowCode, Worker, type WorkerOptions } from '@temporalio/worker';
import { DEFAULT_TASK_QUEUE, exportWorkflowIdOf } from '../../src/contract/names.ts';
import { createSqlSink } from '../../src/events/index.ts';
import type { CampaignEventExporter } from '../../src/exporters/index.ts';
import { createPlanHolds, type PlanHolds } from '../../src/plans/index.ts';
import { SinchPlugin } from '../../src/plugin.ts';
import type { Integration, Settings } from '../../src/settings/index.ts';
import { type MessageStack, startMessageStack } from '../helpers/message-stack.ts';
import { until } from '../helpers/until.ts';
import { triggerSweep } from '../sweeps/trigger-sweep.ts';
import { pathOfWorkflows } from './plugin-fixture.ts';

const nothing = (): void => undefined;
const logger = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
const activities = { shout: async (text: string) => text.toUpperCase() };

/** How our workflows come to be beside the user's; each gives what its worker is made with. */
const WAYS: Readonly<Record<string, (plugin: SinchPlugin) => Promise<Partial<WorkerOptions>>>> = {
  path: async () => ({ workflowsPath: pathOfWorkflows('own-workflows') }),
  prebuilt: async (plugin) => ({
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: pathOfWorkflows('own-workflows'),
      plugins: [plugin],
      logger,
    }),
  }),
  minified: async (plugin) => ({
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: pathOfWorkflows('own-workflows'),
      plugins: [plugin],
      logger,
      webpackConfigHook: (config) => ({ ...config, mode: 'production' }),
    }),
  }),
  're-export': async () => ({
    workflowBundle: await bundleWorkflowCode({ workflowsPath: pathOfWorkflows('all-workflows'), logger }),
  }),
  're-export-by-path': async () => ({ workflowsPath: pathOfWorkflows('all-workflows') }),
};

/** Ways to run a worker that change how its workflows are executed. */
const RUNS: Readonly<Record<string, Partial<WorkerOptions>>> = {
  'apart-contexts': { reuseV8Context: false },
  'debug-mode': { debugMode: true },
  'small-cache': { maxCachedWorkflows: 2, workflowThreadPoolSize: 1 },
};

describe("every workflow of ours in somebody else's worker", () => {
  let stack: MessageStack;
  let holds: PlanHolds;
  const changes = new Map<string, Partial<Integration>>();
  const changed = (integration: Integration): Integration => ({ ...integration, ...changes.get(integration.id) });
  const exported: string[] = [];

  before(async () => {
    stack = await startMessageStack({
      integrations: [...Object.keys(WAYS), ...Object.keys(RUNS), 'versioned'],
      settings: (settings): Settings => ({
        ...settings,
        integration: async (id) => {
          const found = await settings.integration(id);
          return found && changed(found);
        },
        integrations: async () => (await settings.integrations()).map(changed),
      }),
    });
    // Its database, simulator and webhook serve; its worker makes room.
    await stack.stopWorker();
    holds = createPlanHolds({ client: stack.temporal, taskQueue: DEFAULT_TASK_QUEUE });
  });
  after(() => stack?.[Symbol.asyncDispose]());

  /** An export of one project, which has an event once. */
  function exporterOf(projectId: string): CampaignEventExporter {
    return {
      active: async () => [
        { projectId, updatedAt: '2026-11-25T00:00:00.000Z', pending: !exported.includes(projectId) },
      ],
      exportBatch: async (asked) => {
        exported.push(asked);
        return { exported: 1, refused: 0, leftOut: 0, more: false, requests: 1, requestsPerSecond: 10 };
      },
      close: async () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    };
  }

  async function inWorker(
    name: string,
    optionsOf: (plugin: SinchPlugin) => Promise<Partial<WorkerOptions>>,
    task: () => Promise<void>,
  ): Promise<void> {
    await using plugin = new SinchPlugin({
      settings: stack.settings,
      events: createSqlSink(stack.database),
      exporter: exporterOf(name),
      probeIntervalMs: 60_000,
      log: { warn: nothing, error: nothing },
    });
    const worker = await Worker.create({
      connection: stack.environment.nativeConnection,
      taskQueue: DEFAULT_TASK_QUEUE,
      activities,
      ...(await optionsOf(plugin)),
      plugins: [plugin],
    });
    await worker.runUntil(task);
  }

  async function greets(): Promise<void> {
    const greeting = await stack.temporal.workflow.execute('greet', {
      workflowId: crypto.randomUUID(),
      taskQueue: DEFAULT_TASK_QUEUE,
      args: ['Ada'],
    });
    assert.equal(greeting, 'HELLO ADA');
  }

  /** A message, a hold with its repair, a sweep and an export. */
  async function doAll(name: string): Promise<void> {
    const servicePlanId = `plan-${name}`;
    await greets();
    assert.equal((await stack.send(`${name}-first`, { integrationId: name })).status, 'delivered');

    changes.set(name, { apiToken: 'mistyped' });
    await stack.start(`${name}-held`, { integrationId: name });
    await until(`the plan of ${name} is held`, async () => (await holds.find(servicePlanId)) !== undefined);
    changes.delete(name);
    assert.equal((await stack.outcome(`${name}-held`)).status, 'delivered');
    await until('the hold has ended', async () => (await holds.find(servicePlanId)) === undefined);
    assert.equal(stack.accepted(`${name}-held`), 1);

    const { status } = await stack.temporal.workflow
      .getHandle(await triggerSweep(stack.temporal, servicePlanId))
      .describe();
    assert.equal(status.name, 'COMPLETED');

    await until('the export has sent its event', () => exported.includes(name));
    const { type } = await stack.temporal.workflow.getHandle(exportWorkflowIdOf(name)).describe();
    assert.equal(type, 'exportCampaignEvents');
  }

  for (const [name, optionsOf] of Object.entries(WAYS)) {
    test(`works where they come by ${name}: message, hold and repair, sweep, export`, async () => {
      await inWorker(name, optionsOf, () => doAll(name));
    });
  }

  for (const [name, options] of Object.entries(RUNS)) {
    test(`works in a worker with ${name}`, async () => {
      const workflowsPath = pathOfWorkflows('own-workflows');
      await inWorker(
        name,
        async () => ({ workflowsPath, ...options }),
        () => doAll(name),
      );
    });
  }

  test('works in a worker with a version, whose sends are nobody else’s', async () => {
    const version = { deploymentName: 'shop', buildId: 'one' };
    const options = async (): Promise<Partial<WorkerOptions>> => ({
      workflowsPath: pathOfWorkflows('own-workflows'),
      workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' },
    });
    await inWorker('versioned', options, async () => {
      await until('the version is the current one', async () => {
        await stack.temporal.workflowService.setWorkerDeploymentCurrentVersion({
          namespace: 'default',
          deploymentName: version.deploymentName,
          buildId: version.buildId,
        });
        return true;
      });
      await doAll('versioned');
    });
  });
});
