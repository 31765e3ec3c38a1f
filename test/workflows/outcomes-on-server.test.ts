import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { tsToMs } from '@temporalio/common/lib/time.js';
import { createPlanHolds } from '../../src/plans/index.ts';
import { until } from '../helpers/until.ts';
import { readLedger } from '../../src/events/index.ts';
import { skipTime } from '../../src/testing/index.ts';
import { type MessageStack, startMessageStack } from '../helpers/message-stack.ts';

const DAY = 24 * 3_600_000;

describe('a message on a real server', { concurrency: 16 }, () => {
  let stack: MessageStack;
  before(async () => {
    stack = await startMessageStack({
      integrations: [
        'main',
        'unhurried',
        'silent',
        'unauthorized',
        'idle',
        'limited-seconds',
        'limited-date',
        'failing',
        'doubtful',
      ],
      // A plan without a send worker.
      settings: (settings) => ({
        ...settings,
        integrations: async () => (await settings.integrations()).filter(({ id }) => id !== 'idle'),
      }),
    });
    stack.simulator.setFault('plan-silent', { callbacks: 'drop' });
  });
  after(() => stack[Symbol.asyncDispose]());

  const skip = (messageId: string, by?: number) =>
    skipTime(stack.temporal, stack.workflowId(messageId), by === undefined ? {} : { by });
  const to = (suffix: string): string => `491511234${suffix}`;

  /** The timers of a message, as its history has them: how long, and until when. */
  async function timersOf(messageId: string): Promise<{ ms: number; endsAt: number }[]> {
    const { events } = await stack.temporal.workflow.getHandle(stack.workflowId(messageId)).fetchHistory();
    return (events ?? []).flatMap(({ eventTime, timerStartedEventAttributes: timer }) => {
      if (!timer) return [];
      const ms = tsToMs(timer.startToFireTimeout);
      return [{ ms, endsAt: tsToMs(eventTime) + ms }];
    });
  }

  /** Waits until the webhook has taken so many of Sinch's callbacks about a message, late ones too. */
  async function untilCalledBack(messageId: string, times: number): Promise<void> {
    const taken = () =>
      stack.simulator.messages().find(({ clientReference }) => clientReference === stack.workflowId(messageId))
        ?.callbacks.answered ?? 0;
    while (taken() < times) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(taken(), times);
  }

  test('is sent, accepted, reported and recorded once', async () => {
    // A report that comes before the answer to the send would be what the acceptance is known from.
    stack.simulator.setFault('plan-unhurried', { callbacks: 'hold' });
    await stack.start('sms', { integrationId: 'unhurried', recipient: to('9900') });
    await stack.untilStatus('sms', ({ phase }) => phase === 'accepted');
    stack.simulator.setFault('plan-unhurried', undefined);
    const outcome = await stack.outcome('sms');
    assert.equal(outcome.status, 'delivered');
    assert.equal(outcome.attempts, 1);
    assert.ok(outcome.batchId, 'the batch is known');
    assert.equal(stack.accepted('sms'), 1);
    const { events } = await stack.events('sms');
    assert.deepEqual(
      events.map(({ status, batchId, kind }) => ({ status, batchId, kind })),
      [
        { status: 'enqueued', batchId: outcome.batchId, kind: 'sms' },
        { status: 'delivered', batchId: outcome.batchId, kind: 'sms' },
      ],
    );
    assert.equal(events[0]?.at, outcome.acceptedAt);
    assert.equal(events[1]?.at, outcome.at);
    assert.equal(events[1]?.partCountEstimated, false);
  });

  test('can be an MMS', async () => {
    const content = { kind: 'mms', mediaUrl: 'https://example.com/cat.jpg', text: 'Hello' } as const;
    const outcome = await stack.send('mms', { recipient: '12025559900', country: 'US', content });
    assert.equal(outcome.status, 'delivered');
    assert.equal(
      stack.simulator.messages().find(({ clientReference }) => clientReference === 'sinch/shop/mms')?.kind,
      'mms',
    );
  });

  for (const [suffix, status, statusCode, error, explained] of [
    ['9901', 'failed', 150, undefined, 'Unknown subscriber'],
    ['9902', 'rejected', 61, undefined, 'Recipient blocked'],
    ['9903', 'rejected', 402, undefined, 'Message unroutable'],
    ['9904', 'failed', 153, undefined, 'Subscriber absent'],
    ['9905', 'failed', 257, undefined, 'Barred by the operator'],
    ['9906', 'timeout', 399, 'no_receipt', 'No readable receipt'],
    ['9916', 'failed', 0, undefined, 'No reason given'],
  ] as const) {
    test(`ends as ${status} where the report says so (${suffix})`, async () => {
      const outcome = await stack.send(`report-${suffix}`, { recipient: to(suffix) });
      assert.equal(outcome.status, status);
      assert.equal(outcome.statusCode, statusCode);
      assert.equal(outcome.error, error);
      assert.deepEqual(await stack.statuses(`report-${suffix}`), ['enqueued', status]);
      const { events } = await stack.events(`report-${suffix}`);
      assert.equal(events.at(-1)?.comment?.split(':')[0], explained);
      assert.equal(outcome.comment, undefined, 'the workflow itself explains nothing');
    });
  }

  for (const [suffix, statusCode, error] of [
    ['9920', 400, 'syntax_invalid_json'],
    ['9924', 403, 'illegal_number_type'],
  ] as const) {
    test(`that Sinch refuses with ${statusCode} has failed to be enqueued`, async () => {
      const outcome = await stack.send(`refused-${suffix}`, { recipient: to(suffix) });
      assert.equal(outcome.status, 'enqueue_failed');
      assert.equal(outcome.statusCode, statusCode);
      assert.equal(outcome.error, error);
      const { events } = await stack.events(`refused-${suffix}`);
      assert.deepEqual(
        events.map((event) => [event.status, event.statusCode, event.error]),
        [['enqueue_failed', statusCode, error]],
      );
    });
  }

  test('that meets a 401 goes back to the queue, and is sent when the token is right again', async () => {
    stack.simulator.updatePlan('plan-unauthorized', { apiToken: 'another' });
    await stack.start('unauthorized', { integrationId: 'unauthorized', recipient: to('9900') });
    const waiting = await stack.untilStatus('unauthorized', ({ attempts }) => attempts > 0);
    assert.equal(waiting.phase, 'waiting_to_send');
    assert.match(waiting.explanation, /HTTP 401/);
    assert.deepEqual(await stack.statuses('unauthorized'), []);
    stack.simulator.updatePlan('plan-unauthorized', { apiToken: 'token-unauthorized' });
    const holds = createPlanHolds({ client: stack.temporal, taskQueue: 'unused' });
    await until('the plan is held', () => holds.probe('plan-unauthorized'));
    const outcome = await stack.outcome('unauthorized');
    assert.equal(outcome.status, 'delivered');
    assert.ok(outcome.attempts > 1, 'it was sent again');
    assert.deepEqual(await stack.statuses('unauthorized'), ['enqueued', 'delivered']);
  });

  test('that is to be sent again is so three times, and held after four sends without a clear answer', async () => {
    stack.simulator.setFault('plan-failing', { answer: { status: 500 }, methods: ['POST'] });
    await stack.start('failing', { integrationId: 'failing', recipient: to('9900'), priority: 1, settleMs: 1_000 });
    await stack.untilStatus('failing', ({ attempts }) => attempts > 0);
    await skip('failing');
    const outcome = await stack.outcome('failing');
    assert.deepEqual([outcome.status, outcome.error, outcome.attempts], ['enqueue_failed', 'outcome_unknown', 4]);
    assert.deepEqual(await stack.statuses('failing'), ['enqueue_failed']);
  });

  test('that was perhaps sent is not ended by a refusal that is of the account at the moment', async () => {
    const refuse = (status: number): void =>
      stack.simulator.setFault('plan-doubtful', { answer: { status }, methods: ['POST'], times: 1 });
    refuse(500);
    await stack.start('doubtful', { integrationId: 'doubtful', recipient: to('9900'), priority: 1, settleMs: 3_000 });
    await stack.untilStatus('doubtful', ({ attempts }) => attempts === 1);
    refuse(409);
    await skip('doubtful');
    const outcome = await stack.outcome('doubtful');
    assert.deepEqual([outcome.status, outcome.attempts], ['delivered', 3]);
    assert.equal(stack.accepted('doubtful'), 1);
  });

  for (const [form, retryAfter] of [
    ['seconds', () => '60'],
    ['date', (at: number) => new Date(at).toUTCString()],
  ] as const) {
    test(`that meets a 429 waits as long as Sinch asks for, where that is a number or a date (${form})`, async () => {
      const messageId = `limited-${form}`;
      const askedAt = Date.now();
      // HTTP dates have no fractions.
      const at = Math.ceil(askedAt / 1_000) * 1_000 + 60_000;
      stack.simulator.setFault(`plan-${messageId}`, {
        answer: { status: 429, headers: { 'retry-after': retryAfter(at) } },
        methods: ['POST'],
        times: 1,
      });
      await stack.start(messageId, { integrationId: messageId, recipient: to('9900') });
      const waiting = await stack.untilStatus(messageId, ({ attempts }) => attempts > 0);
      assert.equal(waiting.phase, 'waiting_to_send');
      await skip(messageId, 2 * 60_000);
      const outcome = await stack.outcome(messageId);
      assert.equal(outcome.status, 'delivered');
      assert.equal(outcome.attempts, 2);
      assert.equal(stack.accepted(messageId), 1);
      // Our own first pause is about a second, and what Sinch asks for is spread over one.
      const [pause] = await timersOf(messageId);
      assert.ok(pause, 'it waited');
      if (form === 'seconds') assert.ok(pause.ms >= 60_000 && pause.ms <= 61_000, `${pause.ms} ms`);
      else assert.ok(pause.endsAt >= at && pause.ms <= at - askedAt + 1_000, `${pause.ms} ms`);
    });
  }

  for (const [suffix, what] of [
    ['9930', 'a 429 that asks for a second'],
    ['9931', 'a 429 that asks for a date'],
    ['9932', 'a 503'],
  ] as const) {
    test(`that meets ${what} is sent again`, async () => {
      const messageId = `again-${suffix}`;
      const outcome = await stack.send(messageId, { recipient: to(suffix) });
      assert.equal(outcome.status, 'delivered');
      assert.equal(outcome.attempts, 2);
      assert.equal(stack.accepted(messageId), 1);
    });
  }

  test('that is never accepted expires with the last refusal', async () => {
    const now = Date.now();
    await stack.start('never-accepted', {
      recipient: to('9933'),
      requestedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + 3_600_000).toISOString(),
    });
    await stack.untilStatus('never-accepted', ({ attempts }) => attempts > 0);
    await skip('never-accepted');
    const outcome = await stack.outcome('never-accepted');
    assert.equal(outcome.status, 'enqueue_failed');
    assert.equal(outcome.error, 'expired');
    assert.equal(outcome.statusCode, 503);
    assert.ok(outcome.attempts > 5, `${outcome.attempts} attempts`);
    assert.deepEqual(await stack.statuses('never-accepted'), ['enqueue_failed']);
  });

  test('that no send worker takes expires in the queue', async () => {
    const now = Date.now();
    const outcome = await stack.send('never-taken', {
      integrationId: 'idle',
      requestedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + 11_000).toISOString(),
    });
    assert.equal(outcome.status, 'enqueue_failed');
    assert.equal(outcome.error, 'expired');
    assert.equal(outcome.attempts, 0);
  });

  for (const [suffix, what] of [
    ['9940', 'a 500'],
    ['9941', 'no answer'],
    ['9942', 'a reset'],
    ['9944', 'a 502'],
    ['9945', 'a 504'],
  ] as const) {
    test(`that Sinch took although it answered ${what} is found by a look and not sent again, and so is its report`, async () => {
      const messageId = `found-${suffix}`;
      await stack.start(messageId, { integrationId: 'silent', recipient: to(suffix) });
      await stack.untilStatus(messageId, ({ phase }) => phase === 'undecided');
      await skip(messageId, 3_000);
      const status = await stack.untilStatus(messageId, ({ phase }) => phase === 'accepted');
      assert.ok(status.batchId, 'the batch is known');
      assert.equal(status.attempts, 1);
      await skip(messageId);
      // No callback came: the last look brings the report.
      assert.equal((await stack.outcome(messageId)).status, 'delivered');
      assert.equal(stack.accepted(messageId), 1);
      assert.deepEqual(await stack.statuses(messageId), ['enqueued', 'delivered']);
    });
  }

  test('that is a password and that Sinch does not show is sent again, and counted', async () => {
    await stack.start('password', { recipient: to('9934'), priority: 1, campaign: { campaignId: 'passwords' } });
    await stack.untilStatus('password', ({ phase }) => phase === 'undecided');
    await skip('password');
    const outcome = await stack.outcome('password');
    assert.deepEqual([outcome.status, outcome.attempts], ['delivered', 2]);
    assert.equal(stack.accepted('password'), 1);
    const scope = { projectId: 'shop', campaignId: 'passwords' };
    assert.equal((await readLedger(stack.database, scope)).unknownOutcomes.resent, 1);
  });

  test('whose callback was lost ends with the report that Sinch has, not as one without', async () => {
    await stack.start('lost-callback', { recipient: to('9915') });
    await stack.untilStatus('lost-callback', ({ phase }) => phase === 'accepted');
    await skip('lost-callback');
    assert.equal((await stack.outcome('lost-callback')).status, 'delivered');
    assert.deepEqual(await stack.statuses('lost-callback'), ['enqueued', 'delivered']);
  });

  test('whose send got no clear answer is proved by its report', async () => {
    const outcome = await stack.send('proved', { recipient: to('9940') });
    assert.equal(outcome.status, 'delivered');
    assert.equal(stack.accepted('proved'), 1);
    assert.deepEqual(await stack.statuses('proved'), ['enqueued', 'delivered']);
  });

  for (const [suffix, what] of [
    ['9934', 'a 500'],
    ['9935', 'a reset'],
    ['9936', 'no answer'],
  ] as const) {
    test(`that Sinch does not show after ${what} is held, never sent again, and given up after four days`, async () => {
      const messageId = `held-${suffix}`;
      const message = await stack.start(messageId, { recipient: to(suffix) });
      await stack.untilStatus(messageId, ({ phase }) => phase === 'undecided');
      await skip(messageId, 5 * 60_000);
      const held = await stack.untilStatus(messageId, ({ explanation }) => explanation.includes('is held'));
      assert.equal(held.attempts, 1);
      await skip(messageId);
      const outcome = await stack.outcome(messageId);
      assert.equal(outcome.status, 'enqueue_failed');
      assert.equal(outcome.error, 'outcome_unknown');
      assert.equal(outcome.attempts, 1);
      assert.ok(Date.parse(outcome.at) >= Date.parse(message.requestedAt) + 4 * DAY, outcome.at);
      // A second POST would have been accepted by then.
      assert.equal(stack.accepted(messageId), 0);
      assert.deepEqual(await stack.statuses(messageId), ['enqueue_failed']);
    });
  }

  test('whose acceptance cannot be read is an accepted one', async () => {
    const outcome = await stack.send('unreadable', { recipient: to('9943') });
    assert.equal(outcome.status, 'delivered');
    assert.equal(outcome.attempts, 1);
    assert.equal(stack.accepted('unreadable'), 1);
  });

  test('whose report comes before the answer to the send has both events', async () => {
    const outcome = await stack.send('report-first', { recipient: to('9910') });
    assert.equal(outcome.status, 'delivered');
    assert.equal(outcome.attempts, 1);
    assert.equal(stack.accepted('report-first'), 1);
    assert.deepEqual(await stack.statuses('report-first'), ['enqueued', 'delivered']);
  });

  for (const [suffix, what] of [
    ['9911', 'twice'],
    ['9912', 'before an older one'],
    ['9914', 'after an intermediate one'],
  ] as const) {
    test(`whose final report comes ${what} is delivered once`, async () => {
      const messageId = `odd-${suffix}`;
      assert.equal((await stack.send(messageId, { recipient: to(suffix) })).status, 'delivered');
      await untilCalledBack(messageId, 2);
      const { events, contradicted } = await stack.events(messageId);
      assert.deepEqual(
        events.map(({ status }) => status),
        ['enqueued', 'delivered'],
      );
      assert.deepEqual(contradicted, []);
    });
  }

  test('that was delivered stays delivered when a contradicting report comes, which is kept', async () => {
    assert.equal((await stack.send('contradicted', { recipient: to('9913') })).status, 'delivered');
    for (;;) {
      const { lateReports } = await stack.events('contradicted');
      if (lateReports.some(({ report }) => report.status === 'Failed')) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.deepEqual(await stack.statuses('contradicted'), ['enqueued', 'delivered']);
  });

  test('whose report says a word that nobody knows goes on waiting', async () => {
    await stack.start('unknown-word', { recipient: to('9908') });
    const status = await stack.untilStatus('unknown-word', ({ lastReportStatus }) => lastReportStatus !== undefined);
    assert.equal(status.lastReportStatus, 'Buffered');
    assert.equal(status.phase, 'accepted');
    await skip('unknown-word');
    assert.equal((await stack.outcome('unknown-word')).error, 'no_delivery_report');
  });

  for (const [country, recipient, reportsExpected, error] of [
    ['DE', to('9907'), true, 'no_delivery_report'],
    ['ZA', '27821239907', false, 'no_delivery_report_expected'],
  ] as const) {
    test(`to ${country} that is never heard of ends after four days with ${error}`, async () => {
      const messageId = `four-days-${country}`;
      await stack.start(messageId, { recipient, country, reportsExpected });
      const { acceptedAt = '' } = await stack.untilStatus(messageId, ({ phase }) => phase === 'accepted');
      await skip(messageId);
      const outcome = await stack.outcome(messageId);
      assert.equal(outcome.status, 'timeout');
      assert.equal(outcome.error, error);
      const waited = Date.parse(outcome.at) - Date.parse(acceptedAt);
      assert.ok(waited >= 4 * DAY && waited < 4 * DAY + 60_000, `${waited} ms`);
      const { events } = await stack.events(messageId);
      assert.deepEqual(
        events.map((event) => [event.status, event.error]),
        [
          ['enqueued', undefined],
          ['timeout', error],
        ],
      );
    });
  }

  test('that is requested ten times at once is sent once', async () => {
    const message = stack.message('ten-times', { recipient: to('9900') });
    await Promise.all(Array.from({ length: 10 }, async () => stack.messages.start(message)));
    assert.equal((await stack.outcome('ten-times')).status, 'delivered');
    assert.equal(await stack.messages.start(message), 'closed');
    assert.equal(stack.accepted('ten-times'), 1);
  });

  test('whose workflow is ended in Temporal does not say that it waits', async () => {
    await stack.start('ended-by-hand', { recipient: to('9907') });
    const waiting = await stack.untilStatus('ended-by-hand', ({ phase }) => phase === 'accepted');
    assert.equal(waiting.brokenOff, undefined);
    const handle = stack.temporal.workflow.getHandle(stack.workflowId('ended-by-hand'));
    await handle.terminate('an operator does');
    const ended = await stack.messages.status({ projectId: 'shop', messageId: 'ended-by-hand' });
    assert.deepEqual([ended?.phase, ended?.brokenOff], ['accepted', 'terminated']);
    // One that has its end has no other, whatever becomes of its workflow.
    await stack.send('ended-by-itself', { recipient: to('9900') });
    const delivered = await stack.messages.status({ projectId: 'shop', messageId: 'ended-by-itself' });
    assert.deepEqual([delivered?.phase, delivered?.brokenOff], ['delivered', undefined]);
  });

  test('shows its place in the search attributes and what it is in the summary', async () => {
    await stack.send('shown', { recipient: to('9900') });
    const description = await stack.temporal.workflow.getHandle(stack.workflowId('shown')).describe();
    const attributes = Object.fromEntries(
      description.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]),
    );
    assert.equal(attributes['SinchProjectId'], 'shop');
    assert.equal(attributes['SinchCampaignId'], 'welcome');
    assert.equal(attributes['SinchIntegrationId'], 'main');
    assert.equal(attributes['SinchCountry'], 'DE');
    assert.equal(attributes['SinchStatus'], 'delivered');
    assert.equal(await description.staticSummary(), 'SMS to Germany, campaign Welcome');
  });
});
