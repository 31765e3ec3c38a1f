/** What is counted of HTTP, and who may see it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Database, openDatabase } from '../../src/db/index.ts';
import { createCountedIntake, type Intake, type IntakeAnswer } from '../../src/intake/index.ts';
import { createMetrics } from '../../src/metrics/index.ts';
import { startAdminApp } from './admin-app.ts';
import { API_KEY, assertProblem, METRICS_KEY, sms, startApp, type TestApp } from './http-fixture.ts';
import { NO_QUEUES } from '../metrics/no-queues.ts';

let database: Database;
before(async () => {
  database = await openDatabase({ memory: true });
});
after(() => database?.close());

async function linesOf(app: TestApp, name: string): Promise<string[]> {
  const { text } = await app.call('GET', '/metrics', { headers: { authorization: `Bearer ${METRICS_KEY}` } });
  return text.split('\n').filter((line) => line.startsWith(name));
}

test('counts requests by the pattern of their route and by status, and times them', async () => {
  await using app = await startApp({ database });
  await app.get('/v1/projects/shop/messages/none-such');
  await app.get('/v1/projects/shop/messages/none-such-either');
  await app.call('GET', '/v1/projects/shop/messages', { headers: {} });
  await app.get('/v1/no-such-route/of-somebody');
  await app.call('GET', '/healthz', { headers: {} });
  await app.call('POST', '/webhooks/sinch/main/the-secret', { headers: {} });
  assert.deepEqual((await linesOf(app, 'sinch_http_requests_total')).sort(), [
    'sinch_http_requests_total{route="ALL /webhooks/sinch/*",status="202"} 1',
    'sinch_http_requests_total{route="GET /healthz",status="200"} 1',
    'sinch_http_requests_total{route="GET /v1/projects/{projectId}/messages",status="401"} 1',
    'sinch_http_requests_total{route="GET /v1/projects/{projectId}/messages/{messageId}",status="404"} 2',
    'sinch_http_requests_total{route="unknown",status="404"} 1',
  ]);
  const timed = await linesOf(app, 'sinch_http_request_seconds_count');
  assert.ok(timed.includes('sinch_http_request_seconds_count{route="GET /healthz"} 1'), timed.join('\n'));
  app.assertDiscreet(app.log);
});

test('shows metrics to who has their key or the deployment key, and lets that key do nothing else', async () => {
  await using app = await startAdminApp();
  const key = { 'x-api-key': METRICS_KEY };
  for (const headers of [
    key,
    { authorization: `Bearer ${METRICS_KEY}` },
    { authorization: `Basic ${Buffer.from(`prometheus:${METRICS_KEY}`).toString('base64')}` },
    { 'x-api-key': API_KEY },
  ]) {
    const { status, headers: answered } = await app.call('GET', '/metrics', { headers });
    assert.equal(status, 200);
    assert.match(answered.get('content-type') ?? '', /^text\/plain/);
  }
  assertProblem(await app.call('GET', '/metrics', { headers: {} }), 401, 'unauthenticated');
  assertProblem(await app.call('GET', '/metrics', { headers: app.as.admin }), 403, 'forbidden');
  assertProblem(await app.call('POST', '/v1/projects', { headers: key, body: { id: 'mine' } }), 403, 'forbidden');
  for (const path of ['/v1/projects/shop/messages', '/v1/projects/shop/settings']) {
    assertProblem(await app.call('GET', path, { headers: key }), 404, 'unknown_project');
  }
  const code = await app.call('GET', '/v1/codes/smpp/150', { headers: key });
  assertProblem(code, 403, 'forbidden');
  assert.match(String(code.json['detail']), /METRICS_KEY is for GET \/metrics alone/);
});

test('counts what each recipient was answered, and those whose request has to be made again', async () => {
  const metrics = createMetrics({
    gauges: { ...NO_QUEUES, sinch_plan_held: async () => [], sinch_starts_waiting: () => Promise.resolve([]) },
    log: { warn: () => undefined },
  });
  const answers: IntakeAnswer[] = [
    { success: true, messageId: 'm-1', status: 'waiting_to_send', workflowId: 'sinch/shop/m-1' },
    { success: false, messageId: 'm-2', status: 'skipped', errors: [] },
    { success: false, status: 'refused', errors: [] },
  ];
  let away = false;
  const answerOr503 = <T>(answer: T): Promise<T> =>
    away ? Promise.reject(new Error('the database is away')) : Promise.resolve(answer);
  const inner: Intake = {
    take: () => answerOr503(answers[0] as IntakeAnswer),
    takeMany: () => answerOr503(answers),
  };
  await using app = await startApp({ database, metrics, intake: createCountedIntake(inner, metrics) });
  assert.equal((await app.post('/v1/projects/shop/messages', sms)).status, 200);
  assert.equal((await app.post('/v1/projects/shop/messages/batch', [sms, sms, sms])).status, 200);
  away = true;
  assert.equal((await app.post('/v1/projects/shop/messages', sms)).status, 503);
  assert.equal((await app.post('/v1/projects/shop/messages/batch', [sms, sms])).status, 503);
  assert.deepEqual((await linesOf(app, 'sinch_intake_answers_total')).sort(), [
    'sinch_intake_answers_total{projectId="shop",status="failed"} 3',
    'sinch_intake_answers_total{projectId="shop",status="refused"} 1',
    'sinch_intake_answers_total{projectId="shop",status="skipped"} 1',
    'sinch_intake_answers_total{projectId="shop",status="waiting_to_send"} 2',
  ]);
});
