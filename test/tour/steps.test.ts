import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSteps, expect } from '../../src/tour/steps.ts';

const fail = async (): Promise<never> => {
  expect(false, 'it did not hold');
  throw new Error('not reached');
};

describe('the steps of a tour', () => {
  test('go on after one that failed, and name what was skipped for want of it', async () => {
    const lines: string[] = [];
    const steps = createSteps((line) => lines.push(line));
    const one = await steps.take('One', [], async () => ({ value: 1, note: 'a figure' }));
    const two = await steps.take('Two', [one], fail);
    const three = await steps.take('Three', [one, two], async () => ({ value: one.value + 1 }));
    await steps.take('Four', [three], async () => ({ value: 4 }));
    const five = await steps.take('Five', [one], async () => ({ value: one.value + 4 }));

    assert.equal(five.value, 5);
    assert.throws(() => three.value, /^TypeError: The step “Three” came to nothing/);
    assert.deepEqual([steps.taken, steps.failed, steps.skipped], [5, ['Two'], ['Three', 'Four']]);
    assert.deepEqual(
      lines.map((line) => line.replace(/\(\d+\.\d s\)/, '(0.0 s)')),
      [
        '  ✓ One: a figure (0.0 s)',
        '  ✗ Two: it did not hold (0.0 s)',
        '  – Three: skipped, since it needs “Two”',
        '  – Four: skipped, since it needs “Three”',
        '  ✓ Five (0.0 s)',
      ],
    );
  });

  test('end at a stop, which is no failure of the step under way', async () => {
    const stop = new AbortController();
    const steps = createSteps(() => undefined, stop.signal);
    const reason = new Error('Stopped by SIGINT');
    const act = async (): Promise<never> => {
      stop.abort(reason);
      throw new Error('The request was given up');
    };
    await assert.rejects(steps.take('One', [], act), reason);
    await assert.rejects(
      steps.take('Two', [], async () => ({ value: 2 })),
      reason,
    );
    assert.deepEqual([steps.failed, steps.skipped], [[], []]);
  });
});
