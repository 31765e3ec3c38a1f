import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { MessageRecord } from '../../src/contract/campaign-event.ts';
import { skipTime } from '../../src/testing/index.ts';
import { type MessageStack, startMessageStack } from '../helpers/message-stack.ts';

let stack: MessageStack;
/** What happens instead when a message's record is to be written; it may go on to the store. */
const onRecord = new Map<string, (record: MessageRecord, write: () => Promise<void>) => Promise<void>>();

before(async () => {
  stack = await startMessageStack({
    integrations: ['main', 'slow', 'idle', 'held', 'deaf', 'mute'],
    // Late ones never come within a test.
    simulator: { lateReportMs: 3_600_000 },
    settings: (settings) => ({
      ...settings,
      integrations: async () => (await settings.integrations()).filter(({ id }) => id !== 'idle'),
    }),
    sink: (store) => ({
      ...store,
      record: async (record, signal) => {
        const write = (): Promise<void> => store.record(record, signal);
        await (onRecord.get(record.messageId)?.(record, write) ?? write());
      },
    }),
  });
  // The plan's queue at Sinch stands still behind its first message, so that the others can be cancelled there.
  stack.simulator.updatePlan('plan-slow', { messagesPerSecond: 0.0001 });
  await stack.send('first-of-its-plan', { integrationId: 'slow', recipient: to('9900') });
  stack.simulator.setFault('plan-slow', { slowMs: 2_000, methods: ['POST'] });
  stack.simulator.setFault('plan-held', { callbacks: 'hold' });
});
after(() => stack[Symbol.asyncDispose]());

const to = (suffix: string): string => `491511234${suffix}`;
const isFinal = ({ events }: MessageRecord): boolean => events.some(({ phase }) => phase === 'final');

/** Waits until the message's only activity waits in its queue, or has been taken by a worker. */
async function untilActivity(messageId: string, state: 'scheduled' | 'started'): Promise<void> {
  const handle = stack.temporal.workflow.getHandle(stack.workflowId(messageId));
  for (;;) {
    const { raw } = await handle.describe();
    if (raw.pendingActivities?.[0]?.state === (state === 'scheduled' ? 1 : 2)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Names of the message's activities that came to an end, in order. */
async function endedActivities(messageId: string): Promise<string[]> {
  const { events } = await stack.temporal.workflow.getHandle(stack.workflowId(messageId)).fetchHistory();
  const names = new Map(
    (events ?? []).map(({ eventId, activityTaskScheduledEventAttributes: scheduled }) => [
      String(eventId),
      scheduled?.activityType?.name,
    ]),
  );
  return (events ?? []).flatMap((event) => {
    const { activityTaskCompletedEventAttributes: completed, activityTaskFailedEventAttributes: failed } = event;
    const ended = completed ?? failed ?? event.activityTaskTimedOutEventAttributes;
    return ended ? [names.get(String(ended.scheduledEventId)) ?? 'unknown'] : [];
  });
}

const WAYS = {
  'the signal': async (messageId: string) => {
    assert.equal(await stack.messages.cancel({ projectId: 'shop', messageId }), 'requested');
  },
  "Temporal's own cancellation": async (messageId: string) => {
    await stack.temporal.workflow.getHandle(stack.workflowId(messageId)).cancel();
  },
};

describe('a cancellation', { concurrency: 16 }, () => {
  for (const [index, [way, cancel]] of Object.entries(WAYS).entries()) {
    test(`by ${way} while the send waits in its queue: skipped, and no event`, async () => {
      const messageId = `cancel-queued-${index}`;
      await stack.start(messageId, { integrationId: 'idle' });
      await untilActivity(messageId, 'scheduled');
      await cancel(messageId);
      const outcome = await stack.outcome(messageId);
      assert.equal(outcome.status, 'skipped');
      assert.equal(outcome.skipReason, 'cancelled');
      assert.equal(outcome.attempts, 0);
      assert.deepEqual(await stack.statuses(messageId), []);
    });

    test(`by ${way} while the send runs: what Sinch took is cancelled there, and its report decides`, async () => {
      const messageId = `cancel-sending-${index}`;
      await stack.start(messageId, { integrationId: 'slow', recipient: to('9909') });
      await untilActivity(messageId, 'started');
      await cancel(messageId);
      const outcome = await stack.outcome(messageId);
      assert.equal(outcome.status, 'failed');
      assert.equal(outcome.attempts, 1);
      assert.equal(stack.accepted(messageId), 1);
      assert.deepEqual(await stack.statuses(messageId), ['enqueued', 'failed']);
      const history = await stack.temporal.workflow.getHandle(stack.workflowId(messageId)).fetchHistory();
      const order = (history.events ?? []).flatMap((event) => {
        if (event.workflowExecutionCancelRequestedEventAttributes) return 'cancelled';
        if (event.workflowExecutionSignaledEventAttributes?.signalName === 'cancelMessage') return 'cancelled';
        return event.activityTaskCompletedEventAttributes ? 'ended' : [];
      });
      assert.deepEqual(order.slice(0, 2), ['cancelled', 'ended'], 'the send was under way');
    });

    test(`by ${way} between two sends: skipped`, async () => {
      const messageId = `cancel-backing-off-${index}`;
      await stack.start(messageId, { recipient: to('9933') });
      await stack.untilStatus(messageId, ({ attempts }) => attempts > 0);
      await cancel(messageId);
      assert.equal((await stack.outcome(messageId)).status, 'skipped');
      assert.deepEqual(await stack.statuses(messageId), []);
    });

    test(`by ${way} while undecided: settled first`, async () => {
      const messageId = `cancel-undecided-${index}`;
      await stack.start(messageId, { recipient: to('9935') });
      await stack.untilStatus(messageId, ({ phase }) => phase === 'undecided');
      await cancel(messageId);
      const status = await stack.untilStatus(messageId, ({ cancelRequested }) => cancelRequested);
      assert.equal(status.phase, 'undecided');
      await skipTime(stack.temporal, stack.workflowId(messageId));
      assert.equal((await stack.outcome(messageId)).error, 'outcome_unknown');
    });

    test(`by ${way} when accepted: Sinch is asked once, and the report decides`, async () => {
      const messageId = `cancel-accepted-${index}`;
      await stack.start(messageId, { recipient: to('9909') });
      const { batchId } = await stack.untilStatus(messageId, ({ phase }) => phase === 'accepted');
      await cancel(messageId);
      const deletes = () =>
        stack.simulator.requests().filter(({ method, url }) => method === 'DELETE' && url.endsWith(`/${batchId}`));
      while (deletes().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      const status = await stack.untilStatus(messageId, ({ explanation }) => explanation.includes('is asked'));
      assert.equal(status.phase, 'accepted');
      await stack.messages.cancel({ projectId: 'shop', messageId });
      const report = { integrationId: 'main', status: 'Delivered', statusCode: 0, at: new Date().toISOString() };
      await stack.messages.signalReport(stack.workflowId(messageId), report, `dlr:${messageId}`);
      assert.equal((await stack.outcome(messageId)).status, 'delivered');
      assert.equal(deletes().length, 1);
    });

    test(`by ${way} while the end is recorded: recorded all the same`, async () => {
      const messageId = `cancel-recording-${index}`;
      const recording = holdRecord(messageId);
      await stack.start(messageId, { recipient: to('9900') });
      await recording.begun;
      await cancel(messageId);
      recording.release();
      assert.equal((await stack.outcome(messageId)).status, 'delivered');
      assert.deepEqual(await stack.statuses(messageId), ['enqueued', 'delivered']);
    });
  }

  test('comes too late for a message that has ended, and finds none that never was', async () => {
    await stack.send('cancel-late', { recipient: to('9900') });
    assert.equal(await stack.messages.cancel({ projectId: 'shop', messageId: 'cancel-late' }), 'closed');
    assert.equal(await stack.messages.cancel({ projectId: 'shop', messageId: 'nobody' }), 'unknown');
  });
});

/** Holds the message's final record, once, until it is released. */
function holdRecord(messageId: string): { begun: Promise<void>; release(): void } {
  let release: () => void = () => undefined;
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  onRecord.set(messageId, async (record, write) => {
    if (isFinal(record)) {
      begin();
      await released;
    }
    await write();
  });
  return { begun, release };
}

describe('recording', { concurrency: 8 }, () => {
  test('goes on through a report that comes in the middle, and keeps it', async () => {
    const messageId = 'signal-while-recording';
    const recording = holdRecord(messageId);
    await stack.start(messageId, { recipient: to('9900') });
    await recording.begun;
    const report = { integrationId: 'main', status: 'Failed', statusCode: 150, at: new Date().toISOString() };
    const taken = await stack.messages.signalReport(stack.workflowId(messageId), report, 'dlr:contradiction');
    assert.equal(taken, 'signalled');
    recording.release();
    assert.equal((await stack.outcome(messageId)).status, 'delivered');
    const { events, contradicted, lateReports } = await stack.events(messageId);
    assert.deepEqual(
      events.map(({ status }) => status),
      ['enqueued', 'delivered'],
    );
    assert.deepEqual(contradicted, []);
    assert.deepEqual(
      lateReports.map(({ report, reason }) => [report.status, reason]),
      [['Failed', 'contradicts']],
    );
  });

  test('is left to the server while the store is away, and loses nothing', async () => {
    const messageId = 'store-away';
    let tries = 0;
    onRecord.set(messageId, async (record, write) => {
      if (isFinal(record)) {
        tries += 1;
        if (tries < 5) throw new Error('the store is away');
      }
      await write();
    });
    assert.equal((await stack.send(messageId, { recipient: to('9900') })).status, 'delivered');
    assert.deepEqual(await stack.statuses(messageId), ['enqueued', 'delivered']);
    assert.equal(stack.accepted(messageId), 1);
    const { events } = await stack.temporal.workflow.getHandle(stack.workflowId(messageId)).fetchHistory();
    const activities = (events ?? []).flatMap(
      ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name ?? [],
    );
    assert.deepEqual(activities, ['send', 'recordCampaignEvents']);
  });

  test('writes both events at the end where the note of acceptance could not be written', async () => {
    const messageId = 'note-lost';
    onRecord.set(messageId, async (record, write) => {
      if (!isFinal(record)) throw new Error('the store is away');
      await write();
    });
    assert.equal((await stack.send(messageId, { recipient: to('9900') })).status, 'delivered');
    assert.deepEqual(await stack.statuses(messageId), ['enqueued', 'delivered']);
    assert.equal(stack.accepted(messageId), 1);
  });
});

describe('a final report', { concurrency: 4 }, () => {
  const deliver = async (messageId: string, integrationId = 'main'): Promise<void> => {
    const report = { integrationId, status: 'Delivered', statusCode: 0, at: new Date().toISOString() };
    await stack.messages.signalReport(stack.workflowId(messageId), report, `dlr:${messageId}`);
  };

  test('is recorded while Sinch is still being asked to cancel', async () => {
    const messageId = 'cancel-hangs';
    await stack.start(messageId, { integrationId: 'deaf', recipient: to('9909') });
    await stack.untilStatus(messageId, ({ phase }) => phase === 'accepted');
    stack.simulator.setFault('plan-deaf', { answer: 'hang', methods: ['DELETE'] });
    await stack.messages.cancel({ projectId: 'shop', messageId });
    await untilActivity(messageId, 'started');
    await deliver(messageId, 'deaf');
    assert.equal((await stack.outcome(messageId)).status, 'delivered');
    assert.deepEqual(await endedActivities(messageId), ['send']);
  });

  test('is recorded while Sinch is still being asked for the message', async () => {
    const messageId = 'look-up-hangs';
    stack.simulator.setFault('plan-mute', { answer: 'hang', methods: ['GET'] });
    await stack.start(messageId, { integrationId: 'mute', recipient: to('9934') });
    await stack.untilStatus(messageId, ({ phase }) => phase === 'undecided');
    await untilActivity(messageId, 'started');
    await deliver(messageId, 'mute');
    assert.equal((await stack.outcome(messageId)).status, 'delivered');
    assert.deepEqual(await endedActivities(messageId), ['send']);
    assert.deepEqual(await stack.statuses(messageId), ['enqueued', 'delivered']);
  });

  test('is taken after signals that are no reports, which change nothing', async () => {
    const messageId = 'no-reports';
    await stack.start(messageId, { recipient: to('9909') });
    await stack.untilStatus(messageId, ({ phase }) => phase === 'accepted');
    const handle = stack.temporal.workflow.getHandle(stack.workflowId(messageId));
    for (const payload of [
      undefined,
      null,
      'Delivered',
      {},
      { integrationId: 'main' },
      { integrationId: 'main', status: 7 },
    ]) {
      await handle.signal('deliveryReport', payload);
    }
    const { phase } = await stack.untilStatus(messageId, ({ ignoredReports }) => ignoredReports === 6);
    assert.equal(phase, 'accepted');
    await deliver(messageId);
    assert.equal((await stack.outcome(messageId)).status, 'delivered');
  });
});

test('a report that comes while no worker runs is dealt with by the next one, and nothing is sent again', async () => {
  await stack.start('restart', { integrationId: 'held', recipient: to('9900') });
  await stack.untilStatus('restart', ({ phase }) => phase === 'accepted');
  await stack.stopWorker();
  stack.simulator.setFault('plan-held', undefined);
  await stack.simulator.whenCallbacksAnswered();
  await stack.startWorker();
  const outcome = await stack.outcome('restart');
  assert.equal(outcome.status, 'delivered');
  assert.equal(outcome.attempts, 1);
  assert.equal(stack.accepted('restart'), 1);
  assert.deepEqual(await stack.statuses('restart'), ['enqueued', 'delivered']);
});

test('a worker that stops while the end is recorded leaves the recording to the next one', async () => {
  const messageId = 'stopped-while-recording';
  const recording = holdRecord(messageId);
  await stack.start(messageId, { recipient: to('9900') });
  await recording.begun;
  await stack.stopWorker();
  assert.deepEqual(await stack.statuses(messageId), ['enqueued']);
  onRecord.delete(messageId);
  await stack.startWorker();
  assert.equal((await stack.outcome(messageId)).status, 'delivered');
  assert.deepEqual(await stack.statuses(messageId), ['enqueued', 'delivered']);
});

test('a message that is cancelled before it was ever started is skipped, and a later start sends nothing', async () => {
  await stack.stopWorker();
  const message = stack.message('cancelled-first', { recipient: to('9900') });
  assert.equal(await stack.messages.cancelOrStartCancelled(message), 'requested');
  assert.equal(await stack.messages.start(message), 'running');
  await stack.startWorker();
  assert.equal((await stack.outcome('cancelled-first')).status, 'skipped');
  assert.equal(await stack.messages.start(message), 'closed');
  assert.equal(await stack.messages.cancelOrStartCancelled(message), 'closed');
  assert.equal(stack.accepted('cancelled-first'), 0);
  assert.deepEqual(await stack.statuses('cancelled-first'), []);
});
