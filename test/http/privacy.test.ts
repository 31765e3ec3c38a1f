/** Erasures and the codec server over HTTP. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createKeyring } from '../../src/db/index.ts';
import { createPayloadEncryption } from '../../src/payload-encryption/index.ts';
import { keyring } from '../settings/settings-fixture.ts';
import { type AdminApp, startAdminApp } from './admin-app.ts';
import { assertProblem, CODEC_KEY, UI_ORIGIN } from './http-fixture.ts';

const NUMBER = '4915187364001';
const TEXT = 'Sesame opens';

let app: AdminApp;
before(async () => {
  app = await startAdminApp();
});
after(() => app?.[Symbol.asyncDispose]());

describe('an erasure', () => {
  const erase = (body: unknown, headers = app.as.admin) =>
    app.call('POST', '/v1/projects/shop/erasures', { headers, body: body as object });

  test('takes a person out of a message, which is shown without them from then on', async () => {
    const body = { messageId: 'm-1', recipient: `+${NUMBER}`, text: TEXT, sender: 'Shop' };
    const take = () => app.call('POST', '/v1/projects/shop/messages', { headers: app.as.sender, body });
    const taken = await take();
    assert.equal(taken.json['success'], true);
    await app.register.markStarted([{ projectId: 'shop', messageId: 'm-1' }]);
    const erased = await erase({ recipient: `+${NUMBER.slice(0, 2)} ${NUMBER.slice(2)}` });
    assert.deepEqual([erased.status, erased.json['messages'], erased.json['underWay']], [200, 1, 1]);
    const shown = await app.call('GET', '/v1/projects/shop/messages/m-1', { headers: app.as.viewer });
    assert.deepEqual([shown.json['recipient'], typeof shown.json['erasedAt']], [undefined, 'string']);
    assert.deepEqual((await take()).json, taken.json, 'a repeated request gets the answer that it got');
    const other = await app.call('POST', '/v1/projects/shop/messages', {
      headers: app.as.sender,
      body: { ...body, text: 'Something else' },
    });
    assert.match(other.text, /message_id_conflict/);
    const audit = await app.call('GET', '/v1/projects/shop/audit?limit=1', { headers: app.as.admin });
    assert.match(audit.text, new RegExp(`"actor":"key:${app.keyIds.admin}","action":"recipient.erased"`));
    for (const { text } of [erased, shown, audit]) assert.doesNotMatch(text, new RegExp(NUMBER.slice(4, 11)));
  });

  test('finds a request by the number that was refused in it, as it was given', async () => {
    const recipient = `+${NUMBER} ext. 5`;
    const body = { messageId: 'm-2', recipient, text: TEXT, sender: 'Shop', customerIds: { registered: 'ada' } };
    const refused = await app.call('POST', '/v1/projects/shop/messages', { headers: app.as.sender, body });
    assert.equal(refused.json['success'], false);
    const tried = await erase({ recipient, dryRun: true });
    const answered = ({ json }: typeof tried) =>
      ['dryRun', 'validNumber', 'messages', 'events', typeof json['erasureId']].map((name) => json[name] ?? name);
    assert.deepEqual(answered(tried), [true, false, 1, 1, 'undefined']);
    assert.deepEqual(answered(await erase({ recipient })), [false, false, 1, 1, 'string']);
    const shown = await app.call('GET', '/v1/projects/shop/messages/m-2', { headers: app.as.viewer });
    assert.deepEqual([shown.json['recipient'], typeof shown.json['erasedAt']], [undefined, 'string']);
    const audit = await app.call('GET', '/v1/projects/shop/audit?limit=2', { headers: app.as.admin });
    assert.equal(audit.text.match(/"validNumber":false/g)?.length, 1, 'what was only tried is not in it');
  });

  test('says what is wrong about what it is asked for, without repeating it', async () => {
    for (const [body, detail] of [
      [{}, /"recipient"/],
      [{ recipient: '015' }, /country calling code.*4 digits or more/],
      [{ recipient: `${'+'.repeat(99)}87364` }, /"recipient"/],
      [{ recipient: NUMBER, dryRun: 'yes' }, /"recipient"/],
      [{ recipient: NUMBER, all: true }, /"recipient"/],
      [[], /"recipient"/],
    ] as const) {
      const refused = await erase(body);
      assertProblem(refused, 400, 'invalid_body');
      assert.match(String(refused.json['detail']), detail);
      assert.doesNotMatch(refused.text, /87364/);
    }
    assertProblem(await erase({ recipient: NUMBER, cursor: 'bogus' }), 422, 'invalid_query');
  });
});

describe('the codec server', () => {
  const data = Buffer.from(JSON.stringify({ recipient: NUMBER })).toString('base64');
  const plain = { metadata: { encoding: Buffer.from('json/plain').toString('base64') }, data };
  const call = (direction: string, body: object, headers: Record<string, string>) =>
    app.call('POST', `/codec/${direction}`, { headers, body });

  const reader = { 'x-api-key': CODEC_KEY };

  test("decrypts what it encrypted, for the codec's key and the deployment's, as a Basic password too", async () => {
    const encrypted = await call('encode', { payloads: [plain] }, reader);
    assert.equal(encrypted.status, 200);
    assert.ok(!encrypted.text.includes(data));
    const basic = { authorization: `Basic ${Buffer.from(`ui:${CODEC_KEY}`).toString('base64')}` };
    for (const headers of [reader, app.as.deployment, basic]) {
      assert.deepEqual((await call('decode', encrypted.json, headers)).json, { payloads: [plain] });
    }
    // Payloads are of all projects, and an admin is of one.
    assertProblem(await call('decode', encrypted.json, app.as.admin), 403, 'forbidden');
    const elsewhere = await app.call('GET', '/v1/projects/shop/messages', { headers: reader });
    assertProblem(elsewhere, 404, 'unknown_project');
    assertProblem(await call('decode', encrypted.json, {}), 401, 'unauthenticated');
  });

  // `codeServerRequest` of temporalio/ui 2.54.1 (src/lib/services/data-encoder.ts), and what a later one may add.
  test('answers a request as the web UI makes it, and ignores what it does not know', async () => {
    const encrypted = await call('encode', { payloads: [plain] }, reader);
    const asked = {
      origin: UI_ORIGIN,
      'sec-fetch-site': 'cross-site',
      'content-type': 'application/json',
      'x-namespace': 'default',
      'authorization-extras': 'an-id-token',
      'x-of-a-later-version': '1',
    };
    const body = { ...encrypted.json, ofALaterVersion: true };
    for (const query of ['?preserveStorageRefs=true', '?preserveStorageRefs=true&preserveStorageRefs=1&x=%00', '']) {
      for (const direction of ['decode', 'encode']) {
        const preflight = await fetch(`${app.url}/codec/${direction}${query}`, {
          method: 'OPTIONS',
          headers: {
            origin: UI_ORIGIN,
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'content-type,x-namespace,x-of-a-later-version',
          },
        });
        assert.equal(preflight.status, 204);
        assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /x-of-a-later-version/);
      }
      const basic = { authorization: `Basic ${Buffer.from(`ui:${CODEC_KEY}`).toString('base64')}` };
      // With a token of its user passed on, the codec's key comes in a header that a proxy sets.
      for (const as of [basic, { ...reader, authorization: 'Bearer a-token-of-the-ui' }]) {
        const answer = await app.call('POST', `/codec/decode${query}`, { headers: { ...asked, ...as }, body });
        assert.equal(answer.status, 200, answer.text);
        assert.deepEqual(answer.json, { payloads: [plain] });
        assert.equal(answer.headers.get('access-control-allow-origin'), UI_ORIGIN);
        assert.equal(answer.headers.get('access-control-allow-credentials'), 'true');
      }
    }
  });

  test('leaves a reference to a payload that is stored elsewhere as it is', async () => {
    const stored = {
      metadata: { encoding: Buffer.from('json/external-storage-reference').toString('base64') },
      data: Buffer.from('{"claim":"x"}').toString('base64'),
    };
    const answer = await app.call('POST', '/codec/decode?preserveStorageRefs=true', {
      headers: reader,
      body: { payloads: [stored] },
    });
    assert.deepEqual(answer.json, { payloads: [stored] });
  });

  test('names the key that is missing, and decrypts no secret of the database', async () => {
    const other = createPayloadEncryption(
      createKeyring({ keys: [{ id: 'lost', key: new Uint8Array(32) }], current: 'lost' }),
    );
    const [foreign] = await other.codec.encode([{ data: Buffer.from('x') }]);
    const jsonOf = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('base64');
    const metadata = { encoding: jsonOf(foreign?.metadata?.['encoding']) };
    const lost = await call('decode', { payloads: [{ metadata, data: jsonOf(foreign?.data) }] }, reader);
    assertProblem(lost, 422, 'payload_undecodable');
    assert.match(String(lost.json['detail']), /key "lost"/);
    const token = Buffer.from(keyring.encrypt(Buffer.from('a token'))).toString('base64');
    assertProblem(await call('decode', { payloads: [{ metadata, data: token }] }, reader), 422, 'payload_undecodable');
    assertProblem(await call('decode', { payloads: 1 }, reader), 400, 'invalid_body');
  });

  test('is open to pages of the origins that are named, and nothing else is', async () => {
    const preflight = (path: string, origin: string) =>
      fetch(`${app.url}${path}`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-namespace' },
      });
    const allowed = await preflight('/codec/decode', UI_ORIGIN);
    assert.equal(allowed.status, 204);
    assert.equal(allowed.headers.get('access-control-allow-origin'), UI_ORIGIN);
    assert.equal(allowed.headers.get('access-control-allow-credentials'), 'true');
    assert.match(allowed.headers.get('access-control-allow-headers') ?? '', /Authorization.*X-Namespace/);
    const answered = await call('decode', { payloads: [plain] }, { ...reader, origin: UI_ORIGIN });
    assert.equal(answered.headers.get('access-control-allow-origin'), UI_ORIGIN);
    const refused = await call('decode', { payloads: [plain] }, { origin: UI_ORIGIN });
    assert.equal(
      refused.headers.get('access-control-allow-origin'),
      UI_ORIGIN,
      'the page has to learn that a key is needed',
    );
    for (const [path, origin] of [
      ['/codec/decode', 'https://elsewhere.example'],
      ['/v1/projects/shop/erasures', UI_ORIGIN],
    ] as const) {
      assert.equal((await preflight(path, origin)).headers.get('access-control-allow-origin'), null);
    }
  });
});
