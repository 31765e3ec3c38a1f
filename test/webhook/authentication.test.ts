import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Settings, staticSettings } from '../../src/settings/index.ts';
import { createTakenCallbacks } from '../../src/webhook/taken-callbacks.ts';
import {
  basic,
  createBench,
  HMAC_SECRET,
  NOW,
  OLD_HMAC_SECRET,
  OLD_PATH_SECRET,
  PATH_SECRET,
  post,
  recipientReport,
  settings,
  signatureHeaders,
} from './webhook-fixture.ts';

const body = recipientReport();

/** Sends it and expects to be refused, counted by `reason`, with nothing handed on or kept. */
async function refused(request: Request, reason?: string): Promise<Response> {
  const bench = createBench();
  const response = await bench.webhook(request);
  assert.equal(response.status, 401);
  assert.equal(((await response.json()) as { code: string }).code, 'unauthenticated');
  assert.deepEqual([bench.signalled, bench.unmatched, bench.unreadable, bench.late].flat(), []);
  const alarms = [...bench.counts.keys()].filter((key) => key.startsWith('sinch_webhook_unauthenticated_total'));
  assert.equal(alarms.length, 1);
  if (reason !== undefined) assert.match(alarms[0] ?? '', new RegExp(`,reason=${reason}}$`));
  assert.equal(bench.logged.length, 1);
  assert.doesNotMatch(bench.logged[0] ?? '', /secret-of|secret-before|pass|447400123456/);
  return response;
}

async function taken(request: Request): Promise<void> {
  const bench = createBench();
  const response = await bench.webhook(request);
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { received: true });
  assert.equal(bench.signalled.length, 1);
}

test('a signature by the current secret and by the one before it is taken', async () => {
  await taken(post('/webhooks/sinch/hmac', body, signatureHeaders(body, HMAC_SECRET)));
  await taken(post('/webhooks/sinch/hmac', body, signatureHeaders(body, OLD_HMAC_SECRET)));
});

test('a callback that comes again as it was is answered as before, counted, and handed on no second time', async () => {
  const hmac = { type: 'hmac', secrets: [HMAC_SECRET], toleranceMs: 3_600_000 } as const;
  const limited: Pick<Settings, 'integration'> = {
    async integration(id) {
      const found = await settings.integration(id);
      return found && { ...found, callbackAuth: hmac };
    },
  };
  let away = true;
  const handed: string[] = [];
  let now = NOW;
  const bench = createBench({
    settings: limited,
    now: () => now,
    signalMessage: (workflowId) => {
      if (away) return Promise.reject(new Error('14 UNAVAILABLE'));
      handed.push(workflowId);
      return Promise.resolve('signalled');
    },
  });
  const replays = (): number => bench.counts.get('sinch_webhook_replays_total{integrationId=hmac}') ?? 0;
  const send = async (text: string, timestamp?: number): Promise<number> =>
    (await bench.webhook(post('/webhooks/sinch/hmac', text, signatureHeaders(text, HMAC_SECRET, timestamp)))).status;

  assert.equal(await send(body), 503);
  away = false;
  assert.equal(await send(body), 200, 'what could not be taken is taken when it comes again');
  assert.deepEqual([handed.length, replays()], [1, 0]);
  assert.equal(await send(body), 200);
  assert.deepEqual([handed.length, replays()], [1, 1]);
  // Signed by who knows the secret, so it is another report and no replay, whatever its nonce.
  assert.equal(await send(recipientReport({ client_reference: 'sinch/shop/welcome-2' })), 200);
  assert.deepEqual([handed.length, replays()], [2, 2]);
  now = NOW + hmac.toleranceMs + 1;
  assert.equal(await send(body), 401, 'and too old it is refused');

  const unlimited = createBench();
  for (let time = 0; time < 2; time += 1) {
    await unlimited.webhook(post('/webhooks/sinch/hmac', body, signatureHeaders(body, HMAC_SECRET)));
  }
  assert.equal(unlimited.signalled.length, 2, 'without a limit every one is handed on, and Temporal drops repeats');
});

test('what was taken is remembered as long as it can come again, and no more than there is room for', () => {
  const taken = createTakenCallbacks(2);
  const signed = (nonce: string, signature = 'one') => ({ integrationId: 'hmac', nonce, signature });
  taken.note(signed('a'), 100);
  assert.equal(taken.look(signed('a'), 100), 'same');
  assert.equal(taken.look(signed('a', 'other'), 100), 'same_nonce');
  assert.equal(taken.look({ ...signed('a'), integrationId: 'another' }, 100), 'new');
  assert.equal(taken.look(signed('a'), 101), 'new');
  taken.note(signed('b'), 100);
  taken.note(signed('c'), 100);
  assert.deepEqual(
    ['a', 'b', 'c'].map((nonce) => taken.look(signed(nonce), 0)),
    ['new', 'same', 'same'],
  );
});

test('the example of Sinch’s own libraries verifies', async () => {
  const bench = createBench();
  const example =
    '{"at":"2025-01-13T09:22:40.914Z","batch_id":"01JHFFHQ0P99JPPNQPJDV7JTBP","client_reference":"a client reference","code":0,"operator_status_at":"2025-01-13T09:22:00Z","recipient":"33662162466","status":"Delivered","type":"recipient_delivery_report_sms"}';
  const response = await bench.webhook(
    post('/webhooks/sinch/hmac', example, {
      'x-sinch-webhook-signature': 'ZoHei66PPN/kZjw7hFVfGhJOnml3iGNCMWoyQVcE5o0=',
      'x-sinch-webhook-signature-algorithm': 'HmacSHA256',
      'x-sinch-webhook-signature-nonce': '01JHFFHWYY7HSS4FWTMDTQEK8V',
      'x-sinch-webhook-signature-timestamp': '1736760161',
    }),
  );
  assert.equal(response.status, 200);
  assert.deepEqual(
    bench.unmatched.map((entry) => [entry.reason, entry.clientReference]),
    [['foreign_reference', 'a client reference']],
  );
});

test('the signature is over the raw bytes: the same JSON spelt otherwise is refused', async () => {
  const headers = signatureHeaders(body, HMAC_SECRET);
  await refused(post('/webhooks/sinch/hmac', `${body} `, headers));
  await refused(post('/webhooks/sinch/hmac', body.replace('Delivered', 'Failed'), headers));
});

test('a signature that is missing, in parts missing, or by another secret is refused', async () => {
  await refused(post('/webhooks/sinch/hmac', body));
  await refused(post('/webhooks/sinch/hmac', body, signatureHeaders(body, 'guessed')));
  await refused(post('/webhooks/sinch/hmac', body, signatureHeaders(body, '')));
  const { 'x-sinch-webhook-signature': _, ...rest } = signatureHeaders(body, HMAC_SECRET);
  await refused(post('/webhooks/sinch/hmac', body, rest));
  await refused(post('/webhooks/sinch/hmac', body, { ...rest, 'x-sinch-webhook-signature': 'not base64 !' }));
});

test('an integration that wants signatures is not opened by a path secret', async () => {
  await refused(post(`/webhooks/sinch/hmac/${PATH_SECRET}`, body));
});

test('a signature of any age is taken unless a tolerance is set', async () => {
  const yesterday = Math.floor(NOW / 1000) - 86_400;
  await taken(post('/webhooks/sinch/hmac', body, signatureHeaders(body, HMAC_SECRET, yesterday)));
  await refused(post('/webhooks/sinch/hmac-fresh', body, signatureHeaders(body, HMAC_SECRET, yesterday)));
  await taken(post('/webhooks/sinch/hmac-fresh', body, signatureHeaders(body, HMAC_SECRET)));
});

test('the user and either password are taken', async () => {
  await taken(post('/webhooks/sinch/basic', body, basic('sinch', 'nèw:pass')));
  await taken(post('/webhooks/sinch/basic', body, basic('sinch', 'old')));
});

test('other credentials are refused, and the scheme is named', async () => {
  const response = await refused(post('/webhooks/sinch/basic', body), 'missing_credentials');
  assert.match(response.headers.get('www-authenticate') ?? '', /^Basic /);
  await refused(post('/webhooks/sinch/basic', body, basic('sinch', 'older')), 'wrong_credentials');
  await refused(post('/webhooks/sinch/basic', body, basic('sinch', '')), 'wrong_credentials');
  await refused(post('/webhooks/sinch/basic', body, basic('Sinch', 'old')), 'wrong_credentials');
  await refused(post('/webhooks/sinch/basic', body, { authorization: 'Bearer old' }), 'malformed_credentials');
  await refused(post('/webhooks/sinch/basic', body, { authorization: 'Basic c2luY2g=' }), 'malformed_credentials');
  await refused(post('/webhooks/sinch/basic', body, { authorization: 'Basic' }), 'malformed_credentials');
});

test('either path secret is taken, also where the integration is disabled', async () => {
  await taken(post(`/webhooks/sinch/url/${PATH_SECRET}`, body));
  await taken(post(`/webhooks/sinch/url/${OLD_PATH_SECRET}/`, body));
  await taken(post(`/apps/sms/webhooks/sinch/url/${PATH_SECRET}`, body));
  await taken(post(`/webhooks/sinch/off/${PATH_SECRET}`, body));
});

test('a path secret that is missing, wrong or of another integration is refused', async () => {
  await refused(post('/webhooks/sinch/url', body), 'missing_secret');
  await refused(post(`/webhooks/sinch/url/${PATH_SECRET}x`, body), 'wrong_secret');
  await refused(post(`/webhooks/sinch/off/${OLD_PATH_SECRET}`, body), 'wrong_secret');
});

test('a secret that was left blank opens nothing, whatever settings say so', async () => {
  const integration = await staticSettings({
    projects: [{ id: 'shop', integrations: [{ id: 'x', servicePlanId: 'p', region: 'eu', apiToken: 't' }] }],
  }).integration('x');
  assert.ok(integration);
  const proofs = [
    [{ type: 'hmac', secrets: [''] }, signatureHeaders(body, '')],
    [{ type: 'basic', username: 'sinch', passwords: [''] }, basic('sinch', '')],
    [{ type: 'basic', username: '', passwords: ['p'] }, basic('', 'p')],
    [{ type: 'url-secret', secrets: [''] }, {}],
    [{ type: 'url-secret', secrets: [] }, {}],
  ] as const;
  for (const [callbackAuth, headers] of proofs) {
    const { webhook } = createBench({
      settings: { integration: () => Promise.resolve({ ...integration, callbackAuth }) },
    });
    assert.equal((await webhook(post('/webhooks/sinch/x', body, headers))).status, 401, JSON.stringify(callbackAuth));
  }
});

test('an unknown integration is not found, and counted without the caller’s text', async () => {
  const bench = createBench();
  const response = await bench.webhook(post('/webhooks/sinch/nobody/secret', body));
  assert.equal(response.status, 404);
  assert.deepEqual([...bench.counts.keys()], ['sinch_webhook_answers_total{integrationId=unknown,status=404}']);
  assert.equal((await bench.webhook(post('/elsewhere', body))).status, 404);
});
