import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { probePlan } from '../../src/plans/index.ts';
import type { Integration } from '../../src/settings/index.ts';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { createSinchClients, type SinchClients } from '../../src/sinch/index.ts';

describe('a probe', () => {
  let simulator: Simulator;
  let clients: SinchClients;
  before(async () => {
    simulator = await startSimulator();
    clients = createSinchClients({ allowPrivateHosts: true, lookupTimeoutMs: 2_000 });
  });
  after(async () => {
    await simulator.close();
    await clients.close();
  });

  const integration = (overrides: Partial<Integration> = {}): Integration => ({
    id: 'main',
    projectId: 'shop',
    name: 'main',
    servicePlanId: 'demo-plan',
    region: 'custom',
    baseUrl: simulator.url,
    apiToken: 'demo-token',
    messagesPerSecond: 30,
    enabled: true,
    callbackUrl: 'https://sms.example/webhooks/sinch/main',
    callbackAuth: { type: 'basic', username: 'sinch', passwords: ['secret'] },
    mmsCountries: [],
    hasDefaultOriginator: false,
    ...overrides,
  });
  const probe = async (integrations: Integration[], statusCode: number) =>
    probePlan(integrations, { statusCode }, clients.for);

  test('finds a plan open where its token is taken, and sends nothing to find that out', async () => {
    assert.deepEqual(await probe([integration()], 401), { kind: 'open' });
    assert.deepEqual(await probe([integration()], 403), { kind: 'open' });
    assert.equal(simulator.counts().posts, 0);
  });

  test('finds the fault of a wrong token, plan or path', async () => {
    for (const wrong of [{ apiToken: 'mistyped' }, { servicePlanId: 'mistyped' }]) {
      const outcome = await probe([integration(wrong)], 401);
      assert.deepEqual([outcome.kind, 'statusCode' in outcome && outcome.statusCode], ['fault', 401]);
    }
    assert.equal((await probe([integration({ baseUrl: `${simulator.url}/elsewhere` })], 404)).kind, 'fault');
  });

  test('finds an account still blocked by a dry run, which the list of batches does not tell', async () => {
    simulator.setFault('demo-plan', { methods: ['POST'], answer: { status: 403, body: { code: 'blocked_account' } } });
    try {
      const outcome = await probe([integration()], 403);
      assert.equal(outcome.kind, 'fault');
      assert.equal(outcome.kind === 'fault' && outcome.error, 'blocked_account');
    } finally {
      simulator.setFault('demo-plan', undefined);
    }
  });

  test('finds a fault where somebody else answers, the list or only what would send', async () => {
    for (const answer of [{ status: 200, body: { status: 'ok' } }, { status: 204 }, { status: 407 }, { status: 451 }]) {
      for (const methods of [['GET'], ['POST'], ['GET', 'POST']]) {
        simulator.setFault('demo-plan', { methods, answer });
        const outcome = await probe([integration()], 407);
        assert.ok(
          outcome.kind === 'fault' && outcome.error === 'not_sinch',
          JSON.stringify([answer, methods, outcome]),
        );
      }
    }
    simulator.setFault('demo-plan', undefined);
    assert.equal(simulator.counts().posts, 0);
  });

  test('goes by the list of a host that has no dry runs', async () => {
    simulator.setFault('demo-plan', { methods: ['POST'], answer: { status: 404 } });
    assert.deepEqual(await probe([integration()], 403), { kind: 'open' });
    simulator.setFault('demo-plan', undefined);
  });

  test('knows nothing where Sinch cannot answer', async () => {
    for (const status of [429, 500, 503]) {
      simulator.setFault('demo-plan', { answer: { status } });
      assert.equal((await probe([integration()], 401)).kind, 'no_answer', String(status));
    }
    simulator.setFault('demo-plan', undefined);
    assert.equal((await probe([integration({ baseUrl: 'http://127.0.0.1:9' })], 401)).kind, 'no_answer');
  });

  test('finds a plan open where one of several tokens is taken', async () => {
    const wrong = integration({ id: 'wrong', apiToken: 'mistyped' });
    assert.deepEqual(await probe([wrong, integration()], 401), { kind: 'open' });
    assert.equal((await probe([wrong], 401)).kind, 'fault');
  });
});
