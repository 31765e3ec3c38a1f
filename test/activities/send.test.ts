import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createSendActivities, type SendDependencies } from '../../src/activities/index.ts';
import type { SendMessageInput } from '../../src/contract/message.ts';
import type { SendOutcome } from '../../src/contract/send-outcome.ts';
import { createManualClock } from '../../src/simulator/index.ts';
import { type ActivityFixture, never, newActivity, newMessage, startActivityFixture } from './activity-fixture.ts';

describe('the send activity', { concurrency: 8 }, () => {
  let fixture: ActivityFixture;
  before(async () => {
    fixture = await startActivityFixture();
  });
  after(() => fixture[Symbol.asyncDispose]());

  async function send(
    message: SendMessageInput,
    deps: Partial<SendDependencies> = {},
    activity = newActivity(),
  ): Promise<SendOutcome> {
    const { send } = createSendActivities({ ...fixture.sendDeps, ...deps });
    return activity.run(send, message);
  }

  const posts = (message: SendMessageInput): number =>
    fixture.simulator.accepted(`sinch/${message.projectId}/${message.messageId}`);

  test('hands the message to Sinch and notes the acceptance', async () => {
    const message = newMessage('9900');
    const outcome = await send(message);
    assert.equal(outcome.kind, 'accepted');
    assert.ok(outcome.kind === 'accepted' && outcome.recorded, 'the acceptance is noted');
    assert.equal(posts(message), 1);
    const [record] = fixture.records.filter(({ messageId }) => messageId === message.messageId);
    assert.equal(record?.events.length, 1);
    assert.equal(record?.events[0]?.status, 'enqueued');
    assert.equal(record?.events[0]?.at, outcome.at);
    assert.equal(record?.events[0]?.batchId, outcome.batchId);
  });

  test('looks once more before a message is sent again, and sends nothing that Sinch shows or cannot be asked for', async () => {
    const again = async (message: SendMessageInput): Promise<SendOutcome> =>
      newActivity().run(createSendActivities(fixture.sendDeps).send, message, true);
    const shown = newMessage('9907');
    const first = await send(shown);
    assert.ok(first.kind === 'accepted');
    fixture.records.length = 0;
    const found = await again(shown);
    assert.ok(found.kind === 'accepted' && found.recorded, JSON.stringify(found));
    assert.equal(found.batchId, first.batchId);
    assert.equal(posts(shown), 1);

    const absent = newMessage('9907');
    assert.equal((await again(absent)).kind, 'accepted');
    assert.equal(posts(absent), 1);

    await using other = await startActivityFixture();
    other.simulator.setFault('demo-plan', { answer: { status: 500 }, methods: ['GET'] });
    const unasked = newMessage('9907');
    const { send: sendByOther } = createSendActivities(other.sendDeps);
    const outcome: SendOutcome = await newActivity().run(sendByOther, unasked, true);
    assert.ok(outcome.kind === 'not_accepted' && outcome.error === 'look_failed', JSON.stringify(outcome));
    assert.equal(other.simulator.counts().posts, 0);

    const former = { ...newMessage('9907'), servicePlanId: 'mistyped' };
    const corrected = { ...fixture.sendDeps, settings: fixture.settings({ formerServicePlanIds: ['mistyped'] }) };
    const doubtful: SendOutcome = await newActivity().run(createSendActivities(corrected).send, former, true);
    assert.ok(doubtful.kind === 'not_accepted' && doubtful.error === 'look_failed', JSON.stringify(doubtful));
    assert.equal(posts(former), 0, 'it may have been sent through the plan from before the correction');
  });

  test('returns what Sinch answered, and notes nothing', async () => {
    for (const [suffix, kind] of [
      ['9921', 'refused'],
      ['9926', 'integration_fault'],
      ['9930', 'not_accepted'],
      ['9934', 'unknown'],
    ] as const) {
      const message = newMessage(suffix);
      assert.equal((await send(message)).kind, kind, suffix);
      assert.equal(
        fixture.records.some(({ messageId }) => messageId === message.messageId),
        false,
        suffix,
      );
    }
  });

  test('tells that a store which fails has no note', async () => {
    const events = { record: async () => Promise.reject(new Error('the store is away')) };
    const outcome = await send(newMessage('9900'), { events });
    assert.ok(outcome.kind === 'accepted' && !outcome.recorded, JSON.stringify(outcome));
    assert.ok(
      fixture.warnings.some((text) => text.includes('note of acceptance')),
      'somebody is told',
    );
  });

  test('waits for a store that hangs no longer than a receipt may wait', async () => {
    const outcome = await send(newMessage('9900'), { events: { record: never } });
    assert.ok(outcome.kind === 'accepted' && !outcome.recorded, JSON.stringify(outcome));
  });

  for (const [what, integration, error] of [
    ['is disabled', { enabled: false }, 'integration_disabled'],
    ['has another plan by now', { servicePlanId: 'another' }, 'integration_not_found'],
    ['is gone', { id: 'another' }, 'integration_not_found'],
  ] as const) {
    test(`sends nothing through an integration that ${what}`, async () => {
      const message = newMessage('9900');
      const outcome = await send(message, { settings: fixture.settings(integration) });
      assert.equal(outcome.kind, 'integration_fault');
      assert.ok(outcome.kind === 'integration_fault' && outcome.error === error, JSON.stringify(outcome));
      assert.equal(posts(message), 0);
    });
  }

  test('knows that nothing was sent where the settings cannot be read', async () => {
    const settings = { ...fixture.deps.settings, integration: async () => Promise.reject(new Error('database away')) };
    const outcome = await send(newMessage('9900'), { settings });
    assert.ok(outcome.kind === 'not_accepted' && outcome.error === 'settings_unavailable', JSON.stringify(outcome));
  });

  test('knows that nothing was sent where the settings hang', async () => {
    const settings = { ...fixture.deps.settings, integration: () => never<undefined>() };
    const outcome = await send(newMessage('9900'), { settings });
    assert.ok(outcome.kind === 'not_accepted' && outcome.error === 'settings_unavailable', JSON.stringify(outcome));
  });

  test('knows that nothing was sent where no request can be made', async () => {
    const outcome = await send(newMessage('9900'), {
      sinch() {
        throw new Error('The connections to Sinch are closed');
      },
    });
    assert.ok(outcome.kind === 'not_accepted' && outcome.error === 'sinch_unavailable', JSON.stringify(outcome));
  });

  test('sends nothing where the worker shuts down while the message waits for its turn', async () => {
    const message = newMessage('9900');
    const activity = newActivity();
    const sending = send(
      message,
      {
        turn: async (_plan, signal) =>
          new Promise((resolve) => signal.addEventListener('abort', () => resolve(false), { once: true })),
      },
      activity,
    );
    await new Promise((resolve) => setImmediate(resolve));
    activity.cancel('WORKER_SHUTDOWN');
    const outcome = await sending;
    assert.ok(outcome.kind === 'not_accepted' && outcome.error === 'worker_shutdown', JSON.stringify(outcome));
    assert.equal(posts(message), 0);
  });

  test('sends nothing with less than ten seconds of life left', async () => {
    const message = newMessage('9900', { expiresAt: new Date(Date.now() + 9_000).toISOString() });
    assert.deepEqual(await send(message), { kind: 'not_dispatched' });
    assert.equal(posts(message), 0);
  });

  test("goes by the workflow's time where that is ahead", async () => {
    const message = newMessage('9900');
    const ahead = { currentAttemptScheduledTimestampMs: Date.parse(message.expiresAt) - 5_000 };
    assert.deepEqual(await send(message, {}, newActivity(ahead)), { kind: 'not_dispatched' });
    assert.equal(posts(message), 0);
  });

  test('sends nothing just after the process stood still: the attempt may have been given up long ago', async () => {
    const message = newMessage('9900');
    const justNow = await send(message, { resumedAt: () => Date.now() - 2_000 });
    assert.equal(justNow.kind, 'not_accepted');
    assert.equal(justNow.kind === 'not_accepted' && justNow.error, 'worker_stalled');
    assert.equal(posts(message), 0);
    assert.equal((await send(message, { resumedAt: () => Date.now() - 10_000 })).kind, 'accepted');
  });

  test('finishes a POST that is under way when it is cancelled', async () => {
    const clock = createManualClock();
    await using slow = await startActivityFixture({ clock });
    slow.simulator.setFault('demo-plan', { slowMs: 1_000, methods: ['POST'] });
    const message = newMessage('9900');
    const activity = newActivity();
    const { send: sendSlowly } = createSendActivities(slow.sendDeps);
    const sending: Promise<SendOutcome> = activity.run(sendSlowly, message);
    while (slow.simulator.requests().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    activity.cancel('WORKER_SHUTDOWN');
    // Whoever gives up at the cancellation has done so by then.
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(slow.simulator.accepted(`sinch/shop/${message.messageId}`), 0, 'the POST is under way');
    clock.advance(1_000);
    assert.equal((await sending).kind, 'accepted');
    assert.equal(slow.simulator.accepted(`sinch/shop/${message.messageId}`), 1);
  });
});
