import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secondsUntil, throughputOf } from '../../src/tour/arrivals.ts';
import { createSteps, expect } from '../../src/tour/steps.ts';

const every = (ms: number, count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, index) => from + index * ms);

test('the throughput is counted from the first arrival to the last', () => {
  assert.equal(throughputOf(every(40, 251)), 25);
  assert.equal(throughputOf([5]), 0);
  assert.equal(throughputOf([]), 0);
});

test('a changed throughput holds from the first of ten arrivals that are close enough', () => {
  const times = [...every(200, 10), ...every(20, 40, 3_000)];
  assert.equal(secondsUntil(times, 1_900, 50), 1.1);
  assert.equal(secondsUntil(every(200, 50), 0, 50), undefined, 'it never does');
});

test('a step that fails is told with its reason, and ends the tour', async () => {
  const lines: string[] = [];
  const steps = createSteps((line) => lines.push(line));
  assert.equal(await steps.take('One', async () => ({ value: 1, note: 'a figure' })), 1);
  await assert.rejects(
    steps.take('Two', async () => {
      expect(false, 'it did not hold');
      return { value: undefined };
    }),
    { code: 'step_failed' },
  );
  assert.deepEqual([steps.taken, steps.failed], [2, 1]);
  assert.match(lines[0] ?? '', /^ {2}✓ One: a figure \(\d+\.\d s\)$/);
  assert.match(lines[1] ?? '', /^ {2}✗ Two: it did not hold \(\d+\.\d s\)$/);
});
