/**
 * A phone number as people write it, taken apart: what leads it, its digits, and where they stand apart. Knows no
 * country; `countries/parseMsisdn` decides what the digits are.
 */

/** Why what was written is no number. */
export type WrittenRefusal =
  /** Nothing but blanks, quotes and separators. */
  | 'empty'
  /** No number is written with so much. */
  | 'too_long'
  /** A character that has no business in a number; `place` names which. */
  | 'characters'
  /** Digits behind a decimal point or comma: a number of a spreadsheet, of which nobody knows how many digits are meant. */
  | 'decimal'
  /** Scientific notation, as spreadsheets show long numbers: the last digits are lost. */
  | 'exponent'
  /** Digits that are dialled after the call is answered. */
  | 'extension'
  /** Another number, or a part of one, behind the first. */
  | 'second_number'
  /** A separator before one last digit, or where there are no digits to separate. */
  | 'separator'
  /** A bracket that is not closed, or stands within another. */
  | 'brackets';

/** A number taken apart. */
export interface WrittenNumber {
  /** `+` and `00` lead a number in international form. */
  prefix: '+' | '00' | '';
  /** All digits behind the prefix. */
  digits: string;
  /** How many digits stand before each separator or bracket, rising; neither 0 nor all. */
  breaks: readonly number[];
  /** From which digit to which a bracket goes round, the end excluded. */
  brackets: readonly (readonly [start: number, end: number])[];
  /** The last separator that is not a blank alone, and how many digits follow. */
  lastMark?: { mark: string; before: number };
}

/** What is wrong, and where. */
export interface RefusedNumber {
  ok: false;
  reason: WrittenRefusal;
  /** Which character of what was given is in the way, counted from 1 as a person counts; and the character. */
  place?: number;
  character?: string;
}

/** No number is written with more than this, separators included; what is longer is not looked at. */
const MAX_INPUT_LENGTH = 100;

/** With fewer it is too short in any case, wherever its separators stand. */
const FEWEST_DIGITS = 7;

/**
 * Quotes of every kind: around a number they have no meaning. `'` alone in front is how spreadsheets keep a number as text.
 */
const QUOTE = /["'`\u00ab\u00b4\u00bb\u2018-\u201f\u2039\u203a]/;

/** Marks without width that come along when a number is pasted; not U+202E, which shows digits in another order. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202d\u2060-\u2064\u2066-\u2069\ufeff]/;

const DASH = /[\u2010-\u2015\u2212\ufe58\ufe63]/;

const LINE_BREAK_OR_TAB = /[\t\n\v\f\r\u0085\u2028\u2029]/;

/** Words and marks before an extension, in the languages of forms. */
const EXTENSION =
  /\d[^\p{L}\d]*?(?:[;,.]?\s*(?:ext(?:n|ens(?:ion|i[oó]n))?|x|w|p|poste|app(?:arat)?|durchwahl|dw|nst|int(?:erno)?|anexo|ramal|доб|wew|linka|klapka|tst|toestel)\.?|[#*]|,{2,}|;)\s*[=:.#]?\s*\(?\d{1,8}\)?\s*#?$/iu;

/** Two numbers, whatever stands between them that is not written within one. */
const SECOND_NUMBER =
  /\d[^\d]*?(?:[;|&,\\\t\n\v\f\r\u0085\u2028\u2029]|\p{L}{1,5})[^\d]*\d(?:[^\p{L}\d]{0,3}\d){4,}\D*$/u;

const EXPONENT = /^[+\-(]*\d[\d.,'\u00a0 ]*(?:e\s*[+-]?\s*\d*|[x×*·]\s*10\s*(?:\^|\*\*|[⁰-⁹⁺])\s*[+-]?\s*\d*)$/iu;

/** One point or comma and nothing else that separates, or one with a digit or two at the very end. */
const DECIMAL = /^[+(]*(?:\d+(?:\.\d+|,\d{1,6})|[^.]*\d\.\d{1,2}|[^,]*\d,\d{1,3})\)?$/;

/** `+44.7400123456`, as registries of domains write numbers (RFC 5733): the point ends the calling code. */
const EPP = /^\+\d{1,3}\.\d{6,}$/;

interface Mark {
  character: string;
  place: number;
}

/** Takes apart what was written; quotes of every kind, `=` before them, and `tel:` are wrappers without meaning. */
export function readWrittenNumber(input: string): ({ ok: true } & WrittenNumber) | RefusedNumber {
  if (input.length > MAX_INPUT_LENGTH) return { ok: false, reason: 'too_long' };
  const marks = unwrapped(marksOf(input));
  if (marks.every(({ character }) => /[\s().\-/]/.test(character))) return { ok: false, reason: 'empty' };
  const text = marks.map(({ character }) => character).join('');
  if (EXPONENT.test(text)) return { ok: false, reason: 'exponent' };
  const strange = marks.find(({ character }, index) => !isExpected(character, index, marks));
  if (strange !== undefined || (DECIMAL.test(text) && !EPP.test(text))) {
    if (DECIMAL.test(text)) return { ok: false, reason: 'decimal' };
    if (EXTENSION.test(text)) return { ok: false, reason: 'extension', ...at(strange) };
    if (SECOND_NUMBER.test(text) || /\d.*\+/s.test(text)) return { ok: false, reason: 'second_number', ...at(strange) };
    return { ok: false, reason: 'characters', ...at(strange) };
  }
  return takenApart(marks);
}

function at(mark: Mark | undefined): Pick<RefusedNumber, 'place' | 'character'> {
  return mark === undefined ? {} : { place: mark.place, character: mark.character };
}

/** Each character with its place; blanks and dashes of every kind as one, full-width characters as plain ones. */
function marksOf(input: string): Mark[] {
  return Array.from(input).flatMap((given, index): Mark[] => {
    if (INVISIBLE.test(given)) return [];
    const code = given.codePointAt(0) ?? 0;
    // As Japanese keyboards write them. Not the whole of NFKC, which makes digits of superscripts and of numbers in circles.
    const character = code >= 0xff01 && code <= 0xff5e ? String.fromCodePoint(code - 0xfee0) : given;
    const place = index + 1;
    if (DASH.test(character)) return [{ character: '-', place }];
    return [{ character: /\s/.test(character) && !LINE_BREAK_OR_TAB.test(character) ? ' ' : character, place }];
  });
}

function unwrapped(marks: readonly Mark[]): Mark[] {
  let start = 0;
  let end = marks.length;
  const is = (index: number, pattern: RegExp): boolean => pattern.test(marks[index]?.character ?? '');
  const trim = (): void => {
    while (start < end && (is(start, /[\s\u0085]/) || is(start, QUOTE))) start += 1;
    while (end > start && (is(end - 1, /[\s\u0085]/) || is(end - 1, QUOTE))) end -= 1;
  };
  trim();
  // A formula whose result is a text, `="+44…"`, or a number, `=+44…`.
  if (start < end && is(start, /=/)) {
    start += 1;
    trim();
  }
  const scheme = marks.slice(start, start + 4).map(({ character }) => character.toLowerCase());
  if (scheme.join('') === 'tel:') {
    start += 4;
    trim();
  }
  return marks.slice(start, end);
}

/** Digits, separators, and a plus before the first digit or behind a leading 00. */
function isExpected(character: string, index: number, marks: readonly Mark[]): boolean {
  if (/[0-9 ().\-/]/.test(character)) return true;
  if (character !== '+') return false;
  const before = marks
    .slice(0, index)
    .map((mark) => mark.character)
    .join('');
  return /^[ (]*(?:\+ ?)?(?:00 ?)?$/.test(before);
}

/** The marks between two digits: at most one separator, blanks and brackets around it. */
const BETWEEN = /^ {0,2}(?:\) {0,2})?[.\-/]? {0,2}(?:\( {0,2})?$/;

function takenApart(marks: readonly Mark[]): ({ ok: true } & WrittenNumber) | RefusedNumber {
  const wrapped = wholeInBrackets(marks);
  const digits: string[] = [];
  const breaks: number[] = [];
  const brackets: [number, number][] = [];
  let open: { at: number; mark: Mark } | undefined;
  let between = '';
  let firstBetween: Mark | undefined;
  let plus = false;
  let lastMark: WrittenNumber['lastMark'];
  for (const mark of wrapped) {
    const { character } = mark;
    if (/[0-9]/.test(character)) {
      if (digits.length > 0 && between !== '') {
        if (!BETWEEN.test(between)) return { ok: false, reason: 'separator', ...at(firstBetween) };
        breaks.push(digits.length);
        const separator = /[.\-/]/.exec(between)?.[0];
        if (separator !== undefined) lastMark = { mark: separator, before: digits.length };
      } else if (/[.\-/]/.test(between)) {
        return { ok: false, reason: 'separator', ...at(firstBetween) };
      }
      digits.push(character);
      between = '';
      firstBetween = undefined;
      continue;
    }
    if (character === '+') {
      plus = true;
      between = '';
      firstBetween = undefined;
      continue;
    }
    if (character === '(') {
      if (open) return { ok: false, reason: 'brackets', ...at(mark) };
      open = { at: digits.length, mark };
    }
    if (character === ')') {
      if (!open) return { ok: false, reason: 'brackets', ...at(mark) };
      if (digits.length > open.at) brackets.push([open.at, digits.length]);
      else if (!plus) return { ok: false, reason: 'brackets', ...at(mark) };
      open = undefined;
    }
    between += character;
    firstBetween ??= mark;
  }
  if (open) return { ok: false, reason: 'brackets', ...at(open.mark) };
  if (/[.\-/]/.test(between)) return { ok: false, reason: 'separator', ...at(firstBetween) };
  const lastGroup = digits.length - (breaks.at(-1) ?? 0);
  if (breaks.length > 0 && lastGroup === 1 && digits.length >= FEWEST_DIGITS) {
    return { ok: false, reason: 'separator', ...at(lastSeparator(wrapped)) };
  }
  return withoutPrefix({ plus, digits: digits.join(''), breaks, brackets, ...(lastMark ? { lastMark } : {}) });
}

/** `(+44 7400 123456)`: brackets around all of it have no meaning where the number is in international form. */
function wholeInBrackets(marks: readonly Mark[]): readonly Mark[] {
  const text = marks.map(({ character }) => character).join('');
  return /^\( *(?:\+|00)[^()]*\)$/.test(text) && (text.match(/\d/g)?.length ?? 0) > 6 ? marks.slice(1, -1) : marks;
}

function lastSeparator(marks: readonly Mark[]): Mark | undefined {
  const lastDigit = marks.findLastIndex(({ character }) => /[0-9]/.test(character));
  return marks[lastDigit - 1];
}

/** Takes `+`, `00` and `+00` off. The two zeros stand together. */
function withoutPrefix({
  plus,
  digits,
  breaks,
  brackets,
  lastMark,
}: Omit<WrittenNumber, 'prefix'> & { plus: boolean }): { ok: true } & WrittenNumber {
  const zeros = digits.startsWith('00') && !breaks.includes(1) ? 2 : 0;
  const prefix = plus ? '+' : zeros > 0 ? '00' : '';
  return {
    ok: true,
    prefix,
    digits: digits.slice(zeros),
    breaks: breaks.map((place) => place - zeros).filter((place) => place > 0),
    brackets: brackets
      .map(([start, end]) => [Math.max(start - zeros, 0), end - zeros] as const)
      .filter(([, end]) => end > 0),
    ...(lastMark === undefined ? {} : { lastMark: { ...lastMark, before: lastMark.before - zeros } }),
  };
}
