import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { AdminApp } from './admin-app.ts';
import { startAdminApp } from './admin-app.ts';
import { openDatabase } from '../../src/db/index.ts';
import { createSqlSink } from '../../src/events/index.ts';
import { sampleEvent, sampleRecord } from '../helpers/messages.ts';
import { assertProblem, sms, startApp, type Answer } from './http-fixture.ts';

const TOKEN = 'token-that-nobody-sees';

let app: AdminApp;
before(async () => {
  app = await startAdminApp();
});
after(() => app?.[Symbol.asyncDispose]());

const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
  app.call(method, `/v1/projects/shop${path}`, {
    headers: app.as.admin,
    ...(body === undefined ? {} : { body }),
  });

/** The problem of a body whose members are wrong, each named. */
function fieldsOf(answer: Answer): string[] {
  assert.equal(answer.status, 422, answer.text);
  assert.equal(answer.json['code'], 'invalid_settings');
  const errors = answer.json['errors'] as { field: string; message: string }[];
  for (const { message } of errors) assert.notEqual(message, '');
  return errors.map(({ field }) => field);
}

const second = { id: 'second', name: 'Second', servicePlanId: 'plan-second', region: 'us', apiToken: TOKEN };

test('an integration whose plan Sinch refuses says so, and a change of it has the plan probed', async () => {
  const hold = {
    servicePlanId: 'plan-main',
    since: '2026-11-20T10:00:00.000Z',
    refusal: { statusCode: 401, comment: 'Sinch does not take the API token' },
  };
  const probed: string[] = [];
  await using held = await startAdminApp({
    planHolds: {
      list: async () => [hold],
      find: async () => hold,
      probe: async (servicePlanId) => probed.push(servicePlanId) > 0,
    },
  });
  const path = '/v1/projects/shop/integrations/main';
  const shown = await held.call('GET', path, { headers: held.as.admin });
  assert.deepEqual(shown.json['held'], {
    since: hold.since,
    status_code: 401,
    comment: 'Sinch does not take the API token',
  });
  await held.call('PATCH', path, { headers: held.as.admin, body: { apiToken: 'the-right-token' } });
  assert.deepEqual(probed, ['plan-main']);
});

test('an integration is added, shown, listed, changed, disabled, enabled and archived', async () => {
  const added = await call('POST', '/integrations', second);
  assert.equal(added.status, 201, added.text);
  assert.deepEqual([added.json['id'], added.json['state'], added.json['isDefault']], ['second', 'enabled', false]);
  assert.match(String(added.json['callbackUrl']), /^https:\/\/sms\.example\/webhooks\/sinch\/second\/.{22,}$/);
  assert.deepEqual((await call('GET', '/integrations/second')).json, added.json);

  const changed = await call('PATCH', '/integrations/second', { messagesPerSecond: 12, name: 'Other' });
  assert.deepEqual([changed.json['messagesPerSecond'], changed.json['name']], [12, 'Other']);
  assert.equal((await call('POST', '/integrations/second/disable')).json['state'], 'disabled');
  assert.equal((await call('POST', '/integrations/second/enable')).json['state'], 'enabled');

  const pages: string[] = [];
  for (let query: string | undefined = '?limit=1'; query !== undefined;) {
    const { integrations, nextCursor } = (await call('GET', `/integrations${query}`)).json as {
      integrations: { id: string }[];
      nextCursor?: string;
    };
    pages.push(...integrations.map(({ id }) => id));
    query = nextCursor === undefined ? undefined : `?limit=1&cursor=${encodeURIComponent(nextCursor)}`;
  }
  assert.deepEqual(pages.sort(), ['main', 'second']);

  const archived = await call('POST', '/integrations/second/archive');
  assert.equal(archived.json['state'], 'archived');
  assertProblem(await call('POST', '/integrations/second/enable'), 409, 'integration_archived');
  assertProblem(await call('PATCH', '/integrations/second', { name: 'Late' }), 409, 'integration_archived');
});

test('plan and region are corrected until Sinch has accepted a message, and former plans are shown and probed', async () => {
  const probed: string[] = [];
  await using other = await startAdminApp({
    planHolds: {
      list: async () => [],
      find: async () => undefined,
      probe: async (servicePlanId) => probed.push(servicePlanId) > 0,
    },
    testConnection: async () => ({ ok: true, verdict: 'works', explanation: 'It works.', tookMs: 1 }),
  });
  const change = (body: object) =>
    other.call('PATCH', '/v1/projects/shop/integrations/main', { headers: other.as.admin, body });
  const corrected = await change({ servicePlanId: 'plan-right', region: 'us' });
  assert.equal(corrected.status, 200, corrected.text);
  const { servicePlanId, formerServicePlanIds, region, baseUrl } = corrected.json;
  assert.deepEqual(
    [servicePlanId, formerServicePlanIds, region, baseUrl],
    ['plan-right', ['plan-main'], 'us', 'https://us.sms.api.sinch.com'],
  );
  assert.deepEqual(probed.splice(0), ['plan-right', 'plan-main']);
  await other.call('POST', '/v1/projects/shop/integrations/main/test', { headers: other.as.admin });
  assert.deepEqual(probed, ['plan-right', 'plan-main']);
  assertProblem(await change({ baseUrl: 'https://sinch.internal' }), 422, 'host_not_allowed');

  const taken = await other.call('POST', '/v1/projects/shop/messages', {
    headers: other.as.sender,
    body: { ...sms, sender: 'Shop' },
  });
  assert.equal(taken.json['success'], true, taken.text);
  const [message] = other.started;
  assert.ok(message);
  assert.equal((await change({ region: 'eu' })).status, 200, 'a message that waits fixes nothing');
  const enqueued = sampleEvent(message, { status: 'enqueued' });
  await createSqlSink(other.database).record(sampleRecord(message, { events: [enqueued] }));
  const refused = await change({ servicePlanId: 'plan-main' });
  assertProblem(refused, 409, 'fixed_once_created');
  assert.match(String(refused.json['detail']), /Sinch has accepted messages through it, such as m-1/);
});

test('the default SMS provider is set by an admin, and cannot be disabled or archived', async () => {
  await call('POST', '/integrations', { ...second, id: 'third', servicePlanId: 'plan-third' });
  const settings = await call('PATCH', '/settings', { defaultIntegrationId: 'third' });
  assert.equal(settings.json['defaultIntegrationId'], 'third');
  assertProblem(await call('POST', '/integrations/third/disable'), 409, 'default_integration');
  assertProblem(await call('POST', '/integrations/third/archive'), 409, 'default_integration');
  await call('PATCH', '/settings', { defaultIntegrationId: 'main' });
  await call('POST', '/integrations/third/disable');
  assertProblem(await call('PATCH', '/settings', { defaultIntegrationId: 'third' }), 409, 'integration_not_enabled');
  assertProblem(await call('PATCH', '/settings', { defaultIntegrationId: 'none' }), 404, 'unknown_integration');
});

test('an integration that messages wait for is not archived', async () => {
  await call('POST', '/integrations', { ...second, id: 'busy', servicePlanId: 'plan-busy' });
  const taken = await app.call('POST', '/v1/projects/shop/messages', {
    headers: app.as.sender,
    body: { ...sms, sender: 'Shop', integrationId: 'busy' },
  });
  assert.equal(taken.json['success'], true, 'a key of a sender starts messages');
  assertProblem(await call('POST', '/integrations/busy/archive'), 409, 'messages_waiting');
});

test('members that are wrong or unknown are refused by name, and nothing is changed', async () => {
  assert.deepEqual(
    fieldsOf(
      await call('POST', '/integrations', {
        ...second,
        id: 'a b',
        region: 'mars',
        colour: 'red',
        callbackAuth: { type: 'hmac', secrets: [], salt: 1 },
      }),
    ).sort(),
    ['callbackAuth.salt', 'callbackAuth.secrets', 'colour', 'id', 'region'],
  );
  assert.deepEqual(fieldsOf(await call('PATCH', '/integrations/main', { messagesPerSecond: 0, rate: 5 })).sort(), [
    'messagesPerSecond',
    'rate',
  ]);
  assert.deepEqual(fieldsOf(await call('PATCH', '/settings', { defaultSMSProvider: 'main' })), ['defaultSMSProvider']);
  assert.deepEqual(fieldsOf(await call('POST', '/senders', { sender: 'X', isDefault: true })).sort(), [
    'isDefault',
    'sender',
  ]);
  assert.deepEqual(fieldsOf(await call('POST', '/keys', { name: 'Key', role: 'owner' })), ['role']);
  assert.ok(fieldsOf(await call('PUT', '/exporter', { token: 'x' })).includes('token'));
  for (const body of ['[]', 'null', '5', '"text"']) fieldsOf(await call('PATCH', '/settings', body));
  for (const body of ['', '{', 'text']) assertProblem(await call('PATCH', '/settings', body), 400, 'invalid_body');
  assertProblem(await call('PATCH', '/integrations/main', { id: 'other' }), 409, 'fixed_once_created');
  assertProblem(await call('POST', '/integrations', { ...second, id: 'main' }), 409, 'already_exists');
  assertProblem(await call('PATCH', '/settings', 'x'.repeat(300 * 1024)), 413, 'body_too_large');
});

test('senders are added, listed and removed, and the default sender stays', async () => {
  assert.equal((await call('POST', '/senders', { sender: '+44 7400 654321' })).status, 201);
  assert.equal((await call('PATCH', '/settings', { defaultSender: 'Shop' })).json['defaultSender'], 'Shop');
  const { senders } = (await call('GET', '/senders')).json as { senders: { sender: string; isDefault: boolean }[] };
  assert.deepEqual(Object.fromEntries(senders.map(({ sender, isDefault }) => [sender, isDefault])), {
    '447400654321': false,
    Shop: true,
  });
  const removed = await call('DELETE', '/senders/447400654321');
  assert.deepEqual([removed.status, removed.text], [204, '']);
  assertProblem(await call('DELETE', '/senders/447400654321'), 404, 'unknown_sender');
  assertProblem(await call('DELETE', '/senders/Shop'), 409, 'default_sender');
  assertProblem(await call('PATCH', '/settings', { defaultSender: 'Other' }), 404, 'unknown_sender');
});

test('a key is shown once, does what its role says, and nothing once it is revoked', async () => {
  const made = await call('POST', '/keys', { name: 'Reports', role: 'viewer' });
  assert.equal(made.status, 201, made.text);
  const { id, key } = made.json as { id: string; key: string };
  const listed = await call('GET', '/keys');
  assert.ok(!listed.text.includes(key));
  assert.ok((listed.json['keys'] as { id: string }[]).some((each) => each.id === id));
  const read = () => app.call('GET', '/v1/projects/shop/messages', { headers: { authorization: `Bearer ${key}` } });
  assert.equal((await read()).status, 200);
  assert.equal(typeof (await call('DELETE', `/keys/${id}`)).json['revokedAt'], 'string');
  assertProblem(await read(), 401, 'unauthenticated');
  assertProblem(await call('DELETE', '/keys/none'), 404, 'unknown_key');
});

test('the exporter is set, shown without its secret, and taken away', async () => {
  assertProblem(await call('GET', '/exporter'), 404, 'unknown_exporter');
  const body = { baseUrl: 'https://api.platform.example', projectToken: 'token-1', keyId: 'key-1', keySecret: TOKEN };
  assert.equal((await call('PUT', '/exporter', body)).json['requestsPerSecond'], 100);
  const changed = await call('PUT', '/exporter', { statusNames: { timeout: 'no_report' }, enabled: false });
  assert.deepEqual([changed.json['enabled'], changed.json['statusNames']], [false, { timeout: 'no_report' }]);
  assert.equal((await call('GET', '/exporter')).json['keyId'], 'key-1');
  assertProblem(await call('POST', '/exporter/retry'), 409, 'exporter_not_running');
  assert.equal((await call('DELETE', '/exporter')).status, 204);
  assertProblem(await call('DELETE', '/exporter'), 404, 'unknown_exporter');
});

test('events that were refused leave again where an exporter runs', async () => {
  const database = await openDatabase({ memory: true });
  await using other = await startApp({ database, retryExport: (projectId) => Promise.resolve(projectId.length) });
  assert.deepEqual((await other.post('/v1/projects/shop/exporter/retry')).json, { events: 4 });
  assertProblem(await other.post('/v1/projects/none/exporter/retry'), 404, 'unknown_project');
  await database.close();
});

test('every change is in the audit log, with the key that made it', async () => {
  const all: { actor: string; action: string; subject: string }[] = [];
  for (let query: string | undefined = '?limit=7'; query !== undefined;) {
    const page = (await call('GET', `/audit${query}`)).json as { entries: typeof all; nextCursor?: string };
    all.push(...page.entries);
    query = page.nextCursor === undefined ? undefined : `?limit=7&cursor=${page.nextCursor}`;
  }
  const ofKey = all.filter(({ actor }) => actor === `key:${app.keyIds.admin}`);
  for (const action of [
    'integration.created',
    'integration.changed',
    'integration.archived',
    'key.revoked',
    'sender.removed',
    'exporter.removed',
  ]) {
    assert.ok(
      ofKey.some((entry) => entry.action === action),
      `${action} is not among ${ofKey.map((entry) => entry.action).join()}`,
    );
  }
  assert.ok(all.some(({ actor, action }) => actor === 'deployment' && action === 'project.created'));
});

test('a list refuses a wrong limit, cursor or parameter', async () => {
  for (const list of ['/integrations', '/keys', '/audit', '/late-reports', '/unmatched-reports']) {
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'cursor=x', 'page=2']) {
      const answer = await call('GET', `${list}?${query}`);
      assertProblem(answer, 422, 'invalid_query');
    }
  }
});

test('the deployment key makes projects and is an admin of each', async () => {
  const make = (body: unknown) => app.call('POST', '/v1/projects', { headers: app.as.deployment, body });
  const made = await make({ id: 'books', name: 'Books' });
  assert.deepEqual([made.status, made.json['id'], made.json['name']], [201, 'books', 'Books']);
  assertProblem(await make({ id: 'books' }), 409, 'already_exists');
  assert.deepEqual(fieldsOf(await make({ id: 'Not An Id', colour: 'red' })).sort(), ['colour', 'id']);
  const key = await app.call('POST', '/v1/projects/books/keys', {
    headers: app.as.deployment,
    body: { name: 'First', role: 'admin' },
  });
  assert.equal(key.status, 201, key.text);
  const headers = { 'x-api-key': String(key.json['key']) };
  assert.equal((await app.call('GET', '/v1/projects/books/settings', { headers })).status, 200);
  assertProblem(await app.call('GET', '/v1/projects/shop/settings', { headers }), 404, 'unknown_project');
});

test('settings that came with the environment are not changed over HTTP, and messages are sent all the same', async () => {
  const database = await openDatabase({ memory: true });
  await using other = await startApp({ database });
  for (const [method, path] of [
    ['GET', '/integrations'],
    ['POST', '/integrations'],
    ['GET', '/settings'],
    ['PATCH', '/settings'],
    ['GET', '/senders'],
    ['POST', '/keys'],
    ['GET', '/exporter'],
    ['GET', '/audit'],
  ] as const) {
    const answer = await other.call(method, `/v1/projects/shop${path}`, method === 'GET' ? {} : { body: {} });
    assertProblem(answer, 409, 'settings_are_static');
    assert.match(String(answer.json['detail']), /change them there and start it again/);
  }
  assertProblem(await other.post('/v1/projects', { id: 'new' }), 409, 'settings_are_static');
  assert.equal((await other.post('/v1/projects/shop/messages', sms)).json['success'], true);
  await database.close();
});

test('shows no token, secret or key in any answer or log line', () => {
  app.assertDiscreet(app.log);
});
