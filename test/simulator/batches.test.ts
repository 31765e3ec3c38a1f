import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock, startSimulator } from '../../src/simulator/index.ts';
import { xmsCalls } from './xms-calls.ts';

const HOUR_MS = 60 * 60 * 1000;

test('a token, path, method or content type that is wrong has the documented status', async () => {
  await using simulator = await startSimulator();
  const { get, post, remove } = xmsCalls(simulator);
  assert.equal((await xmsCalls(simulator, 'demo-plan', 'wrong').get('batches')).status, 401);
  assert.equal((await xmsCalls(simulator, 'other-plan').get('batches')).status, 401);
  assert.equal((await get('nothing')).status, 404);
  assert.equal((await get('batches/')).status, 404);
  assert.equal((await get('batches/01ARZ3NDEKTSV4RRFFQ69G5FAV')).status, 404);
  assert.equal((await get('batches/01ARZ3NDEKTSV4RRFFQ69G5FAV/delivery_report/49170')).status, 404);
  const notAllowed = await remove('batches');
  assert.deepEqual([notAllowed.status, notAllowed.headers.get('allow')], [405, 'GET, POST']);
  assert.equal((await post('batches', {}, { 'content-type': 'text/plain' })).status, 415);
  assert.equal((await post('batches', '{}', { 'content-type': 'application/json; charset=utf-8' })).status, 400);
  assert.equal((await fetch(`${simulator.url}/elsewhere`)).status, 404);
});

test("a batch that breaks a rule is refused with Sinch's code", async () => {
  await using simulator = await startSimulator();
  const { post, send } = xmsCalls(simulator);
  const codeOf = async (body: unknown) => {
    const answer = await post('batches', body);
    return [answer.status, answer.body['code']];
  };
  const base = { to: ['491701234567'], from: 'Acme', body: 'Hello' };
  const cases: [unknown, number, string][] = [
    ['{', 400, 'syntax_invalid_json'],
    ['[]', 400, 'syntax_invalid_json'],
    [{ ...base, to: undefined }, 400, 'syntax_constraint_violation'],
    [{ ...base, to: [] }, 400, 'syntax_constraint_violation'],
    [{ ...base, to: Array.from({ length: 1001 }, (_, i) => `4917${i + 10_000}`) }, 400, 'syntax_constraint_violation'],
    [{ ...base, to: ['abc'] }, 400, 'syntax_invalid_parameter_format'],
    [{ ...base, to: [49] }, 400, 'syntax_invalid_parameter_format'],
    [{ ...base, to: ['1234567890123456'] }, 400, 'syntax_invalid_parameter_format'],
    [{ ...base, to: ['01ARZ3NDEKTSV4RRFFQ69G5FAV'] }, 403, 'unknown_group'],
    [{ ...base, from: undefined }, 400, 'syntax_constraint_violation'],
    [{ ...base, from: 'TwelveLetter' }, 400, 'syntax_invalid_parameter_format'],
    [{ ...base, body: undefined }, 400, 'syntax_constraint_violation'],
    [{ ...base, body: 'a'.repeat(2001) }, 400, 'syntax_constraint_violation'],
    [{ ...base, type: 'mt_fax' }, 400, 'syntax_invalid_parameter_format'],
    [{ ...base, delivery_report: 'always' }, 400, 'syntax_invalid_parameter_format'],
    [{ ...base, expire_at: 'tomorrow' }, 400, 'syntax_invalid_parameter_format'],
    [{ ...base, expire_at: '2020-01-01T00:00:00Z' }, 400, 'syntax_constraint_violation'],
    [{ ...base, expire_at: new Date(Date.now() + 80 * HOUR_MS).toISOString() }, 400, 'syntax_constraint_violation'],
    [{ ...base, callback_url: 'nowhere' }, 400, 'syntax_invalid_parameter_format'],
    [{ ...base, client_reference: 'a'.repeat(2049) }, 400, 'syntax_constraint_violation'],
    [{ ...base, max_number_of_message_parts: 0 }, 400, 'syntax_constraint_violation'],
    [{ ...base, max_number_of_message_parts: '2' }, 400, 'syntax_invalid_parameter_format'],
    [{ ...base, parameters: { 'a b': {} } }, 400, 'syntax_invalid_parameter_format'],
    [{ ...base, type: 'mt_media' }, 400, 'syntax_constraint_violation'],
    [{ ...base, type: 'mt_media', body: { message: 'x' } }, 400, 'syntax_constraint_violation'],
    [{ ...base, type: 'mt_media', body: { url: 'file:///x' } }, 400, 'syntax_invalid_parameter_format'],
    [{ ...base, type: 'mt_binary', body: '***', udh: '00' }, 400, 'syntax_invalid_parameter_format'],
    [{ ...base, delivery_report: 'per_recipient_final' }, 403, 'missing_callback_url'],
  ];
  for (const [body, status, code] of cases) {
    assert.deepEqual(await codeOf(body), [status, code], JSON.stringify(body).slice(0, 200));
  }
  assert.equal(simulator.counts().accepted, 0);
  assert.equal(simulator.counts().posts, cases.length);
  assert.equal((await send('+49 (170) 123-45.67')).status, 201);
});

test('an accepted batch is echoed with digits only and with its defaults', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1));
  await using simulator = await startSimulator({ clock });
  const { body } = await xmsCalls(simulator).send('+1 202 555 0123', { to: ['+12025550123', '0012025550123'] });
  assert.match(String(body['id']), /^[0-9A-HJKMNP-TV-Z]{26}$/);
  assert.deepEqual(
    { ...body, id: undefined },
    {
      id: undefined,
      to: ['12025550123'],
      from: 'Acme',
      canceled: false,
      body: 'Hello',
      flash_message: false,
      feedback_enabled: false,
      type: 'mt_text',
      created_at: '2026-01-01T00:00:00.000Z',
      modified_at: '2026-01-01T00:00:00.000Z',
      delivery_report: 'none',
      expire_at: '2026-01-04T00:00:00.000Z',
    },
  );
});

test('a list is paged, filtered by sender, time and exact client reference, newest first, of the last 24 hours', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1));
  await using simulator = await startSimulator({ clock });
  const { get, send } = xmsCalls(simulator);
  for (let i = 0; i < 5; i += 1) {
    await send('491701234567', { client_reference: `r${i}`, from: i % 2 === 0 ? 'Acme' : '+4915112345' });
    clock.advance(10 * HOUR_MS);
  }
  const list = async (query: string) => {
    const { body } = await get(`batches?${query}`);
    const references = (body['batches'] as { client_reference: string }[]).map((batch) => batch.client_reference);
    return [body['count'], body['page'], body['page_size'], references.join()];
  };
  assert.deepEqual(await list(''), [2, 0, 2, 'r4,r3']);
  assert.deepEqual(await list('start_date=2026-01-01'), [5, 0, 5, 'r4,r3,r2,r1,r0']);
  assert.deepEqual(await list('start_date=2026-01-01&page_size=2&page=1'), [5, 1, 2, 'r2,r1']);
  assert.deepEqual(await list('start_date=2026-01-01&page_size=2&page=2'), [5, 2, 1, 'r0']);
  assert.deepEqual(await list('start_date=2026-01-01&page=9'), [5, 9, 0, '']);
  const range = 'start_date=2026-01-01T10:00:00Z&end_date=2026-01-01T21:00:00%2B01:00';
  assert.deepEqual(await list(range), [1, 0, 1, 'r1'], 'the end does not belong to the range');
  assert.deepEqual(await list('start_date=2026-01-01&from=%2B4915112345,Nobody'), [2, 0, 2, 'r3,r1']);
  assert.deepEqual(await list('client_reference=r4'), [1, 0, 1, 'r4']);
  assert.deepEqual(await list('client_reference=r'), [0, 0, 0, ''], 'a prefix is no match');
  assert.deepEqual(await list('client_reference=r0'), [0, 0, 0, ''], 'older than 24 hours');
  assert.equal((await get('batches?page_size=101')).body['code'], 'syntax_constraint_violation');
  assert.equal((await get('batches?page=first')).body['code'], 'syntax_invalid_parameter_format');
  assert.equal((await get('batches?start_date=yesterday')).body['code'], 'syntax_invalid_parameter_format');
});

test('a plan sees its own batches only', async () => {
  const plans = ['a', 'b'].map((servicePlanId) => ({ servicePlanId, apiToken: `token-${servicePlanId}` }));
  await using simulator = await startSimulator({ plans });
  const [a, b] = [xmsCalls(simulator, 'a', 'token-a'), xmsCalls(simulator, 'b', 'token-b')];
  const { body } = await a.send('491701234567', { client_reference: 'one' });
  assert.equal((await a.get(`batches/${String(body['id'])}`)).status, 200);
  assert.equal((await b.get(`batches/${String(body['id'])}`)).status, 404);
  assert.equal((await b.get('batches?client_reference=one')).body['count'], 0);
  assert.equal((await xmsCalls(simulator, 'b', 'token-a').get('batches')).status, 401);
});

test('a new batch and its reports stay invisible to look-ups for the visibility delay', async () => {
  const clock = createManualClock();
  await using simulator = await startSimulator({ clock, visibilityDelayMs: 30_000, reportDelayMs: 1000 });
  const { get, send } = xmsCalls(simulator);
  const { body } = await send('491701234567', { client_reference: 'one' });
  const id = String(body['id']);
  const seen = async () => [
    (await get('batches?client_reference=one')).body['count'],
    (await get(`batches/${id}`)).status,
    (await get(`batches/${id}/delivery_report/491701234567`)).status,
    (await get('delivery_reports?client_reference=one')).body['count'],
  ];
  clock.advance(29_999);
  assert.deepEqual(await seen(), [0, 404, 404, 0]);
  assert.equal(simulator.accepted('one'), 1);
  clock.advance(1);
  assert.deepEqual(await seen(), [1, 200, 200, 1]);
  clock.advance(14 * 24 * HOUR_MS);
  assert.deepEqual(await seen(), [0, 404, 404, 0], 'kept for 14 days');
});

test("a plan's messages leave its queue in order at its throughput, and what expires meanwhile is aborted", async () => {
  const clock = createManualClock();
  const plan = { servicePlanId: 'demo-plan', apiToken: 'demo-token', messagesPerSecond: 2 };
  await using simulator = await startSimulator({ clock, plans: [plan], reportDelayMs: 100_000 });
  const { send } = xmsCalls(simulator);
  const soon = new Date(clock.now() + 700).toISOString();
  await send('491701234501');
  await send('491701234502');
  await send('491701234503', { expire_at: soon });
  await send('491701234504');
  const statuses = () => simulator.messages().map(({ status, statusCode }) => `${status} ${statusCode}`);
  const [queued, dispatched] = ['Queued 400', 'Dispatched 401'];
  assert.deepEqual(statuses(), [dispatched, queued, queued, queued]);
  clock.advance(499);
  assert.deepEqual(statuses(), [dispatched, queued, queued, queued]);
  clock.advance(1);
  assert.deepEqual(statuses(), [dispatched, dispatched, queued, queued]);
  clock.advance(500);
  assert.deepEqual(statuses(), [dispatched, dispatched, 'Aborted 406', dispatched], 'it uses no throughput');
});

test('work is not over when the last message leaves its queue, but when its report has come', async () => {
  const clock = createManualClock();
  const plan = { servicePlanId: 'demo-plan', apiToken: 'demo-token', messagesPerSecond: 1 };
  await using simulator = await startSimulator({ clock, plans: [plan], reportDelayMs: 100 });
  const { send } = xmsCalls(simulator);
  await send('491701234501');
  await send('491701234502');
  clock.advance(999);
  assert.deepEqual(simulator.counts().finals, { Delivered: 1 });
  let isIdle = false;
  const idle = simulator.whenIdle().then(() => (isIdle = true));
  clock.advance(1);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isIdle, false);
  clock.advance(300);
  await idle;
  assert.deepEqual(simulator.counts().finals, { Delivered: 2 });
});

test('a scheduled batch waits for its time and can be cancelled until then', async () => {
  const clock = createManualClock();
  await using simulator = await startSimulator({ clock });
  const { remove, send } = xmsCalls(simulator);
  const sendAt = new Date(clock.now() + HOUR_MS).toISOString();
  const first = await send('491701234501', { send_at: sendAt });
  await send('491701234502', { send_at: sendAt });
  const cancelled = await remove(`batches/${String(first.body['id'])}`);
  assert.deepEqual([cancelled.status, cancelled.body['canceled']], [200, true]);
  clock.advance(HOUR_MS - 1);
  assert.deepEqual(
    simulator.messages().map(({ status }) => status),
    ['Cancelled', 'Queued'],
  );
  clock.advance(HOUR_MS);
  assert.deepEqual(simulator.counts().finals, { Cancelled: 1, Delivered: 1 });
  const tooLate = await remove(`batches/${simulator.messages()[1]?.batchId}`);
  assert.deepEqual([tooLate.status, tooLate.body['canceled']], [200, false], 'a finished batch stays as it is');
});

test('a text with more parts than allowed is aborted with 411, a missing parameter with 405, the others go on', async () => {
  const clock = createManualClock();
  await using simulator = await startSimulator({ clock });
  const { get, send } = xmsCalls(simulator);
  const { body } = await send('', {
    to: ['491701234501', '491701234502', '491701234503'],
    body: '${name}',
    parameters: { name: { '+491701234501': 'a'.repeat(160), '491701234502': '€'.repeat(81) } },
    max_number_of_message_parts: 1,
  });
  clock.advance(10_000);
  const full = await get(`batches/${String(body['id'])}/delivery_report?type=full`);
  assert.deepEqual(full.body['statuses'], [
    { code: 0, status: 'Delivered', count: 1, recipients: ['491701234501'] },
    { code: 411, status: 'Aborted', count: 1, recipients: ['491701234502'] },
    { code: 405, status: 'Aborted', count: 1, recipients: ['491701234503'] },
  ]);
  const aborted = (await get(`batches/${String(body['id'])}/delivery_report/491701234502`)).body;
  assert.equal(aborted['number_of_message_parts'], 2);
  assert.equal('operator_status_at' in aborted, false);
  const filtered = await get(`batches/${String(body['id'])}/delivery_report?status=aborted&code=411,0`);
  assert.deepEqual(filtered.body['statuses'], [{ code: 411, status: 'Aborted', count: 1 }]);
  const listed = await get('delivery_reports?status=Delivered,FAILED');
  assert.deepEqual(
    (listed.body['delivery_reports'] as { recipient: string }[]).map(({ recipient }) => recipient),
    ['491701234501'],
  );
});

test('a plan with a default originator takes messages without a sender and says so in reports', async () => {
  const clock = createManualClock();
  const plan = { servicePlanId: 'demo-plan', apiToken: 'demo-token', defaultOriginator: '12025550100' };
  await using simulator = await startSimulator({ clock, plans: [plan] });
  const { get, send } = xmsCalls(simulator);
  const { body } = await send('491701234567', { from: undefined });
  assert.equal('from' in body, false);
  clock.advance(10_000);
  const report = await get(`batches/${String(body['id'])}/delivery_report/491701234567`);
  assert.equal(report.body['applied_originator'], '12025550100');
});
