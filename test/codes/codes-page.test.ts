import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CODES_PAGE, codesPage } from './codes-page.ts';

test('docs/codes.md says what the tables say', () => {
  assert.ok(readFileSync(CODES_PAGE, 'utf8') === codesPage(), 'run `npm run docs:codes` to write the page anew');
});
