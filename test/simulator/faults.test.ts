import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SimulatorFault, createManualClock, startSimulator } from '../../src/simulator/index.ts';
import { startCallbackReceiver } from './callback-receiver.ts';
import { until } from './until.ts';
import { xmsCalls } from './xms-calls.ts';

const RECIPIENT = '491701234567';

test('a fault answers for the service until it is taken away', async () => {
  await using simulator = await startSimulator();
  const { get, send } = xmsCalls(simulator);
  simulator.setFault('demo-plan', { answer: { status: 503, headers: { 'retry-after': '7' } } });
  const refused = await send(RECIPIENT);
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '7']);
  assert.equal((await get('batches')).status, 503);
  simulator.setFault('demo-plan', undefined);
  assert.equal((await send(RECIPIENT)).status, 201);
  assert.equal(simulator.counts().accepted, 1);
});

test('a fault can be for some methods, for some times, and can carry the request out', async () => {
  await using simulator = await startSimulator();
  const { get, send } = xmsCalls(simulator);
  simulator.setFault('*', {
    answer: { status: 500, body: { why: 'test' } },
    methods: ['POST'],
    times: 2,
    carryOut: true,
  });
  assert.equal((await get('batches')).status, 200);
  const first = await send(RECIPIENT, { client_reference: 'one' });
  assert.deepEqual([first.status, first.body], [500, { why: 'test' }]);
  assert.equal((await send(RECIPIENT, { client_reference: 'one' })).status, 500);
  assert.equal((await send(RECIPIENT, { client_reference: 'one' })).status, 201);
  assert.equal(simulator.accepted('one'), 3);
  assert.deepEqual(simulator.faults(), {});
});

test("a plan's own fault goes before the one for all", async () => {
  const plans = ['a', 'b'].map((servicePlanId) => ({ servicePlanId, apiToken: 'token' }));
  await using simulator = await startSimulator({ plans });
  simulator.setFault('*', { answer: { status: 503 } });
  simulator.setFault('a', { answer: { status: 401 } });
  assert.equal((await xmsCalls(simulator, 'a', 'token').get('batches')).status, 401);
  assert.equal((await xmsCalls(simulator, 'b', 'token').get('batches')).status, 503);
});

test('a fault can reset connections, never answer, or be slow on the clock of the simulator', async () => {
  const clock = createManualClock();
  await using simulator = await startSimulator({ clock });
  const { get, send } = xmsCalls(simulator);
  const ended = (promise: Promise<unknown>) =>
    promise.then(
      () => 'answered',
      (error: Error & { cause?: { code?: string } }) => error.cause?.code ?? error.name,
    );
  simulator.setFault('*', { answer: 'reset' });
  assert.equal(await ended(send(RECIPIENT)), 'ECONNRESET');
  simulator.setFault('*', { answer: 'hang' });
  const url = `${simulator.url}/xms/v1/demo-plan/batches`;
  const client = new AbortController();
  const hanging = ended(fetch(url, { signal: client.signal }));
  await until(() => simulator.requests().length === 2);
  client.abort();
  assert.equal(await hanging, 'AbortError');
  simulator.setFault('*', { slowMs: 60_000 });
  const slow = get('batches');
  await until(() => clock.pendingTimers > 0);
  clock.advance(60_000);
  assert.equal((await slow).status, 200);
  assert.deepEqual(
    simulator.requests().map(({ method, answer }) => [method, answer]),
    [
      ['POST', 'reset'],
      ['GET', 'hang'],
      ['GET', 200],
    ],
  );
});

test('callbacks can be held until the fault is taken away, or dropped', async () => {
  await using receiver = await startCallbackReceiver();
  await using simulator = await startSimulator({ reportDelayMs: 0 });
  const { send } = xmsCalls(simulator);
  simulator.updatePlan('demo-plan', { callbackUrl: receiver.url });
  const members = { delivery_report: 'per_recipient_final' };

  simulator.setFault('*', { callbacks: 'drop' });
  await send(RECIPIENT, members);
  await simulator.whenIdle();
  assert.deepEqual(simulator.messages()[0]?.callbacks, { sent: 0, answered: 0, lost: 1 });

  simulator.setFault('*', { callbacks: 'hold' });
  await send(RECIPIENT, members);
  let isIdle = false;
  const idle = simulator.whenIdle().then(() => (isIdle = true));
  await until(() => simulator.counts().finals['Delivered'] === 2);
  assert.equal(isIdle, false);
  assert.equal(receiver.received.length, 0);
  simulator.setFault('*', undefined);
  await idle;
  assert.equal(receiver.received.length, 1);
});

test('a fault of the wrong form or for a plan that is not there is refused', async () => {
  await using simulator = await startSimulator();
  const cases: [unknown, RegExp][] = [
    [{ answer: 'explode' }, /^fault\.answer: expected .*, got "explode"$/],
    [{ answer: { status: 99 } }, /^fault\.answer: /],
    [{ answer: { status: 500, headers: { a: 1 } } }, /^fault\.answer: /],
    [{ slowMs: -1 }, /^fault\.slowMs: .*got -1$/],
    [{ methods: 'POST' }, /^fault\.methods: /],
    [{ times: 0 }, /^fault\.times: /],
    [{ callbacks: 'lose' }, /^fault\.callbacks: /],
    [{ carryOut: 'yes' }, /^fault\.carryOut: /],
    [{ anwser: 'hang' }, /^fault: expected only .*, got anwser$/],
    ['hang', /^fault: expected an object, got "hang"$/],
  ];
  for (const [fault, message] of cases) {
    assert.throws(() => simulator.setFault('*', fault as SimulatorFault), { name: 'TypeError', message });
  }
  assert.throws(() => simulator.setFault('nobody', {}), /expected one of demo-plan, got nobody/);
  assert.throws(() => simulator.updatePlan('nobody', {}), /expected one of demo-plan, got nobody/);
  assert.throws(() => simulator.updatePlan('demo-plan', { apiToken: undefined }), /apiToken: expected a string/);
});

test("a plan's token and throughput can be changed while it runs", async () => {
  const clock = createManualClock();
  const plan = { servicePlanId: 'demo-plan', apiToken: 'demo-token', messagesPerSecond: 1 };
  await using simulator = await startSimulator({ clock, plans: [plan] });
  for (let i = 0; i < 5; i += 1) await xmsCalls(simulator).send(RECIPIENT);
  assert.equal(simulator.messages().filter(({ status }) => status === 'Dispatched').length, 1);
  simulator.updatePlan('demo-plan', { apiToken: 'new-token', messagesPerSecond: undefined });
  assert.equal(simulator.messages().filter(({ status }) => status === 'Dispatched').length, 5);
  assert.equal((await xmsCalls(simulator).send(RECIPIENT)).status, 401);
  assert.equal((await xmsCalls(simulator, 'demo-plan', 'new-token').send(RECIPIENT)).status, 201);
});

test('another process sees the truth and sets faults over HTTP', async () => {
  await using simulator = await startSimulator({ reportDelayMs: 5 });
  const control = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${simulator.url}/_simulator${path}`, init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const post = (body: unknown) =>
    control('/faults', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const { send } = xmsCalls(simulator);
  await send(RECIPIENT, { client_reference: 'one' });
  await send(RECIPIENT, { client_reference: 'two' });
  assert.deepEqual((await control('/idle')).body, { idle: true });
  assert.deepEqual((await control('/counts')).body, simulator.counts());
  assert.deepEqual((await control('/accepted?client_reference=one')).body, { client_reference: 'one', accepted: 1 });
  const listed = await control('/messages?client_reference=two');
  assert.deepEqual([listed.body['count'], listed.body['messages']], [1, [simulator.messages()[1]]]);
  const paged = await control('/messages?page=1&page_size=1');
  assert.deepEqual([paged.body['count'], paged.body['messages']], [2, [simulator.messages()[1]]]);

  const overview = await control('');
  assert.equal((overview.body['magic_recipients'] as unknown[]).length > 30, true);
  assert.equal(JSON.stringify(overview.body).includes('demo-token'), false);

  assert.equal((await post({ plan: 'demo-plan', fault: { answer: { status: 401 } } })).status, 200);
  assert.equal((await send(RECIPIENT)).status, 401);
  assert.deepEqual((await control('/faults')).body, { faults: { 'demo-plan': { answer: { status: 401 } } } });
  assert.equal((await post({ plan: 'demo-plan', fault: null })).status, 200);
  assert.equal((await send(RECIPIENT)).status, 201);

  assert.equal((await post({ fault: { answer: 'explode' } })).status, 400);
  assert.equal((await post({})).status, 400);
  assert.equal((await post([])).status, 400);
  assert.equal((await control('/faults', { method: 'POST', body: '{}' })).status, 415);
  assert.equal((await control('/counts', { method: 'DELETE' })).status, 405);
  assert.equal((await control('/nothing')).status, 404);
  assert.equal((await control('/accepted')).status, 400);
});
