import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../../src/db/index.ts';
import { createFailedLogIns } from '../../src/http/index.ts';
import { assertProblem, startApp } from './http-fixture.ts';

/** Notes what would be waited. */
function slowed() {
  const waited: number[] = [];
  const clock = { now: 0 };
  const logIns = createFailedLogIns({ now: () => clock.now, wait: (ms) => Promise.resolve(waited.push(ms)) });
  const delayOf = async (address: string): Promise<number> => {
    await logIns.slow(address);
    return waited.at(-1) ?? 0;
  };
  return { clock, delayOf };
}

async function delays(delayOf: (address: string) => Promise<number>, address: string, times: number) {
  const all: number[] = [];
  for (let time = 0; time < times; time += 1) all.push(await delayOf(address));
  return all;
}

test('answers each failure of an address later, up to less than the platform waits', async () => {
  const { delayOf } = slowed();
  assert.deepEqual(await delays(delayOf, '192.0.2.1', 6), [100, 200, 400, 800, 800, 800]);
  assert.equal((await delays(delayOf, '192.0.2.1', 2_000)).at(-1), 800, 'however often');
});

test('counts each address for itself, and the networks of IPv6 as one', async () => {
  const { delayOf } = slowed();
  await delays(delayOf, '192.0.2.1', 5);
  assert.equal(await delayOf('192.0.2.2'), 100);
  assert.equal(await delayOf('::ffff:192.0.2.3'), 100);
  assert.equal(await delayOf('::ffff:192.0.2.4'), 100, 'an IPv4 address in the spelling of IPv6');
  assert.equal(await delayOf('2001:db8:1:2::1'), 100);
  assert.equal(await delayOf('2001:db8:1:2:3:4:5:6'), 200, 'the same network');
  assert.equal(await delayOf('2001:db8:1:3::1'), 100, 'the next one');
  assert.equal(await delayOf('::1'), 100);
  assert.equal(await delayOf('fe80::1%eth0'), 100);
});

test('forgets an address that has been quiet for ten minutes', async () => {
  const { clock, delayOf } = slowed();
  await delays(delayOf, '192.0.2.1', 3);
  clock.now += 9 * 60_000;
  assert.equal(await delayOf('192.0.2.1'), 800);
  clock.now += 10 * 60_000;
  assert.equal(await delayOf('192.0.2.1'), 100);
});

test('remembers so many addresses and no more, the latest of them', async () => {
  const { delayOf } = slowed();
  await delays(delayOf, 'first', 3);
  await delays(delayOf, 'busy', 3);
  for (let index = 0; index < 9_999; index += 1) await delayOf(`address ${index}`);
  assert.equal(await delayOf('busy'), 800);
  assert.equal(await delayOf('first'), 100, 'the one that failed longest ago was forgotten');
});

test('makes a wrong key wait longer each time, and neither a right one nor none at all', async () => {
  const waited: number[] = [];
  const failedLogIns = createFailedLogIns({ wait: (ms) => Promise.resolve(waited.push(ms)) });
  await using database = await openDatabase({ memory: true });
  await using app = await startApp({ database, failedLogIns });
  const call = (headers?: Record<string, string>) =>
    app.call('GET', '/v1/projects/shop/ledger', headers === undefined ? {} : { headers });
  for (let time = 0; time < 3; time += 1) assertProblem(await call({ 'x-api-key': 'guessed' }), 401, 'unauthenticated');
  assert.deepEqual(waited, [100, 200, 400]);
  assert.equal((await call()).status, 200);
  assertProblem(await call({}), 401, 'unauthenticated');
  assert.deepEqual(waited, [100, 200, 400]);
});
