import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Region } from '../../src/settings/index.ts';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';
import {
  type ConnectionTest,
  createSinchClients,
  type SinchClients,
  testConnection,
  type TestedIntegration,
} from '../../src/sinch/index.ts';
import { answering, closedPort, startHost } from './scripted-host.ts';

const TOKEN = 'token-that-nobody-sees';

/** Two regions of Sinch with a plan each. */
let eu: Simulator;
let us: Simulator;
let clients: SinchClients;
before(async () => {
  eu = await startSimulator({ plans: [{ servicePlanId: 'plan-eu', apiToken: TOKEN }] });
  us = await startSimulator({ plans: [{ servicePlanId: 'plan-us', apiToken: TOKEN }] });
  clients = createSinchClients({ lookupTimeoutMs: 1_000, connectTimeoutMs: 1_000, allowPrivateHosts: true });
});
after(async () => {
  await Promise.all([clients?.close(), eu?.close(), us?.close()]);
});

const baseUrlOf = (region: Region): string => (region === 'us' ? us.url : eu.url);

async function check(changes: Partial<TestedIntegration>): Promise<ConnectionTest> {
  const integration = { servicePlanId: 'plan-eu', region: 'eu' as const, baseUrl: eu.url, apiToken: TOKEN, ...changes };
  const result = await testConnection(integration, { clients, baseUrlOf });
  assert.doesNotMatch(JSON.stringify(result), new RegExp(`${TOKEN}|not-the-token`));
  assert.equal(result.ok, result.verdict === 'works');
  return result;
}

test('says that plan, token and region work, with one request that sends nothing', async () => {
  const before = eu.requests().length;
  const result = await check({});
  assert.equal(result.verdict, 'works');
  assert.equal(result.statusCode, 200);
  assert.match(result.explanation, /^Sinch takes the API token for service plan plan-eu at 127\.0\.0\.1:\d+\.$/);
  assert.deepEqual(
    eu
      .requests()
      .slice(before)
      .map(({ method }) => method),
    ['GET'],
  );
});

test('says that token or plan is wrong where no region takes them', async () => {
  for (const changes of [{ apiToken: 'not-the-token' }, { servicePlanId: 'no-plan' }]) {
    const result = await check(changes);
    assert.equal(result.verdict, 'token_or_plan');
    assert.match(result.explanation, /API token or the service plan id is wrong.*HTTP 401.*no other region takes it/);
  }
});

test('says that the region is wrong, and which one is right', async () => {
  const result = await check({ servicePlanId: 'plan-us' });
  assert.deepEqual([result.verdict, result.workingRegion], ['region', 'us']);
  assert.match(result.explanation, /The region is wrong: service plan plan-us is in region us/);
});

test('does not carry the token of a custom host to other hosts', async () => {
  const before = us.requests().length;
  const result = await check({ servicePlanId: 'plan-us', region: 'custom' });
  assert.equal(result.verdict, 'token_or_plan');
  assert.match(result.explanation, /A plan of another region is refused in the same way/);
  assert.equal(us.requests().length, before);
});

test('tells a failing provider, a forbidden account and a wrong plan from a wrong token', async () => {
  const cases = [
    [{ status: 500 }, 'provider', /cannot answer at the moment \(HTTP 500\)/],
    [{ status: 503 }, 'provider', /nothing is known about token, plan and region/],
    [{ status: 429 }, 'provider', /HTTP 429/],
    [
      { status: 403, body: { code: 'blocked_account', text: 'Blocked' } },
      'account',
      /HTTP 403, blocked_account, Blocked/,
    ],
    [{ status: 404 }, 'plan', /service plan id is wrong.*HTTP 404/],
    [{ status: 400, body: { status: 400, error: 'Bad Request' } }, 'plan', /HTTP 400/],
    [
      { status: 407 },
      'network',
      /somebody on the way to 127.* in the place of Sinch \(HTTP 407\)\. .*demands credentials/,
    ],
    [{ status: 402 }, 'network', /in the place of Sinch \(HTTP 402\)/],
    [{ status: 403 }, 'network', /in the place of Sinch \(HTTP 403\)/],
    [{ status: 200, body: { status: 'ok' } }, 'network', /in the place of Sinch \(HTTP 200, no list of batches\)/],
    [{ status: 302, headers: { location: 'https://elsewhere.example' } }, 'address', /HTTP 302/],
  ] as const;
  for (const [answer, verdict, words] of cases) {
    eu.setFault('plan-eu', { answer, times: 1 });
    const result = await check({});
    assert.deepEqual([result.verdict, result.statusCode], [verdict, answer.status]);
    assert.match(result.explanation, words);
  }
});

test('tells what is wrong with the network', async () => {
  eu.setFault('plan-eu', { answer: 'hang', times: 1 });
  const cases = [
    [await check({}), /did not answer in time.*DEADLINE_EXCEEDED/],
    [(eu.setFault('plan-eu', { answer: 'reset', times: 1 }), await check({})), /broke the connection off/],
    [await check({ baseUrl: `http://127.0.0.1:${await closedPort()}` }), /takes no connection.*ECONNREFUSED/],
    [await check({ baseUrl: 'http://sinch.invalid' }), /the name sinch\.invalid is not known/],
    [await check({ baseUrl: eu.url.replace('http:', 'https:') }), /no secure connection to/],
    [await check({ apiToken: 'not-the-token\n' }), /no request could be made/],
  ] as const;
  for (const [result, words] of cases) {
    assert.deepEqual([result.verdict, result.statusCode], ['network', undefined], result.explanation);
    assert.match(result.explanation, /^The network: /);
    assert.match(result.explanation, words);
  }
});

test('says that a host which answers something else is not Sinch', async () => {
  for (const script of [answering(200, '<html>Welcome</html>'), answering(204), answering(200, '{"ok":true}')]) {
    await using host = await startHost(script);
    const result = await check({ region: 'custom', baseUrl: host.baseUrl });
    assert.equal(result.verdict, 'address');
    assert.match(result.explanation, /does not answer as Sinch does \(HTTP 20[04], no list of batches\)/);
  }
  await using missing = await startHost(answering(404, 'Not found'));
  assert.equal((await check({ region: 'custom', baseUrl: missing.baseUrl })).verdict, 'address');
});
