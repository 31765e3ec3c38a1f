import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { numbersAsTyped } from '../../src/http/numbers-as-typed.ts';

const read = (json: string): unknown => JSON.parse(numbersAsTyped(json, ['recipient']));

test('a number of a named member has the digits that were typed', () => {
  for (const typed of [
    '447400123456',
    '4.47911E+11',
    '447400123456.0',
    '-447400123456',
    '1e3',
    '44740012345678901234567890',
    '0',
  ]) {
    assert.deepEqual(read(`{"a":1,"recipient": ${typed} }`), { a: 1, recipient: typed });
    assert.deepEqual(read(`[{"recipient"\n:\t${typed},"b":[2]}]`), [{ recipient: typed, b: [2] }]);
    assert.deepEqual(read(`{"\\u0072ecipient":${typed}}`), { recipient: typed });
  }
});

test('everything else is as it was', () => {
  for (const json of [
    '{"recipient":"447400123456","priority":4.0}',
    '{"text":"\\"recipient\\": 447400123456","recipient":null}',
    '{"text":"recipient","n":1}',
    '["recipient", 1]',
    '{"recipients":1.5}',
    '{"text":"\\\\","recipient":true}',
  ]) {
    assert.deepEqual(read(json), JSON.parse(json), json);
  }
  fc.assert(
    fc.property(fc.json(), (json) => {
      assert.deepEqual(JSON.parse(numbersAsTyped(json, ['no such member'])), JSON.parse(json));
    }),
  );
});

test('long bodies are read in one go', () => {
  const text = '\\"'.repeat(200_000);
  const json = `{"text":"${text}","recipient":4.4E+11}`;
  assert.equal((read(json) as { recipient: string }).recipient, '4.4E+11');
});
