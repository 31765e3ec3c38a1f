/** Names of characters for people who wonder what is wrong with a text: near to Unicode's own names, and no database. */

/** What texts and numbers are most often caught with. */
const NAMES: Readonly<Record<string, string>> = {
  ' ': 'space',
  '\t': 'tab',
  '\n': 'line feed',
  '\r': 'carriage return',
  '!': 'exclamation mark',
  '"': 'quotation mark',
  '#': 'number sign',
  $: 'dollar sign',
  '%': 'percent sign',
  '&': 'ampersand',
  "'": 'apostrophe',
  '(': 'opening bracket',
  ')': 'closing bracket',
  '*': 'asterisk',
  '+': 'plus sign',
  ',': 'comma',
  '-': 'hyphen',
  '.': 'dot',
  '/': 'slash',
  ':': 'colon',
  ';': 'semicolon',
  '<': 'less-than sign',
  '=': 'equals sign',
  '>': 'greater-than sign',
  '?': 'question mark',
  '@': 'at sign',
  '\\': 'backslash',
  _: 'underscore',
  '|': 'vertical bar',
  '~': 'tilde',
  '\u00a0': 'no-break space',
  '\u00ad': 'soft hyphen',
  '\u00ab': 'left angle quotation mark',
  '\u00bb': 'right angle quotation mark',
  '\u00b0': 'degree sign',
  '\u00b7': 'middle dot',
  '\u00d7': 'multiplication sign',
  '\u00a9': 'copyright sign',
  '\u00ae': 'registered sign',
  '\u00b4': 'acute accent',
  '`': 'backtick',
  '\u200b': 'zero width space',
  '\u200c': 'zero width non-joiner',
  '\u200d': 'zero width joiner',
  '\u2010': 'hyphen',
  '\u2011': 'no-break hyphen',
  '\u2012': 'figure dash',
  '\u2013': 'en dash',
  '\u2014': 'em dash',
  '\u2018': 'left single quotation mark',
  '\u2019': 'right single quotation mark, or apostrophe',
  '\u201a': 'low single quotation mark',
  '\u201c': 'left double quotation mark',
  '\u201d': 'right double quotation mark',
  '\u201e': 'low double quotation mark',
  '\u2022': 'bullet',
  '\u2026': 'ellipsis',
  '\u2028': 'line separator',
  '\u2029': 'paragraph separator',
  '\u202f': 'narrow no-break space',
  '\u2032': 'prime',
  '\u2033': 'double prime',
  '\u2039': 'left single angle quotation mark',
  '\u203a': 'right single angle quotation mark',
  '\u2060': 'word joiner',
  '\u2116': 'numero sign',
  '\u2122': 'trade mark sign',
  '\u2212': 'minus sign',
  '\ufe0f': 'emoji style selector',
  '\ufeff': 'byte order mark',
  '\ufffd': 'replacement character, left by a wrong conversion',
};

/** Accents that are part of a letter, by the combining mark that it falls into. */
const ACCENTS: Readonly<Record<string, string>> = {
  '\u0300': 'grave',
  '\u0301': 'acute',
  '\u0302': 'circumflex',
  '\u0303': 'tilde',
  '\u0304': 'macron',
  '\u0306': 'breve',
  '\u0307': 'dot above',
  '\u0308': 'diaeresis',
  '\u0309': 'hook above',
  '\u030a': 'ring above',
  '\u030b': 'double acute',
  '\u030c': 'caron',
  '\u031b': 'horn',
  '\u0323': 'dot below',
  '\u0326': 'comma below',
  '\u0327': 'cedilla',
  '\u0328': 'ogonek',
};

/** What is left, by what Unicode says of the character; the first that fits. */
const CLASSES: readonly (readonly [RegExp, string])[] = [
  [/\p{Surrogate}/u, 'half of a character'],
  [/\p{Regional_Indicator}/u, 'half of a flag emoji'],
  [/[\p{Extended_Pictographic}\p{Emoji_Modifier}]/u, 'emoji'],
  [/[\u00b2\u00b3\u00b9\u2070-\u2079]/u, 'superscript digit'],
  [/[\u0660-\u0669\u06f0-\u06f9]/u, 'Arabic digit'],
  [/\p{Decimal_Number}/u, 'digit of another script'],
  [/\p{Script=Latin}/u, 'Latin letter'],
  [/\p{Script=Greek}/u, 'Greek letter'],
  [/\p{Script=Cyrillic}/u, 'Cyrillic letter'],
  [/\p{Script=Arabic}/u, 'Arabic character'],
  [/\p{Script=Hebrew}/u, 'Hebrew character'],
  [/\p{Script=Armenian}/u, 'Armenian letter'],
  [/\p{Script=Georgian}/u, 'Georgian letter'],
  [/\p{Script=Han}/u, 'Chinese character'],
  [/\p{Script=Hiragana}/u, 'Hiragana character'],
  [/\p{Script=Katakana}/u, 'Katakana character'],
  [/\p{Script=Hangul}/u, 'Korean character'],
  [/\p{Script=Thai}/u, 'Thai character'],
  [/\p{Script=Devanagari}/u, 'Devanagari character'],
  [/\p{Currency_Symbol}/u, 'currency sign'],
  [/\p{Space_Separator}/u, 'space of a special width'],
  [/\p{Format}/u, 'invisible formatting character'],
  [/\p{Mark}/u, 'accent that stands by itself'],
  [/\p{Control}/u, 'control character'],
  [/\p{Letter}/u, 'letter'],
  [/\p{Number}/u, 'number'],
  [/\p{Punctuation}/u, 'punctuation mark'],
  [/\p{Symbol}/u, 'symbol'],
];

/** A name for one character, such as `en dash` or `small letter a with acute`. */
export function characterName(character: string): string {
  const name = NAMES[character] ?? accentedName(character);
  return name ?? CLASSES.find(([pattern]) => pattern.test(character))?.[1] ?? 'character without a name';
}

function accentedName(character: string): string | undefined {
  const [base, ...marks] = Array.from(character.normalize('NFD'));
  const accents = marks.map((mark) => ACCENTS[mark]);
  if (base === undefined || !/^[A-Za-z]$/.test(base) || accents.length === 0 || accents.includes(undefined)) {
    return undefined;
  }
  return `${base < 'a' ? 'capital' : 'small'} letter ${base} with ${accents.join(' and ')}`;
}
