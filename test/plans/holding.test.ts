import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { holdWorkflowIdOf, sendQueueOf } from '../../src/contract/names.ts';
import type { HoldPlanResult } from '../../src/contract/plan-hold.ts';
import { createPlanHolds, type PlanHolds } from '../../src/plans/index.ts';
import type { Integration } from '../../src/settings/index.ts';
import { type MessageStack, startMessageStack } from '../helpers/message-stack.ts';
import { until } from '../helpers/until.ts';

/** `PENDING_ACTIVITY_STATE_STARTED` of Temporal's API. */
const STARTED = 2;

/** `TASK_QUEUE_TYPE_ACTIVITY` of Temporal's API. */
const ACTIVITY_QUEUE = 2;

/** Far less than the minute until a hold's next probe, which nobody is to wait for after a repair; in milliseconds. */
const AT_ONCE_MS = 20_000;

describe('a plan that Sinch refuses', () => {
  let stack: MessageStack;
  let holds: PlanHolds;
  /** What an integration has otherwise than it should. */
  const changes = new Map<string, Partial<Integration>>();
  const mistype = (id: string): void => void changes.set(id, { apiToken: 'mistyped' });
  const logged: { fields: Record<string, unknown>; message: string }[] = [];

  before(async () => {
    stack = await startMessageStack({
      integrations: [
        'token',
        'account',
        'ordinary',
        'life',
        'own',
        'shared',
        'guest',
        'stopped',
        'typed',
        'mixed',
        'blind',
        'proxy',
        'portal',
      ],
      // The probe of every minute is not waited for here: what is mended is probed at once.
      plugin: { probeIntervalMs: 60_000 },
      log: { warn: () => undefined, error: (fields, message) => void logged.push({ fields, message }) },
      settings: (settings) => ({
        ...settings,
        integration: async (id) => {
          const found = await settings.integration(id);
          return found && { ...found, ...changes.get(id) };
        },
        integrations: async () => (await settings.integrations()).map((each) => ({ ...each, ...changes.get(each.id) })),
      }),
    });
    holds = createPlanHolds({ client: stack.temporal, taskQueue: 'unused' });
  });
  after(() => stack[Symbol.asyncDispose]());

  const plan = (name: string): string => `plan-${name}`;
  const posts = (name: string): number =>
    stack.simulator
      .requests()
      .filter((each) => each.servicePlanId === plan(name) && each.method === 'POST' && each.url.endsWith('/batches'))
      .length;

  async function limitOf(name: string): Promise<number> {
    const { effectiveRateLimit } = await stack.temporal.workflowService.describeTaskQueue({
      namespace: 'default',
      taskQueue: { name: sendQueueOf(plan(name)) },
      taskQueueType: ACTIVITY_QUEUE,
      reportConfig: true,
    });
    return effectiveRateLimit?.requestsPerSecond ?? 0;
  }

  async function startMany(name: string, count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, (_, index) => `${name}-${index}`);
    await Promise.all(ids.map((id) => stack.start(id, { integrationId: name, recipient: '4915112349900' })));
    return ids;
  }

  async function untilHeld(name: string): Promise<void> {
    await until(
      `${name} is held`,
      async () => (await holds.find(plan(name))) !== undefined && (await limitOf(name)) === 0,
    );
  }

  /** A queue that has stopped gives out no more sends; those that it gave before may still be on their way. */
  async function untilNoneIsUnderWay(ids: readonly string[]): Promise<void> {
    await until('no send is under way', async () => {
      const described = await Promise.all(
        ids.map((id) => stack.temporal.workflow.getHandle(stack.workflowId(id)).describe()),
      );
      return described.every(({ raw }) => (raw.pendingActivities ?? []).every(({ state }) => state !== STARTED));
    });
  }

  /** The first is accepted at once after the repair; all are delivered in the end. */
  async function flowAfter(t: TestContext, ids: readonly string[], mend: () => Promise<unknown>): Promise<void> {
    const began = Date.now();
    await mend();
    await until('messages flow', async () => ids.some((id) => stack.accepted(id) > 0));
    const flowed = Date.now() - began;
    for (const id of ids) assert.equal((await stack.outcome(id)).status, 'delivered');
    for (const id of ids) assert.equal(stack.accepted(id), 1);
    t.diagnostic(`${flowed} ms from the repair to the first acceptance`);
    assert.ok(flowed < AT_ONCE_MS, `${flowed} ms from the repair to the first acceptance`);
  }

  test('for a wrong token is held: nothing of the campaign is burnt, an alarm is raised, and it flows after the repair', async (t) => {
    mistype('token');
    const ids = await startMany('token', 40);
    await untilHeld('token');
    await untilNoneIsUnderWay(ids);
    const seen = posts('token');
    const hold = await holds.find(plan('token'));
    assert.equal(hold?.refusal.statusCode, 401);
    assert.deepEqual(
      (await holds.list()).map(({ servicePlanId }) => servicePlanId),
      [plan('token')],
    );
    const alarms = logged.filter(({ fields }) => fields.servicePlanId === plan('token'));
    assert.equal(alarms.length, 1);
    assert.match(alarms[0]?.message ?? '', /A service plan is held/);
    for (const id of ids.slice(0, 3))
      assert.equal((await stack.messages.status({ projectId: 'shop', messageId: id }))?.phase, 'waiting_to_send');
    assert.equal(posts('token'), seen, 'no POST while it is held');
    assert.ok(seen <= ids.length, `${seen} POSTs with the wrong token`);

    await flowAfter(t, ids, async () => {
      changes.delete('token');
      await holds.probe(plan('token'));
    });
    await until('the hold ends', async () => (await holds.find(plan('token'))) === undefined);
    const own = (await stack.settings.integrations()).find(({ id }) => id === 'token');
    assert.equal(await limitOf('token'), own?.messagesPerSecond);
  });

  test('for a change of its integration alone is probed at once', async (t) => {
    mistype('own');
    const ids = await startMany('own', 3);
    await untilHeld('own');
    await flowAfter(t, ids, async () => changes.delete('own'));
  });

  test('for a blocked account is held although its token is taken, until Sinch takes messages again', async (t) => {
    stack.simulator.setFault(plan('account'), {
      methods: ['POST'],
      answer: { status: 403, body: { code: 'blocked_account', text: 'The account has been blocked' } },
    });
    const ids = await startMany('account', 20);
    await untilHeld('account');
    assert.equal((await holds.find(plan('account')))?.refusal.error, 'blocked_account');
    await holds.probe(plan('account'));
    await until('it was probed', async () =>
      stack.simulator.requests().some(({ url }) => url.endsWith('/batches/dry_run')),
    );
    assert.ok(await holds.find(plan('account')), 'a probe that is refused mends nothing');
    await flowAfter(t, ids, async () => {
      stack.simulator.setFault(plan('account'), undefined);
      await holds.probe(plan('account'));
    });
  });

  test('for one message alone is not held: the others go on', async () => {
    await stack.start('refused-alone', { integrationId: 'ordinary', recipient: '4915112349927' });
    await stack.untilStatus('refused-alone', ({ attempts }) => attempts > 0);
    const ids = await startMany('ordinary', 10);
    for (const id of ids) assert.equal((await stack.outcome(id)).status, 'delivered');
    assert.equal(await holds.find(plan('ordinary')), undefined);
    await stack.messages.cancel({ projectId: 'shop', messageId: 'refused-alone' });
    assert.equal((await stack.outcome('refused-alone')).status, 'skipped');
  });

  test('for some recipients alone goes on for the others at its rate, and is not held', async () => {
    changes.set('mixed', { messagesPerSecond: 20 });
    const alone = ['9926', '9927', '9928'].flatMap((suffix) =>
      Array.from({ length: 4 }, (_, index) => ({ id: `alone-${suffix}-${index}`, suffix })),
    );
    for (const { id, suffix } of alone) {
      await stack.start(id, { integrationId: 'mixed', recipient: `491511234${suffix}` });
    }
    const ids = await startMany('mixed', 60);
    for (const id of ids) assert.equal((await stack.outcome(id)).status, 'delivered');

    // With Sinch's own word again and again, while others are taken, it is one to the message.
    const blocked = alone.filter(({ suffix }) => suffix === '9926').map(({ id }) => id);
    let others = 0;
    await until('those with a word of Sinch have ended', async () => {
      others += 1;
      assert.equal((await stack.send(`mixed-other-${others}`, { integrationId: 'mixed' })).status, 'delivered');
      const described = await Promise.all(
        blocked.map((id) => stack.temporal.workflow.getHandle(stack.workflowId(id)).describe()),
      );
      return described.every(({ status }) => status.name === 'COMPLETED');
    });
    for (const id of blocked) {
      const outcome = await stack.outcome(id);
      assert.deepEqual([outcome.status, outcome.statusCode, outcome.error], ['enqueue_failed', 403, 'blocked_account']);
      assert.ok(outcome.attempts >= 3, `${outcome.attempts} attempts`);
    }
    // Without one, each waits by itself.
    for (const { id } of alone.filter(({ suffix }) => suffix !== '9926')) {
      const status = await stack.messages.status({ projectId: 'shop', messageId: id });
      assert.equal(status?.phase, 'waiting_to_send');
      await stack.messages.cancel({ projectId: 'shop', messageId: id });
      assert.equal((await stack.outcome(id)).status, 'skipped');
    }
    assert.equal(await holds.find(plan('mixed')), undefined);
    assert.deepEqual(
      logged.filter(({ fields }) => fields.servicePlanId === plan('mixed')),
      [],
      'no alarm was raised',
    );
    const sent = stack.simulator
      .requests()
      .filter((each) => each.servicePlanId === plan('mixed') && each.url.endsWith('/batches') && each.answer === 201)
      .map(({ at }) => Date.parse(at));
    const most = Math.max(...sent.map((from) => sent.filter((at) => at >= from && at < from + 1_000).length));
    assert.ok(most <= 40, `${most} in one second`);
  });

  test('for many in a row without a fault that a probe shows is held, and by the same ones no second time', async () => {
    // Twenty seconds of them, of which the first ten are to be enough.
    changes.set('blind', { messagesPerSecond: 10 });
    const ids = Array.from({ length: 200 }, (_, index) => `blind-${index}`);
    await Promise.all(ids.map((id) => stack.start(id, { integrationId: 'blind', recipient: '4915112349928' })));
    await untilHeld('blind');
    for (const id of ids) {
      assert.equal((await stack.messages.status({ projectId: 'shop', messageId: id }))?.phase, 'waiting_to_send');
    }
    await holds.probe(plan('blind'));
    assert.equal((await stack.send('blind-other', { integrationId: 'blind' })).status, 'delivered');
    const hold = stack.temporal.workflow.getHandle<() => Promise<HoldPlanResult>>(holdWorkflowIdOf(plan('blind')));
    const { reason, probes } = await hold.result();
    assert.deepEqual([reason, probes], ['mended', 1]);
    assert.notEqual(await limitOf('blind'), 0);
    for (const id of ids) await stack.messages.cancel({ projectId: 'shop', messageId: id });
  });

  test('because a proxy answers in the place of Sinch is held, with who that is', async (t) => {
    stack.simulator.setFault(plan('proxy'), {
      answer: { status: 407, headers: { server: 'squid/5.7', 'proxy-authenticate': 'Basic' } },
    });
    const ids = await startMany('proxy', 20);
    await untilHeld('proxy');
    const refusal = (await holds.find(plan('proxy')))?.refusal;
    assert.deepEqual([refusal?.statusCode, refusal?.error], [407, 'not_sinch']);
    assert.match(refusal?.comment ?? '', /Not Sinch gave this answer \(an empty body; server squid\)/);
    await flowAfter(t, ids, async () => {
      stack.simulator.setFault(plan('proxy'), undefined);
      await holds.probe(plan('proxy'));
    });
  });

  test('because a captive portal takes everything is held; what it took is looked for, and never counts as sent', async (t) => {
    stack.simulator.setFault(plan('portal'), { answer: { status: 200, body: { status: 'ok' } } });
    const ids = Array.from({ length: 20 }, (_, index) => `portal-${index}`);
    await Promise.all(
      ids.map((id) =>
        stack.start(id, { integrationId: 'portal', priority: 1, settleMs: 1_000, recipient: '4915112349900' }),
      ),
    );
    await untilHeld('portal');
    await untilNoneIsUnderWay(ids);
    for (const id of ids) {
      const status = await stack.messages.status({ projectId: 'shop', messageId: id });
      assert.match(status?.phase ?? '', /^(?:waiting_to_send|undecided)$/);
      assert.deepEqual(await stack.statuses(id), []);
    }
    await flowAfter(t, ids, async () => {
      stack.simulator.setFault(plan('portal'), undefined);
      await holds.probe(plan('portal'));
    });
  });

  test('under another plan by mistake flows after the correction, with the messages that wait in the queue of the wrong one', async (t) => {
    changes.set('typed', { servicePlanId: 'plan-tpyed' });
    const ids = Array.from({ length: 5 }, (_, index) => `typed-${index}`);
    for (const id of ids) await stack.start(id, { integrationId: 'typed', servicePlanId: 'plan-tpyed' });
    await until('it is held', async () => (await holds.find('plan-tpyed')) !== undefined);
    await flowAfter(t, ids, async () => {
      changes.set('typed', { formerServicePlanIds: ['plan-tpyed'] });
    });
    await until('the hold ends', async () => (await holds.find('plan-tpyed')) === undefined);
  });

  test('through one of two integrations is not held: the other sends, and the first does when it is mended', async () => {
    changes.set('guest', { servicePlanId: plan('shared'), apiToken: 'mistyped' });
    const guests = Array.from({ length: 5 }, (_, index) => `guest-${index}`);
    for (const id of guests) await stack.start(id, { integrationId: 'guest', servicePlanId: plan('shared') });
    for (const id of guests) await stack.untilStatus(id, ({ attempts }) => attempts > 0);
    const ids = await startMany('shared', 10);
    for (const id of ids) assert.equal((await stack.outcome(id)).status, 'delivered');
    assert.equal(await holds.find(plan('shared')), undefined);
    assert.notEqual(await limitOf('shared'), 0);

    changes.set('guest', { servicePlanId: plan('shared'), apiToken: 'token-shared' });
    for (const id of guests) assert.equal((await stack.outcome(id)).status, 'delivered');
  });

  test('whose queue was stopped by a process that could not hold it gets its throughput back', async () => {
    await stack.temporal.workflowService.updateTaskQueueConfig({
      namespace: 'default',
      identity: 'another process',
      taskQueue: sendQueueOf(plan('stopped')),
      taskQueueType: ACTIVITY_QUEUE,
      updateQueueRateLimit: { rateLimit: { requestsPerSecond: 0 }, reason: 'a fault' },
    });
    const [id = ''] = await startMany('stopped', 1);
    assert.equal((await stack.outcome(id)).status, 'delivered');
  });

  test('lets a message that never left expire with the code of the refusal', async () => {
    mistype('life');
    await stack.start('first', { integrationId: 'life' });
    await untilHeld('life');
    const expiresAt = new Date(Date.now() + 11_000).toISOString();
    const outcome = await stack.send('short', { integrationId: 'life', expiresAt });
    assert.equal(outcome.status, 'enqueue_failed');
    assert.equal(outcome.error, 'expired');
    assert.equal(outcome.statusCode, 401);
    assert.equal(outcome.attempts, 0);
    await stack.messages.cancel({ projectId: 'shop', messageId: 'first' });
  });
});
