import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCoalescer, type StoreError } from '../../src/db/index.ts';

/** A coalescer whose writes wait until they are let through, and what it has written so far. */
function gated(
  options: { maxItems?: number; maxWaiting?: number; fail?: (items: readonly number[]) => Error | undefined } = {},
) {
  const writes: number[][] = [];
  let open: () => void = () => undefined;
  let gate = Promise.resolve();
  const coalescer = createCoalescer<number, string>({
    maxItems: options.maxItems ?? 10,
    isolate: (error) => error instanceof RangeError,
    ...(options.maxWaiting === undefined ? {} : { maxWaiting: options.maxWaiting }),
    async write(items) {
      writes.push([...items]);
      await gate;
      const failure = options.fail?.(items);
      if (failure) throw failure;
      return items.map((item) => `written ${item}`);
    },
  });
  return {
    coalescer,
    writes,
    hold: () => {
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    letThrough: () => open(),
  };
}

test('a burst shares a write, and each caller gets its own result', async () => {
  const { coalescer, writes } = gated();
  assert.deepEqual(await Promise.all([1, 2, 3].map(async (item) => coalescer.add(item))), [
    'written 1',
    'written 2',
    'written 3',
  ]);
  assert.deepEqual(writes, [[1, 2, 3]]);
});

test('what arrives during a write goes into the next ones, of limited size', async () => {
  const { coalescer, writes, hold, letThrough } = gated({ maxItems: 2 });
  hold();
  const first = coalescer.add(1);
  while (writes.length === 0) await Promise.resolve();
  const others = [2, 3, 4].map(async (item) => coalescer.add(item));
  letThrough();
  await Promise.all([first, ...others]);
  assert.deepEqual(writes, [[1], [2, 3], [4]]);
});

test('an item that is refused fails alone', async () => {
  const { coalescer } = gated({ fail: (items) => (items.includes(2) ? new RangeError('not 2') : undefined) });
  const results = await Promise.allSettled([1, 2, 3].map(async (item) => coalescer.add(item)));
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
});

test('a failure that blames no item is not tried again for each', async () => {
  const { coalescer, writes } = gated({ fail: () => new Error('away') });
  const results = await Promise.allSettled([1, 2, 3].map(async (item) => coalescer.add(item)));
  assert.ok(results.every(({ status }) => status === 'rejected'));
  assert.deepEqual(writes, [[1, 2, 3]]);
});

test('who stops waiting before the write is left out of it, during it only stops waiting', async () => {
  const { coalescer, writes, hold, letThrough } = gated();
  hold();
  const during = new AbortController();
  const before = new AbortController();
  const first = coalescer.add(1, during.signal);
  while (writes.length === 0) await Promise.resolve();
  const second = coalescer.add(2, before.signal);
  const third = coalescer.add(3);
  during.abort(new Error('enough'));
  before.abort(new Error('enough'));
  await assert.rejects(first, /enough/);
  await assert.rejects(second, /enough/);
  letThrough();
  assert.equal(await third, 'written 3');
  assert.deepEqual(writes, [[1], [3]]);
  await assert.rejects(coalescer.add(4, AbortSignal.abort(new Error('before'))), /before/);
});

test('while a write hangs no more wait than may, and what comes beyond is told at once to come again', async () => {
  const { coalescer, writes, hold, letThrough } = gated({ maxWaiting: 2 });
  hold();
  const hanging = coalescer.add(1);
  while (writes.length === 0) await Promise.resolve();
  const waiting = [2, 3].map(async (item) => coalescer.add(item));
  await assert.rejects(coalescer.add(4), (error: StoreError) => {
    assert.equal(error.code, 'store_unavailable');
    assert.match(error.message, /2 writes of this kind wait already; try again/);
    return true;
  });
  letThrough();
  assert.deepEqual(await Promise.all([hanging, ...waiting]), ['written 1', 'written 2', 'written 3']);
  assert.equal(await coalescer.add(5), 'written 5');
});
