import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { repeat, withDeadline } from '../../src/timing/index.ts';

describe('a deadline', () => {
  test('gives what the work gives in time, and its error', async () => {
    assert.equal(await withDeadline(10_000, async () => 'done'), 'done');
    await assert.rejects(
      withDeadline(10_000, async () => Promise.reject(new Error('broken'))),
      /^Error: broken$/,
    );
  });

  test('ends the wait for work that does not heed its signal, and tells both why', async () => {
    let told: unknown;
    const late = new Error('too late');
    const waited = withDeadline(
      5,
      (signal) => {
        signal.addEventListener('abort', () => (told = signal.reason));
        return new Promise(() => undefined);
      },
      () => late,
    );
    await assert.rejects(waited, late);
    assert.equal(told, late);
  });

  test('that names no error of its own ends with a TimeoutError that says how long it was', async () => {
    await assert.rejects(
      withDeadline(5, () => new Promise(() => undefined)),
      { name: 'TimeoutError', message: 'No answer within 5 ms' },
    );
  });
});

describe('a task that is repeated', () => {
  test('is done at once and again, never twice at a time, and goes on after a failure', async () => {
    const failures: unknown[] = [];
    let underWay = 0;
    let most = 0;
    let done = 0;
    await new Promise<void>((resolve) => {
      const repeated = repeat({
        everyMs: 1,
        async task() {
          underWay += 1;
          most = Math.max(most, underWay);
          await new Promise(setImmediate);
          underWay -= 1;
          done += 1;
          if (done === 1) throw new Error('the first fails');
          if (done === 3) void repeated.close().then(resolve);
        },
        onFailure: (error) => failures.push(error),
      });
    });
    assert.deepEqual({ most, done }, { most: 1, done: 3 });
    assert.deepEqual(failures.map(String), ['Error: the first fails']);
  });

  test('closes when what is under way has ended', async () => {
    let hasEnded = false;
    const repeated = repeat({
      everyMs: 0,
      async task(signal) {
        if (!signal.aborted) await once(signal, 'abort');
        await new Promise(setImmediate);
        hasEnded = true;
      },
      onFailure: assert.ifError,
    });
    await repeated.close();
    assert.equal(hasEnded, true);
  });

  test('that is closed before its first begin is never done', async () => {
    let done = 0;
    const repeated = repeat({
      firstAfterMs: 60_000,
      everyMs: 1,
      async task() {
        done += 1;
      },
      onFailure: assert.ifError,
    });
    await repeated.close();
    assert.equal(done, 0);
  });
});
