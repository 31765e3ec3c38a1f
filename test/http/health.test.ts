import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Database, openDatabase } from '../../src/db/index.ts';
import { startApp } from './http-fixture.ts';

let database: Database;
before(async () => {
  database = await openDatabase({ memory: true });
});
after(() => database?.close());

const away = (): Promise<void> => Promise.reject(new Error('14 UNAVAILABLE: no connection established'));

test('says that it lives to whoever asks, whatever else is away', async () => {
  await using app = await startApp({ database, readiness: { temporal: away } });
  const answer = await app.call('GET', '/healthz', { headers: {} });
  assert.deepEqual([answer.status, answer.json], [200, { status: 'ok' }]);
});

test('says that it is ready while every part is', async () => {
  const readiness = { database: () => database.ping(), temporal: () => Promise.resolve() };
  await using app = await startApp({ database, readiness });
  const answer = await app.call('GET', '/readyz', { headers: {} });
  assert.deepEqual([answer.status, answer.json], [200, { status: 'ok', database: 'ok', temporal: 'ok', plans: 'ok' }]);
});

test('is ready while Sinch refuses a plan, and says which integration that concerns', async () => {
  const list = async () => [
    {
      servicePlanId: 'plan-main',
      since: '2026-11-20T10:00:00.000Z',
      refusal: { statusCode: 401, comment: 'Sinch does not take the API token' },
    },
  ];
  const planHolds = { list, find: async () => undefined, probe: async () => true };
  await using app = await startApp({ database, planHolds });
  const answer = await app.call('GET', '/readyz', { headers: {} });
  assert.equal(answer.status, 200);
  assert.equal(
    answer.json['plans'],
    'main held since 2026-11-20T10:00:00.000Z: HTTP 401, Sinch does not take the API token',
  );
});

test('names the part that is not ready', async () => {
  const closed = await openDatabase({ memory: true });
  await closed.close();
  await using app = await startApp({
    database,
    readiness: {
      database: () => closed.ping(),
      temporal: away,
      hanging: () => new Promise(() => undefined),
      fine: () => Promise.resolve(),
    },
  });
  const answer = await app.call('GET', '/readyz', { headers: {} });
  assert.equal(answer.status, 503);
  const { status, database: ofDatabase, temporal, hanging, fine } = answer.json;
  assert.deepEqual([status, fine], ['unavailable', 'ok']);
  assert.match(String(ofDatabase), /closed/);
  assert.match(String(temporal), /UNAVAILABLE/);
  assert.match(String(hanging), /No answer within/);
});
