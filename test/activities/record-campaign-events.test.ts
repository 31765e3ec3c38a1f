import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBreaker } from '../../src/activities/breaker.ts';
import { createRecordCampaignEvents } from '../../src/activities/record-campaign-events.ts';
import { explainEnd } from '../../src/codes/index.ts';
import { campaignEventOf } from '../../src/contract/campaign-event-of.ts';
import type { CampaignEvent, MessageRecord } from '../../src/contract/campaign-event.ts';
import type { CampaignEventSink } from '../../src/events/index.ts';
import { sampleMessage } from '../helpers/messages.ts';
import { never, newActivity } from './activity-fixture.ts';

const RECORD: MessageRecord = { projectId: 'shop', messageId: 'm-1', events: [], lateReports: [] };

function activityOver(record: CampaignEventSink['record'], explain?: typeof explainEnd) {
  return createRecordCampaignEvents({
    settings: { project: never, integration: never, integrations: never },
    events: { record },
    sinch() {
      throw new Error('Recording asks Sinch nothing');
    },
    log: { warn: () => undefined, error: () => undefined },
    ...(explain ? { explainEnd: explain } : {}),
  }).recordCampaignEvents;
}

test('a record goes to the store, with a signal that ends the wait', async () => {
  const given: [MessageRecord, AbortSignal | undefined][] = [];
  const activity = activityOver(async (record, signal) => void given.push([record, signal]));
  await newActivity({ isLocal: true }).run(activity, RECORD);
  assert.deepEqual(given[0]?.[0], RECORD);
  assert.ok(given[0]?.[1] instanceof AbortSignal, 'the store gets a signal');
});

test('while the store fails, local activities fail at once and others go on asking it', async () => {
  let asked = 0;
  const activity = activityOver(async () => {
    asked += 1;
    throw new Error('away');
  });
  const run = async (isLocal: boolean): Promise<string> =>
    newActivity({ isLocal })
      .run(activity, RECORD)
      .then(() => 'written')
      .catch((error: unknown) => String(error));
  for (let index = 0; index < 3; index += 1) assert.match(await run(true), /away/);
  assert.match(await run(true), /StoreAwayError/);
  assert.equal(asked, 3);
  assert.match(await run(false), /Error: away/);
  assert.equal(asked, 4);
});

test('a store that hangs and ignores its signal counts as away', async () => {
  let asked = 0;
  const activity = activityOver(async () => {
    asked += 1;
    return never();
  });
  for (let index = 0; index < 3; index += 1) {
    const timedOut = newActivity({ isLocal: true });
    const running = timedOut.run(activity, RECORD);
    timedOut.cancel('TIMED_OUT');
    await assert.rejects(running, /no answer in time/);
  }
  await assert.rejects(newActivity({ isLocal: true }).run(activity, RECORD), { code: 'store_away' });
  assert.equal(asked, 3);
});

test('a record that the store refuses does not count as the store being away', async () => {
  const breaker = createBreaker({ failures: 2, now: () => 0 });
  const refused = Object.assign(new Error('refused'), { code: 'store_refused' });
  for (let index = 0; index < 5; index += 1) {
    await assert.rejects(
      breaker.run(async () => Promise.reject(refused)),
      /refused/,
    );
  }
  assert.equal(await breaker.run(async () => 'written'), 'written');
});

test('the breaker lets one call try after its pause, and closes when that is answered', async () => {
  let now = 0;
  const breaker = createBreaker({ failures: 2, openMs: 100, now: () => now });
  const fail = (): Promise<never> => breaker.run(async () => Promise.reject(new Error('away')));
  await assert.rejects(fail(), /away/);
  await assert.rejects(fail(), /away/);
  await assert.rejects(fail(), { code: 'store_away' });
  now = 100;
  let answer: () => void = () => undefined;
  const trying = breaker.run(
    async () =>
      new Promise<void>((resolve) => {
        answer = resolve;
      }),
  );
  await assert.rejects(
    breaker.run(async () => undefined),
    { code: 'store_away' },
  );
  answer();
  await trying;
  assert.equal(await breaker.run(async () => 'written'), 'written');
});

function final(overrides: Partial<CampaignEvent>): CampaignEvent {
  return campaignEventOf(sampleMessage({ messageId: 'm-1' }), {
    status: 'failed',
    at: '2026-11-20T14:02:09.000Z',
    ...overrides,
  });
}

test('a final event whose report says nothing is commented with what its code means, the same at every repeat', async () => {
  const given: MessageRecord[] = [];
  const activity = activityOver(async (record) => void given.push(record), explainEnd);
  const events = [
    final({ status: 'enqueued' }),
    final({ statusCode: 150 }),
    final({ status: 'rejected', statusCode: 411 }),
    final({ status: 'timeout', error: 'no_delivery_report' }),
    final({ status: 'failed', comment: "Sinch's own words" }),
    final({ status: 'delivered', statusCode: 0 }),
    final({ status: 'enqueue_failed', statusCode: 400 }),
  ];
  for (let time = 0; time < 2; time += 1) await newActivity().run(activity, { ...RECORD, events });
  assert.deepEqual(given[1], given[0]);
  const comments = given[0]?.events.map(({ comment }) => comment?.split(':')[0]);
  assert.deepEqual(comments, [
    undefined,
    'Unknown subscriber',
    'Exceeded parts limit',
    'No delivery report',
    "Sinch's own words",
    undefined,
    undefined,
  ]);
  assert.equal(events[1]?.comment, undefined, 'what the workflow gave stays as it was');
});

test('without an explanation to ask, events are recorded as they are', async () => {
  const given: MessageRecord[] = [];
  const record = { ...RECORD, events: [final({ statusCode: 150 })] };
  await newActivity().run(
    activityOver(async (each) => void given.push(each)),
    record,
  );
  assert.deepEqual(given, [record]);
});
