import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { explainCode } from '../../src/codes/index.ts';
import { OWN_ERROR_CODES } from '../../src/codes/own-error-codes.ts';
import { SOURCE, sourceFiles } from '../architecture/source-imports.ts';

/** Folders whose codes no event, answer or log of a deployment shows: what they print says all that there is to say. */
const ELSEWHERE = ['codes', 'commands', 'demo', 'local', 'simulator', 'testing', 'tour'];

const WORD = /'([a-z]+(?:_[a-z]+)*)'/g;

/** Where a source names a code: as a member, as an error's first argument, or in the type of its codes. */
const PLACES = [
  /\b(?:error|code):\s*[^,;{}()]*/g,
  /\bcode = '[a-z_]+';/g,
  /\b(?:\w+Error|\w*Problem|never|refuse|refused|notSent|problem)\((?:\d+,\s*)?\s*'[a-z_]+'/g,
  /\btype (?:\w+ErrorCode|ProblemCode|NoReportError|SkipReason)\s*=[^]*?;$/gm,
];

/** Words in such places that are none: zod's name for an issue of ours, and its own for a member that is too many. */
const NO_CODES = new Set(['custom', 'unrecognized_keys']);

function codesIn(text: string): string[] {
  return PLACES.flatMap((place) => text.match(place) ?? [])
    .flatMap((found) => [...found.matchAll(WORD)].map(([, word = '']) => word))
    .filter((word) => !NO_CODES.has(word));
}

const used = new Map<string, string>();
for (const file of sourceFiles().filter((file) => !ELSEWHERE.includes(file.split('/')[0] ?? ''))) {
  for (const code of codesIn(readFileSync(path.join(SOURCE, file), 'utf8'))) used.set(code, file);
}

describe('our own error codes', () => {
  test('are read as they are written', () => {
    const text = [
      "return { kind: 'unknown', error: 'one_code', comment: 'not_this' };",
      "...(bad ? { error: late ? 'two' : other(late) } : {}),",
      "readonly code = 'three';",
      "throw new StoreError(\n  'four_code',\n  `text`);",
      "return never('five', 'recipient', 'text');",
      "export type StoreErrorCode =\n  /** away */\n  | 'six_code'\n  | 'seven';",
      "return problem(404, 'eight', 'Title');",
    ].join('\n');
    assert.deepEqual(codesIn(text).sort(), [
      'eight',
      'five',
      'four_code',
      'one_code',
      'seven',
      'six_code',
      'three',
      'two',
    ]);
  });

  test('all have an explanation', () => {
    assert.ok(used.size > 50, `only ${used.size} codes were found`);
    const unexplained = [...used].filter(([code]) => explainCode('error', code) === undefined);
    assert.deepEqual(unexplained, [], 'a new code: say in own-error-codes.ts what it means and what to do');
  });

  test('are all in use', () => {
    const unused = OWN_ERROR_CODES.map(({ code }) => String(code)).filter((code) => !used.has(code));
    assert.deepEqual(unused, []);
  });
});
