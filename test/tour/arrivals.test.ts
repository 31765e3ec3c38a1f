import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secondsUntil, throughputOf } from '../../src/tour/arrivals.ts';

const every = (ms: number, count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, index) => from + index * ms);

test('the throughput is counted from the first arrival to the last, without the first second', () => {
  assert.equal(throughputOf(every(40, 251)), 25);
  // Twice as many in the first second.
  assert.equal(throughputOf([...every(20, 50), ...every(40, 251, 1_000)]), 25);
  assert.equal(throughputOf([5]), 0);
  assert.equal(throughputOf([]), 0);
});

test('a changed throughput holds from the first of ten arrivals that are close enough', () => {
  const times = [...every(200, 10), ...every(20, 40, 3_000)];
  assert.equal(secondsUntil(times, 1_900, 50), 1.1);
  assert.equal(secondsUntil(every(200, 50), 0, 50), undefined, 'it never does');
});
