import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Database, openDatabase } from '../../src/db/index.ts';
import type { IntakeAnswer } from '../../src/intake/index.ts';
import { createRegister } from '../../src/register/index.ts';
import { shopSettings } from '../requests/shop.ts';
import { API_KEY, assertProblem, RECIPIENT, sms, startApp, type TestApp } from './http-fixture.ts';

let database: Database;
let app: TestApp;
before(async () => {
  database = await openDatabase({ memory: true });
  app = await startApp({ database });
});
after(async () => {
  await app?.[Symbol.asyncDispose]();
  await database?.close();
});

const MESSAGES = '/v1/projects/shop/messages';
const never = <T>(): Promise<T> => new Promise(() => undefined);

test('takes the API key in each of the three ways a webhook node can send it', async () => {
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
  const right = [
    { 'x-api-key': API_KEY },
    { authorization: `Bearer ${API_KEY}` },
    { authorization: `bearer  ${API_KEY}` },
    { authorization: basic(`platform:${API_KEY}`) },
    { authorization: basic(`:${API_KEY}`) },
  ];
  for (const headers of right) {
    const answer = await app.call('POST', MESSAGES, { headers, body: { ...sms, messageId: 'auth' } });
    assert.equal(answer.status, 200, JSON.stringify(headers));
    assert.equal(answer.json['success'], true);
  }
  const wrong: Record<string, string>[] = [
    {},
    { 'x-api-key': '' },
    { 'x-api-key': `${API_KEY}x` },
    { 'x-api-key': API_KEY.slice(0, -1) },
    { authorization: API_KEY },
    { authorization: 'Bearer' },
    { authorization: `Bearer ${API_KEY} more` },
    { authorization: `Digest ${API_KEY}` },
    { authorization: basic(API_KEY) },
    { authorization: basic(`${API_KEY}:`) },
    { authorization: basic('no colon') },
    { authorization: 'Basic !!!' },
    { 'x-api-key': 'wrong', authorization: `Bearer ${API_KEY}` },
  ];
  for (const headers of wrong) {
    const answer = await app.call('POST', MESSAGES, { headers, body: { ...sms, messageId: 'no-auth' } });
    assertProblem(answer, 401, 'unauthenticated');
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic realm=/);
  }
  assert.equal(await app.register.find({ projectId: 'shop', messageId: 'no-auth' }), undefined);
});

test('tells nobody without the key which routes and projects there are', async () => {
  for (const path of [
    MESSAGES,
    '/v1/projects/none/messages',
    '/v1/none',
    `${MESSAGES}/m-1`,
    '/v1/projects/shop/ledger',
  ]) {
    assertProblem(await app.call('GET', path, { headers: {} }), 401, 'unauthenticated');
  }
});

test('answers a good request with 200, and its repeat with the same', async () => {
  const first = await app.post(MESSAGES, { ...sms, messageId: 'good' });
  assert.equal(first.status, 200);
  assert.match(first.headers.get('content-type') ?? '', /^application\/json/);
  assert.deepEqual(first.json, {
    success: true,
    messageId: 'good',
    status: 'waiting_to_send',
    workflowId: 'sinch/shop/good',
    country: 'GB',
  });
  const again = await app.post(MESSAGES, { ...sms, messageId: 'good' });
  assert.equal(again.text, first.text);
  assert.equal(app.started.filter(({ messageId }) => messageId === 'good').length, 1);
});

test('answers one bad recipient with 200, so that the rest of the chunk goes on', async () => {
  const cases: [body: Record<string, unknown>, status: string, code: string][] = [
    [{ recipient: '' }, 'skipped', 'no_recipient'],
    [{ recipient: '+44' }, 'enqueue_failed', 'invalid_recipient'],
    [{ sender: '?' }, 'enqueue_failed', 'invalid_sender'],
    [{ maxParts: 1, text: 'x'.repeat(161) }, 'enqueue_failed', 'too_many_parts'],
    [{ mediaUrl: 'https://media.example/a.png' }, 'enqueue_failed', 'mms_not_available'],
    [{ text: 5 }, 'refused', 'invalid_field'],
    [{ text: '' }, 'refused', 'no_content'],
    [{ to: `+${RECIPIENT}` }, 'refused', 'unknown_field'],
    [{ integrationId: 'none' }, 'refused', 'unknown_integration'],
    [{ integrationId: 'bare-main' }, 'refused', 'unknown_integration'],
    [{ integrationId: 'off' }, 'refused', 'integration_disabled'],
    [{ messageId: '' }, 'refused', 'invalid_field'],
    [{ messageId: RECIPIENT }, 'refused', 'invalid_field'],
    [{ messageId: 'good' }, 'refused', 'message_id_conflict'],
  ];
  await app.post(MESSAGES, { ...sms, messageId: 'good' });
  for (const [index, [body, status, code]] of cases.entries()) {
    const answer = await app.post(MESSAGES, { ...sms, messageId: `bad-${index}`, priority: 2, ...body });
    const { success, status: said, errors } = answer.json;
    assert.deepEqual([answer.status, success, said], [200, false, status], answer.text);
    assert.equal((errors as { code: string }[])[0]?.code, code);
    assert.equal((errors as unknown[]).length, 1, answer.text);
  }
  assert.equal((await app.post(MESSAGES, {})).json['success'], false, 'an empty object');
});

test('never repeats a number that was given for an id', async () => {
  const answer = await app.post(MESSAGES, { ...sms, messageId: `+${RECIPIENT}` });
  assert.equal(answer.json['messageId'], undefined);
});

test('refuses an id that has the recipient’s number in it, however it is spelt, and never repeats it', async () => {
  const spelt = `${RECIPIENT.slice(0, 2)}-${RECIPIENT.slice(2, 6)}.${RECIPIENT.slice(6)}`;
  const wrongs: [field: string, body: Record<string, unknown>][] = [
    ['messageId', { messageId: `welcome-${RECIPIENT}` }],
    ['messageId', { messageId: `${RECIPIENT}.welcome`, recipient: `00${spelt}` }],
    ['messageId', { messageId: `welcome_${spelt}_1`, integrationId: 'off' }],
    // Not in international form, and a person's number all the same.
    ['messageId', { messageId: 'welcome-07400123456', recipient: '07400 123456' }],
    ['campaignId', { messageId: 'spring-1', campaignId: `spring to +${RECIPIENT}` }],
    ['campaignId', { messageId: 'spring-1', campaignId: `spring (${spelt})` }],
  ];
  for (const [field, body] of wrongs) {
    const answer = await app.post(MESSAGES, { ...sms, ...body });
    assert.deepEqual([answer.status, answer.json['status']], [200, 'refused'], answer.text);
    assert.deepEqual(
      (answer.json['errors'] as { code: string; field: string }[]).map((error) => [error.code, error.field]),
      [['invalid_field', field]],
    );
    assert.doesNotMatch(answer.text.replaceAll(/[^\p{L}\p{N}]/gu, ''), /400123456/);
    assert.equal(answer.json['messageId'], field === 'messageId' ? undefined : 'spring-1');
  }
  // Digits of somebody else's, and the few that a number never has.
  for (const messageId of ['welcome-447400123457', 'welcome-4474', '20261124-100000']) {
    const answer = await app.post(MESSAGES, { ...sms, messageId, campaignId: 'spring-2026' });
    assert.equal(answer.json['success'], true, answer.text);
  }
  const short = await app.post(MESSAGES, { ...sms, messageId: 'short-44', recipient: '+44' });
  assert.equal(short.json['status'], 'enqueue_failed', short.text);
});

test('answers 404 for a project that is not there', async () => {
  for (const project of ['none', '__proto__', 'constructor', 'SHOP', '%00', 'shop%20', '%']) {
    assertProblem(await app.post(`/v1/projects/${project}/messages`, sms), 404, 'unknown_project');
  }
});

test('answers 400 only for a body that is not a JSON object', async () => {
  const bodies = ['', ' ', '{', 'text', '[]', '[{}]', 'null', '5', '"text"', 'true', '{"messageId":"a",}', '\ufeff'];
  for (const body of bodies) assertProblem(await app.call('POST', MESSAGES, { body }), 400, 'invalid_body');
  assertProblem(await app.call('POST', MESSAGES, { headers: { 'x-api-key': API_KEY } }), 400, 'invalid_body');
});

test('answers 400 for a body that is not UTF-8, so that nobody is sent question marks, and says so', async () => {
  const bodyOf = (messageId: string, encoding: BufferEncoding): Buffer =>
    Buffer.from(JSON.stringify({ ...sms, messageId, text: 'Zoë' }), encoding);
  const send = async (path: string, body: Uint8Array, headers = {}): Promise<Response> =>
    fetch(new URL(path, app.url), {
      method: 'POST',
      headers: { 'x-api-key': API_KEY, 'content-type': 'application/json', ...headers },
      body,
    });
  const batch = (bodies: Buffer[]): Buffer =>
    Buffer.concat([
      Buffer.from('['),
      ...bodies.flatMap((body, index) => (index === 0 ? [body] : [Buffer.from(','), body])),
      Buffer.from(']'),
    ]);
  const cases: [path: string, body: Uint8Array][] = [
    [MESSAGES, bodyOf('latin-1', 'latin1')],
    [`${MESSAGES}/batch`, batch([bodyOf('latin-2', 'utf8'), bodyOf('latin-3', 'latin1')])],
  ];
  const before = app.started.length;
  for (const [path, body] of cases) {
    const response = await send(path, body);
    const { code, detail } = (await response.json()) as { code: string; detail: string };
    assert.deepEqual([response.status, code], [400, 'invalid_body']);
    assert.match(detail, /not UTF-8/);
  }
  const packed = await send(MESSAGES, gzipSync(bodyOf('packed', 'utf8')), { 'content-encoding': 'gzip' });
  assert.match(((await packed.json()) as { detail: string }).detail, /without content-encoding/);
  assert.equal(app.started.length, before, 'also none of a batch');

  const marked = await send(MESSAGES, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bodyOf('marked', 'utf8')]));
  assert.equal(((await marked.json()) as IntakeAnswer).success, true, 'a byte order mark is no fault');
  const { content } = app.started.at(-1) ?? {};
  assert.deepEqual(content, { kind: 'sms', text: 'Zoë' });
});

test('answers 413 for a body that is too large, announced or not', async () => {
  const body = JSON.stringify({ ...sms, text: 'x'.repeat(300 * 1024) });
  assertProblem(await app.call('POST', MESSAGES, { body }), 413, 'body_too_large');
  const chunked = await fetch(new URL(MESSAGES, app.url), {
    method: 'POST',
    headers: { 'x-api-key': API_KEY },
    body: new Blob([body]).stream(),
    duplex: 'half',
  });
  assert.equal(chunked.status, 413);
  assert.equal(((await chunked.json()) as { code: string }).code, 'body_too_large');
  const deep = await app.call('POST', MESSAGES, { body: `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}` });
  assert.deepEqual([deep.status, deep.json['success']], [200, false], 'any depth within the size');
});

test('answers unknown routes and methods with 404', async () => {
  for (const [method, path] of [
    ['GET', '/'],
    ['GET', '/v1'],
    ['GET', '/v1/projects/shop'],
    ['DELETE', MESSAGES],
    ['PUT', `${MESSAGES}/m-1`],
    ['GET', `${MESSAGES}/m-1/cancel`],
    ['POST', '/healthz'],
  ] as const) {
    assertProblem(await app.call(method, path), 404, 'unknown_route');
  }
});

test('hands callbacks to the webhook without asking for the key', async () => {
  const answer = await app.call('POST', '/webhooks/sinch/main/secret', { headers: {}, body: '{}' });
  assert.deepEqual([answer.status, answer.text], [202, 'the webhook']);
});

/** Answers in time for the platform, which gives up after a second, and asks for a repeat. */
async function assertUnavailableInTime(t: TestContext, other: TestApp, hangs: Promise<void>): Promise<void> {
  // By the process's own clock: how busy the machine is changes nothing.
  t.mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const answering = other.post(MESSAGES, { ...sms, messageId: 'hangs' });
    await hangs;
    t.mock.timers.tick(950);
    // One that is later than that never comes: no timer of the process goes on.
    const ended = once(t.signal, 'abort').then(() => assert.fail('there was no answer'));
    const answer = await Promise.race([answering, ended]);
    assertProblem(answer, 503, 'unavailable');
    assert.match(answer.headers.get('retry-after') ?? '', /^[1-9][0-9]*$/);
  } finally {
    t.mock.timers.reset();
  }
}

/** A promise in the test's hands. */
function gate(): { passed: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

test('answers 503 within the platform’s second where the settings hang', { timeout: 120_000 }, async (t) => {
  const { passed: hangs, open: begin } = gate();
  const project = (): Promise<undefined> => {
    begin();
    return never();
  };
  await using other = await startApp({ database, settings: { ...shopSettings(), project } });
  await assertUnavailableInTime(t, other, hangs);
  assert.deepEqual(other.started, []);
});

test(
  'answers 503 in time where the register hangs, and answers the repeat once it is registered',
  { timeout: 120_000 },
  async (t) => {
    const real = createRegister<IntakeAnswer>(database);
    const { passed: hangs, open: begin } = gate();
    const { passed: opened, open } = gate();
    await using other = await startApp({
      database,
      intakeRegister: {
        find: real.find,
        register: (entry) => {
          begin();
          return opened.then(() => real.register(entry));
        },
      },
    });
    await assertUnavailableInTime(t, other, hangs);
    assert.deepEqual(other.started, []);
    open();
    const answer = await other.post(MESSAGES, { ...sms, messageId: 'hangs' });
    assert.equal(answer.json['success'], true);
    assert.equal(other.started.length, 1);
    other.assertDiscreet(other.log);
  },
);

test('answers 503 in time where the body does not come', async () => {
  const { port, hostname } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  socket.setEncoding('utf8');
  socket.write(`POST ${MESSAGES} HTTP/1.1\r\nhost: a\r\nx-api-key: ${API_KEY}\r\ncontent-length: 100\r\n\r\n{`);
  let received = '';
  for await (const chunk of socket) {
    received += String(chunk);
    if (received.includes('unavailable')) break;
  }
  assert.match(received, /^HTTP\/1.1 503 /);
  socket.destroy();
});

test('answers 503 where the store is away, and logs why without saying what was sent', async () => {
  const closed = await openDatabase({ memory: true });
  await closed.close();
  await using other = await startApp({ database: closed });
  for (const [method, path] of [
    ['POST', MESSAGES],
    ['GET', MESSAGES],
    ['GET', `${MESSAGES}/m-1`],
    ['POST', `${MESSAGES}/m-1/cancel`],
    ['GET', '/v1/projects/shop/ledger'],
  ] as const) {
    const body = method === 'POST' ? { body: sms } : {};
    const answer = await other.call(method, path, body);
    assertProblem(answer, 503, 'unavailable');
    assert.equal(answer.headers.get('retry-after'), '5');
  }
  assert.equal(other.log.lines.length, 5);
  assert.match(other.log.lines[0] ?? '', /A request failed .*Registering messages failed/);
  assert.deepEqual(other.started, []);
  other.assertDiscreet(other.log);
});

test('shows no key, token, text or whole number in any answer or log line', () => {
  assert.equal(app.answers.length > 60, true, 'answers were kept');
  app.assertDiscreet(app.log);
});
