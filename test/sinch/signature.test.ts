import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { signCallback, verifyCallbackSignature, type VerifyCallbackSignatureOptions } from '../../src/sinch/index.ts';

/** The worked example of Sinch's own SDKs (sinch-sdk-node, packages/sms/tests/rest/v1/callbacks). */
const SECRET = 'SMSWebhooksSecret';
const NONCE = '01JHFFHWYY7HSS4FWTMDTQEK8V';
const TIMESTAMP = '1736760161';
const SIGNATURE = 'ZoHei66PPN/kZjw7hFVfGhJOnml3iGNCMWoyQVcE5o0=';
const rawBody = Buffer.from(
  '{"at":"2025-01-13T09:22:40.914Z","batch_id":"01JHFFHQ0P99JPPNQPJDV7JTBP","client_reference":"a client reference","code":0,"operator_status_at":"2025-01-13T09:22:00Z","recipient":"33662162466","status":"Delivered","type":"recipient_delivery_report_sms"}',
);
const SIGNED_AT = Number(TIMESTAMP) * 1000;

const HEADERS = {
  'x-sinch-webhook-signature': SIGNATURE,
  'x-sinch-webhook-signature-algorithm': 'HmacSHA256',
  'x-sinch-webhook-signature-nonce': NONCE,
  'x-sinch-webhook-signature-timestamp': TIMESTAMP,
};

function verify(headers: Record<string, string>, changes: Partial<VerifyCallbackSignatureOptions> = {}) {
  return verifyCallbackSignature({
    rawBody,
    headers: new Headers(headers),
    secrets: [SECRET],
    now: SIGNED_AT,
    ...changes,
  });
}

describe('signing a callback', () => {
  test("gives the signature of Sinch's example", () => {
    assert.equal(signCallback({ rawBody, secret: SECRET, nonce: NONCE, timestamp: TIMESTAMP }), SIGNATURE);
  });

  test('refuses an empty secret', () => {
    assert.throws(() => signCallback({ rawBody, secret: '', nonce: NONCE, timestamp: TIMESTAMP }), TypeError);
  });
});

describe('verifying a callback', () => {
  test("takes the signature of Sinch's example, however old", () => {
    assert.deepEqual(verify(HEADERS, { now: SIGNED_AT + 365 * 86_400_000 }), { ok: true });
  });

  test('takes bytes that are not UTF-8 as they are', () => {
    const bytes = Uint8Array.of(0xff, 0x00, 0xfe);
    const signature = signCallback({ rawBody: bytes, secret: SECRET, nonce: NONCE, timestamp: TIMESTAMP });
    const headers = { ...HEADERS, 'x-sinch-webhook-signature': signature };
    assert.deepEqual(verify(headers, { rawBody: bytes }), { ok: true });
    const other = Uint8Array.of(0xfd, 0x00, 0xfe);
    assert.deepEqual(verify(headers, { rawBody: other }), { ok: false, reason: 'wrong_signature' });
  });

  for (const secrets of [
    [SECRET, 'the-one-before'],
    ['the-next-one', SECRET],
  ]) {
    test(`takes either of two secrets: ${secrets.join(' and ')}`, () => {
      assert.deepEqual(verify(HEADERS, { secrets }), { ok: true });
    });
  }

  for (const name of Object.keys(HEADERS)) {
    test(`refuses a callback without ${name}`, () => {
      const rest = Object.fromEntries(Object.entries(HEADERS).filter(([other]) => other !== name));
      assert.deepEqual(verify(rest), { ok: false, reason: 'missing_header' });
    });
  }

  const wrong: readonly [what: string, headers: Record<string, string>][] = [
    ['of another body', { 'x-sinch-webhook-signature': SIGNATURE.replace('Z', 'Y') }],
    ['that is shorter', { 'x-sinch-webhook-signature': SIGNATURE.slice(0, 20) }],
    ['of another nonce', { 'x-sinch-webhook-signature-nonce': '01JHFFHWYY7HSS4FWTMDTQEK8W' }],
    ['of another time', { 'x-sinch-webhook-signature-timestamp': '1736760162' }],
  ];
  for (const [what, headers] of wrong) {
    test(`refuses a signature ${what}`, () => {
      assert.deepEqual(verify({ ...HEADERS, ...headers }), { ok: false, reason: 'wrong_signature' });
    });
  }

  test('refuses a body that was parsed and written again with blanks', () => {
    const rewritten = Buffer.from(JSON.stringify(JSON.parse(rawBody.toString()), null, 1));
    assert.deepEqual(verify(HEADERS, { rawBody: rewritten }), { ok: false, reason: 'wrong_signature' });
  });

  test('refuses another secret', () => {
    assert.deepEqual(verify(HEADERS, { secrets: ['another'] }), { ok: false, reason: 'wrong_signature' });
  });

  test('refuses another algorithm', () => {
    const headers = { ...HEADERS, 'x-sinch-webhook-signature-algorithm': 'HmacSHA1' };
    assert.deepEqual(verify(headers), { ok: false, reason: 'unknown_algorithm' });
  });

  for (const secrets of [[], ['']]) {
    test(`refuses everything where the secrets are ${JSON.stringify(secrets)}`, () => {
      assert.deepEqual(verify(HEADERS, { secrets }), { ok: false, reason: 'missing_secret' });
    });
  }

  test('refuses a timestamp outside of the tolerance, before and after, and takes one on its edge', () => {
    const toleranceMs = 300_000;
    for (const offset of [-toleranceMs, 0, toleranceMs]) {
      assert.deepEqual(verify(HEADERS, { toleranceMs, now: SIGNED_AT + offset }), { ok: true });
    }
    for (const offset of [-toleranceMs - 1, toleranceMs + 1]) {
      const result = verify(HEADERS, { toleranceMs, now: SIGNED_AT + offset });
      assert.deepEqual(result, { ok: false, reason: 'stale_timestamp' });
    }
  });

  test('refuses a timestamp that is no number where there is a tolerance', () => {
    const timestamp = 'yesterday';
    const signature = signCallback({ rawBody, secret: SECRET, nonce: NONCE, timestamp });
    const headers = {
      ...HEADERS,
      'x-sinch-webhook-signature': signature,
      'x-sinch-webhook-signature-timestamp': timestamp,
    };
    assert.deepEqual(verify(headers), { ok: true });
    assert.deepEqual(verify(headers, { toleranceMs: 1e15 }), { ok: false, reason: 'stale_timestamp' });
  });
});
