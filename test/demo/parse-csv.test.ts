import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCsv } from '../../src/demo/parse-csv.ts';

test('each record has its fields under the names of the first line', () => {
  assert.deepEqual(parseCsv('id,name\n1,Ada\n2,Bertie\n'), [
    { id: '1', name: 'Ada' },
    { id: '2', name: 'Bertie' },
  ]);
});

test('a field in quotes keeps its commas, its line ends, its blanks and its quotes', () => {
  assert.deepEqual(parseCsv('id,text\n1,"Hi, you"\n2,"two\nlines"\n3,"she said ""hi"""\n4," x "\n5,""\n'), [
    { id: '1', text: 'Hi, you' },
    { id: '2', text: 'two\nlines' },
    { id: '3', text: 'she said "hi"' },
    { id: '4', text: ' x ' },
    { id: '5', text: '' },
  ]);
});

test('fields may be empty, the last one of the last line too', () => {
  const records = [{ a: '', b: '', c: '' }];
  for (const text of ['a,b,c\n,,\n', 'a,b,c\n,,', 'a,b,c\r\n,,\r\n']) assert.deepEqual(parseCsv(text), records, text);
  assert.deepEqual(parseCsv('a,b\n1,\n,2\n'), [
    { a: '1', b: '' },
    { a: '', b: '2' },
  ]);
});

test('lines end in LF or CRLF, the last one or not', () => {
  for (const text of ['a,b\n1,2', 'a,b\n1,2\n', 'a,b\r\n1,2', 'a,b\r\n1,2\r\n']) {
    assert.deepEqual(parseCsv(text), [{ a: '1', b: '2' }], JSON.stringify(text));
  }
});

test('a file without records, and one without anything, holds nobody', () => {
  for (const text of ['a,b\n', 'a,b', '']) assert.deepEqual(parseCsv(text), [], JSON.stringify(text));
});

test('a record with a field too few or too many is named', () => {
  assert.throws(() => parseCsv('id,name,text\n1,Ada,Hi\n2,Bertie\n'), {
    name: 'TypeError',
    message: 'Record 2: expected 3 fields (id, name, text), got 2',
  });
  assert.throws(() => parseCsv('id,text\n1,Hi, you\n'), /^TypeError: Record 1: expected 2 fields \(id, text\), got 3$/);
});

test('a quote that is not closed or stands in the middle of a field is named by its line', () => {
  assert.throws(() => parseCsv('id,text\n1,a\n2,"b\n'), /^TypeError: Line 3: a quote is out of place or not closed$/);
  assert.throws(() => parseCsv('id,text\n1,a "b" c\n'), /^TypeError: Line 2: a quote is out of place or not closed$/);
  assert.throws(() => parseCsv('id,text\n1,"a" b\n'), /^TypeError: Line 2: /);
});
