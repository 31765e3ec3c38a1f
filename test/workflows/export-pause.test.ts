import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExportBatchResult, ExportObstacle } from '../../src/contract/export.ts';
import { IDLE_MS, LINGER_MS, pauseAfter } from '../../src/workflows/export-pause.ts';

const nothingFound: ExportBatchResult = {
  exported: 0,
  refused: 0,
  leftOut: 0,
  more: false,
  requests: 0,
  requestsPerSecond: 100,
};

function after(result: Partial<ExportBatchResult>, { failures = 0, tookMs = 0, jitter = 0 } = {}) {
  return pauseAfter({ ...nothingFound, ...result }, { failures, tookMs, jitter });
}

test('while more events wait the export keeps to the requests per second, less what the batch took', () => {
  assert.equal(after({ exported: 50, more: true, requests: 1, requestsPerSecond: 4 }).ms, 250);
  assert.equal(after({ exported: 50, more: true, requests: 1, requestsPerSecond: 4 }, { tookMs: 100 }).ms, 150);
  assert.equal(after({ exported: 50, more: true, requests: 3, requestsPerSecond: 4 }, { tookMs: 900 }).ms, 0);
  assert.equal(after({ leftOut: 50, more: true }).ms, 0);
});

test('after the last event it gathers others shortly, and then waits to be woken', () => {
  assert.deepEqual([after({ exported: 3 }).ms, after({ exported: 3 }).endedBy], [LINGER_MS, ['settings']]);
  assert.equal(after({ leftOut: 1 }).ms, LINGER_MS);
  assert.deepEqual([after({}).ms, after({}).endedBy], [IDLE_MS, ['settings', 'events']]);
});

test('an obstacle is tried again after longer and longer, at most for so long, and never before the platform wants it', () => {
  const waits = (kind: ExportObstacle['kind'], failures: number, retryAfterMs?: number): number =>
    after({ obstacle: { kind, comment: '', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } }, { failures })
      .ms;
  assert.deepEqual(
    [1, 2, 3, 7, 5_000].map((failures) => waits('unavailable', failures)),
    [1_000, 2_000, 4_000, 60_000, 60_000],
  );
  assert.deepEqual(
    [1, 2, 6, 5_000].map((failures) => waits('no_access', failures)),
    [10_000, 20_000, 300_000, 300_000],
  );
  assert.equal(waits('unavailable', 1, 90_000), 90_000);
  assert.equal(waits('unavailable', 7, 1_000), 60_000);
  assert.equal(waits('busy', 1, 28_000), 28_000);
  const late = after({ obstacle: { kind: 'unavailable', comment: '' } }, { failures: 1, jitter: 1 });
  assert.equal(late.ms, 1_250);
  assert.deepEqual(late.endedBy, ['settings'], 'news of events are no reason to hurry');
});
