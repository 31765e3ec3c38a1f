import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createActivities, createSendActivities } from '../../src/activities/index.ts';
import { campaignEventOf } from '../../src/contract/campaign-event-of.ts';
import type { SendMessageInput } from '../../src/contract/message.ts';
import type { FindOutcome } from '../../src/contract/send-outcome.ts';
import { type ActivityFixture, never, newActivity, newMessage, startActivityFixture } from './activity-fixture.ts';

describe('looking for a message', () => {
  let fixture: ActivityFixture;
  before(async () => {
    fixture = await startActivityFixture();
  });
  after(() => fixture[Symbol.asyncDispose]());

  async function find(message: SendMessageInput, deps: Partial<ActivityFixture['deps']> = {}): Promise<FindOutcome> {
    return newActivity().run(createActivities({ ...fixture.deps, ...deps }).findMessage, message);
  }

  /** A message that Sinch has and that our store does not know of. */
  async function takenUnseen(suffix = '9900', overrides: Partial<SendMessageInput> = {}): Promise<SendMessageInput> {
    const message = newMessage(suffix, overrides);
    const events = { record: async () => Promise.reject(new Error('the store is away')) };
    const { send } = createSendActivities({ ...fixture.sendDeps, events });
    await newActivity().run(send, message);
    assert.equal(fixture.simulator.accepted(`sinch/shop/${message.messageId}`), 1);
    return message;
  }

  test('believes our own note and asks Sinch nothing', async () => {
    const message = newMessage('9900');
    const note = campaignEventOf(message, { status: 'enqueued', at: message.requestedAt, batchId: 'batch-1' });
    const requests = fixture.simulator.requests().length;
    const outcome = await find(message, { events: { record: never, admission: async () => note } });
    assert.deepEqual(outcome, { kind: 'found', at: message.requestedAt, recorded: true, batchId: 'batch-1' });
    assert.equal(fixture.simulator.requests().length, requests);
  });

  test('finds the batch at Sinch and notes it', async () => {
    const message = await takenUnseen();
    const outcome = await find(message);
    assert.ok(outcome.kind === 'found' && outcome.recorded, JSON.stringify(outcome));
    const batch = fixture.simulator.messages().find(({ batchId }) => batchId === outcome.batchId);
    assert.equal(batch?.clientReference, `sinch/shop/${message.messageId}`);
    const notes = fixture.records.filter(({ messageId }) => messageId === message.messageId);
    assert.equal(notes[0]?.events[0]?.status, 'enqueued');
    assert.equal(notes[0]?.events[0]?.batchId, outcome.batchId);
  });

  test('finds it also where the store cannot be asked, or hangs', async () => {
    for (const admission of [async () => Promise.reject(new Error('away')), never]) {
      const outcome = await find(await takenUnseen(), { events: { record: async () => undefined, admission } });
      assert.equal(outcome.kind, 'found');
    }
  });

  test('finds it, and what became of it, by its delivery report where Sinch shows no batch', async () => {
    const message = newMessage('9900');
    const outcome = await find(message, {
      sinch: (integration) => ({
        ...fixture.deps.sinch(integration),
        findBatches: async () => [],
        findDeliveryReports: async () => [{ status: 'Delivered', at: message.requestedAt, batchId: 'batch-2' }],
      }),
    });
    const report = { status: 'Delivered', at: message.requestedAt, batchId: 'batch-2' };
    assert.deepEqual(outcome, {
      kind: 'found',
      recorded: true,
      at: message.requestedAt,
      batchId: 'batch-2',
      report: { ...report, integrationId: 'main' },
    });
  });

  test('does not find what Sinch does not have', async () => {
    assert.deepEqual(await find(newMessage('9900')), { kind: 'absent' });
  });

  test('takes a message of a similar reference for another one', async () => {
    const taken = await takenUnseen('9900', { messageId: 'similar-1' });
    assert.deepEqual(await find({ ...taken, messageId: 'similar-10' }), { kind: 'absent' });
    assert.deepEqual(await find({ ...taken, messageId: 'similar' }), { kind: 'absent' });
  });

  test('has failed where Sinch does not answer as it should, or the integration is gone or has another plan by now', async () => {
    await using other = await startActivityFixture();
    other.simulator.setFault('demo-plan', { answer: { status: 503 } });
    const failed: FindOutcome = await newActivity().run(createActivities(other.deps).findMessage, newMessage('9900'));
    assert.equal(failed.kind, 'failed');
    const gone = await find(newMessage('9900'), { settings: fixture.settings({ id: 'another' }) });
    assert.equal(gone.kind, 'failed');
    const another = await find(newMessage('9900'), { settings: fixture.settings({ servicePlanId: 'another' }) });
    assert.equal(another.kind, 'failed', 'another plan does not know the message, which proves nothing');
    const former = await find(
      { ...newMessage('9900'), servicePlanId: 'mistyped' },
      { settings: fixture.settings({ formerServicePlanIds: ['mistyped'] }) },
    );
    assert.equal(former.kind, 'failed', 'it may have been sent through the plan from before the correction');
  });

  test('cancels the batch of the id that is known', async () => {
    const message = await takenUnseen('9909');
    const [taken] = fixture.simulator
      .messages()
      .filter(({ clientReference }) => clientReference?.endsWith(message.messageId));
    await newActivity().run(createActivities(fixture.deps).cancelBatch, message, taken?.batchId ?? '');
    const deletes = fixture.simulator.requests().filter(({ method }) => method === 'DELETE');
    assert.ok(deletes.at(-1)?.url.endsWith(`/batches/${taken?.batchId}`), 'the batch was named');
  });

  test('looks for the batch to cancel where its id is not known, also where our clock is ahead', async () => {
    const message = await takenUnseen('9909');
    const ahead = { ...message, requestedAt: new Date(Date.parse(message.requestedAt) + 30 * 60_000).toISOString() };
    const [taken] = fixture.simulator
      .messages()
      .filter(({ clientReference }) => clientReference?.endsWith(message.messageId));
    const before = fixture.simulator.requests().filter(({ method }) => method === 'DELETE').length;
    await newActivity().run(createActivities(fixture.deps).cancelBatch, ahead, null);
    const deletes = fixture.simulator.requests().filter(({ method }) => method === 'DELETE');
    assert.equal(deletes.length, before + 1);
    assert.ok(deletes.at(-1)?.url.endsWith(`/batches/${taken?.batchId}`), 'it is this one');
  });

  test('is tried again where Sinch does not show the batch yet', async () => {
    await assert.rejects(
      newActivity().run(createActivities(fixture.deps).cancelBatch, newMessage('9900'), null),
      (error) => error instanceof Error && /shows no batch of sinch\/shop\//.test(error.message),
    );
  });

  test('is not tried again where Sinch refuses to cancel, and is where it cannot tell', async () => {
    await using other = await startActivityFixture();
    const refused = { code: 'batch_already_dispatched', text: 'Too late' };
    for (const [status, nonRetryable, body] of [
      [400, true, refused],
      [401, true],
      [403, true, refused],
      [400, undefined],
      [403, undefined],
      [407, undefined, refused],
      [451, undefined],
      [200, undefined, { status: 'ok' }],
      [404, undefined],
      [408, undefined],
      [429, undefined],
      [500, undefined],
    ] as const) {
      other.simulator.setFault('demo-plan', { answer: { status, body } });
      await assert.rejects(
        newActivity().run(createActivities(other.deps).cancelBatch, newMessage('9900'), 'batch-1'),
        (error) => error instanceof Error && Reflect.get(error, 'nonRetryable') === nonRetryable,
        `${status}`,
      );
    }
  });

  test('fails where the integration of the batch is gone, so that it is tried again', async () => {
    const activities = createActivities({ ...fixture.deps, settings: fixture.settings({ id: 'another' }) });
    await assert.rejects(
      newActivity().run(activities.cancelBatch, newMessage('9900'), 'batch-1'),
      /No integration main with plan demo-plan is set up/,
    );
  });
});
