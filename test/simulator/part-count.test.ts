import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { splitText, truncateToOnePart } from '../../src/simulator/part-count.ts';

const counted = (text: string) => {
  const { encoding, count } = splitText(text);
  return [encoding, count];
};

test('parts are counted by the alphabet that the text needs', () => {
  const cases: [string, string, number][] = [
    ['', 'text', 1],
    ['a'.repeat(160), 'text', 1],
    ['a'.repeat(161), 'text', 2],
    ['a'.repeat(306), 'text', 2],
    ['a'.repeat(307), 'text', 3],
    ['€'.repeat(80), 'text', 1],
    ['€'.repeat(81), 'text', 2],
    ['à'.repeat(160), 'text', 1],
    ['á'.repeat(70), 'unicode', 1],
    ['á'.repeat(71), 'unicode', 2],
    ['ç', 'unicode', 1],
    ['Ç', 'text', 1],
    ['👋'.repeat(35), 'unicode', 1],
    ['👋'.repeat(36), 'unicode', 2],
    ['á'.repeat(134), 'unicode', 2],
    ['á'.repeat(135), 'unicode', 3],
  ];
  for (const [text, encoding, count] of cases) assert.deepEqual(counted(text), [encoding, count], text.slice(0, 3));
});

test('an escaped character or a surrogate pair is never cut in two, even if that takes a part more', () => {
  // 306 septets would be two full parts, but the pair at 153 and 154 has to move over.
  assert.deepEqual(counted(`${'a'.repeat(152)}€${'a'.repeat(152)}`), ['text', 3]);
  assert.deepEqual(counted(`${'á'.repeat(66)}👋${'á'.repeat(66)}`), ['unicode', 3]);
});

test('parts give the text back when they are put together', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 600 }), (text) => {
      assert.equal(splitText(text).parts.join(''), text);
    }),
  );
});

test('a truncated text is the longest beginning that fits into one part', () => {
  assert.equal(truncateToOnePart('a'.repeat(500)), 'a'.repeat(160));
  assert.equal(truncateToOnePart('€'.repeat(500)), '€'.repeat(80));
  assert.equal(truncateToOnePart('👋'.repeat(500)), '👋'.repeat(35));
  assert.equal(truncateToOnePart('short'), 'short');
});
