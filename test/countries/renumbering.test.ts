import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseMsisdn, spellingsOf } from '../../src/countries/index.ts';
import { formerSpellingsOf, presentSpellingOf, RENUMBERING_RULES } from '../../src/countries/renumbering.ts';

/** A former spelling and the present one of the same subscriber. */
const PAIRS: readonly (readonly [former: string, present: string])[] = [
  ['+52 1 55 1234 5678', '525512345678'],
  ['+52 1 999 123 4567', '529991234567'],
  ['0052 1 33 1234 5678', '523312345678'],
  ['5215512345678', '525512345678'],
  ['+52 044 55 1234 5678', '525512345678'],
  ['+52 01 55 1234 5678', '525512345678'],
  ['+55 11 8123 4567', '5511981234567'],
  ['+55 21 9876 5432', '5521998765432'],
  ['+55 (0)85 6123-4567', '5585961234567'],
  ['+229 97 12 34 56', '2290197123456'],
  ['+229 21 31 23 45', '2290121312345'],
  ['+237 77 12 34 56', '237677123456'],
  ['+237 99 12 34 56', '237699123456'],
  ['+241 06 12 34 56', '24166123456'],
  ['+241 07 12 34 56', '24177123456'],
  ['+241 01 76 12 34', '24111761234'],
  ['+241 066 12 34 56', '24166123456'],
  ['+974 512 3456', '97455123456'],
  ['+974 666 7777', '97466667777'],
  ['+593 8 123 4567', '593981234567'],
  ['+593 (0)9 123 4567', '593991234567'],
  ['+57 1 234 5678', '576012345678'],
  ['+84 168 123 4567', '84381234567'],
  ['+84 (0)120 123 4567', '84701234567'],
  ['+84 199 123 4567', '84591234567'],
];

describe('numbers from before their plan was changed', () => {
  for (const [former, present] of PAIRS) {
    test(`${former} is the same as +${present}`, () => {
      const parsed = parseMsisdn(former);
      assert.equal(parsed.ok && parsed.msisdn, present);
      assert.deepEqual(parseMsisdn(present), parsed);
    });
  }

  test('are refused by name where the number does not tell the present spelling', () => {
    for (const former of [
      '+225 07 12 34 56',
      '+225 20 31 23 45',
      '+237 22 12 34 56',
      '+974 312 3456',
      '+63 2 123 4567',
    ]) {
      assert.deepEqual(parseMsisdn(former), { ok: false, reason: 'renumbered' }, former);
    }
  });

  test('leave alone what only looks like one', () => {
    for (const number of [
      '525512345678',
      '551131234567', // a fixed line has no ninth digit
      '551178123456', // nor has trunked radio
      '5511981234567',
      '2290197123456',
      '237677123456',
      '97455123456',
      '5491123456789',
      '576012345678',
      '573001234567',
      '84381234567',
      '84912345678',
    ]) {
      const parsed = parseMsisdn(`+${number}`);
      assert.equal(parsed.ok && parsed.msisdn, number);
    }
  });

  test('are found again by their present spelling, and the other way round', () => {
    for (const [former, present] of PAIRS) {
      const found = spellingsOf(former);
      const now = spellingsOf(`+${present}`);
      if (!found.ok || !now.ok) assert.fail(former);
      assert.deepEqual(found.spellings.stored, now.spellings.stored, former);
      assert.ok(now.spellings.stored.includes(present));
    }
    const mexican = spellingsOf('+52 55 1234 5678');
    assert.ok(mexican.ok && mexican.spellings.stored.includes('5215512345678'));
    assert.ok(mexican.ok && mexican.spellings.unmistakable.includes('5215512345678'));
  });
});

test('each rule has a date and a source, is undone by its other half, and makes nothing that a rule is about', () => {
  for (const rule of RENUMBERING_RULES) {
    assert.match(rule.country, /^[A-Z]{2}$/);
    assert.ok(Number.isFinite(Date.parse(rule.since)), rule.since);
    assert.ok(rule.source.length > 10);
  }
  for (const [former] of PAIRS) {
    const parsed = parseMsisdn(former);
    if (!parsed.ok) assert.fail(former);
    assert.equal(presentSpellingOf(parsed.msisdn), parsed.msisdn);
    for (const spelling of formerSpellingsOf(parsed.msisdn)) assert.equal(presentSpellingOf(spelling), parsed.msisdn);
  }
});
