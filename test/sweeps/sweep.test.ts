/** Lost callbacks, recovered by sweeps: a real server, database and webhook, and the simulator for Sinch. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type ScheduleDescription, ScheduleNotFoundError } from '@temporalio/client';
import { createSweepClient, type SweepClient, type SweepStatus } from '../../src/client/index.ts';
import { DEFAULT_TASK_QUEUE, SWEEP_WORKFLOW, sweepScheduleIdOf } from '../../src/contract/names.ts';
import type { SweepInput, SweepResult } from '../../src/contract/sweep.ts';
import { createKeyring } from '../../src/db/index.ts';
import { type RunningServer, startServer } from '../../src/server.ts';
import type { Settings } from '../../src/settings/index.ts';
import { createRealClock } from '../../src/simulator/index.ts';
import { keepSweeping, type KeepSweepingOptions } from '../../src/sweeps/index.ts';
import { runCommand } from '../commands/context.ts';
import { startChild } from '../helpers/child.ts';
import { type MessageStack, startMessageStack } from '../helpers/message-stack.ts';
import { xmsCalls } from '../simulator/xms-calls.ts';
import { triggerSweep } from './trigger-sweep.ts';

const HOUR = 3_600_000;
const API_KEY = 'key-of-this-test-alone';
/** Delivered, as far as the simulator is asked. */
const RECIPIENT = '33639980001';

let stack: MessageStack;
let sweeps: SweepClient;
let server: RunningServer;
/** Integrations that are switched off at the moment. */
const disabled = new Set<string>();
/** How many messages the store was asked for, each time. */
const asked: number[] = [];

/** Two more integrations on the plan of `main`: one of its own project, one of another. */
function shared(settings: Settings): Settings {
  const integrations = async () => {
    const given = await settings.integrations();
    const twins = given
      .filter(({ id }) => id === 'main')
      .flatMap((main) => [
        { ...main, id: 'twin' },
        { ...main, id: 'elsewhere', projectId: 'travel' },
      ]);
    return [...given, ...twins].map((each) => ({ ...each, enabled: !disabled.has(each.id) }));
  };
  return {
    ...settings,
    integrations,
    integration: async (id) => (await integrations()).find((each) => each.id === id),
    project: async (id) => settings.project(id === 'travel' ? 'shop' : id),
  };
}

before(async () => {
  const real = createRealClock();
  stack = await startMessageStack({
    integrations: ['main', 'other'],
    // Behind ours, so that no callback of what it reports may be on its way any more.
    simulator: { clock: { ...real, now: () => real.now() - 120_000 } },
    settings: shared,
    plugin: { sweepIntervalMs: HOUR },
    sink: (store) => ({
      record: (record, signal) => store.record(record, signal),
      admission: async (key, signal) => store.admission?.(key, signal),
      async recorded(keys, signal) {
        asked.push(keys.length);
        return (await store.recorded?.(keys, signal)) ?? [];
      },
    }),
  });
  sweeps = createSweepClient({ client: stack.temporal });
  server = await startServer({
    client: stack.temporal,
    settings: stack.settings,
    database: stack.database,
    keyring: createKeyring({ keys: [{ id: 'test', key: randomBytes(32) }], current: 'test' }),
    apiKey: API_KEY,
    log: { warn: () => undefined, error: () => undefined },
  });
});
after(async () => {
  await server?.close();
  await stack?.[Symbol.asyncDispose]();
});

const anHourAgo = (): string => new Date(Date.now() - HOUR).toISOString();

/** A sweep that a project asks for, to its end. */
async function sweep({ plan = 'plan-main', projectId = 'shop' } = {}): Promise<SweepStatus> {
  const key = { servicePlanId: plan, projectId };
  const sweepId = await sweeps.start({ ...key, since: anHourAgo() });
  return ended({ ...key, sweepId });
}

async function ended(key: Parameters<SweepClient['status']>[0]): Promise<SweepStatus> {
  for (;;) {
    const status = await sweeps.status(key);
    assert.ok(status);
    if (status.state !== 'running') return status;
    await pause();
  }
}

function countsOf({ reports, signalled, alreadyFinal, late, unknown, unreadable }: SweepStatus | SweepResult) {
  assert.equal(reports, signalled + alreadyFinal + late + unknown + unreadable);
  return { signalled, late, unknown, unreadable };
}

const NOTHING = { signalled: 0, late: 0, unknown: 0, unreadable: 0 };

/** Sends messages whose callbacks Sinch loses, and waits until it has finished them. */
async function lose(...messages: readonly (readonly [id: string, overrides?: object])[]): Promise<void> {
  stack.simulator.setFault('*', { callbacks: 'drop' });
  const started = [];
  for (const [id, overrides] of messages) started.push(await stack.start(id, { recipient: RECIPIENT, ...overrides }));
  for (const message of started) {
    while ((await stack.messages.status(message))?.phase !== 'accepted') await pause();
  }
  await stack.simulator.whenIdle();
  stack.simulator.setFault('*', undefined);
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 25));
}

describe('a sweep', () => {
  test('hands every lost report to its message, and another one none', async () => {
    const ids = Array.from({ length: 120 }, (_, index) => `lost-${index}`);
    await lose(...ids.map((id) => [id] as const));
    asked.length = 0;
    const status = await sweep();
    assert.equal(status.state, 'completed');
    assert.deepEqual(countsOf(status), { ...NOTHING, signalled: 120 });
    assert.deepEqual(asked, [100, 20], 'one question for each page');
    for (const id of ids) {
      assert.equal((await stack.outcome(id)).status, 'delivered');
      assert.deepEqual(await stack.statuses(id), ['enqueued', 'delivered']);
      assert.equal(stack.accepted(id), 1);
    }
    assert.deepEqual(countsOf(await sweep()), NOTHING);
    const { lateReports } = await stack.events('lost-0');
    assert.deepEqual(lateReports, []);
  });

  test('several at once hand each report over once', async () => {
    await lose(['at-once-1'], ['at-once-2']);
    const all = await Promise.all([sweep(), sweep(), sweep()]);
    assert.ok(all.every(({ state }) => state === 'completed'));
    for (const id of ['at-once-1', 'at-once-2']) {
      await stack.outcome(id);
      assert.deepEqual(await stack.statuses(id), ['enqueued', 'delivered']);
      assert.deepEqual((await stack.events(id)).lateReports, []);
    }
  });

  test('keeps a report that contradicts what was recorded as a late one, once', async () => {
    await lose(['contradicted']);
    await stack.messages.signalReport(
      stack.workflowId('contradicted'),
      { integrationId: 'main', status: 'Failed', at: new Date().toISOString() },
      'by-hand',
    );
    assert.equal((await stack.outcome('contradicted')).status, 'failed');
    for (let time = 0; time < 2; time += 1) {
      assert.deepEqual(countsOf(await sweep()), { ...NOTHING, late: 1 });
    }
    const { events, lateReports } = await stack.events('contradicted');
    assert.deepEqual(
      events.map(({ status }) => status),
      ['enqueued', 'failed'],
    );
    assert.deepEqual(
      lateReports.map(({ reason, report, timesReceived }) => [
        reason,
        report.status,
        report.integrationId,
        timesReceived,
      ]),
      [['contradicts', 'Delivered', 'main', 1]],
    );
  });

  test('counts reports of messages that Temporal does not know', async () => {
    const before = await sweep({ plan: 'plan-other' });
    const calls = xmsCalls(stack.simulator, 'plan-other', 'token-other');
    for (const reference of ['sinch/shop/nobody', 'of somebody else', undefined]) {
      const members = reference === undefined ? {} : { client_reference: reference };
      assert.equal((await calls.send(RECIPIENT, { delivery_report: 'none', from: 'Shop', ...members })).status, 201);
    }
    await stack.simulator.whenIdle();
    const status = await sweep({ plan: 'plan-other' });
    // What names no message of the project is not told to it.
    assert.deepEqual(countsOf(status), { ...NOTHING, unknown: 1 });
    assert.equal(status.reports, before.reports + 1);
  });

  test('stamps each report with the integration of its message, and leaves other projects alone', async () => {
    const elsewhere = { projectId: 'travel', integrationId: 'elsewhere', servicePlanId: 'plan-main' };
    await lose(
      ['of-main'],
      ['of-twin', { integrationId: 'twin', servicePlanId: 'plan-main' }],
      ['of-travel', elsewhere],
    );
    assert.equal((await sweep()).signalled, 2);
    assert.equal((await stack.outcome('of-main')).status, 'delivered');
    assert.equal((await stack.outcome('of-twin')).status, 'delivered');
    const ofTravel = { projectId: 'travel', messageId: 'of-travel' };
    assert.equal((await stack.messages.status(ofTravel))?.phase, 'accepted');
    assert.equal((await sweep({ projectId: 'travel' })).signalled, 1);
    assert.equal((await stack.messages.outcome(ofTravel)).status, 'delivered');
  });

  test('goes on where Sinch is busy for a while', async () => {
    await lose(['busy']);
    stack.simulator.setFault('plan-main', {
      answer: { status: 429, headers: { 'retry-after': '0' } },
      methods: ['GET'],
      times: 2,
    });
    assert.equal((await sweep()).signalled, 1);
    assert.equal((await stack.outcome('busy')).status, 'delivered');
  });

  test('fails where Sinch does not let it in, and says what to do', async () => {
    stack.simulator.updatePlan('plan-other', { apiToken: 'another-token' });
    const { state, error } = await sweep({ plan: 'plan-other' });
    stack.simulator.updatePlan('plan-other', { apiToken: 'token-other' });
    assert.equal(state, 'failed');
    assert.equal(error?.code, 'sweep_refused');
    assert.match(error.message, /plan plan-other .*integration other\..*HTTP 401.*Check plan id, token/);
    assert.doesNotMatch(error.message, /token-other/);
  });

  test('fails where the project has no such plan', async () => {
    const { state, error } = await sweep({ plan: 'plan-other', projectId: 'travel' });
    assert.deepEqual([state, error?.code], ['failed', 'sweep_plan_unknown']);
  });

  test('survives the loss of its worker', async () => {
    await lose(['worker-lost']);
    stack.simulator.setFault('plan-main', { slowMs: 1_500, methods: ['GET'] });
    const key = { servicePlanId: 'plan-main', projectId: 'shop' };
    const asksBefore = stack.simulator.requests().length;
    const sweepId = await sweeps.start({ ...key, since: anHourAgo() });
    while (stack.simulator.requests().length === asksBefore) await pause();
    await stack.stopWorker();
    stack.simulator.setFault('plan-main', undefined);
    await stack.startWorker();
    assert.equal((await ended({ ...key, sweepId })).state, 'completed');
    assert.equal((await stack.outcome('worker-lost')).status, 'delivered');
  });
});

describe('the schedule of a plan', () => {
  const handleOf = (plan: string) => stack.temporal.schedule.getHandle(sweepScheduleIdOf(plan));

  /** Lets the schedule begin a sweep now. */
  async function trigger(plan: string): Promise<SweepResult | undefined> {
    const workflowId = await triggerSweep(stack.temporal, plan);
    return stack.temporal.workflow
      .getHandle<(input: SweepInput) => Promise<SweepResult>>(workflowId)
      .result()
      .catch(() => undefined);
  }

  async function isThere(plan: string): Promise<boolean> {
    return handleOf(plan)
      .describe()
      .then(
        () => true,
        (error: unknown) => {
          if (error instanceof ScheduleNotFoundError) return false;
          throw error;
        },
      );
  }

  test('is there for each plan once, skips what would overlap, and names queue and workflow', async () => {
    while (!(await isThere('plan-other'))) await pause();
    const { spec, policies, action } = await handleOf('plan-main').describe();
    assert.equal(spec.intervals?.length, 1);
    assert.equal(Number(spec.intervals[0]?.every), HOUR);
    assert.equal(policies.overlap, 'SKIP');
    assert.equal(action.workflowType, SWEEP_WORKFLOW);
    assert.equal(action.taskQueue, DEFAULT_TASK_QUEUE);
    assert.deepEqual([...(action.args ?? [])], [{ servicePlanId: 'plan-main', reportWindowMs: 4 * 24 * HOUR }]);
  });

  test('begins with the last half an hour, goes on at its mark, and loses nothing by a failure', async () => {
    await lose(['scheduled-1', { integrationId: 'other' }]);
    const first = await trigger('plan-other');
    assert.ok(first);
    assert.equal((await stack.outcome('scheduled-1')).status, 'delivered');
    assert.equal(Date.parse(first.since), Date.parse(first.mark) - HOUR / 2);
    assert.equal(first.deepMark, first.mark, 'when the one over the whole window was begun');
    // Of every project that shares the plan, and of none: references that are not ours.
    assert.equal(first.unknown, 3);

    await lose(['scheduled-2', { integrationId: 'other' }]);
    stack.simulator.updatePlan('plan-other', { apiToken: 'another-token' });
    assert.equal(await trigger('plan-other'), undefined);
    stack.simulator.updatePlan('plan-other', { apiToken: 'token-other' });

    const third = await trigger('plan-other');
    assert.ok(third);
    assert.equal(third.signalled, 1);
    assert.equal(Date.parse(third.since), Date.parse(first.mark) - HOUR / 2);
    assert.equal(third.deepMark, first.mark);
    assert.equal((await stack.outcome('scheduled-2')).status, 'delivered');
  });

  const options = (): Omit<KeepSweepingOptions, 'intervalMs'> => ({
    connection: stack.environment.nativeConnection,
    namespace: 'default',
    taskQueue: DEFAULT_TASK_QUEUE,
    settings: stack.settings,
    log: { warn: () => assert.fail('nothing is to be warned of'), error: () => assert.fail() },
  });

  test('is set by who starts last, and stays paused where somebody has paused it', async () => {
    await handleOf('plan-main').pause('by hand');
    const other = keepSweeping({ ...options(), intervalMs: 2 * HOUR });
    let description: ScheduleDescription;
    do {
      await pause();
      description = await handleOf('plan-main').describe();
    } while (Number(description.spec.intervals?.[0]?.every) !== 2 * HOUR);
    await other.close();
    assert.equal(description.state.paused, true);
    assert.equal(description.state.note, 'by hand');
  });

  test('goes with the last enabled integration of the plan, and comes back with it', async () => {
    disabled.add('other');
    while (await isThere('plan-other')) await pause();
    disabled.delete('other');
    while (!(await isThere('plan-other'))) await pause();
  });

  test('takes itself away where its plan went out of use while nobody looked', async () => {
    disabled.add('other');
    while (await isThere('plan-other')) await pause();
    await stack.temporal.workflow.execute(SWEEP_WORKFLOW, {
      workflowId: 'no-schedule',
      taskQueue: DEFAULT_TASK_QUEUE,
      args: [{ servicePlanId: 'plan-other' }],
    });
    await stack.temporal.schedule.create({
      scheduleId: sweepScheduleIdOf('plan-other'),
      spec: {},
      action: {
        type: 'startWorkflow',
        workflowType: SWEEP_WORKFLOW,
        taskQueue: DEFAULT_TASK_QUEUE,
        args: [{ servicePlanId: 'plan-other' }],
      },
      state: { triggerImmediately: true },
    });
    while (await isThere('plan-other')) await pause();
    disabled.delete('other');
  });

  test('is taken away where sweeps are off', async () => {
    while (!(await isThere('plan-other'))) await pause();
    const off = keepSweeping({ ...options(), intervalMs: false });
    while ((await isThere('plan-other')) || (await isThere('plan-main'))) await pause();
    await off.close();
  });
});

describe('temporal-sinch sweep', () => {
  const run = (...args: string[]) =>
    runCommand(['sweep', ...args], {
      TEMPORAL_SINCH_URL: server.url,
      SINCH_API_KEY: API_KEY,
      TEMPORAL_SINCH_PROJECT: 'shop',
    });

  test('sweeps every plan of the project once, and tells what it came to', async () => {
    await lose(['by-command-1'], ['by-command-2', { integrationId: 'other' }]);
    const { exitCode, stdout } = await run('--since', '1h', '--json');
    assert.equal(exitCode, 0);
    const { sweeps } = JSON.parse(stdout) as { sweeps: Record<string, unknown>[] };
    assert.deepEqual(
      sweeps.map(({ integrationId, servicePlanId, signalled }) => [integrationId, servicePlanId, signalled]),
      [
        ['main', 'plan-main', 1],
        ['other', 'plan-other', 1],
      ],
    );
    assert.deepEqual(Object.keys(sweeps[0] ?? {}), [
      'integrationId',
      'servicePlanId',
      'reports',
      'signalled',
      'alreadyFinal',
      'late',
      'unknown',
      'unreadable',
      'seconds',
    ]);
    for (const id of ['by-command-1', 'by-command-2']) assert.equal((await stack.outcome(id)).status, 'delivered');
  });

  test('says in words what one integration came to', async () => {
    const { exitCode, stdout } = await run('--since', anHourAgo(), '--integration', 'other');
    assert.equal(exitCode, 0);
    assert.match(
      stdout,
      /^Plan plan-other \(other\): \d+ reports in [\d.]+ s; 0 handed to their messages, \d+ known already(?:, 1 belongs to no message that Temporal knows)?\.\n$/,
    );
  });

  test('ends with exit code 1 where a sweep failed', async () => {
    stack.simulator.updatePlan('plan-other', { apiToken: 'another-token' });
    const failed = await run('--since', '30m', '--json');
    stack.simulator.updatePlan('plan-other', { apiToken: 'token-other' });
    assert.equal(failed.exitCode, 1);
    const { sweeps } = JSON.parse(failed.stdout) as { sweeps: { error?: { code: string } }[] };
    assert.deepEqual(
      sweeps.map(({ error }) => error?.code),
      [undefined, 'sweep_refused'],
    );
  });

  test('leaves the sweep running at Ctrl-C, and says so', async () => {
    await lose(['after-ctrl-c']);
    stack.simulator.setFault('plan-main', { slowMs: 3_000, methods: ['GET'] });
    const asksBefore = stack.simulator.requests().length;
    const target = ['--url', server.url, '--api-key', API_KEY, '--project', 'shop'];
    const command = startChild('src/cli.ts', ['sweep', ...target, '--since', '1h', '--integration', 'main']);
    while (stack.simulator.requests().length === asksBefore) await pause();
    command.signal('SIGINT');
    assert.equal(await command.exited, 130);
    assert.match(command.stderr(), /Stopped watching\. The server goes on with the sweep: \w{26} of main\./);
    stack.simulator.setFault('plan-main', undefined);
    assert.equal((await stack.outcome('after-ctrl-c')).status, 'delivered');
  });

  test('is a usage error without a time that has passed', async () => {
    for (const wrong of ['soon', '2030-01-01T00:00:00Z', '0h', '2026-11-25']) {
      const { exitCode, stderr } = await run('--since', wrong);
      assert.equal(exitCode, 2);
      assert.match(stderr, /such as 30m, 2h or 3d, or a time with its offset that has passed/);
    }
    assert.equal((await run()).exitCode, 2);
  });

  test('is refused for an integration that is not of the project, or a time before what Sinch keeps', async () => {
    assert.match((await run('--since', '1h', '--integration', 'elsewhere')).stderr, /no integration of this id/);
    const tooLong = await run('--since', '15d');
    assert.equal(tooLong.exitCode, 2);
    assert.match(tooLong.stderr, /--since[^]*'15d' is invalid\. Expected at most 14 days ago\./);
    const unknown = await sweeps.status({ servicePlanId: 'plan-main', projectId: 'shop', sweepId: 'none' });
    assert.equal(unknown, undefined);
  });
});
