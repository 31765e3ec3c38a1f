import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { gsmSeptets } from '../../src/contract/gsm-alphabet.ts';
import { characterName } from '../../src/requests/character-name.ts';
import { gsmLookAlike } from '../../src/requests/gsm-look-alike.ts';
import { previewRequestSchema, previewText, textPreviewSchema } from '../../src/requests/index.ts';
import { splitText } from '../../src/simulator/part-count.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 500, size: 'max' }),
  fc.string({ unit: fc.constantFrom(...Array.from('aé€[~ “’–çñ😀👩ж½\u00a0\u200b')), maxLength: 700, size: 'max' }),
  fc.string({ unit: fc.constantFrom(...Array.from('aé€[~')), maxLength: 700, size: 'max' }),
);

describe('the preview of a text', () => {
  test("equals Sinch's dry run in parts and encoding, whatever the text is", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { parts, encoding } = previewText(text);
        const dryRun = splitText(text);
        assert.deepEqual([parts, encoding], [dryRun.count, dryRun.encoding === 'text' ? 'GSM' : 'UNICODE']);
      }),
      { numRuns: 500 },
    );
  });

  test('names each character that forces Unicode, how often it occurs and what looks like it', () => {
    assert.deepEqual(previewText('“ça” – “va”'), {
      encoding: 'UNICODE',
      parts: 1,
      characters: 11,
      units: 11,
      maxParts: 10,
      exceedsMaxParts: false,
      unicodeCharacters: [
        { character: '“', codePoint: 'U+201C', name: 'left double quotation mark', count: 2, suggestion: '"' },
        { character: 'ç', codePoint: 'U+00E7', name: 'small letter c with cedilla', count: 1, suggestion: 'c' },
        { character: '”', codePoint: 'U+201D', name: 'right double quotation mark', count: 2, suggestion: '"' },
        { character: '–', codePoint: 'U+2013', name: 'en dash', count: 1, suggestion: '-' },
      ],
      withSuggestions: { encoding: 'GSM', parts: 1 },
    });
  });

  test('of a GSM text names none, and suggests nothing', () => {
    const preview = previewText('a'.repeat(161), { maxParts: 1 });
    assert.deepEqual(preview.unicodeCharacters, []);
    assert.equal(preview.withSuggestions, undefined);
    assert.equal(preview.exceedsMaxParts, true);
    assert.equal(previewText('a'.repeat(160), { maxParts: 1 }).exceedsMaxParts, false);
  });

  test('is as its schema says, and its suggestions never make a text longer than they promise', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const preview = textPreviewSchema.parse(previewText(text));
        const suggestionOf = new Map(preview.unicodeCharacters.map((each) => [each.character, each.suggestion]));
        const replaced = Array.from(text, (character) => suggestionOf.get(character) ?? character).join('');
        if (!preview.withSuggestions) return assert.equal(replaced, text);
        const { parts, encoding } = previewText(replaced);
        assert.deepEqual(preview.withSuggestions, { encoding, parts });
        const all = preview.unicodeCharacters.every(({ suggestion }) => suggestion !== undefined);
        assert.equal(encoding === 'GSM', all);
      }),
    );
  });

  test('takes a text of at most 2000 whole characters, and no member that it does not know', () => {
    const takes = (body: unknown): boolean => previewRequestSchema.safeParse(body).success;
    assert.ok(takes({ text: 'a'.repeat(2000), maxParts: 3 }));
    assert.ok(takes({ text: '' }));
    for (const body of [
      {},
      { text: 'a'.repeat(2001) },
      { text: '\ud83d' },
      { text: 'a\0' },
      { text: 'a', maxParts: 0 },
      { text: 'a', to: '491701234567' },
    ]) {
      assert.ok(!takes(body), JSON.stringify(body).slice(0, 40));
    }
  });
});

describe('a look-alike in the GSM alphabet', () => {
  test('is known for what editors and keyboards put into texts', () => {
    const cases: Record<string, string> = {
      '‘': "'",
      '’': "'",
      '„': '"',
      '«': '"',
      '—': '-',
      '−': '-',
      '…': '...',
      '\u00a0': ' ',
      '\u202f': ' ',
      '\t': ' ',
      '\u200b': '',
      '\ufeff': '',
      '•': '*',
      '™': 'TM',
      '½': '1/2',
      ﬁ: 'fi',
      '：': ':',
      á: 'a',
      ç: 'c',
      ő: 'o',
      ł: 'l',
      Đ: 'D',
      œ: 'oe',
      Α: 'A',
      Ά: 'A',
      '\u0301': '',
    };
    for (const [character, expected] of Object.entries(cases)) {
      assert.equal(gsmLookAlike(character), expected, characterName(character));
    }
  });

  test('is not made up for what has none', () => {
    for (const character of 'жйأ你が한ท😀αό₹∑') assert.equal(gsmLookAlike(character), undefined, character);
  });

  test('is always in the alphabet', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), (character) => {
        const suggestion = gsmLookAlike(character);
        if (suggestion === undefined || gsmSeptets(character) !== undefined) return;
        for (const each of suggestion) assert.notEqual(gsmSeptets(each), undefined, characterName(character));
      }),
      { numRuns: 2_000 },
    );
    // All of the plane that texts are written in.
    for (let code = 0; code < 0xffff; code += 1) {
      const character = String.fromCharCode(code);
      for (const each of gsmLookAlike(character) ?? '') {
        if (gsmSeptets(character) === undefined) assert.notEqual(gsmSeptets(each), undefined, `U+${code.toString(16)}`);
      }
    }
  });
});

test('every character has a name', () => {
  const cases: Record<string, string> = {
    é: 'small letter e with acute',
    Ǘ: 'capital letter U with diaeresis and acute',
    '😀': 'emoji',
    '🇩': 'half of a flag emoji',
    ж: 'Cyrillic letter',
    你: 'Chinese character',
    '₹': 'currency sign',
    '\u2003': 'space of a special width',
    '\u0001': 'control character',
    '\ud83d': 'half of a character',
    '\u0378': 'character without a name',
  };
  for (const [character, name] of Object.entries(cases)) assert.equal(characterName(character), name, name);
});
