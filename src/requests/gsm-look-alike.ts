import { gsmSeptets } from '../contract/gsm-alphabet.ts';

/** Replacements that a reader hardly notices. Two columns: what the alphabet lacks, and what stands for it. */
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  (
    [
      ['‘’‚‛′‵ʼʹ`´‹›', "'"],
      ['“”„‟″«»', '"'],
      ['‐‑‒–—―−', '-'],
      ['•‣◦', '*'],
      ['·', '.'],
      ['⁄', '/'],
      ['¦', '|'],
      ['\t', ' '],
      ['\u2028\u2029\u0085', '\n'],
      // Invisible, and nobody misses them: soft hyphen, zero width characters, marks of direction, style selectors.
      ['\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff', ''],
      ['×', 'x'],
      ['μ', 'u'],
      ['≤', '<='],
      ['≥', '>='],
      ['±', '+/-'],
      ['→', '->'],
      ['←', '<-'],
      ['©', '(c)'],
      ['®', '(r)'],
      ['¢', 'c'],
      ['ı', 'i'],
      ['łŁđĐðÐħĦ', 'lLdDdDhH'],
      ['œ', 'oe'],
      ['Œ', 'OE'],
      ['þ', 'th'],
      ['Þ', 'Th'],
      ['ẞ', 'ß'],
      // Greek capitals that are Latin ones to the eye; the alphabet has only those that are not.
      ['ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'ABEZHIKMNOPTYX'],
    ] as const
  ).flatMap(([from, to]) => {
    const [characters, replacements] = [Array.from(from), Array.from(to)];
    const oneByOne = characters.length > 1 && characters.length === replacements.length;
    return characters.map((character, index): [string, string] => [
      character,
      oneByOne ? (replacements[index] ?? to) : to,
    ]);
  }),
);

/**
 * What could stand for a character that the GSM alphabet lacks, in that alphabet: `'` for a curly apostrophe, `a` for
 * an accented one. Empty where it can be left out; `undefined` where nothing looks like it.
 */
export function gsmLookAlike(character: string): string | undefined {
  const known = LOOK_ALIKES.get(character);
  if (known !== undefined) return known;
  // Ligatures, fractions and wide forms fall into what they are made of, accented letters into letter and accent.
  const parts = Array.from(character.normalize('NFKD'));
  const plain = parts.filter((part) => !/[\u0300-\u036f]/.test(part));
  if (plain.length === parts.length && parts.length === 1 && parts[0] === character) return undefined;
  const replaced = plain.map((part) => (gsmSeptets(part) === undefined ? LOOK_ALIKES.get(part) : part));
  return replaced.includes(undefined) ? undefined : replaced.join('');
}
