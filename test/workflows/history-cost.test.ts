import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type MessageStack, startMessageStack } from '../helpers/message-stack.ts';
import { costOf, type HistoryCost } from './history-cost.ts';

describe('the history of a delivered message', () => {
  let stack: MessageStack;
  before(async () => {
    stack = await startMessageStack();
  });
  after(() => stack[Symbol.asyncDispose]());

  /** With the report after the message has begun to wait, as nearly all reports come. */
  async function costOfDelivered(
    messageId: string,
    statusAttribute: boolean,
  ): Promise<HistoryCost & { upserts: number }> {
    stack.simulator.setFault('plan-main', { callbacks: 'hold' });
    await stack.start(messageId, { recipient: '4915112349900', statusAttribute });
    await stack.untilStatus(messageId, ({ phase }) => phase === 'accepted');
    stack.simulator.setFault('plan-main', undefined);
    assert.equal((await stack.outcome(messageId)).status, 'delivered');
    const history = await stack.temporal.workflow.getHandle(stack.workflowId(messageId)).fetchHistory();
    const upserts = history.events?.filter((event) => event.upsertWorkflowSearchAttributesEventAttributes).length ?? 0;
    return { ...costOf(history), upserts };
  }

  test('has at most 18 events and 5 billable actions', async () => {
    const { events, actions, upserts } = await costOfDelivered('plain', false);
    assert.ok(events <= 18, `${events} events`);
    assert.ok(events >= 15, `${events} events: was anything counted?`);
    assert.ok(actions <= 5, `${actions} actions`);
    assert.ok(actions >= 4, `${actions} actions: was anything counted?`);
    assert.equal(upserts, 0);
  });

  test('has at most one event and one action more for the status attribute', async () => {
    const { events, actions, upserts } = await costOfDelivered('with-status', true);
    assert.equal(upserts, 1);
    assert.ok(events <= 19, `${events} events`);
    assert.ok(actions <= 6, `${actions} actions`);
  });
});
