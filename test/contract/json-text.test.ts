import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseJson } from '../../src/contract/json-text.ts';

function problemOf(text: string): string {
  const parsed = parseJson(text);
  if (parsed.ok) return assert.fail(`${text} is JSON`);
  return parsed.problem;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('where a text stops being JSON', () => {
  const cases: readonly (readonly [text: string, problem: RegExp])[] = [
    ['', /^it is empty$/],
    [' \n\t', /^it is empty$/],
    ['{"a":1,}', /^at line 1, column 8 stands `\}` where a name .* is expected; the comma before it is one too many$/],
    ['[1,\n  2,\n]', /^at line 3, column 1 stands `\]` .*one too many$/],
    ['{\r\n  "a": 1\r\n  "b": 2\r\n}', /^at line 3, column 3 stands `"` where `,` or `\}` is expected$/],
    ['{"a" 1}', /^at line 1, column 6 stands a digit where `:` is expected$/],
    ['{"a":1', /^it ends at line 1, column 7, and `,` or `\}` is expected there$/],
    ['[[', /^it ends at line 1, column 3/],
    ["{'a':1}", /column 2 stands a single quotation mark where a name .*double quotation marks, ", alone$/],
    ['{“a”:1}', /column 2 stands a typographic quotation mark \(U\+201C\)/],
    ['{"a":"x\ny"}', /line 1, column 8 stands a line feed .*within a text it is written \\n$/],
    ['{"a":"x\ty"}', /column 8 stands a tab .*written \\t$/],
    ['{"a":"C:\\dir"}', /column 9 stands `\\` .*a backslash within a text is written \\\\$/],
    ['{"a":\n"abc', /it ends at line 2, column 5, .* begins at line 2, column 1 has no end$/],
    ['{"a":None}', /column 6 stands the word None .*write null$/],
    ['{"a":NaN}', /the word NaN .*no such number$/],
    ['{"a":True}', /the word True .*write true$/],
    ['{"a":undefined}', /the word undefined/],
    ['// x\n{}', /column 1 stands `\/` .*JSON has no comments$/],
    ['{"a":1}\n{"b":2}', /^at line 2, column 1 stands `\{` where the end is expected$/],
    ['recipient=%2B447400123456', /^at line 1, column 1 stands a letter where a value is expected$/],
    ['{"recipient":+447400123456}', /column 14 stands `\+` where a value/],
    ['{"recipient":0447400123456}', /column 15 stands a digit where `,`/],
    ['\u00a0{}', /column 1 stands a no-break space \(U\+00A0\)/],
    ['{"ü😀":Zoë}', /column 7 stands a letter/],
    ['<html>', /column 1 stands `<`/],
    ['{"a":1]', /column 7 stands `\]` where `,` or `\}`/],
  ];
  for (const [text, problem] of cases) {
    test(JSON.stringify(text), () => assert.match(problemOf(text), problem));
  }
});

test('a byte order mark in front, as editors leave it, is no fault', () => {
  assert.deepEqual(parseJson('\ufeff{"a":1}'), { ok: true, value: { a: 1 } });
});

test('whatever JSON.parse takes is taken, and whatever it refuses is refused with a place', () => {
  const changed = fc
    .tuple(fc.json({ maxDepth: 4 }), fc.nat(), fc.nat(3), fc.string({ unit: 'binary', maxLength: 2 }))
    .map(([json, at, remove, insert]) => {
      const from = at % (json.length + 1);
      return json.slice(0, from) + insert + json.slice(from + remove);
    });
  const text = fc.oneof(
    changed,
    fc.json(),
    fc.string({ unit: fc.constantFrom(...Array.from('[]{}",:\\0-1.eEtruefalsn \n')) }),
  );
  fc.assert(
    fc.property(text, (each) => {
      const given = each.replace(/^\ufeff/, '');
      const parsed = parseJson(given);
      assert.equal(parsed.ok, isJson(given));
      if (parsed.ok) assert.deepEqual(parsed.value, JSON.parse(given));
      else assert.match(parsed.problem, /^it is empty$|line \d+, column \d+/);
    }),
    { numRuns: 20_000 },
  );
});

test('nothing of what was sent is repeated: no number, no name, no token', () => {
  const secret = fc.oneof(
    fc.stringMatching(/^[+]?[3-9]{8,15}$/),
    fc.stringMatching(/^[A-Z][a-z]{4,9}[QXZ]{3}$/),
    fc.constant('Zoë Ødegård'),
  );
  const broken = fc.constantFrom<(value: string) => string>(
    (value) => `{"messageId":"m-1","recipient":${value}}`,
    (value) => `{"recipient":'${value}'}`,
    (value) => `{"recipient":"${value}`,
    (value) => `{${value}:1}`,
    (value) => value,
    (value) => `{"a":"\\${value}"}`,
    (value) => `{"a":1} ${value}`,
    (value) => `{"a":"x" "${value}"}`,
  );
  fc.assert(
    fc.property(secret, broken, (value, text) => {
      const parsed = parseJson(text(value));
      if (parsed.ok) return;
      for (let at = 0; at + 4 <= value.length; at += 1) {
        const part = value.slice(at, at + 4);
        // Four plain letters may be those of our own words.
        if (!/^[a-z]+$/.test(part)) assert.ok(!parsed.problem.includes(part), parsed.problem);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('a text that is nested as deep as it is long, or has one string of megabytes, is told too', () => {
  assert.match(problemOf('['.repeat(200_000)), /^it ends at line 1, column 200001/);
  assert.match(problemOf(`{"a":"${'x'.repeat(5_000_000)}`), /column 5000007.*has no end$/);
  assert.match(problemOf(`${'{"a":'.repeat(50_000)}x`), /stands a letter/);
});
