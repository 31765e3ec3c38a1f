import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_RETRY_AFTER_MS, parseRetryAfter } from '../../src/sinch/index.ts';
import { NOW } from './scripted-host.ts';

const cases: readonly [value: string | undefined, ms: number | undefined, why: string][] = [
  ['0', 0, 'no wait'],
  ['7', 7_000, 'seconds'],
  [' 30 ', 30_000, 'seconds with blanks around them'],
  ['-5', 0, 'a negative wait is none'],
  ['86400', MAX_RETRY_AFTER_MS, 'more than an hour is an hour'],
  ['9'.repeat(400), MAX_RETRY_AFTER_MS, 'more than a number can hold is an hour'],
  ['Tue, 24 Nov 2026 10:00:20 GMT', 20_000, 'a date'],
  ['Tuesday, 24-Nov-26 10:00:20 GMT', 20_000, 'a date in the form of RFC 850'],
  ['Tue Nov 24 10:00:20 2026', 20_000, 'a date in the form of asctime, which is UTC too'],
  ['Tue, 24 Nov 2026 09:59:00 GMT', 0, 'a date in the past'],
  ['Wed, 25 Nov 2026 10:00:00 GMT', MAX_RETRY_AFTER_MS, 'a date of tomorrow'],
  [undefined, undefined, 'no header'],
  ['', undefined, 'an empty header'],
  ['soon', undefined, 'a word'],
  ['1.5', undefined, 'a fraction, which the header has not'],
  ['Tue, the 24th', undefined, 'a date that is none'],
];

for (const [value, ms, why] of cases) {
  test(`Retry-After, ${why}: ${value?.slice(0, 40)} is ${ms} ms`, () => {
    assert.equal(parseRetryAfter(value, NOW), ms);
  });
}
