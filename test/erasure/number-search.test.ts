import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { createNumberSearch } from '../../src/erasure/number-search.ts';
import { numberOf } from './erasure-fixture.ts';

describe('looking for a number in the body of a callback', () => {
  const search = createNumberSearch(numberOf('+44 7911 123456'));
  const bytes = (body: unknown) => Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));

  for (const [what, body] of [
    ['the recipient of a report', { recipient: '447911123456' }],
    ['one of the recipients of a batch', { statuses: [{ code: 0, recipients: ['4915187364002', '447911123456'] }] }],
    ['the sender of an inbound message', { from: '+44 7911 123456', to: '447000000000', body: 'STOP' }],
    ['a number with 00', { from: '0044 7911-123456' }],
    ['a number with (0)', { from: '+44 (0)7911 123456' }],
    ['a number in full-width digits', { from: '＋４４７９１１１２３４５６' }],
    ['a number in escapes', '{"from":"\\u0034\\u00347911123456"}'],
    ['a number that is no text', { recipients: [447911123456] }],
    ['the name of a member', { '447911123456': 'Delivered' }],
    ['a text that names it among words', { from: '4915187364002', body: 'Ask +44 7911 123456, please' }],
    ['a text that is no JSON', '<from>447911123456</from>'],
    ['a form', 'from=%2B447911123456&body=STOP'],
  ] as const) {
    test(`finds ${what}`, async () => assert.equal(await search.isInBody(bytes(body)), true));
  }

  for (const [what, body] of [
    ['a number that contains its digits', { from: '1447911123456' }],
    ['a longer number', { from: '4479111234561' }],
    ['a longer number in groups', { from: '+1 447911123456' }],
    ['a longer number in a text', { body: 'Ask 14479111234561' }],
    ['a longer number in what is no JSON', '<from>14479111234561</from>'],
    ["another country's number with the same national one", { from: '17911123456' }],
    ['what is empty', ''],
  ] as const) {
    test(`leaves ${what}`, async () => assert.equal(await search.isInBody(bytes(body)), false));
  }

  test('unpacks bodies that were compressed on their way', async () => {
    // Escaped, since what is short may stand in compressed bytes as it is.
    const escaped = bytes('{"from":"+44 \\u00379 11 123456"}');
    for (const compress of [gzipSync, deflateSync, deflateRawSync, brotliCompressSync]) {
      assert.equal(await search.isInBody(compress(escaped)), true, compress.name);
      assert.equal(await search.isInBody(compress('no JSON, of 447911123456')), true, compress.name);
      assert.equal(await search.isInBody(compress(bytes({ from: '1447911123456' }))), false, compress.name);
    }
  });

  test('does not tell of a body that unpacks to more than it looks at', async () => {
    assert.equal(await search.isInBody(gzipSync(Buffer.alloc(17 * 1024 * 1024))), undefined);
  });

  test('takes a body that is nested as deep as it is long', async () => {
    const deep = 100_000;
    assert.equal(await search.isInBody(bytes(`${'['.repeat(deep)}"447911123456"${']'.repeat(deep)}`)), true);
  });

  test('looks for what is no number as a whole, and not for what is too short to be anybody', async () => {
    const given = createNumberSearch(numberOf('2026-11-20'));
    assert.equal(await given.isInBody(bytes({ at: '2026-11-20T10:00:00.000Z', body: 'on 2026-11-20' })), false);
    assert.equal(await given.isInBody(bytes({ from: '20261120' })), true);
    assert.equal(await createNumberSearch(numberOf('2026')).isInBody(bytes({ at: '2026', to: 2026 })), false);
  });
});
