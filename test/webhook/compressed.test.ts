/** Signed callbacks that a proxy changed on their way: compressed, or with headers that come twice. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as zlib from 'node:zlib';
import {
  basic,
  createBench,
  HMAC_SECRET,
  PATH_SECRET,
  post,
  recipientReport,
  signatureHeaders,
} from './webhook-fixture.ts';

const REPORT = recipientReport({ note: 'ünïcödé' });
const PLAIN = Buffer.from(REPORT);
/** Of what Sinch sent, before anybody compressed it. */
const SIGNED = signatureHeaders(REPORT, HMAC_SECRET);

const { zstdCompressSync } = zlib as { zstdCompressSync?: (body: Uint8Array) => Buffer };

const COMPRESSED: [encoding: string, body: Buffer][] = [
  ['gzip', zlib.gzipSync(PLAIN)],
  ['GZip', zlib.gzipSync(PLAIN)],
  ['x-gzip', zlib.gzipSync(PLAIN)],
  ['deflate', zlib.deflateSync(PLAIN)],
  ['deflate', zlib.deflateRawSync(PLAIN)],
  ['br', zlib.brotliCompressSync(PLAIN)],
  ['gzip, br', zlib.brotliCompressSync(zlib.gzipSync(PLAIN))],
  ['gzip,gzip', zlib.gzipSync(zlib.gzipSync(PLAIN))],
  ['deflate , identity, gzip', zlib.gzipSync(zlib.deflateSync(PLAIN))],
  ['gzip, gzip', zlib.gzipSync(PLAIN)],
  ['gzip', PLAIN],
  ['identity', PLAIN],
  ['utf-8', PLAIN],
  ...(zstdCompressSync === undefined ? [] : ([['zstd', zstdCompressSync(PLAIN)]] as [string, Buffer][])),
];

describe('a report whose plain bytes were signed', () => {
  for (const [encoding, body] of COMPRESSED) {
    test(`is taken as ${encoding} of ${body.length} bytes`, async () => {
      const bench = createBench();
      const headers = { ...SIGNED, 'content-encoding': encoding };
      assert.equal((await bench.webhook(post('/webhooks/sinch/hmac', body, headers))).status, 200);
      assert.equal((await bench.webhook(post('/webhooks/sinch/hmac', PLAIN, SIGNED))).status, 200);
      const [packed, plain] = bench.signalled;
      assert.deepEqual(packed, plain, 'compressed or not, it is one report with one request id');
      assert.deepEqual(bench.unreadable, []);
    });
  }

  test('is refused where it was changed, however it is packed', async () => {
    for (const [encoding, body] of COMPRESSED) {
      const bench = createBench();
      const headers = { ...signatureHeaders(REPORT, 'guessed'), 'content-encoding': encoding };
      assert.equal((await bench.webhook(post('/webhooks/sinch/hmac', body, headers))).status, 401, encoding);
      assert.deepEqual(bench.signalled, []);
    }
  });

  test('is too large where it unpacks to more than a callback has, and nothing of it is unpacked further', async () => {
    const huge = Buffer.concat([PLAIN, Buffer.alloc(50_000_000, ' ')]);
    const bombs: [encoding: string, body: Buffer][] = [
      ['gzip', zlib.gzipSync(huge)],
      ['deflate', zlib.deflateRawSync(huge)],
      ['br', zlib.brotliCompressSync(huge, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } })],
      ['gzip, gzip', zlib.gzipSync(zlib.gzipSync(huge))],
    ];
    for (const [encoding, body] of bombs) {
      const bench = createBench();
      const headers = { ...signatureHeaders(huge, HMAC_SECRET), 'content-encoding': encoding };
      const { status } = await bench.webhook(post('/webhooks/sinch/hmac', body, headers));
      assert.deepEqual([status, bench.signalled], [413, []], encoding);
    }
  });

  test('comes again where nobody here can unpack it', async () => {
    const packed = zlib.gzipSync(PLAIN);
    for (const encoding of ['compress', 'x-ours', 'gzip, x-ours', 'gzip,gzip,gzip,gzip,gzip']) {
      for (const [path, headers] of [
        ['/webhooks/sinch/hmac', SIGNED],
        [`/webhooks/sinch/url/${PATH_SECRET}`, {}],
      ] as const) {
        const bench = createBench();
        const { status } = await bench.webhook(post(path, packed, { ...headers, 'content-encoding': encoding }));
        assert.deepEqual([status, bench.signalled, bench.unreadable], [503, [], []], `${encoding} ${path}`);
        assert.match(bench.logged.join('\n'), /content-encoding/);
      }
    }
  });

  test('is kept unpacked where it belongs to no message, so that erasing finds whom it names', async () => {
    const body = recipientReport({ client_reference: 'somebody-elses' });
    const headers = { ...signatureHeaders(body, HMAC_SECRET), 'content-encoding': 'gzip' };
    const bench = createBench();
    await bench.webhook(post('/webhooks/sinch/hmac', zlib.gzipSync(body), headers));
    assert.equal(Buffer.from(bench.unmatched[0]?.rawBody ?? []).toString(), body);
  });
});

describe('headers that come twice', () => {
  const twice = (headers: Readonly<Record<string, string>>, name: string, other?: string): Headers => {
    const doubled = new Headers(headers);
    doubled.append(name, other ?? headers[name] ?? '');
    return doubled;
  };
  const statusOf = async (path: string, headers: Headers): Promise<number> => {
    const { webhook } = createBench();
    const request = new Request(`https://sms.example${path}`, { method: 'POST', body: REPORT, headers });
    return (await webhook(request)).status;
  };

  test('are one with the same value, and a refusal with different ones', async () => {
    for (const name of Object.keys(SIGNED)) {
      for (const path of ['/webhooks/sinch/hmac', '/webhooks/sinch/hmac-fresh']) {
        assert.equal(await statusOf(path, twice(SIGNED, name)), 200, name);
        for (const other of ['x', '', 'HmacSHA1', `${SIGNED[name]}=`]) {
          assert.equal(await statusOf(path, twice(SIGNED, name, other)), 401, `${name} ${other}`);
          assert.equal(await statusOf(path, twice({ ...SIGNED, [name]: other }, name, SIGNED[name])), 401, name);
        }
      }
    }
    const all = new Headers(SIGNED);
    for (const [name, value] of Object.entries(SIGNED)) all.append(name, value);
    assert.equal(await statusOf('/webhooks/sinch/hmac', all), 200);
  });

  test('are so for passwords too', async () => {
    const old = basic('sinch', 'old');
    assert.equal(await statusOf('/webhooks/sinch/basic', twice(old, 'authorization')), 200);
    const other = basic('sinch', 'guessed').authorization;
    assert.equal(await statusOf('/webhooks/sinch/basic', twice(old, 'authorization', other)), 401);
    assert.equal(await statusOf('/webhooks/sinch/basic', twice(old, 'authorization', 'Bearer x')), 401);
  });
});

test('a password is taken in UTF-8 and in Latin-1, composed or not, and no other bytes are', async () => {
  const statusOf = async (bytes: Uint8Array): Promise<number> => {
    const headers = { authorization: `Basic ${Buffer.from(bytes).toString('base64')}` };
    return (await createBench().webhook(post('/webhooks/sinch/basic', REPORT, headers))).status;
  };
  assert.equal(await statusOf(Buffer.from('sinch:nèw:pass', 'utf8')), 200);
  assert.equal(await statusOf(Buffer.from('sinch:nèw:pass', 'latin1')), 200);
  assert.equal(await statusOf(Buffer.from('sinch:nèw:pass'.normalize('NFD'), 'utf8')), 200);
  for (const wrong of ['sinch:new:pass', 'sinch:nêw:pass', 'sinch:n', 'Sinch:nèw:pass', 'sinch:nèw:pass ']) {
    assert.equal(await statusOf(Buffer.from(wrong, 'utf8')), 401, wrong);
    assert.equal(await statusOf(Buffer.from(wrong, 'latin1')), 401, wrong);
  }
  assert.equal(await statusOf(Buffer.from('sinch:n\u00ffw:pass', 'latin1')), 401);
});

describe('a path that names no integration is 404 in words', () => {
  const SECRET = 'this-is-the-secret-of-a-path';
  for (const path of [
    `/webhooks/sinch/nobody/${SECRET}`,
    `/webhooks/sinch/url/${SECRET}/more`,
    `/webhooks/sinch/url/short/more`,
    `/${SECRET}`,
    `/url-s/${SECRET}`,
    `/a/b/c/${SECRET}?x=${SECRET}`,
    '/webhooks/sinch/447400123456',
    '/webhooks/sinch/%E0%A4%A',
    '/',
  ]) {
    test(path, async () => {
      const bench = createBench();
      assert.equal((await bench.webhook(post(path, REPORT))).status, 404);
      assert.equal(bench.logged.length, 1);
      assert.match(bench.logged[0] ?? '', /404.*"path"/);
      assert.doesNotMatch(bench.logged[0] ?? '', /secret-of-a-path|short|447400123456/);
      assert.equal(bench.counts.get('sinch_webhook_answers_total{integrationId=unknown,status=404}'), 1);
    });
  }
});
