import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { explainEnd } from '../../src/codes/index.ts';
import type { MessageStatus } from '../../src/client/index.ts';
import type { PlanHold } from '../../src/contract/plan-hold.ts';
import { type Database, openDatabase } from '../../src/db/index.ts';
import { createSqlSink } from '../../src/events/index.ts';
import { sampleEvent, sampleRecord } from '../helpers/messages.ts';
import { shopSettings } from '../requests/shop.ts';
import { assertProblem, RECIPIENT, sms, startApp, type TestApp } from './http-fixture.ts';

let database: Database;
let app: TestApp;
/** What Temporal is asked, and what it answers. */
const temporal = {
  asked: [] as string[],
  status: (): Promise<MessageStatus | undefined> => Promise.resolve(undefined),
  cancel: (): Promise<'requested' | 'closed' | 'unknown'> => Promise.resolve('requested'),
};
/** The plans that were looked at, and why the plan is held, if it is. */
const plans = { asked: [] as string[], hold: undefined as PlanHold | undefined };
let clock = Date.parse('2026-11-20T10:00:00.000Z');

before(async () => {
  database = await openDatabase({ memory: true });
  app = await startApp({
    database,
    now: () => new Date((clock += 1000)),
    planHolds: {
      find: async (servicePlanId) => {
        plans.asked.push(servicePlanId);
        return plans.hold;
      },
      list: async () => [],
      probe: async () => false,
    },
    messages: {
      status: () => temporal.status(),
      cancel: ({ messageId }) => {
        temporal.asked.push(`cancel ${messageId}`);
        return temporal.cancel();
      },
      cancelOrStartCancelled: ({ messageId }) => {
        temporal.asked.push(`cancelOrStartCancelled ${messageId}`);
        return temporal.cancel();
      },
    },
  });
});
after(async () => {
  await app?.[Symbol.asyncDispose]();
  await database?.close();
});

const MESSAGES = '/v1/projects/shop/messages';
const MASKED = '+44•••••56';

async function view(messageId: string): Promise<Record<string, unknown>> {
  const answer = await app.get(`${MESSAGES}/${messageId}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

/** Writes events of a message as its workflow does. */
async function record(messageId: string, ...details: Parameters<typeof sampleEvent>[1][]): Promise<void> {
  const found = await app.register.find({ projectId: 'shop', messageId });
  if (!found?.input) return assert.fail(`${messageId} was not registered`);
  const { input } = found;
  await createSqlSink(database).record(
    sampleRecord(input, { events: details.map((each) => sampleEvent(input, each)) }),
  );
}

test('shows a message in the words of its workflow', async () => {
  await app.post(MESSAGES, { ...sms, messageId: 'live', campaignId: 'welcome', priority: 1 });
  await record('live', { status: 'enqueued', batchId: 'b-1' });
  temporal.status = () =>
    Promise.resolve({
      phase: 'accepted',
      explanation: 'Accepted by Sinch at 10:00, waiting for a delivery report until Tuesday.',
      attempts: 1,
      acceptedAt: '2026-11-20T10:00:01.234Z',
      batchId: 'b-1',
      waitsUntil: '2026-11-24T10:00:01.234Z',
      lastReportStatus: 'Dispatched',
      ignoredReports: 0,
      cancelRequested: false,
    });
  const { startedAt, requestedAt, expiresAt, ...shown } = await view('live');
  assert.equal(typeof startedAt, 'string');
  assert.equal(Date.parse(String(expiresAt)) - Date.parse(String(requestedAt)), 72 * 3_600_000);
  assert.deepEqual(shown, {
    projectId: 'shop',
    messageId: 'live',
    status: 'accepted',
    explanation: 'Accepted by Sinch at 10:00, waiting for a delivery report until Tuesday.',
    kind: 'sms',
    priority: 1,
    recipient: MASKED,
    country: 'GB',
    integrationId: 'main',
    campaignId: 'welcome',
    reportsExpected: true,
    sender: 'Shop',
    workflowId: 'sinch/shop/live',
    waitsUntil: '2026-11-24T10:00:01.234Z',
    acceptedAt: '2026-11-20T10:00:01.234Z',
    batchId: 'b-1',
    attempts: 1,
    cancelRequested: false,
    lastReportStatus: 'Dispatched',
    events: [
      {
        status: 'enqueued',
        at: '2026-11-20T10:00:01.234Z',
        batch_id: 'b-1',
        number_of_message_parts: 1,
        number_of_message_parts_estimated: true,
      },
    ],
    lateReports: [],
  });
});

test('says of a message that waits why its plan is held, and asks that of no other', async () => {
  await app.post(MESSAGES, { ...sms, messageId: 'waiting' });
  plans.hold = { servicePlanId: 'plan-main', since: '2026-11-20T09:00:00.000Z', refusal: { statusCode: 401 } };
  plans.asked = [];
  const standing = { explanation: 'As it stands.', attempts: 0, ignoredReports: 0, cancelRequested: false };
  temporal.status = () => Promise.resolve({ ...standing, phase: 'accepted' });
  assert.equal((await view('waiting'))['explanation'], 'As it stands.');
  assert.deepEqual(plans.asked, []);
  temporal.status = () => Promise.resolve({ ...standing, phase: 'waiting_to_send' });
  assert.match(
    String((await view('waiting'))['explanation']),
    /^As it stands\. Its plan is held since 2026-11-20 09:00:00 UTC, .*\(HTTP 401\)/,
  );
  assert.deepEqual(plans.asked, ['plan-main']);
  plans.hold = undefined;
});

test('shows what is recorded of a message where Temporal cannot be asked', async () => {
  temporal.status = () => Promise.reject(new Error('14 UNAVAILABLE: no connection established'));
  await app.post(MESSAGES, { ...sms, messageId: 'unasked' });
  const waiting = await view('unasked');
  assert.equal(waiting['status'], 'waiting_to_send');
  assert.match(String(waiting['explanation']), /^Registered.*cannot be asked at the moment\.$/);

  await record('unasked', { status: 'enqueued', batchId: 'b-2' });
  const accepted = await view('unasked');
  assert.equal(accepted['status'], 'accepted');
  assert.match(String(accepted['explanation']), /^Accepted by Sinch at 2026.*cannot be asked at the moment\.$/);

  await record('unasked', { status: 'failed', statusCode: 150, error: 'Failed', comment: 'unknown subscriber' });
  const ended = await view('unasked');
  assert.equal(ended['status'], 'failed');
  assert.equal(
    ended['explanation'],
    'Delivery to the handset failed at 2026-11-20 10:00:01 UTC (code 150, unknown subscriber).',
  );
  assert.deepEqual((ended['events'] as unknown[])[1], {
    status: 'failed',
    at: '2026-11-20T10:00:01.234Z',
    status_code: 150,
    error: 'Failed',
    comment: 'unknown subscriber',
    explanation: explainEnd({ status: 'failed', statusCode: 150 }),
    number_of_message_parts: 1,
    number_of_message_parts_estimated: true,
  });
});

test('says of a message whose workflow was ended in Temporal that nothing is done for it any more', async () => {
  const standing = { explanation: 'It waits.', ignoredReports: 0, cancelRequested: false } as const;
  const shown = async (messageId: string, status: Partial<MessageStatus>) => {
    await app.post(MESSAGES, { ...sms, messageId });
    temporal.status = () =>
      Promise.resolve({ ...standing, phase: 'waiting_to_send', attempts: 0, brokenOff: 'terminated', ...status });
    return view(messageId);
  };
  const queued = await shown('ended-in-queue', {});
  assert.deepEqual([queued['status'], queued['brokenOff']], ['waiting_to_send', 'terminated']);
  assert.match(String(queued['explanation']), /was terminated in Temporal .* It never left its queue/);
  const unsure = await shown('ended-unsure', { phase: 'undecided', attempts: 1, brokenOff: 'failed' });
  assert.match(String(unsure['explanation']), /workflow failed in Temporal .* Sinch may have it: look there before/);
  const acceptedAt = '2026-11-20T10:00:01.234Z';
  const accepted = await shown('ended-accepted', { phase: 'accepted', attempts: 1, acceptedAt });
  assert.match(String(accepted['explanation']), /Sinch took it at 2026-11-20 10:00:01 UTC; .* late reports/);
});

test('does not wait for a workflow that does not answer', async () => {
  await app.post(MESSAGES, { ...sms, messageId: 'hanging' });
  temporal.status = () => new Promise(() => undefined);
  assert.match(String((await view('hanging'))['explanation']), /cannot be asked at the moment/);
});

test('shows a message that Temporal does not have, or no longer', async () => {
  temporal.status = () => Promise.resolve(undefined);
  await app.post(MESSAGES, { ...sms, messageId: 'forgotten' });
  const waiting = await view('forgotten');
  assert.equal(waiting['status'], 'waiting_to_send');
  assert.match(String(waiting['explanation']), /Temporal does not have it yet\.$/);
  await record('forgotten', { status: 'enqueued' }, { status: 'delivered' });
  const ended = await view('forgotten');
  assert.equal(ended['status'], 'delivered');
  assert.equal(ended['explanation'], 'Delivered to the handset at 2026-11-20 10:00:01 UTC.');
});

test('shows skipped and impossible messages without asking Temporal', async () => {
  temporal.status = () => Promise.reject(new Error('not to be asked'));
  await app.post(MESSAGES, { ...sms, messageId: 'nobody', recipient: '' });
  const skipped = await view('nobody');
  assert.equal(skipped['status'], 'skipped');
  assert.match(String(skipped['explanation']), /no phone number/);
  assert.deepEqual([skipped['recipient'], skipped['workflowId'], skipped['events']], [undefined, undefined, []]);

  await app.post(MESSAGES, { ...sms, messageId: 'impossible', recipient: `+${RECIPIENT}99999` });
  const failed = await view('impossible');
  assert.equal(failed['status'], 'enqueue_failed');
  assert.match(String(failed['explanation']), /invalid_recipient, The phone number is too long for its country/);
  assert.equal(failed['recipient'], '+44•••••99');
});

test('shows reports that came too late', async () => {
  const input = (await app.register.find({ projectId: 'shop', messageId: 'live' }))?.input;
  if (!input) return assert.fail('the message was registered');
  const report = { integrationId: 'main', status: 'Delivered', at: '2026-11-25T10:00:00.000Z', statusCode: 0 };
  const lateReports = [{ projectId: 'shop', messageId: 'live', reason: 'contradicts' as const, report }];
  await createSqlSink(database).record(sampleRecord(input, { lateReports }));
  const { receivedAt, ...late } = ((await view('live'))['lateReports'] as Record<string, unknown>[])[0] ?? {};
  assert.equal(typeof receivedAt, 'string');
  assert.deepEqual(late, { status: 'Delivered', at: '2026-11-25T10:00:00.000Z', statusCode: 0, timesReceived: 1 });
});

test('answers 404 for a message that is not there, without repeating its name', async () => {
  for (const id of ['none', 'LIVE', RECIPIENT, `+${RECIPIENT}`, '__proto__', '%00', 'x'.repeat(100)]) {
    const shown = await app.get(`${MESSAGES}/${id}`);
    assertProblem(shown, 404, 'unknown_message');
    assert.doesNotMatch(shown.text, /7400/);
    assertProblem(await app.post(`${MESSAGES}/${id}/cancel`), 404, 'unknown_message');
  }
  assertProblem(await app.get('/v1/projects/bare/messages/live'), 404, 'unknown_message');
  assertProblem(await app.get('/v1/projects/none/messages/live'), 404, 'unknown_project');
  assertProblem(await app.post('/v1/projects/none/messages/live/cancel'), 404, 'unknown_project');
});

test('lists messages page by page, latest first, and those of a campaign alone', async () => {
  const path = '/v1/projects/origin/messages';
  const campaigns = ['spring', 'autumn', undefined, 'spring', 'spring'];
  for (const [index, campaignId] of campaigns.entries()) {
    await app.post(path, { ...sms, messageId: `m-${index}`, ...(campaignId === undefined ? {} : { campaignId }) });
  }
  await app.post(path, { ...sms, messageId: 'm-5', recipient: null });
  const list = async (query: string): Promise<{ ids: string[]; next?: string }> => {
    const answer = await app.get(`${path}?${query}`);
    assert.equal(answer.status, 200, answer.text);
    const { messages, nextCursor } = answer.json as { messages: { messageId: string }[]; nextCursor?: string };
    const ids = messages.map(({ messageId }) => messageId);
    return { ids, ...(nextCursor === undefined ? {} : { next: nextCursor }) };
  };
  assert.deepEqual(await list(''), { ids: ['m-5', 'm-4', 'm-3', 'm-2', 'm-1', 'm-0'] });
  const pages: string[][] = [];
  for (let query: string | undefined = 'limit=4'; query !== undefined;) {
    const page = await list(query);
    pages.push(page.ids);
    query = page.next === undefined ? undefined : `limit=4&cursor=${encodeURIComponent(page.next)}`;
  }
  assert.deepEqual(pages, [
    ['m-5', 'm-4', 'm-3', 'm-2'],
    ['m-1', 'm-0'],
  ]);
  const spring = await list('campaignId=spring&limit=2');
  assert.deepEqual(spring.ids, ['m-4', 'm-3']);
  assert.deepEqual(await list(`campaignId=spring&limit=2&cursor=${spring.next}`), { ids: ['m-0'] });
  assert.deepEqual(await list('campaignId=winter'), { ids: [] });
  assert.deepEqual(await list('campaignId=%00'), { ids: [] });

  const { messages } = (await app.get(`${path}?limit=2`)).json as { messages: Record<string, unknown>[] };
  assert.deepEqual(Object.keys(messages[0] ?? {}).sort(), [
    'disposition',
    'integrationId',
    'messageId',
    'requestedAt',
    'status',
  ]);
  assert.equal(messages[0]?.['disposition'], 'skipped');
  assert.equal(messages[1]?.['recipient'], MASKED);
  assert.equal(messages[1]?.['country'], 'GB');
});

test('refuses a list whose limit or cursor is wrong', async () => {
  for (const limit of ['0', '1001', '-1', '1.5', 'x', '']) {
    assertProblem(await app.get(`${MESSAGES}?limit=${limit}`), 422, 'invalid_query');
  }
  const forged = Buffer.from(JSON.stringify(['yesterday', 'm-1'])).toString('base64url');
  for (const cursor of ['', 'x', '%00', forged, Buffer.from('[]').toString('base64url')]) {
    assertProblem(await app.get(`${MESSAGES}?cursor=${cursor}`), 422, 'invalid_query');
  }
  assert.equal((await app.get(`${MESSAGES}?limit=1000`)).status, 200);
  assertProblem(await app.get('/v1/projects/none/messages'), 404, 'unknown_project');
});

test('asks a started message to be cancelled, and never starts it again once Temporal has forgotten it', async () => {
  temporal.asked.length = 0;
  const cancel = async (): Promise<unknown> => (await app.post(`${MESSAGES}/live/cancel`)).json['cancellation'];
  temporal.cancel = () => Promise.resolve('requested');
  assert.equal(await cancel(), 'requested');
  temporal.cancel = () => Promise.resolve('closed');
  assert.equal(await cancel(), 'too_late');
  temporal.cancel = () => Promise.resolve('unknown');
  assert.equal(await cancel(), 'too_late');
  assert.deepEqual(temporal.asked, Array(3).fill('cancel live'));
  temporal.cancel = () => Promise.reject(new Error('14 UNAVAILABLE: no connection established'));
  assertProblem(await app.post(`${MESSAGES}/live/cancel`), 503, 'unavailable');
});

test('starts a message that was never started as a cancelled one', async () => {
  temporal.asked.length = 0;
  temporal.cancel = () => Promise.resolve('requested');
  const sent = await app.register.find({ projectId: 'shop', messageId: 'live' });
  if (!sent?.input) return assert.fail('the message was registered');
  const { startedAt: _, input, ...rest } = sent;
  const key = { projectId: 'shop', messageId: 'unstarted' };
  await app.register.register({ ...rest, ...key, disposition: 'send', input: { ...input, ...key } });
  const answer = await app.post(`${MESSAGES}/unstarted/cancel`);
  assert.deepEqual([answer.status, answer.json['cancellation']], [200, 'requested']);
  assert.deepEqual(temporal.asked, ['cancelOrStartCancelled unstarted']);
});

test('starts nothing to cancel it where its start was not noted, and what became of it was', async () => {
  temporal.asked.length = 0;
  const sent = await app.register.find({ projectId: 'shop', messageId: 'live' });
  if (!sent?.input) return assert.fail('the message was registered');
  const { startedAt: _, input, ...rest } = sent;
  const key = { projectId: 'shop', messageId: 'unnoted' };
  await app.register.register({ ...rest, ...key, disposition: 'send', input: { ...input, ...key } });
  await record('unnoted', { status: 'enqueued' });
  temporal.cancel = () => Promise.resolve('unknown');
  assert.equal((await app.post(`${MESSAGES}/unnoted/cancel`)).json['cancellation'], 'too_late');
  assert.deepEqual(temporal.asked, ['cancel unnoted']);
});

test('shows and cancels a message that is under way, though its person was erased meanwhile', async () => {
  temporal.asked.length = 0;
  const recipient = '+447400777666';
  await app.post(MESSAGES, { ...sms, messageId: 'erased', recipient });
  await app.register.markStarted([{ projectId: 'shop', messageId: 'erased' }]);
  const erased = await app.post('/v1/projects/shop/erasures', { recipient });
  assert.equal(erased.json['messages'], 1, erased.text);
  temporal.status = () =>
    Promise.resolve({
      phase: 'undecided',
      explanation: 'Held: Sinch may have it.',
      attempts: 1,
      ignoredReports: 0,
      cancelRequested: false,
    });
  temporal.cancel = () => Promise.resolve('requested');
  const { status, explanation, erasedAt } = await view('erased');
  assert.deepEqual([status, explanation, typeof erasedAt], ['undecided', 'Held: Sinch may have it.', 'string']);
  assert.equal((await app.post(`${MESSAGES}/erased/cancel`)).json['cancellation'], 'requested');
  assert.deepEqual(temporal.asked, ['cancel erased']);
});

test('cancels nothing where there is nothing to send', async () => {
  temporal.asked.length = 0;
  for (const id of ['nobody', 'impossible']) {
    const answer = await app.post(`${MESSAGES}/${id}/cancel`);
    assert.deepEqual([answer.status, answer.json['cancellation']], [200, 'too_late']);
    assert.match(String(answer.json['explanation']), /has ended already/);
  }
  assert.deepEqual(temporal.asked, []);
});

test('gives the ledger of a project and of one campaign', async () => {
  const path = '/v1/projects/bare/messages';
  await app.post(path, { ...sms, sender: 'Bare', messageId: 'm-1', campaignId: 'spring' });
  await app.post(path, { ...sms, messageId: 'm-2', campaignId: 'spring', recipient: '' });
  await app.post(path, { ...sms, messageId: 'm-3' });
  const { balanced, ...ledger } = (await app.get('/v1/projects/bare/ledger')).json;
  assert.equal(balanced, true);
  assert.deepEqual(
    [ledger['requested'], ledger['skipped'], ledger['waitingToSend'], ledger['enqueueFailed']],
    [3, 1, 1, 1],
  );
  const spring = (await app.get('/v1/projects/bare/ledger?campaignId=spring')).json;
  assert.deepEqual(
    [spring['requested'], spring['skipped'], spring['waitingToSend'], spring['balanced']],
    [2, 1, 1, true],
  );
  assertProblem(await app.get('/v1/projects/none/ledger'), 404, 'unknown_project');
});

test('answers 503 where the settings hang, on every route', async () => {
  const settings = { ...shopSettings(), project: () => new Promise<undefined>(() => undefined) };
  await using other = await startApp({ database, settings });
  const answers = await Promise.all([
    other.get(MESSAGES),
    other.get(`${MESSAGES}/live`),
    other.post(`${MESSAGES}/live/cancel`),
    other.get('/v1/projects/shop/ledger'),
  ]);
  for (const answer of answers) assertProblem(answer, 503, 'unavailable');
});

test('shows no key, token, text or whole number in any answer or log line', () => {
  assert.equal(app.answers.length > 60, true, 'answers were kept');
  app.assertDiscreet(app.log);
});
