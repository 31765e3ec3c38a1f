import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DEFAULT_LIFE_MS } from '../../src/contract/message.ts';
import { sendQueueOf } from '../../src/contract/names.ts';
import { ratesOfPlans, startSendWorkers } from '../../src/send-workers/index.ts';
import type { Integration, Settings } from '../../src/settings/index.ts';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { createSinchClients, type SinchClients } from '../../src/sinch/index.ts';
import { sampleMessage } from '../helpers/messages.ts';
import { createTestEnvironment, type TestEnvironment } from '../helpers/temporal.ts';

function integrationOf(id: string, overrides: Partial<Integration> = {}): Integration {
  return {
    id,
    projectId: 'shop',
    name: id,
    servicePlanId: `plan-${id}`,
    region: 'custom',
    baseUrl: 'http://127.0.0.1:9',
    apiToken: 'token',
    messagesPerSecond: 30,
    enabled: true,
    // Nobody listens there: what is called back is of no interest here.
    callbackUrl: 'http://127.0.0.1:9/webhooks/sinch/main',
    callbackAuth: { type: 'basic', username: 'sinch', passwords: ['secret'] },
    mmsCountries: [],
    hasDefaultOriginator: false,
    ...overrides,
  };
}

test('a plan carries the lowest rate of the enabled integrations that share it', () => {
  const rates = ratesOfPlans([
    integrationOf('a', { servicePlanId: 'shared', messagesPerSecond: 30 }),
    integrationOf('b', { servicePlanId: 'shared', messagesPerSecond: 10 }),
    integrationOf('c', { servicePlanId: 'shared', messagesPerSecond: 1, enabled: false }),
    integrationOf('d', { enabled: false }),
  ]);
  assert.deepEqual([...rates], [['shared', 10]]);
});

describe('the send workers', () => {
  let environment: TestEnvironment;
  let simulator: Simulator;
  let sinch: SinchClients;
  before(async () => {
    environment = await createTestEnvironment();
    simulator = await startSimulator({ plans: [{ servicePlanId: 'plan-slow', apiToken: 'token' }] });
    sinch = createSinchClients();
  });
  after(async () => {
    await simulator.close();
    await sinch.close();
    await environment.teardown();
  });

  /** Starts send workers over integrations that the test may change. */
  async function start(...integrations: Integration[]) {
    const current = new Map(integrations.map((integration) => [integration.id, integration]));
    const failing = { settings: false };
    const settings: Settings = {
      project: async () => undefined,
      integration: async (id) => current.get(id),
      async integrations() {
        if (failing.settings) throw new Error('the settings cannot be read');
        return [...current.values()];
      },
    };
    const workers = await startSendWorkers({
      settings,
      events: { record: async () => undefined },
      sinch: sinch.for,
      log: { warn: () => undefined, error: () => undefined },
      connection: environment.nativeConnection,
      namespace: 'default',
      workerOptions: {},
    });
    return { workers, failing, set: (integration: Integration) => current.set(integration.id, integration) };
  }

  async function queueOf(servicePlanId: string) {
    const { effectiveRateLimit, pollers } = await environment.client.workflowService.describeTaskQueue({
      namespace: 'default',
      taskQueue: { name: sendQueueOf(servicePlanId) },
      taskQueueType: 2,
      reportConfig: true,
    });
    return {
      // The server leaves out a limit of 0.
      limit: effectiveRateLimit?.requestsPerSecond ?? 0,
      setByCall: effectiveRateLimit?.rateLimitSource === 1,
      pollers: pollers?.length ?? 0,
    };
  }

  async function until(holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  test("set the plan's limit on the server and follow its changes", { timeout: 10_000 }, async () => {
    const { workers, set } = await start(integrationOf('followed', { messagesPerSecond: 30 }));
    assert.deepEqual({ ...(await queueOf('plan-followed')), pollers: 0 }, { limit: 30, setByCall: true, pollers: 0 });
    set(integrationOf('followed', { messagesPerSecond: 12.5 }));
    await until(async () => (await queueOf('plan-followed')).limit === 12.5);
    await workers.close();
    assert.equal((await queueOf('plan-followed')).limit, 12.5, 'the limit stays for other processes');
  });

  test(
    'start with an integration that is added and go on while settings cannot be read',
    { timeout: 10_000 },
    async () => {
      const { workers, set, failing } = await start(integrationOf('first'));
      set(integrationOf('added'));
      await until(async () => (await queueOf('plan-added')).pollers > 0);
      failing.settings = true;
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      assert.ok((await queueOf('plan-first')).pollers > 0, 'the plan is still polled');
      await workers.close();
    },
  );

  test(
    'stop with an integration that is disabled, but finish the send that is under way',
    { timeout: 20_000 },
    async () => {
      const slow = integrationOf('slow', { baseUrl: simulator.url });
      simulator.setFault('plan-slow', { slowMs: 3_000, methods: ['POST'] });
      const { workers, set } = await start(slow);
      const now = Date.now();
      const message = sampleMessage({
        messageId: 'under-way',
        integrationId: 'slow',
        servicePlanId: 'plan-slow',
        requestedAt: new Date(now).toISOString(),
        expiresAt: new Date(now + DEFAULT_LIFE_MS).toISOString(),
      });
      const sending = environment.client.activity.execute('send', {
        id: 'under-way',
        taskQueue: sendQueueOf('plan-slow'),
        args: [message],
        startToCloseTimeout: '30s',
        retry: { maximumAttempts: 1 },
      });
      while (simulator.requests().length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      set({ ...slow, enabled: false });
      // Long enough for the settings to have been read again, and shorter than the send.
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      assert.equal(simulator.accepted('sinch/shop/under-way'), 0, 'the send is still under way');
      await workers.close();
      assert.equal(simulator.accepted('sinch/shop/under-way'), 1, 'closing waited for the send');
      assert.equal(((await sending) as { kind: string }).kind, 'accepted');
    },
  );
});
