import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SimulatorOptions, createManualClock, startSimulator } from '../../src/simulator/index.ts';
import { signatureHeaders } from '../../src/simulator/signature.ts';
import { startCallbackReceiver } from './callback-receiver.ts';
import { xmsCalls } from './xms-calls.ts';

const RECIPIENT = '491701234567';

/** A simulator on a manual clock whose one callback is already due, and a receiver that answers as told. */
async function setUp(answer: (index: number) => number | 'reset', options: SimulatorOptions = {}) {
  const clock = createManualClock(Date.UTC(2026, 0, 1));
  const receiver = await startCallbackReceiver(answer);
  const plan = { servicePlanId: 'demo-plan', apiToken: 'demo-token', callbackUrl: receiver.url, hmacSecret: 'secret' };
  const simulator = await startSimulator({ clock, plans: [plan], reportDelayMs: 0, ...options });
  const { send } = xmsCalls(simulator);
  await send(RECIPIENT, { delivery_report: 'per_recipient_final' });
  return {
    clock,
    receiver,
    simulator,
    /** Lets time pass until just before `ms`, sees that nothing is sent, then until `ms`. */
    async passUntilNext(ms: number) {
      const before = receiver.received.length;
      clock.advance(ms - 1);
      await simulator.whenCallbacksAnswered();
      assert.equal(receiver.received.length, before, `nothing is sent before ${ms} ms`);
      clock.advance(1);
      await simulator.whenCallbacksAnswered();
    },
    callbacks: () => simulator.messages()[0]?.callbacks,
    async [Symbol.asyncDispose]() {
      await simulator.close();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

test("the signature is the one of Sinch's published example", () => {
  const headers = signatureHeaders({
    secret: 'SMSWebhooksSecret',
    nonce: '01JHFFHWYY7HSS4FWTMDTQEK8V',
    timestamp: 1736760161,
    body: '{"at":"2025-01-13T09:22:40.914Z","batch_id":"01JHFFHQ0P99JPPNQPJDV7JTBP","client_reference":"a client reference","code":0,"operator_status_at":"2025-01-13T09:22:00Z","recipient":"33662162466","status":"Delivered","type":"recipient_delivery_report_sms"}',
  });
  assert.deepEqual(headers, {
    'x-sinch-webhook-signature': 'ZoHei66PPN/kZjw7hFVfGhJOnml3iGNCMWoyQVcE5o0=',
    'x-sinch-webhook-signature-algorithm': 'HmacSHA256',
    'x-sinch-webhook-signature-nonce': '01JHFFHWYY7HSS4FWTMDTQEK8V',
    'x-sinch-webhook-signature-timestamp': '1736760161',
  });
});

test('a failed callback is repeated 5, 10, 20 and 40 seconds after the first failure, until it is taken', async () => {
  const answers: (number | 'reset')[] = [503, 'reset', 429, 500, 204];
  await using stack = await setUp((index) => answers[index] ?? 200);
  stack.clock.advance(0);
  await stack.simulator.whenCallbacksAnswered();
  assert.equal(stack.receiver.received.length, 1);
  for (const gap of [5000, 5000, 10_000, 20_000]) await stack.passUntilNext(gap);
  assert.equal(stack.receiver.received.length, 5);
  await stack.simulator.whenIdle();
  assert.deepEqual(stack.callbacks(), { sent: 5, answered: 1, lost: 0 });
});

test('a callback that is refused with another 4xx or redirected is lost at once', async () => {
  for (const status of [400, 401, 404, 410, 302]) {
    await using stack = await setUp(() => status);
    stack.clock.advance(0);
    await stack.simulator.whenIdle();
    assert.deepEqual(stack.callbacks(), { sent: 1, answered: 0, lost: 1 }, `${status}`);
    assert.equal(stack.clock.pendingTimers, 0);
  }
});

test('a callback is given up after its fifteenth retry, 81,920 seconds after the first failure', async () => {
  await using stack = await setUp(() => 503);
  stack.clock.advance(0);
  await stack.simulator.whenCallbacksAnswered();
  let at = 0;
  for (let retry = 0; retry < 15; retry += 1) {
    const due = 5000 * 2 ** retry;
    await stack.passUntilNext(due - at);
    at = due;
  }
  assert.equal(at, 81_920_000);
  await stack.simulator.whenIdle();
  assert.deepEqual(stack.callbacks(), { sent: 16, answered: 0, lost: 1 });
});

test('the first retry comes after the time that the option says, also when nobody listens', async () => {
  const receiver = await startCallbackReceiver();
  await receiver[Symbol.asyncDispose]();
  const clock = createManualClock();
  await using simulator = await startSimulator({ clock, reportDelayMs: 0, callbackRetryMs: 100 });
  await xmsCalls(simulator).send(RECIPIENT, { delivery_report: 'full', callback_url: receiver.url });
  const sent: (number | undefined)[] = [];
  for (const ms of [0, 99, 1, 100, 200]) {
    clock.advance(ms);
    await simulator.whenCallbacksAnswered();
    sent.push(simulator.messages()[0]?.callbacks.sent);
  }
  assert.deepEqual(sent, [1, 1, 2, 3, 4]);
});

test('a receiver that does not answer in time has its callback repeated', async () => {
  const clock = createManualClock();
  // Answers nothing: the request is taken and left alone.
  const { createServer } = await import('node:http');
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  assert.ok(typeof address === 'object' && address !== null, 'the receiver listens');
  const simulator = await startSimulator({ clock, reportDelayMs: 0, callbackTimeoutMs: 50 });
  await xmsCalls(simulator).send(RECIPIENT, {
    delivery_report: 'per_recipient_final',
    callback_url: `http://127.0.0.1:${address.port}/`,
  });
  clock.advance(0);
  await simulator.whenCallbacksAnswered();
  assert.equal(clock.pendingTimers, 1);
  assert.deepEqual(simulator.messages()[0]?.callbacks, { sent: 1, answered: 0, lost: 0 });
  await simulator.close();
  silent.closeAllConnections();
  await new Promise((resolve) => silent.close(resolve));
});

test('a retry is signed anew, or carries the first signature where the option says so', async () => {
  for (const retrySignature of ['fresh', 'same'] as const) {
    await using stack = await setUp((index) => (index === 0 ? 503 : 200), { retrySignature });
    stack.clock.advance(0);
    await stack.simulator.whenCallbacksAnswered();
    await stack.passUntilNext(5000);
    const [first, second] = stack.receiver.received;
    assert.ok(first && second, 'two attempts arrived');
    assert.equal(first.raw, second.raw);
    const same = ['signature', 'signature-nonce', 'signature-timestamp'].map(
      (name) => first.headers[`x-sinch-webhook-${name}`] === second.headers[`x-sinch-webhook-${name}`],
    );
    assert.deepEqual(
      same,
      Array.from({ length: 3 }, () => retrySignature === 'same'),
    );
  }
});

test("a batch's own URL goes before the plan's, and the plan's own headers go with every callback", async () => {
  await using own = await startCallbackReceiver();
  await using ofPlan = await startCallbackReceiver();
  await using simulator = await startSimulator({
    reportDelayMs: 0,
    plans: [
      {
        servicePlanId: 'demo-plan',
        apiToken: 'demo-token',
        callbackUrl: ofPlan.url,
        callbackHeaders: { authorization: 'Basic eDp5' },
      },
    ],
  });
  const { send } = xmsCalls(simulator);
  await send(RECIPIENT, { delivery_report: 'per_recipient_final', callback_url: own.url, client_reference: 'own' });
  await send(RECIPIENT, { delivery_report: 'per_recipient_final', client_reference: 'plan' });
  await simulator.whenIdle();
  const referencesOf = (receiver: typeof own) => receiver.received.map(({ body }) => body['client_reference']);
  assert.deepEqual([referencesOf(own), referencesOf(ofPlan)], [['own'], ['plan']]);
  assert.equal(own.received[0]?.headers.authorization, 'Basic eDp5');
  assert.equal('x-sinch-webhook-signature' in (own.received[0]?.headers ?? {}), false);
});
