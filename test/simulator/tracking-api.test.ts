import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DEMO_TRACKING_PROJECT, type SimulatedTrackingApi, startTrackingApi } from '../../src/simulator/index.ts';

const { projectToken, keyId, keySecret } = DEMO_TRACKING_PROJECT;

let platform: SimulatedTrackingApi;
before(async () => {
  platform = await startTrackingApi();
});
after(() => platform.close());

function eventOf(id: string, changes: Record<string, unknown> = {}) {
  return {
    customer_ids: { registered: 'ada' },
    event_type: 'campaign',
    timestamp: 1_795_168_805.678,
    properties: { status: 'delivered', event_id: id },
    ...changes,
  };
}

async function call(path: string, body: unknown, key = `${keyId}:${keySecret}`) {
  const response = await fetch(`${platform.url}/track/v2/projects/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${Buffer.from(key).toString('base64')}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>) };
}

const batch = (events: readonly unknown[], key?: string) =>
  call(
    `${projectToken}/batch`,
    { commands: events.map((data, index) => ({ name: 'customers/events', command_id: `c-${index}`, data })) },
    key,
  );

async function control(path: string, body?: unknown) {
  const response = await fetch(
    `${platform.url}/_tracking${path}`,
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  );
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('takes a batch and a single event, and counts how often each came', async () => {
  const { status, body } = await batch([eventOf('one'), eventOf('two')]);
  assert.equal(status, 200);
  assert.deepEqual(body?.['results'], [
    { command_id: 'c-0', success: true },
    { command_id: 'c-1', success: true },
  ]);
  assert.deepEqual((await call(`${projectToken}/customers/events`, eventOf('one'))).body, { success: true });
  assert.deepEqual(['one', 'two', 'three'].map(platform.taken), [2, 1, 0]);
  assert.deepEqual((await control('/taken?event_id=one')).body, { event_id: 'one', taken: 2 });
  assert.equal((await control('/counts')).body['doubled'], 1);
  assert.equal(((await control('/events?page_size=1')).body['events'] as unknown[]).length, 1);
});

test('refuses a wrong command alone, and a wrong batch whole', async () => {
  const { body } = await batch([eventOf('good'), eventOf('nobody', { customer_ids: {} })]);
  assert.deepEqual(body?.['results'], [
    { command_id: 'c-0', success: true },
    { command_id: 'c-1', success: false, errors: ['At least one id should be specified.'] },
  ]);
  assert.equal((await batch(Array.from({ length: 51 }, (_, index) => eventOf(`many-${index}`)))).status, 400);
  assert.deepEqual(await call(`${projectToken}/batch`, '{'), {
    status: 400,
    body: { success: false, message: 'Invalid JSON' },
  });
  assert.equal((await call(`${projectToken}/customers/events`, eventOf('x', { event_type: '' }))).status, 400);
  assert.equal(platform.taken('nobody'), 0);
});

test('asks for the key of the project', async () => {
  assert.equal((await batch([eventOf('key')], `other:${keySecret}`)).status, 401);
  assert.equal((await batch([eventOf('key')], `${keyId}:other`)).status, 403);
  assert.equal((await call('another/batch', { commands: [] })).status, 403);
  assert.equal((await control('/keys', { project: projectToken, key_secret: 'new' })).status, 200);
  assert.equal((await batch([eventOf('key')])).status, 403);
  assert.equal((await batch([eventOf('key')], `${keyId}:new`)).status, 200);
  platform.setProject(DEMO_TRACKING_PROJECT);
});

test('has faults, which can be set over HTTP', async () => {
  await control('/faults', { fault: { answer: { status: 429 }, every: 2, times: 1 } });
  assert.equal((await batch([eventOf('fault-1')])).status, 200);
  assert.equal((await batch([eventOf('fault-2')])).status, 429);
  assert.equal((await batch([eventOf('fault-3')])).status, 200);
  assert.deepEqual(['fault-1', 'fault-2', 'fault-3'].map(platform.taken), [1, 0, 1]);
  assert.deepEqual((await control('/faults')).body, { faults: {} });

  platform.setFault('*', { answer: { status: 500 }, carryOut: true });
  assert.equal((await batch([eventOf('fault-4')])).status, 500);
  platform.setFault('*', { answer: 'reset' });
  await assert.rejects(batch([eventOf('fault-5')]));
  platform.setFault(projectToken, { refuse: { ids: ['fault-6'] }, slowMs: 5 });
  const { body } = await batch([eventOf('fault-6'), eventOf('fault-7')]);
  assert.deepEqual(
    ((body?.['results'] ?? []) as { success: boolean }[]).map(({ success }) => success),
    [false, true],
  );
  assert.deepEqual(['fault-4', 'fault-5', 'fault-6', 'fault-7'].map(platform.taken), [1, 0, 0, 1]);
  platform.setFault(projectToken, undefined);
  assert.equal((await control('/faults', { fault: null })).status, 200);
});

test('says what is wrong with a fault', async () => {
  for (const [fault, wrong] of [
    [{ anser: 'hang' }, /anser/],
    [{ answer: { status: 99 } }, /answer/],
    [{ refuse: { every: 0 } }, /refuse/],
    [{ times: 0 }, /times/],
    [{ slowMs: -1 }, /slowMs/],
    ['hang', /object/],
  ] as const) {
    const { status, body } = await control('/faults', { fault });
    assert.equal(status, 400);
    assert.match(String(body['error']), wrong);
  }
  assert.equal((await control('/faults', { project: 'nobody', fault: {} })).status, 400);
  assert.equal((await control('/nothing')).status, 404);
});
