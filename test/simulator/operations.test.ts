import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPERATIONS, startSimulator } from '../../src/simulator/index.ts';
import { xmsCalls } from './xms-calls.ts';

test('the overview and the root say which operations of Sinch there are, and each of them is there', async () => {
  await using simulator = await startSimulator();
  const pages = await Promise.all(
    ['/', '/_simulator'].map(async (path) => (await fetch(`${simulator.url}${path}`)).json()),
  );
  for (const page of pages as { operations: { operation: string }[]; not_there: string }[]) {
    const named = page.operations.map(({ operation }) => operation);
    assert.deepEqual(
      named,
      OPERATIONS.map(({ method, path }) => `${method} /xms/v1/{service_plan_id}/${path}`),
    );
    assert.match(page.not_there, /no groups/);
  }
  for (const { method, path } of OPERATIONS) {
    const url = `${simulator.url}/xms/v1/demo-plan/${path.replace(/\{\w+\}/g, '1')}`;
    const withoutToken = await fetch(url, { method });
    assert.equal(withoutToken.status, 401, `${method} ${path}: there, and asks for the token first`);
  }
});

test('what it does not have is a bare 404 as of Sinch, with words in a header', async () => {
  await using simulator = await startSimulator();
  const { get, post } = xmsCalls(simulator);
  for (const answer of [
    await get('nothing'),
    await get('batches/1/nothing'),
    await get('batches//delivery_report'),
    await post('groups', { name: 'All' }),
    await get('groups/1/members/2'),
  ]) {
    assert.deepEqual([answer.status, answer.text], [404, '']);
    assert.match(answer.headers.get('x-simulator') ?? '', /no operation at this path; GET \/_simulator lists/);
  }
  const elsewhere = await fetch(`${simulator.url}/v1/projects`);
  assert.match(elsewhere.headers.get('x-simulator') ?? '', /^Sinch's API is below \/xms\/v1\//);
  assert.equal((await get('groups/1')).headers.get('x-simulator'), null, 'known, and not there');
});

test('a text comes in over HTTP, and what is wrong with it is named', async () => {
  await using simulator = await startSimulator();
  const receive = (body: unknown, type = 'application/json') =>
    fetch(`${simulator.url}/_simulator/inbounds`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: JSON.stringify(body),
    });
  const taken = await receive({ from: '+44 7400 123456', to: '12345', body: 'STOP' });
  assert.equal(taken.status, 201);
  const { id } = (await taken.json()) as { id: string };
  const { body } = await xmsCalls(simulator).get(`inbounds/${id}`);
  assert.deepEqual(
    [body['from'], body['to'], body['body'], body['type']],
    ['447400123456', '12345', 'STOP', 'mo_text'],
  );
  for (const [wrong, words] of [
    [{ to: '12345', body: 'x' }, /^from: /],
    [{ from: 'somebody', to: '12345', body: 'x' }, /^inbound\.from: /],
    [{ from: '447400123456', to: '12345', body: 'x'.repeat(2_001) }, /^inbound\.body: .*2000 characters/],
    [{ plan: 'other', from: '447400123456', to: '12345', body: 'x' }, /^servicePlanId: expected one of demo-plan/],
  ] as const) {
    const answer = await receive(wrong);
    assert.equal(answer.status, 400);
    assert.match(((await answer.json()) as { error: string }).error, words);
  }
  assert.equal((await receive({}, 'text/plain')).status, 415);
});

test("a text comes back with the ids that India's operators ask for", async () => {
  await using simulator = await startSimulator();
  const { get, send } = xmsCalls(simulator);
  const ids = { dlt_template_id: '1107161234567890123', dlt_principal_entity_id: '1101234567890123456' };
  const { body } = await send('919876543210', ids);
  const shown = (await get(`batches/${String(body['id'])}`)).body;
  for (const answer of [body, shown]) {
    assert.deepEqual([answer['dlt_template_id'], answer['dlt_principal_entity_id']], Object.values(ids));
  }
  assert.equal((await send('919876543210', { dlt_template_id: 5 })).body['code'], 'syntax_invalid_parameter_format');
});
