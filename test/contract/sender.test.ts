import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { explainSenderRefusal, parseSender } from '../../src/contract/sender.ts';

test('a number is read in each of its spellings and comes out as digits', () => {
  for (const spelling of ['+447400123456', '447400123456', '00447400123456', '+44 7400 123-456', '(+44) 7400/123456']) {
    assert.deepEqual(parseSender(spelling), { ok: true, sender: '447400123456', kind: 'number' }, spelling);
  }
  assert.deepEqual(parseSender('+123456789012345'), { ok: true, sender: '123456789012345', kind: 'number' });
});

test('three to seven digits are a short code', () => {
  assert.deepEqual(parseSender('123'), { ok: true, sender: '123', kind: 'short_code' });
  assert.deepEqual(parseSender('1234567'), { ok: true, sender: '1234567', kind: 'short_code' });
  assert.deepEqual(parseSender('12345678'), { ok: true, sender: '12345678', kind: 'number' });
});

test('a name keeps its spelling and loses the blanks around it', () => {
  assert.deepEqual(parseSender('  Café Öst '), { ok: true, sender: 'Café Öst', kind: 'alphanumeric' });
  assert.deepEqual(parseSender('3M+'), { ok: true, sender: '3M+', kind: 'alphanumeric' });
  assert.deepEqual(parseSender('A2345678901'), {
    ok: true,
    sender: 'A2345678901',
    kind: 'alphanumeric',
  });
});

test('what cannot be a sender is refused with its reason', () => {
  const cases: [string, string][] = [
    ['', 'length'],
    ['  ab  ', 'length'],
    ['12', 'length'],
    ['1234567890123456', 'length'],
    ['A name that is far too long', 'length'],
    ['Twelve chars', 'name_too_long'],
    ['€€€€€€ab', 'name_too_long'],
    ['Łódź', 'characters'],
    ['Shop\nA', 'characters'],
    ['Shop 😀', 'characters'],
    ['07400123456', 'not_international'],
    ['000', 'not_international'],
    ['***', 'no_letter'],
    ['123*45', 'no_letter'],
    ['++4474', 'no_letter'],
  ];
  for (const [input, reason] of cases) assert.deepEqual(parseSender(input), { ok: false, reason }, input);
});

test('every reason has an explanation for a person', () => {
  for (const reason of ['length', 'name_too_long', 'characters', 'no_letter', 'not_international'] as const) {
    assert.match(explainSenderRefusal(reason), /^a sender /);
  }
});

test('a sender that was read is read again as itself, and has 3 to 15 characters', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: fc.constantFrom(...Array.from('aB1 0+-€é😀')), maxLength: 20 }), fc.string()),
      (input) => {
        const parsed = parseSender(input);
        if (!parsed.ok) return;
        assert.deepEqual(parseSender(parsed.sender), parsed);
        const { length } = Array.from(parsed.sender);
        assert.ok(length >= 3 && length <= 15);
      },
    ),
    { numRuns: 1000 },
  );
});
