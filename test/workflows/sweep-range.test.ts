import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_REPORTS, type SweepResult } from '../../src/contract/sweep.ts';
import { rangeOf, sweepResultOf } from '../../src/workflows/sweep-range.ts';

const NOW = Date.parse('2026-11-25T12:00:00.000Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ago = (ms: number): string => new Date(NOW - ms).toISOString();
const scheduled = { servicePlanId: 'plan' };

function resultAt(mark: string, deepMark?: string): SweepResult {
  return { ...NO_REPORTS, since: ago(24 * HOUR), mark, ...(deepMark === undefined ? {} : { deepMark }) };
}

test('a sweep that somebody asked for reads what was asked for, at once', () => {
  const since = ago(2 * HOUR);
  assert.deepEqual(rangeOf({ ...scheduled, since }, undefined, NOW), { since });
  assert.deepEqual(rangeOf({ ...scheduled, since }, resultAt(ago(HOUR), ago(HOUR)), NOW), { since });
});

test('the first one of a schedule reads the last half an hour, beside one over all that a message may wait for', () => {
  const range = { since: ago(HOUR / 2), madeBefore: ago(MINUTE) };
  const deep = { madeBefore: ago(MINUTE), mark: ago(0) };
  assert.deepEqual(rangeOf(scheduled, undefined, NOW), {
    ...range,
    deep: { ...deep, since: ago(96 * HOUR + HOUR / 2) },
  });
  const week = { ...scheduled, reportWindowMs: 168 * HOUR };
  assert.deepEqual(rangeOf(week, undefined, NOW), { ...range, deep: { ...deep, since: ago(168 * HOUR + HOUR / 2) } });
});

test('the one over the whole window reads just that, and leaves what is young to its callback', () => {
  const { since, madeBefore } = rangeOf(scheduled, undefined, NOW).deep ?? assert.fail();
  const later = NOW + 5 * MINUTE;
  assert.deepEqual(rangeOf({ ...scheduled, since, madeBefore }, undefined, later), { since, madeBefore });
});

test('the next one goes on where the last one began, less half an hour', () => {
  const last = resultAt(ago(15 * MINUTE), ago(5 * HOUR));
  assert.deepEqual(rangeOf(scheduled, last, NOW), {
    since: ago(45 * MINUTE),
    madeBefore: ago(MINUTE),
    deepMark: ago(5 * HOUR),
  });
});

test('however long nothing was swept, nothing is left out', () => {
  const last = resultAt(ago(50 * HOUR), ago(5 * HOUR));
  assert.equal(rangeOf(scheduled, last, NOW).since, ago(50 * HOUR + HOUR / 2));
});

test('every six hours the whole window is read again', () => {
  for (const last of [resultAt(ago(15 * MINUTE), ago(6 * HOUR)), resultAt(ago(15 * MINUTE))]) {
    const { since, deepMark, deep } = rangeOf(scheduled, last, NOW);
    assert.equal(since, ago(45 * MINUTE), 'its own range is as ever');
    assert.equal(deepMark, last.deepMark, 'what stays where that one is under way already');
    assert.deepEqual(deep, { since: ago(96 * HOUR + HOUR / 2), madeBefore: ago(MINUTE), mark: ago(0) });
  }
});

test('what is no result of a sweep is none to go on from', () => {
  const result = resultAt(ago(HOUR), ago(HOUR));
  assert.equal(sweepResultOf(result), result);
  for (const other of [undefined, null, 7, 'text', {}, { mark: 'yesterday' }, { ...result, deepMark: 5 }]) {
    assert.equal(sweepResultOf(other), undefined);
  }
});
