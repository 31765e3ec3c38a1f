/** Text that should be JSON: its value, or the place where it stops being JSON, told without a value of its own. */

/** What a text that should be JSON holds. `problem` continues a sentence: "It is not JSON: {problem}". */
export type ParsedJson = { ok: true; value: unknown } | { ok: false; problem: string };

/**
 * Reads JSON. A byte order mark in front, as editors leave it in files, is passed over.
 *
 * What is wrong is told by line, column and kind of character: texts that are sent here hold numbers, texts and tokens, so
 * no letter and no digit of them is ever repeated.
 */
export function parseJson(text: string): ParsedJson {
  const content = text.startsWith('\ufeff') ? text.slice(1) : text;
  try {
    return { ok: true, value: JSON.parse(content) };
  } catch {
    return { ok: false, problem: problemOf(content) };
  }
}

/** Where a text stops being JSON, and why. */
interface Fault {
  at: number;
  /** What could have stood there. */
  expected: string;
  /** What to do, where that is known. */
  hint?: string;
}

type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'comma or ]' | 'comma or }' | 'end';

const WORDS: Readonly<Record<Expected, string>> = {
  value: 'a value',
  'value or ]': 'a value or `]`',
  name: 'a name in double quotation marks',
  'name or }': 'a name in double quotation marks or `}`',
  colon: '`:`',
  'comma or ]': '`,` or `]`',
  'comma or }': '`,` or `}`',
  end: 'the end',
};

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /(?:true|false|null)(?![\p{L}\p{N}_$])/uy;
const PLAIN = /[^"\\\u0000-\u001f]*/y; // oxlint-disable-line no-control-regex -- what JSON takes in no string
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Words of other languages that are taken for JSON. Nobody's data is among them. */
const FOREIGN_WORDS: Readonly<Record<string, string>> = {
  NaN: 'JSON has no such number',
  nan: 'JSON has no such number',
  Infinity: 'JSON has no such number',
  undefined: 'leave the member out, or write null',
  None: 'write null',
  NULL: 'write null',
  nil: 'write null',
  True: 'write true',
  TRUE: 'write true',
  False: 'write false',
  FALSE: 'write false',
};

const NAMES: Readonly<Record<string, string>> = {
  '\n': 'a line feed',
  '\r': 'a carriage return',
  '\t': 'a tab',
  '\u00a0': 'a no-break space (U+00A0)',
  '\ufeff': 'a byte order mark (U+FEFF)',
  "'": 'a single quotation mark',
};

function problemOf(text: string): string {
  if (text.trim() === '') return 'it is empty';
  const fault = faultOf(text);
  if (fault === undefined) return 'it cannot be read';
  const { at, expected, hint } = fault;
  const place = placeOf(text, at);
  const found =
    at >= text.length
      ? `it ends at ${place}, and ${expected} is expected there`
      : `at ${place} stands ${characterAt(text, at)} where ${expected} is expected`;
  return hint === undefined ? found : `${found}; ${hint}`;
}

/** Not by recursion: a body may be nested as deep as it is long. */
function faultOf(text: string): Fault | undefined {
  const open: ('[' | '{')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  let commaBefore = false;

  const afterValue = (): Expected => {
    const inside = open.at(-1);
    return inside === undefined ? 'end' : inside === '[' ? 'comma or ]' : 'comma or }';
  };

  for (;;) {
    at = endOf(SPACE, text, at);
    const character = text[at];
    if (character === undefined) {
      return expected === 'end' ? undefined : { at, expected: WORDS[expected] };
    }
    const isClosing = character === ']' || character === '}';
    if (isClosing && expected.endsWith(character)) {
      open.pop();
      at += 1;
      expected = afterValue();
      continue;
    }
    switch (expected) {
      case 'value':
      case 'value or ]': {
        if (character === '[' || character === '{') {
          open.push(character);
          at += 1;
          expected = character === '[' ? 'value or ]' : 'name or }';
          break;
        }
        const end: number | Fault = character === '"' ? stringEnd(text, at) : scalarEnd(text, at);
        if (typeof end !== 'number') return end;
        if (end === at) return { at, expected: WORDS[expected], ...hintAt(text, at, isClosing && commaBefore) };
        at = end;
        expected = afterValue();
        break;
      }
      case 'name':
      case 'name or }': {
        if (character !== '"') {
          return { at, expected: WORDS[expected], ...hintAt(text, at, isClosing && commaBefore) };
        }
        const end = stringEnd(text, at);
        if (typeof end !== 'number') return end;
        at = end;
        expected = 'colon';
        break;
      }
      case 'colon':
        if (character !== ':') return { at, expected: WORDS[expected], ...hintAt(text, at, false) };
        at += 1;
        expected = 'value';
        break;
      case 'comma or ]':
      case 'comma or }':
        if (character !== ',') return { at, expected: WORDS[expected], ...hintAt(text, at, false) };
        at += 1;
        expected = expected === 'comma or ]' ? 'value' : 'name';
        commaBefore = true;
        continue;
      case 'end':
        return { at, expected: WORDS.end, ...hintAt(text, at, false) };
    }
    commaBefore = false;
  }
}

/** @returns `at` itself where no number or literal begins */
function scalarEnd(text: string, at: number): number {
  const literal = endOf(LITERAL, text, at);
  return literal > at ? literal : endOf(NUMBER, text, at);
}

function stringEnd(text: string, from: number): number | Fault {
  let at = from + 1;
  for (;;) {
    at = endOf(PLAIN, text, at);
    const character = text[at];
    if (character === '"') return at + 1;
    if (character === undefined) {
      return { at, expected: '`"`', hint: `the text that begins at ${placeOf(text, from)} has no end` };
    }
    if (character !== '\\') {
      const written = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character] ?? '\\u and its four digits';
      return { at, expected: 'the rest of a text', hint: `within a text it is written ${written}` };
    }
    const end = endOf(ESCAPE, text, at);
    if (end === at) {
      return { at, expected: 'the rest of a text', hint: 'a backslash within a text is written \\\\' };
    }
    at = end;
  }
}

function hintAt(text: string, at: number, isTrailing: boolean): { hint?: string } {
  if (isTrailing) return { hint: 'the comma before it is one too many' };
  const word = wordAt(text, at);
  if (word !== undefined) return { hint: FOREIGN_WORDS[word] ?? '' };
  if (text[at] === "'" || /[\u201c-\u201f\u2018-\u201b\u00ab\u00bb]/.test(text[at] ?? '')) {
    return { hint: 'JSON has double quotation marks, ", alone' };
  }
  if (/^\/[/*]/.test(text.slice(at, at + 2)) || text[at] === '#') return { hint: 'JSON has no comments' };
  return {};
}

function wordAt(text: string, at: number): string | undefined {
  const word = /^[A-Za-z]{1,9}(?![\p{L}\p{N}_$])/u.exec(text.slice(at, at + 10))?.[0];
  return word !== undefined && Object.hasOwn(FOREIGN_WORDS, word) ? word : undefined;
}

/** A character by its kind: letters and digits may be somebody's name or number. */
function characterAt(text: string, at: number): string {
  const word = wordAt(text, at);
  if (word !== undefined) return `the word ${word}`;
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  const named = NAMES[character];
  if (named !== undefined) return named;
  if (/\p{L}|\p{M}/u.test(character)) return 'a letter';
  if (/\p{N}/u.test(character)) return 'a digit';
  if (/[!-~]/.test(character)) return character === '`' ? 'a backtick' : `\`${character}\``;
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  if (/[\u201c-\u201f\u2018-\u201b\u00ab\u00bb]/.test(character)) return `a typographic quotation mark (${code})`;
  return `the character ${code}`;
}

/** Both from 1; a column is a character. */
function placeOf(text: string, at: number): string {
  const lines = text.slice(0, at).split(/\r\n|\n|\r/);
  return `line ${lines.length}, column ${Array.from(lines.at(-1) ?? '').length + 1}`;
}

/** The end of what a sticky expression finds at a place; the place itself where it finds nothing. */
function endOf(expression: RegExp, text: string, at: number): number {
  expression.lastIndex = at;
  return expression.test(text) ? expression.lastIndex : at;
}
