import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { SweepStatus } from '../../src/client/index.ts';
import { NO_REPORTS } from '../../src/contract/sweep.ts';
import { type AdminApp, startAdminApp } from './admin-app.ts';
import { assertProblem } from './http-fixture.ts';

const started: { servicePlanId: string; projectId: string; since: string }[] = [];
const RUNNING: SweepStatus = {
  ...NO_REPORTS,
  state: 'running',
  reports: 40,
  signalled: 40,
  seen: 100,
  total: 250,
  startedAt: '2026-11-25T12:00:00.000Z',
  seconds: 2.5,
};

let app: AdminApp;
before(async () => {
  app = await startAdminApp({
    sweeps: {
      start: (sweep) => Promise.resolve(`sweep-${started.push(sweep)}`),
      status: ({ servicePlanId, projectId, sweepId }) =>
        Promise.resolve(`${servicePlanId} ${projectId} ${sweepId}` === 'plan-main shop sweep-1' ? RUNNING : undefined),
    },
  });
});
after(() => app?.[Symbol.asyncDispose]());

const since = new Date(Date.now() - 3_600_000).toISOString();
const post = (path: string, body: unknown) =>
  app.call('POST', `/v1/projects/shop${path}`, { headers: app.as.sender, body });
const get = (path: string) => app.call('GET', `/v1/projects/shop${path}`, { headers: app.as.sender });

test("a sweep is started for an integration's plan, and shown", async () => {
  const answer = await post('/integrations/main/sweeps', { since });
  assert.equal(answer.status, 201, answer.text);
  assert.deepEqual(answer.json, { sweepId: 'sweep-1', integrationId: 'main', servicePlanId: 'plan-main', since });
  assert.deepEqual(started.at(-1), { servicePlanId: 'plan-main', projectId: 'shop', since });
  const shown = await get('/integrations/main/sweeps/sweep-1');
  assert.equal(shown.status, 200);
  assert.deepEqual(shown.json, { sweepId: 'sweep-1', integrationId: 'main', servicePlanId: 'plan-main', ...RUNNING });
  assertProblem(await get('/integrations/main/sweeps/sweep-9'), 404, 'unknown_sweep');
});

test('one is started for each plan with an enabled integration', async () => {
  const plan = { region: 'us', apiToken: 'token-that-nobody-sees' };
  const by = { headers: app.as.admin };
  const add = (body: object) => app.call('POST', '/v1/projects/shop/integrations', { ...by, body });
  await add({ ...plan, id: 'second', name: 'Second', servicePlanId: 'plan-second' });
  await add({ ...plan, id: 'third', name: 'Third', servicePlanId: 'plan-second' });
  await add({ ...plan, id: 'off', name: 'Off', servicePlanId: 'plan-off' });
  await app.call('POST', '/v1/projects/shop/integrations/off/disable', by);
  const { json } = await post('/sweeps', { since });
  const sweeps = json['sweeps'] as { servicePlanId: string }[];
  assert.deepEqual(sweeps.map(({ servicePlanId }) => servicePlanId).sort(), ['plan-main', 'plan-second']);
});

test('a time with another offset is taken, and answered in UTC', async () => {
  const answer = await post('/integrations/main/sweeps', { since: since.replace('Z', '+00:00') });
  assert.equal(answer.json['since'], since);
});

test('nothing is started without a usable time, or for an integration of nobody', async () => {
  const before = started.length;
  const days = (count: number): string => new Date(Date.now() + count * 86_400_000).toISOString();
  for (const body of [{}, [], 'x', { since: 5 }, { since: '1h' }, { since: days(1) }, { since: days(-15) }]) {
    const answer = await post('/integrations/main/sweeps', body);
    assertProblem(answer, 400, 'invalid_body');
  }
  assertProblem(await post('/sweeps', { since, other: 1 }), 400, 'invalid_body');
  assertProblem(await post('/integrations/nobody/sweeps', { since }), 404, 'unknown_integration');
  assert.equal(started.length, before);
});
