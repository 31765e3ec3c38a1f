import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Behaviour, MAGIC_RECIPIENTS, createManualClock, startSimulator } from '../../src/simulator/index.ts';
import { startCallbackReceiver } from './callback-receiver.ts';
import { xmsCalls } from './xms-calls.ts';

const NUMBER = '49170123';

function recipientOf(wanted: Behaviour): string {
  const entry = MAGIC_RECIPIENTS.find(({ behaviour }) => behaviour === wanted);
  assert.ok(entry, `there is a magic recipient for ${wanted}`);
  return `${NUMBER}${entry.suffix}`;
}

/** A simulator with quick reports, and a receiver of its callbacks. */
async function setUp() {
  const receiver = await startCallbackReceiver();
  let hangs = new AbortController();
  const simulator = await startSimulator({
    reportDelayMs: 5,
    log: (_message, { answer }) => answer === 'hang' && hangs.abort(),
    lateReportMs: 40,
    plans: [{ servicePlanId: 'demo-plan', apiToken: 'demo-token', callbackUrl: receiver.url }],
  });
  const calls = xmsCalls(simulator);
  return {
    ...calls,
    receiver,
    simulator,
    /** Posts to the behaviour's recipient; a request that is reset or never answered gives its error. */
    async sendTo(behaviour: Behaviour) {
      hangs = new AbortController();
      const response = await fetch(`${simulator.url}/xms/v1/demo-plan/batches`, {
        method: 'POST',
        headers: { authorization: 'Bearer demo-token', 'content-type': 'application/json' },
        body: JSON.stringify({
          to: [recipientOf(behaviour)],
          from: 'Acme',
          body: 'Hello',
          client_reference: behaviour,
          delivery_report: 'per_recipient_final',
        }),
        signal: hangs.signal,
      }).catch((error: Error & { cause?: { code?: string } }) => error.cause?.code ?? error.name);
      return typeof response === 'string' ? response : { response, text: await response.text() };
    },
    reported: () => receiver.received.map(({ body }) => `${String(body['status'])} ${String(body['code'])}`),
    async [Symbol.asyncDispose]() {
      await simulator.close();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

test('every magic recipient has a number and a name of its own and a sentence about it', () => {
  const suffixes = MAGIC_RECIPIENTS.map(({ suffix }) => suffix);
  assert.equal(new Set(suffixes).size, suffixes.length);
  assert.equal(new Set(MAGIC_RECIPIENTS.map(({ behaviour }) => behaviour)).size, suffixes.length);
  assert.deepEqual(suffixes, [...suffixes].sort());
  for (const { suffix, what } of MAGIC_RECIPIENTS) assert.ok(/^99\d\d$/.test(suffix) && what.endsWith('.'), suffix);
});

const REPORTS: Partial<Record<Behaviour, readonly string[]>> = {
  delivered: ['Delivered 0'],
  failed: ['Failed 150'],
  rejected: ['Rejected 61'],
  unroutable: ['Aborted 402'],
  expired: ['Expired 153'],
  deleted: ['Deleted 257'],
  unknown: ['Unknown 399'],
  no_report: [],
  unknown_status_word: ['Buffered 0'],
  late_report: ['Delivered 0'],
  report_before_response: ['Delivered 0'],
  duplicate_report: ['Delivered 0', 'Delivered 0'],
  out_of_order: ['Delivered 0', 'Dispatched 401'],
  contradicting: ['Delivered 0', 'Failed 150'],
  intermediate_first: ['Dispatched 401', 'Delivered 0'],
  lost_callback: [],
  failed_with_code_0: ['Failed 0'],
};

for (const [behaviour, expected] of Object.entries(REPORTS) as [Behaviour, readonly string[]][]) {
  test(`${behaviour}: an accepted message is reported as ${expected.join(', then ') || 'nothing'}`, async () => {
    await using stack = await setUp();
    const sent = await stack.sendTo(behaviour);
    assert.ok(typeof sent === 'object' && sent.response.status === 201, 'the message is accepted');
    await stack.simulator.whenIdle();
    assert.deepEqual(stack.reported(), expected);
    const [message] = stack.simulator.messages();
    const isOpen = behaviour === 'no_report' || behaviour === 'unknown_status_word';
    const final =
      behaviour === 'lost_callback' ? 'Delivered 0' : expected.find((report) => report !== 'Dispatched 401');
    assert.equal(
      message?.finalStatus && `${message.finalStatus} ${message.finalStatusCode}`,
      isOpen ? undefined : final,
    );
    assert.deepEqual(message?.callbacks, { sent: expected.length, answered: expected.length, lost: 0 });
  });
}

test('a duplicate report is the same to the last byte', async () => {
  await using stack = await setUp();
  await stack.sendTo('duplicate_report');
  await stack.simulator.whenIdle();
  const [first, second] = stack.receiver.received;
  assert.equal(first?.raw, second?.raw);
});

test('a report can come before the answer of the POST', async () => {
  await using stack = await setUp();
  let reportsAtAnswer = 0;
  await stack.sendTo('report_before_response').then(() => (reportsAtAnswer = stack.receiver.received.length));
  assert.equal(reportsAtAnswer, 1);
});

test('a lost callback is found by look-ups all the same', async () => {
  await using stack = await setUp();
  await stack.sendTo('lost_callback');
  await stack.simulator.whenIdle();
  const { body } = await stack.get('delivery_reports?client_reference=lost_callback');
  assert.equal((body['delivery_reports'] as { status: string }[])[0]?.status, 'Delivered');
});

test('a hidden message is shown by no look-up until its time has come, and a second one like any other', async () => {
  const clock = createManualClock();
  await using simulator = await startSimulator({ clock, visibilityDelayMs: 1000, hiddenMs: 5000 });
  const { send, get } = xmsCalls(simulator);
  const recipient = recipientOf('hidden_lost_callback');
  const shown = async (): Promise<unknown[]> => [
    (await get('batches?client_reference=one')).body['count'],
    (await get('delivery_reports?client_reference=one')).body['count'],
  ];
  assert.equal((await send(recipient, { client_reference: 'one' })).status, 500);
  clock.advance(4999);
  assert.deepEqual(await shown(), [0, 0]);
  assert.equal(simulator.messages()[0]?.shownAt, undefined);
  const hiddenUntil = clock.now() + 1;
  assert.equal(simulator.messages()[0]?.visibleAt, new Date(hiddenUntil).toISOString());
  clock.advance(1);
  assert.deepEqual(await shown(), [1, 1]);
  assert.equal(simulator.messages()[0]?.shownAt, new Date(hiddenUntil).toISOString());

  assert.equal((await send(recipient, { client_reference: 'one' })).status, 201);
  clock.advance(1000);
  assert.equal((await shown())[0], 2);
});

test('an intermediate report that comes late does not take the final status away from look-ups', async () => {
  await using stack = await setUp();
  await stack.sendTo('out_of_order');
  await stack.simulator.whenIdle();
  const [message] = stack.simulator.messages();
  assert.deepEqual([message?.status, message?.finalStatus], ['Delivered', 'Delivered']);
});

test('reports go out as the batch asks for them', async () => {
  const expected: Record<string, string[]> = {
    none: [],
    summary: ['delivery_report_sms'],
    full: ['delivery_report_sms'],
    per_recipient_final: ['Delivered', 'Failed'],
    per_recipient: ['Delivered', 'Dispatched', 'Dispatched', 'Failed', 'Queued', 'Queued'],
  };
  for (const [type, reports] of Object.entries(expected)) {
    await using stack = await setUp();
    const to = [recipientOf('delivered'), recipientOf('failed')];
    const { body } = await stack.send('', { to, delivery_report: type, client_reference: 'one' });
    await stack.simulator.whenIdle();
    const received = stack.receiver.received.map((callback) => callback.body);
    assert.deepEqual(received.map((report) => String(report['status'] ?? report['type'])).sort(), reports, type);
    if (type === 'full') {
      assert.deepEqual(received, [
        {
          batch_id: body['id'],
          client_reference: 'one',
          statuses: [
            { code: 0, status: 'Delivered', count: 1, recipients: [to[0]] },
            { code: 150, status: 'Failed', count: 1, recipients: [to[1]] },
          ],
          total_message_count: 2,
          type: 'delivery_report_sms',
        },
      ]);
    }
  }
});

test('a recipient report has the documented members, the operator’s time in whole minutes', async () => {
  await using stack = await setUp();
  await stack.send(`+${NUMBER}4567`, {
    delivery_report: 'per_recipient_final',
    client_reference: 'one',
    body: 'a'.repeat(200),
    max_number_of_message_parts: 2,
  });
  await stack.send(`+${NUMBER}4567`, { delivery_report: 'per_recipient_final' });
  await stack.simulator.whenIdle();
  const reports = stack.receiver.received.map(({ body }) => body);
  const long = reports.find((report) => report['client_reference'] === 'one');
  const [message] = stack.simulator.messages();
  assert.match(String(long?.['operator_status_at']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:00Z$/);
  assert.deepEqual(
    { ...long, operator_status_at: undefined },
    {
      at: message?.finalAt,
      batch_id: message?.batchId,
      client_reference: 'one',
      code: 0,
      number_of_message_parts: 2,
      operator_status_at: undefined,
      recipient: `${NUMBER}4567`,
      status: 'Delivered',
      type: 'recipient_delivery_report_sms',
    },
  );
  const short = reports.find((report) => report !== long);
  assert.equal('number_of_message_parts' in (short ?? {}), false, 'no maximum was set');
  assert.equal('client_reference' in (short ?? {}), false, 'no client reference was given');
  assert.equal(reports.length, 2);
});

const REFUSED: Partial<Record<Behaviour, [number, string?]>> = {
  invalid_json: [400, 'syntax_invalid_json'],
  invalid_parameter_format: [400, 'syntax_invalid_parameter_format'],
  constraint_violation: [400, 'syntax_constraint_violation'],
  unknown_group: [403, 'unknown_group'],
  illegal_number_type: [403, 'illegal_number_type'],
  unknown_campaign: [403, 'unknown_campaign'],
  blocked_account: [403, 'blocked_account'],
  unauthorized: [401],
  not_found: [404],
  unavailable: [503],
};

test('a recipient that is refused is refused every time and never accepted', async () => {
  await using stack = await setUp();
  for (const [behaviour, [status, code]] of Object.entries(REFUSED) as [Behaviour, [number, string?]][]) {
    for (let i = 0; i < 2; i += 1) {
      const sent = await stack.sendTo(behaviour);
      assert.ok(typeof sent === 'object', behaviour);
      assert.equal(sent.response.status, status, behaviour);
      if (code !== undefined) assert.equal((JSON.parse(sent.text) as { code: string }).code, code);
    }
    assert.equal(stack.simulator.accepted(behaviour), 0, behaviour);
  }
});

/** What the first POST ends in, and how often the message is accepted after the first and after a second POST. */
const AT_FIRST: Partial<Record<Behaviour, [number | string, number, number]>> = {
  rate_limited_seconds: [429, 0, 1],
  rate_limited_date: [429, 0, 1],
  unavailable_once: [503, 0, 1],
  server_error_not_accepted: [500, 0, 1],
  reset_not_accepted: ['ECONNRESET', 0, 1],
  timeout_not_accepted: ['AbortError', 0, 1],
  server_error_accepted: [500, 1, 2],
  timeout_accepted: ['AbortError', 1, 2],
  reset_accepted: ['ECONNRESET', 1, 2],
  unreadable_response: [201, 1, 2],
  bad_gateway_accepted: [502, 1, 2],
  gateway_timeout_accepted: [504, 1, 2],
  hidden_accepted: [500, 1, 2],
  hidden_lost_callback: [500, 1, 2],
};

for (const [behaviour, [end, first, second]] of Object.entries(AT_FIRST) as [
  Behaviour,
  [number | string, number, number],
][]) {
  test(`${behaviour}: the first POST ends in ${end} and is accepted ${first} times, the second is answered 201`, async () => {
    await using stack = await setUp();
    const sent = await stack.sendTo(behaviour);
    assert.equal(typeof sent === 'string' ? sent : sent.response.status, end);
    assert.equal(stack.simulator.accepted(behaviour), first);
    const again = await stack.sendTo(behaviour);
    assert.ok(typeof again === 'object' && again.response.status === 201, 'the second POST is accepted');
    assert.match(again.text, /^\{"id":"\w{26}".*\}$/);
    assert.equal(stack.simulator.accepted(behaviour), second);
    await stack.simulator.whenIdle();
    assert.deepEqual(
      stack.reported(),
      Array.from({ length: behaviour === 'hidden_lost_callback' ? 0 : second }, () => 'Delivered 0'),
    );
  });
}

test('every magic recipient is tested', () => {
  const tested = [REPORTS, REFUSED, AT_FIRST].flatMap((table) => Object.keys(table));
  assert.deepEqual(tested.sort(), MAGIC_RECIPIENTS.map(({ behaviour }) => behaviour as string).sort());
});

test('Retry-After comes in seconds or as a date that is no earlier', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1, 0, 0, 0, 400));
  await using simulator = await startSimulator({ clock });
  const { send } = xmsCalls(simulator);
  const inSeconds = await send(recipientOf('rate_limited_seconds'));
  assert.equal(inSeconds.headers.get('retry-after'), '1');
  const asDate = await send(recipientOf('rate_limited_date'));
  assert.equal(asDate.headers.get('retry-after'), 'Thu, 01 Jan 2026 00:00:02 GMT');
});

test('an unreadable answer is JSON that is cut off', async () => {
  await using stack = await setUp();
  const sent = await stack.sendTo('unreadable_response');
  assert.ok(typeof sent === 'object', 'the POST is answered');
  assert.equal(sent.response.headers.get('content-type'), 'application/json');
  assert.throws(() => JSON.parse(sent.text) as unknown, SyntaxError);
});

test('a one-time fault is counted for each client reference and recipient', async () => {
  await using stack = await setUp();
  const recipient = recipientOf('unavailable_once');
  const statuses = [];
  for (const client_reference of ['a', 'b', 'a', 'b']) {
    statuses.push((await stack.send(recipient, { client_reference })).status);
  }
  assert.deepEqual(statuses, [503, 503, 201, 201]);
});

test('a mix is drawn by its weights, the same for the same seed whatever the order', async () => {
  const mix = { delivered: 80, failed: 15, rejected: 5, unknown: 0 };
  const draw = async (seed: number, order: readonly number[]) => {
    const clock = createManualClock();
    await using simulator = await startSimulator({ mix, seed, clock });
    const { send } = xmsCalls(simulator);
    for (const i of order) await send(`4917012${10_000 + i}`, { client_reference: `r${i}` });
    clock.advance(10_000);
    const outcomes = simulator.messages().map((message) => `${message.clientReference} ${message.finalStatus}`);
    return { counts: simulator.counts().finals, outcomes: outcomes.sort() };
  };
  const order = Array.from({ length: 200 }, (_, i) => i);
  const [one, same, other] = [await draw(7, order), await draw(7, order.toReversed()), await draw(8, order)];
  assert.deepEqual(one, same);
  assert.notDeepEqual(one, other);
  const { Delivered = 0, Failed = 0, Rejected = 0 } = one.counts;
  assert.equal(Delivered + Failed + Rejected, 200);
  const isNearWeights =
    Delivered > 140 && Delivered < 180 && Failed > 15 && Failed < 50 && Rejected > 1 && Rejected < 25;
  assert.ok(isNearWeights, JSON.stringify(one.counts));
});

test('magic recipients keep their behaviour under a mix', async () => {
  const clock = createManualClock();
  await using simulator = await startSimulator({ mix: { failed: 1 }, clock });
  await xmsCalls(simulator).send(recipientOf('delivered'));
  clock.advance(10_000);
  assert.deepEqual(simulator.counts(), {
    posts: 1,
    accepted: 1,
    messages: 1,
    finals: { Delivered: 1 },
    withoutFinal: 0,
  });
});

test('reports come around the report delay, spread but never under 0.6 or over 3 times it', async () => {
  const clock = createManualClock(0);
  await using simulator = await startSimulator({ clock, reportDelayMs: 1000 });
  const { send } = xmsCalls(simulator);
  for (let i = 0; i < 100; i += 1) await send(`4917012${10_000 + i}`);
  clock.advance(10_000);
  const delays = simulator.messages().map(({ finalAt }) => Date.parse(finalAt ?? ''));
  const isSpread = Math.min(...delays) >= 600 && Math.max(...delays) <= 3000 && new Set(delays).size > 50;
  assert.ok(isSpread, delays.join());
  const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
  assert.ok(mean > 850 && mean < 1150, `${mean}`);
});
