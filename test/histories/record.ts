/**
 * Records the histories that `replay.test.ts` replays:
 *
 *     node --import tsx test/histories/record.ts
 *
 * Each is the real history of a message on a real server, one for each main way that a message can go. Histories that
 * have been released are never recorded anew: running messages go on with them. Record new ones under new names when
 * the workflow learns a new way, or the workflow's changes would be tested against themselves.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { holdWorkflowIdOf } from '../../src/contract/names.ts';
import type { HoldPlanResult } from '../../src/contract/plan-hold.ts';
import { createPlanHolds } from '../../src/plans/index.ts';
import type { Integration } from '../../src/settings/index.ts';
import type { SendMessageInput } from '../../src/contract/message.ts';
import { skipTime } from '../../src/testing/index.ts';
import { type MessageStack, startMessageStack } from '../helpers/message-stack.ts';

/** A way of a message: what it is like, and what happens to it after its start. */
interface Way {
  message: Partial<SendMessageInput>;
  meanwhile?: (stack: MessageStack, messageId: string) => Promise<unknown>;
}

const to = (suffix: string): { recipient: string } => ({ recipient: `491511234${suffix}` });
const skipToTheEnd = async (stack: MessageStack, messageId: string) =>
  skipTime(stack.temporal, stack.workflowId(messageId));

const reportTo = async (stack: MessageStack, messageId: string, status: string, integrationId = 'main') =>
  stack.messages.signalReport(
    stack.workflowId(messageId),
    { integrationId, status, at: new Date().toISOString() },
    `dlr:${messageId}`,
  );

/** Waits until so many of the message's activities have been scheduled, or are done. */
async function untilActivities(
  stack: MessageStack,
  messageId: string,
  state: 'begun' | 'ended',
  count: number,
): Promise<void> {
  for (;;) {
    const { events } = await stack.temporal.workflow.getHandle(stack.workflowId(messageId)).fetchHistory();
    const seen = (events ?? []).filter(
      ({ activityTaskScheduledEventAttributes: scheduled, activityTaskCompletedEventAttributes: completed }) =>
        state === 'begun' ? scheduled : completed,
    );
    if (seen.length >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const WAYS: Readonly<Record<string, Way>> = {
  delivered: { message: to('9900') },
  'delivered-without-status-attribute': { message: { ...to('9900'), statusAttribute: false } },
  'mms-delivered': {
    message: {
      recipient: '12025559900',
      country: 'US',
      content: { kind: 'mms', mediaUrl: 'https://example.com/cat.jpg', text: 'Hello' },
    },
  },
  'report-before-response': { message: to('9910') },
  'intermediate-report': { message: to('9914') },
  'sent-again': { message: to('9932') },
  refused: { message: to('9921') },
  timeout: {
    message: to('9907'),
    async meanwhile(stack, messageId) {
      await stack.untilStatus(messageId, ({ phase }) => phase === 'accepted');
      await skipToTheEnd(stack, messageId);
    },
  },
  'looked-up': {
    message: { ...to('9940'), integrationId: 'silent' },
    async meanwhile(stack, messageId) {
      await stack.untilStatus(messageId, ({ phase }) => phase === 'undecided');
      await skipToTheEnd(stack, messageId);
    },
  },
  held: {
    message: { ...to('9934'), reportWindowMs: 3 * 60_000 },
    async meanwhile(stack, messageId) {
      await stack.untilStatus(messageId, ({ phase }) => phase === 'undecided');
      await skipToTheEnd(stack, messageId);
    },
  },
  resent: {
    message: { ...to('9934'), priority: 1 },
    async meanwhile(stack, messageId) {
      await stack.untilStatus(messageId, ({ phase }) => phase === 'undecided');
      await skipToTheEnd(stack, messageId);
    },
  },
  'report-found-last': {
    message: to('9915'),
    async meanwhile(stack, messageId) {
      await stack.untilStatus(messageId, ({ phase }) => phase === 'accepted');
      await skipToTheEnd(stack, messageId);
    },
  },
  'proved-by-report': { message: to('9942') },
  'cancelled-when-accepted': {
    message: to('9907'),
    async meanwhile(stack, messageId) {
      await stack.untilStatus(messageId, ({ phase }) => phase === 'accepted');
      await stack.messages.cancel({ projectId: 'shop', messageId });
      await untilActivities(stack, messageId, 'ended', 2);
      await reportTo(stack, messageId, 'Cancelled');
    },
  },
  'report-during-look': {
    message: { ...to('9934'), integrationId: 'mute' },
    async meanwhile(stack, messageId) {
      stack.simulator.setFault('plan-mute', { answer: 'hang', methods: ['GET'] });
      await untilActivities(stack, messageId, 'begun', 2);
      await reportTo(stack, messageId, 'Delivered', 'mute');
    },
  },
  skipped: {
    message: { ...to('9900'), integrationId: 'idle' },
    async meanwhile(stack, messageId) {
      await stack.untilStatus(messageId, ({ phase }) => phase === 'waiting_to_send');
      await stack.messages.cancel({ projectId: 'shop', messageId });
    },
  },
  'cancelled-by-temporal': {
    message: to('9933'),
    async meanwhile(stack, messageId) {
      await stack.untilStatus(messageId, ({ attempts }) => attempts > 0);
      await stack.temporal.workflow.getHandle(stack.workflowId(messageId)).cancel();
    },
  },
  'store-away': { message: to('9900') },
  'resent-often': {
    message: { ...to('9900'), integrationId: 'failing', priority: 1, settleMs: 1_000, reportWindowMs: 3 * 60_000 },
    async meanwhile(stack, messageId) {
      stack.simulator.setFault('plan-failing', { answer: { status: 500 }, methods: ['POST'] });
      await stack.untilStatus(messageId, ({ attempts }) => attempts > 0);
      await skipToTheEnd(stack, messageId);
    },
  },
  'refused-when-resent': {
    message: { ...to('9900'), integrationId: 'doubtful', priority: 1, settleMs: 3_000 },
    async meanwhile(stack, messageId) {
      const refuse = (status: number): void =>
        stack.simulator.setFault('plan-doubtful', { answer: { status }, methods: ['POST'], times: 1 });
      refuse(500);
      await stack.untilStatus(messageId, ({ attempts }) => attempts === 1);
      refuse(409);
      await skipToTheEnd(stack, messageId);
    },
  },
};

let triesOfStoreAway = 0;
let brokenToken: string | undefined = 'mistyped';
const withToken = <T extends Integration | undefined>(integration: T): T =>
  integration?.id === 'broken' && brokenToken !== undefined ? { ...integration, apiToken: brokenToken } : integration;
await using stack = await startMessageStack({
  integrations: ['main', 'silent', 'idle', 'mute', 'broken', 'failing', 'doubtful'],
  // Neither a process nor a machine is named in what is recorded.
  clientIdentity: 'client',
  worker: { identity: 'worker' },
  settings: (settings) => ({
    ...settings,
    integration: async (id) => withToken(await settings.integration(id)),
    integrations: async () =>
      (await settings.integrations()).filter(({ id }) => id !== 'idle').map((each) => withToken(each)),
  }),
  sink: (store) => ({
    ...store,
    async record(record, signal) {
      if (record.messageId === 'store-away') {
        triesOfStoreAway += 1;
        if (triesOfStoreAway < 6) throw new Error('the store is away');
      }
      await store.record(record, signal);
    },
  }),
});
stack.simulator.setFault('plan-silent', { callbacks: 'drop' });

for (const [name, { message, meanwhile }] of Object.entries(WAYS)) {
  await stack.start(name, message);
  await meanwhile?.(stack, name);
  await save(name, stack.workflowId(name), (await stack.outcome(name)).status);
}

// A plan that Sinch refuses: its hold, and a message that expires meanwhile.
const holds = createPlanHolds({ client: stack.temporal, taskQueue: 'unused' });
await stack.start('waiting', { ...to('9900'), integrationId: 'broken' });
while (!(await holds.find('plan-broken'))) await new Promise((resolve) => setTimeout(resolve, 20));
const expired = await stack.send('expired-in-held-plan', {
  ...to('9900'),
  integrationId: 'broken',
  expiresAt: new Date(Date.now() + 11_000).toISOString(),
});
await save('expired-in-held-plan', stack.workflowId('expired-in-held-plan'), expired.status);
await holds.probe('plan-broken');
await new Promise((resolve) => setTimeout(resolve, 500));
brokenToken = undefined;
await holds.probe('plan-broken');
await stack.outcome('waiting');
const held = stack.temporal.workflow.getHandle<() => Promise<HoldPlanResult>>(holdWorkflowIdOf('plan-broken'));
await save('hold', held.workflowId, (await held.result()).reason);

async function save(name: string, workflowId: string, came: string): Promise<void> {
  const history = await stack.temporal.workflow.getHandle(workflowId).fetchHistory();
  // Stack traces name files of this machine, and no replay reads them.
  const json = JSON.stringify(
    JSON.parse(historyToJSON(history)),
    (key, value: unknown) => (key === 'stackTrace' ? '' : value),
    1,
  );
  await writeFile(fileURLToPath(new URL(`${name}.json`, import.meta.url)), `${json}\n`);
  console.log(`${name}: ${came}, ${history.events?.length ?? 0} events`);
}
