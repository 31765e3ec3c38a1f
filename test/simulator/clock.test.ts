import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock, createRealClock } from '../../src/simulator/index.ts';

test('a manual clock calls what becomes due in the order of its time, also what is set meanwhile', () => {
  const clock = createManualClock(1000);
  const called: string[] = [];
  const note = (name: string) => () => called.push(`${name}@${clock.now()}`);
  clock.setTimer(note('late'), 50);
  clock.setTimer(note('a'), 10);
  clock.setTimer(note('b'), 10);
  clock.setTimer(() => clock.setTimer(note('inner'), 5), 10);
  const cancel = clock.setTimer(note('cancelled'), 10);
  cancel();
  clock.advance(20);
  assert.deepEqual(called, ['a@1010', 'b@1010', 'inner@1015']);
  assert.equal(clock.now(), 1020);
  assert.equal(clock.pendingTimers, 1);
  assert.throws(() => clock.advance(-1), TypeError);
});

test('a timer of the real clock that is longer than setTimeout allows does not fire at once', async () => {
  const clock = createRealClock();
  let fired = false;
  const cancel = clock.setTimer(() => (fired = true), 2 ** 31);
  await new Promise<void>((resolve) => clock.setTimer(resolve, 5));
  cancel();
  assert.equal(fired, false);
});
