import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DEFAULT_LIFE_MS } from '../../src/contract/message.ts';
import { sendQueueOf } from '../../src/contract/names.ts';
import type { SendOutcome } from '../../src/contract/send-outcome.ts';
import { type SendWorkers, startSendWorkers } from '../../src/send-workers/index.ts';
import { ratesOfPlans } from '../../src/plans/index.ts';
import type { Integration, Settings } from '../../src/settings/index.ts';
import { createManualClock, type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { createSinchClients, type SinchClients } from '../../src/sinch/index.ts';
import { sampleMessage } from '../helpers/messages.ts';
import { createTestEnvironment, type TestEnvironment } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';

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
  const started: SendWorkers[] = [];
  // What is slow at Sinch is so until a test lets its time pass.
  const sinchClock = createManualClock();
  before(async () => {
    environment = await createTestEnvironment();
    simulator = await startSimulator({
      clock: sinchClock,
      plans: ['first', 'added', 'slow'].map((name) => ({ servicePlanId: `plan-${name}`, apiToken: 'token' })),
    });
    sinch = createSinchClients({ allowPrivateHosts: true });
  });
  after(async () => {
    // Closed already, unless a test did not come to it.
    await Promise.all(started.map(async (workers) => workers.close()));
    await simulator.close();
    await sinch.close();
    await environment.teardown();
  });

  /** Starts send workers over integrations that the test may change. */
  async function start(...integrations: Integration[]) {
    const current = new Map(integrations.map((integration) => [integration.id, integration]));
    const failing = { settings: false };
    /** How often the integrations were asked for, and how often in vain. */
    const asked = { times: 0, inVain: 0 };
    const settings: Settings = {
      project: async () => undefined,
      integration: async (id) => current.get(id),
      async integrations() {
        asked.times += 1;
        if (failing.settings) {
          asked.inVain += 1;
          throw new Error('the settings cannot be read');
        }
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
      taskQueue: 'holds',
      workerOptions: {},
    });
    started.push(workers);
    return {
      workers,
      failing,
      asked,
      set(integration: Integration): void {
        current.set(integration.id, integration);
      },
      /** Resolves when the workers have followed what the settings say now. */
      async untilFollowed(): Promise<void> {
        const before = asked.times;
        // One may have been asked for already when it was set; the next but one is asked for when that is done.
        await until('the settings are followed', async () => asked.times >= before + 2);
      },
    };
  }

  /** Puts a message into its plan's queue, for whoever sends for the plan. */
  async function queueSend(integrationId: string, messageId: string) {
    const now = Date.now();
    const message = sampleMessage({
      messageId,
      integrationId,
      servicePlanId: `plan-${integrationId}`,
      requestedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + DEFAULT_LIFE_MS).toISOString(),
    });
    return environment.client.activity.start('send', {
      id: messageId,
      taskQueue: sendQueueOf(message.servicePlanId),
      args: [message],
      startToCloseTimeout: '30s',
      retry: { maximumAttempts: 1 },
    });
  }

  async function queueOf(servicePlanId: string) {
    const { effectiveRateLimit } = await environment.client.workflowService.describeTaskQueue({
      namespace: 'default',
      taskQueue: { name: sendQueueOf(servicePlanId) },
      taskQueueType: 2,
      reportConfig: true,
    });
    return {
      // The server leaves out a limit of 0.
      limit: effectiveRateLimit?.requestsPerSecond ?? 0,
      setByCall: effectiveRateLimit?.rateLimitSource === 1,
    };
  }

  test("set the plan's limit on the server and follow its changes", { timeout: 120_000 }, async () => {
    const { workers, set } = await start(integrationOf('followed', { messagesPerSecond: 30 }));
    assert.deepEqual(await queueOf('plan-followed'), { limit: 30, setByCall: true });
    set(integrationOf('followed', { messagesPerSecond: 12.5 }));
    await until('the new limit holds', async () => (await queueOf('plan-followed')).limit === 12.5);
    await workers.close();
    assert.equal((await queueOf('plan-followed')).limit, 12.5, 'the limit stays for other processes');
  });

  test('start with an integration that is added', { timeout: 120_000 }, async () => {
    const { workers, set } = await start(integrationOf('first'));
    set(integrationOf('added', { baseUrl: simulator.url }));
    const sending = await queueSend('added', 'sent-by-the-added');
    assert.equal(((await sending.result()) as SendOutcome).kind, 'accepted');
    assert.equal(simulator.accepted('sinch/shop/sent-by-the-added'), 1);
    await workers.close();
  });

  test('go on sending while settings cannot be read', { timeout: 120_000 }, async () => {
    const { workers, failing, asked } = await start(integrationOf('first', { baseUrl: simulator.url }));
    failing.settings = true;
    // By the second time it is done with what it makes of the first.
    await until('the settings were asked for twice', async () => asked.inVain >= 2);
    const sending = await queueSend('first', 'sent-all-the-same');
    assert.equal(((await sending.result()) as SendOutcome).kind, 'accepted');
    assert.equal(simulator.accepted('sinch/shop/sent-all-the-same'), 1);
    await workers.close();
  });

  test(
    'stop with an integration that is disabled, but finish the send that is under way',
    { timeout: 120_000 },
    async () => {
      const slow = integrationOf('slow', { baseUrl: simulator.url });
      const requests = () => simulator.requests().filter(({ servicePlanId }) => servicePlanId === 'plan-slow');
      simulator.setFault('plan-slow', { slowMs: 3_000, methods: ['POST'] });
      const { workers, set, untilFollowed } = await start(slow);
      const underWay = await queueSend('slow', 'under-way');
      await until('the send is under way', async () => requests().length > 0);
      set({ ...slow, enabled: false });
      await untilFollowed();
      const tooLate = await queueSend('slow', 'too-late');
      await untilFollowed();
      let closed = false;
      const closing = workers.close().finally(() => (closed = true));
      // A call or two of the server: who did not wait for the send would be done by then.
      for (let call = 0; call < 2; call += 1) await queueOf('plan-slow');
      assert.equal(closed, false, 'closing waits for the send');
      assert.equal(simulator.accepted('sinch/shop/under-way'), 0, 'the send is still under way');
      sinchClock.advance(3_000);
      await closing;
      assert.equal(((await underWay.result()) as SendOutcome).kind, 'accepted');
      assert.equal(simulator.accepted('sinch/shop/under-way'), 1);
      assert.equal(requests().length, 1, 'what came after it was not sent');
      await tooLate.terminate('nobody takes it');
    },
  );
});
