import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { idWithNumber } from '../../src/contract/msisdn.ts';

const UK = '447700900123';

test('an id with the number in it is found, in its international and its national spelling, whatever separates the digits', () => {
  for (const messageId of [
    'otp-447700900123',
    'otp-00447700900123',
    'otp-44-7700-900-123',
    'otp-07700900123',
    'otp-7700900123',
    'otp_0770.090.0123',
    '07700-900123-otp',
    'otp-2026-7700900123',
    '7700900123-1700000000',
    'a.7.7.0.0.9.0.0.1.2.3',
    'user7700900123',
  ]) {
    assert.equal(idWithNumber({ messageId, campaignId: undefined }, UK), 'messageId', messageId);
  }
  assert.equal(idWithNumber({ messageId: 'x', campaignId: 'to 07700 900123' }, UK), 'campaignId');
  assert.equal(idWithNumber({ messageId: 'x', campaignName: 'Reminder for 07700 900 123' }, UK), 'campaignName');
  assert.equal(idWithNumber({ messageId: 'otp-06301234567' }, '36301234567'), 'messageId', 'with 06, as in Hungary');
  assert.equal(idWithNumber({ messageId: 'otp-89123456789' }, '79123456789'), 'messageId', 'with 8, as in Russia');
  assert.equal(
    idWithNumber({ messageId: 'otp-04455-12345678' }, '525512345678'),
    'messageId',
    'with 044, as in Mexico',
  );
  assert.equal(idWithNumber({ messageId: 'otp-612345678' }, '390612345678'), 'messageId', 'without its own 0');
  // What was refused for its national form.
  assert.equal(idWithNumber({ messageId: 'otp-7700900123' }, '07700900123'), 'messageId');
});

test('an id that has other digits, part of them, or them within longer ones is none', () => {
  for (const messageId of [
    'welcome-1',
    'order-20261201-4711',
    'otp-7700900124',
    'otp-770090012',
    'otp-77009001234',
    'batch-1700770090012399',
    'a770090b0123',
  ]) {
    assert.equal(idWithNumber({ messageId, campaignId: 'welcome' }, UK), undefined, messageId);
  }
  // Six digits behind the calling code are met by chance.
  assert.equal(idWithNumber({ messageId: 'order-212345' }, '299212345'), undefined);
  assert.equal(idWithNumber({ messageId: 'order-4711' }, '4711'), undefined);
});

test('counting ids are hardly ever taken for one with a number', () => {
  fc.assert(
    fc.property(fc.nat(999_999), fc.integer({ min: 1_000_000, max: 99_999_999 }), (count, other) => {
      const messageId = `order-2026-12-01-${String(count).padStart(6, '0')}`;
      assert.equal(idWithNumber({ messageId, campaignId: `c-${count}` }, `44770${other}00`), undefined);
    }),
  );
});
