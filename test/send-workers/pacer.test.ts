import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPacer, type PacerClock } from '../../src/send-workers/pacer.ts';

/** A clock whose sleeps are noted and over at once, with no time passing unless it is told. */
function createNotingClock(): PacerClock & { sleeps: number[]; time: number } {
  const clock = {
    sleeps: [] as number[],
    time: 0,
    now: () => clock.time,
    async sleep(ms: number, signal?: AbortSignal) {
      signal?.throwIfAborted();
      clock.sleeps.push(ms);
    },
  };
  return clock;
}

test('sends at the same moment are spaced evenly', async () => {
  const clock = createNotingClock();
  const pacer = createPacer(10, { clock });
  for (let index = 0; index < 4; index += 1) assert.equal(await pacer.turn(), true);
  assert.deepEqual(clock.sleeps, [100, 200, 300]);
});

test('after a pause there is no burst', async () => {
  const clock = createNotingClock();
  const pacer = createPacer(10, { clock });
  await pacer.turn();
  clock.time = 60_000;
  await pacer.turn();
  await pacer.turn();
  assert.deepEqual(clock.sleeps, [100]);
});

test('a slot that is taken a moment late does not move the next ones', async () => {
  const clock = createNotingClock();
  const pacer = createPacer(10, { clock });
  await pacer.turn();
  clock.time = 180;
  await pacer.turn();
  await pacer.turn();
  assert.deepEqual(clock.sleeps, [20]);
});

test('a changed rate holds from the next send on', async () => {
  const clock = createNotingClock();
  const pacer = createPacer(10, { clock });
  await pacer.turn();
  pacer.setRate(100);
  await pacer.turn();
  await pacer.turn();
  assert.deepEqual(clock.sleeps, [100, 110]);
  pacer.setRate(0);
  await pacer.turn();
  assert.deepEqual(clock.sleeps, [100, 110, 120], 'a rate of 0 is the queue limit’s business');
});

test('nobody waits longer than the limit', async () => {
  const clock = createNotingClock();
  const pacer = createPacer(0.1, { clock, longestWaitMs: 5_000 });
  await pacer.turn();
  await pacer.turn();
  assert.deepEqual(clock.sleeps, [5_000]);
});

test('who is aborted has no turn', async () => {
  const clock = createNotingClock();
  const pacer = createPacer(10, { clock });
  await pacer.turn();
  assert.equal(await pacer.turn(AbortSignal.abort()), false);
  const controller = new AbortController();
  const waiting = createPacer(10, {
    clock: {
      now: () => 0,
      sleep: async (_ms, signal) =>
        new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted')))),
    },
  });
  await waiting.turn();
  const turn = waiting.turn(controller.signal);
  controller.abort();
  assert.equal(await turn, false);
});
