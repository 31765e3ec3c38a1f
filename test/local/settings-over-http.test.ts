/** What an admin changes over HTTP holds in the worker that runs, with no restart. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createLogger } from '../../src/log.ts';
import { sendQueueOf } from '../../src/contract/names.ts';
import { type Stack, startStack } from '../../src/local/index.ts';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';

/** Far more than the 2 s within which a change has to hold, which `npm run tour` measures: a busy machine adds to them. */
const FOLLOWED_MS = 20_000;

describe('a change over HTTP', () => {
  let stack: Stack;
  /** A second plan, on another host. */
  let other: Simulator;
  before(async () => {
    other = await startSimulator({
      reportDelayMs: 20,
      plans: [{ servicePlanId: 'plan-two', apiToken: 'token-two' }],
    });
    stack = await startStack({ env: process.env, memory: true, log: createLogger('silent') });
  });
  after(async () => {
    await stack?.close();
    await other?.close();
  });

  async function call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const response = await fetch(`${stack.url}/v1/projects/demo${path}`, {
      method,
      headers: { authorization: `Bearer ${stack.apiKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  }

  /** How long it took from now until it held. */
  async function timeUntil(holds: () => Promise<boolean>): Promise<number> {
    const begin = performance.now();
    while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
    return performance.now() - begin;
  }

  async function limitOf(servicePlanId: string): Promise<number | null | undefined> {
    const { effectiveRateLimit } = await stack.client.workflowService.describeTaskQueue({
      namespace: 'default',
      taskQueue: { name: sendQueueOf(servicePlanId) },
      taskQueueType: 2,
      reportConfig: true,
    });
    return effectiveRateLimit?.requestsPerSecond;
  }

  const send = (messageId: string, more: object = {}) =>
    call('POST', '/messages', { messageId, recipient: '+33639980001', text: 'Hello', ...more });

  const isDelivered = (messageId: string) => async (): Promise<boolean> =>
    (await call('GET', `/messages/${messageId}`))['status'] === 'delivered';

  test('of a rate sets the limit of the queue', async (t) => {
    const took: number[] = [];
    for (const messagesPerSecond of [12, 45, 7.5]) {
      const view = await call('PATCH', '/integrations/simulator', { messagesPerSecond });
      assert.equal(view['planMessagesPerSecond'], messagesPerSecond);
      took.push(await timeUntil(async () => (await limitOf('demo-plan')) === messagesPerSecond));
    }
    t.diagnostic(`after ${took.map(Math.round).join(', ')} ms`);
    assert.ok(Math.max(...took) < FOLLOWED_MS, `after ${took.map(Math.round).join(', ')} ms`);
  });

  test('that adds an integration sends through its plan, and one that makes it the default sends all through it', async () => {
    await call('POST', '/integrations', {
      id: 'two',
      name: 'Two',
      servicePlanId: 'plan-two',
      baseUrl: other.url,
      apiToken: 'token-two',
      messagesPerSecond: 50,
    });
    assert.equal((await send('to-two', { integrationId: 'two' }))['success'], true);
    const took = await timeUntil(async () => other.accepted('sinch/demo/to-two') === 1);
    await timeUntil(isDelivered('to-two'));
    assert.equal(await limitOf('plan-two'), 50);
    assert.ok(took < FOLLOWED_MS, `sent after ${Math.round(took)} ms`);
    assert.equal(
      (await call('GET', '/settings'))['defaultIntegrationId'],
      'simulator',
      'nobody has changed the default',
    );

    await call('PATCH', '/settings', { defaultIntegrationId: 'two' });
    await send('by-default');
    await timeUntil(isDelivered('by-default'));
    assert.equal(other.accepted('sinch/demo/by-default'), 1);
  });

  test('that disables an integration refuses what is new, until it is enabled', async () => {
    assert.equal((await call('POST', '/integrations/simulator/disable'))['state'], 'disabled');
    const refused = await send('refused', { integrationId: 'simulator' });
    assert.equal((refused['errors'] as { code: string }[])[0]?.code, 'integration_disabled');
    await call('POST', '/integrations/simulator/enable');
    assert.equal((await send('refused', { integrationId: 'simulator' }))['success'], true);
    await timeUntil(isDelivered('refused'));
  });

  test('of a token holds for the next message, and a test of the connection tells a wrong one', async () => {
    assert.equal((await call('POST', '/integrations/two/test'))['verdict'], 'works');
    await call('PATCH', '/integrations/two', { apiToken: 'not-the-token' });
    const tested = await call('POST', '/integrations/two/test');
    assert.deepEqual([tested['ok'], tested['verdict'], tested['statusCode']], [false, 'token_or_plan', 401]);
    assert.doesNotMatch(JSON.stringify(tested), /not-the-token/);
    other.updatePlan('plan-two', { apiToken: 'not-the-token' });
    assert.equal((await call('POST', '/integrations/two/test'))['verdict'], 'works');
    await send('new-token', { integrationId: 'two' });
    await timeUntil(isDelivered('new-token'));
  });
});
