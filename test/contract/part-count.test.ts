import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { gsmSeptets } from '../../src/contract/gsm-alphabet.ts';
import { countParts } from '../../src/contract/part-count.ts';

test('an empty text is one part', () => {
  assert.deepEqual(countParts(''), { encoding: 'GSM', parts: 1, characters: 0, units: 0, unicodeCharacters: [] });
});

test('a GSM text fits 160 septets in one part and 153 in each of several', () => {
  assert.equal(countParts('a'.repeat(160)).parts, 1);
  assert.equal(countParts('a'.repeat(161)).parts, 2);
  assert.equal(countParts('a'.repeat(306)).parts, 2);
  assert.equal(countParts('a'.repeat(307)).parts, 3);
  assert.equal(countParts('a'.repeat(2000)).parts, 14);
});

test('a Unicode text fits 70 units in one part and 67 in each of several', () => {
  assert.equal(countParts('ж'.repeat(70)).parts, 1);
  assert.equal(countParts('ж'.repeat(71)).parts, 2);
  assert.equal(countParts('ж'.repeat(134)).parts, 2);
  assert.equal(countParts('ж'.repeat(135)).parts, 3);
  assert.equal(countParts('ж'.repeat(2000)).parts, 30);
});

test('each character of the extension table takes two septets', () => {
  for (const character of '^{}\\[~]|€\f') {
    assert.deepEqual(countParts(character), {
      encoding: 'GSM',
      parts: 1,
      characters: 1,
      units: 2,
      unicodeCharacters: [],
    });
  }
  assert.equal(countParts('€'.repeat(80)).parts, 1);
  assert.equal(countParts('€'.repeat(81)).parts, 2);
});

test('an escape pair is not split, so a part can end a septet early', () => {
  // 153 septets hold 76 pairs and leave one septet empty: 306 septets of pairs need three parts, of letters two.
  const pairs = countParts('€'.repeat(153));
  assert.equal(pairs.units, 306);
  assert.equal(pairs.parts, 3);
  assert.equal(countParts(`${'a'.repeat(152)}€${'a'.repeat(152)}`).parts, 3);
  assert.equal(countParts(`${'a'.repeat(151)}€${'a'.repeat(153)}`).parts, 2);
});

test('a surrogate pair is not split', () => {
  const emoji = countParts('😀'.repeat(67));
  assert.equal(emoji.units, 134);
  assert.equal(emoji.characters, 67);
  assert.equal(emoji.parts, 3);
  assert.equal(countParts('😀'.repeat(35)).parts, 1);
  assert.equal(countParts('😀'.repeat(36)).parts, 2);
});

test('one character outside the alphabet makes the whole text Unicode, and is named once', () => {
  const count = countParts(`It’s ${'a'.repeat(100)} ç ’ 😀 á`);
  assert.equal(count.encoding, 'UNICODE');
  assert.equal(count.parts, 2);
  assert.deepEqual(count.unicodeCharacters, ['’', 'ç', '😀', 'á']);
});

test('the Greek capitals and accented letters of the alphabet stay GSM; their look-alikes do not', () => {
  assert.equal(countParts('ΔΦΓΛΩΠΨΣΘΞ ÄÖÑÜ äöñüà èéùìò ÇØøÅåÆæßÉ ¿¡§¤£¥ @_').encoding, 'GSM');
  for (const trap of ['ç', 'á', 'ê', '`', '\u00a0', '“', '–', '…', '\t', 'Α', '\u001b']) {
    assert.deepEqual(countParts(trap).unicodeCharacters, [trap], JSON.stringify(trap));
  }
});

test('a lone half of a surrogate pair counts as one unit', () => {
  assert.deepEqual(countParts('\ud83d'), {
    encoding: 'UNICODE',
    parts: 1,
    characters: 1,
    units: 1,
    unicodeCharacters: ['\ud83d'],
  });
});

const gsmText = fc.string({ unit: fc.constantFrom(...Array.from('aé@Δ \n€^{}~|')), maxLength: 700, size: 'max' });
const anyText = fc.string({
  unit: fc.constantFrom(...Array.from('aé€ж’😀🇩👩'), '\ud83d'),
  maxLength: 400,
  size: 'max',
});

/** Lengths at which a division and the true count differ: pairs that nearly fill their parts, with one single among them. */
const crowdedText = fc
  .tuple(fc.constantFrom('€', '😀'), fc.integer({ min: 2, max: 6 }), fc.integer({ min: 0, max: 6 }), fc.nat())
  .map(([pair, parts, spare, place]) => {
    const units = parts * (pair === '€' ? 153 : 67) - spare;
    const pairs = Array.from<unknown, string>({ length: Math.floor(units / 2) }, () => pair);
    if (units % 2 === 1) pairs.splice(place % (pairs.length + 1), 0, 'a');
    return pairs.join('');
  });

test('the count is never below the division, and each boundary costs at most one unit', () => {
  fc.assert(
    fc.property(fc.oneof(gsmText, anyText), (text) => {
      const { encoding, parts, units } = countParts(text);
      const [single, part] = encoding === 'GSM' ? [160, 153] : [70, 67];
      if (units <= single) return parts === 1;
      return parts >= Math.ceil(units / part) && parts <= Math.ceil(units / (part - 1));
    }),
  );
});

test('the text laid out in that many parts fits, and in one fewer does not', () => {
  fc.assert(
    fc.property(fc.oneof(crowdedText, gsmText, anyText), (text) => {
      const { encoding, parts, units } = countParts(text);
      const [single, part] = encoding === 'GSM' ? [160, 153] : [70, 67];
      if (units <= single) return;
      assert.equal(parts, fewestParts(text, encoding, part));
    }),
    { numRuns: 150 },
  );
});

/** The fewest parts by trying every place to cut, as a second opinion. */
function fewestParts(text: string, encoding: 'GSM' | 'UNICODE', capacity: number): number {
  const sizes = Array.from(text, (character) => (encoding === 'GSM' ? (gsmSeptets(character) ?? 0) : character.length));
  const best = [0];
  for (let end = 1; end <= sizes.length; end += 1) {
    let fewest = Infinity;
    let filled = 0;
    for (let start = end - 1; start >= 0; start -= 1) {
      filled += sizes[start] ?? 0;
      if (filled > capacity) break;
      fewest = Math.min(fewest, (best[start] ?? 0) + 1);
    }
    best.push(fewest);
  }
  return best.at(-1) ?? 0;
}

test('more text never takes fewer parts', () => {
  fc.assert(fc.property(anyText, anyText, (start, rest) => countParts(start + rest).parts >= countParts(start).parts));
});

test('the characters that force Unicode are those, and only those, that the alphabet lacks', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const { encoding, unicodeCharacters } = countParts(text);
      assert.equal(encoding === 'UNICODE', unicodeCharacters.length > 0);
      assert.equal(new Set(unicodeCharacters).size, unicodeCharacters.length);
      const rest = Array.from(text).filter((character) => !unicodeCharacters.includes(character));
      assert.equal(countParts(rest.join('')).encoding, 'GSM');
    }),
  );
});
