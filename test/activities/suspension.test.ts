import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchSuspension } from '../../src/activities/index.ts';

test('a process that stood still is noticed by whoever asks first, and when it went on', () => {
  let now = 1_000_000;
  const watch = watchSuspension(() => now);
  try {
    assert.equal(watch.resumedAt(), undefined);
    now += 4_000;
    assert.equal(watch.resumedAt(), undefined, 'a busy moment is no standstill');
    now += 60_000;
    assert.equal(watch.resumedAt(), 1_064_000);
    now += 1_000;
    assert.equal(watch.resumedAt(), 1_064_000, 'it is remembered');
  } finally {
    watch.close();
  }
});
