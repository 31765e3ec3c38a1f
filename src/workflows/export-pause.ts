/** When a project's export goes on: rules without Temporal. */
import type { ExportBatchResult, ExportObstacle, WakeReason } from '../contract/export.ts';

/** A pause before the next batch. */
export interface ExportPause {
  /** 0: none. */
  ms: number;
  /** What ends it before its time. */
  endedBy: readonly WakeReason[];
  /** What its timer is called in the Temporal UI. */
  summary: string;
}

const SECOND = 1_000;

/** After the last event: those that follow shortly leave together, and without a signal. */
export const LINGER_MS = 3 * SECOND;

/** Where nothing followed: until a signal comes. The pause has an end because a signal may be missed. */
export const IDLE_MS = 5 * 60 * SECOND;

/** First and longest pause before an obstacle is tried again. */
const BACK_OFF: Record<Exclude<ExportObstacle['kind'], 'off'>, { firstMs: number; longestMs: number }> = {
  busy: { firstMs: SECOND, longestMs: 10 * SECOND },
  unavailable: { firstMs: SECOND, longestMs: 60 * SECOND },
  no_access: { firstMs: 10 * SECOND, longestMs: 5 * 60 * SECOND },
};

/**
 * The pause after a batch.
 * @param failures batches in a row that met an obstacle, this one included
 * @param tookMs how long the batch took
 * @param jitter 0 to 1: projects of one platform do not come back all at once
 */
export function pauseAfter(
  result: ExportBatchResult,
  { failures, tookMs, jitter }: { failures: number; tookMs: number; jitter: number },
): ExportPause {
  const { obstacle } = result;
  if (obstacle && obstacle.kind !== 'off') {
    const { firstMs, longestMs } = BACK_OFF[obstacle.kind];
    const backOff = Math.min(firstMs * 2 ** Math.min(failures - 1, 20), longestMs);
    const ms = Math.max(Math.round(backOff * (1 + jitter / 4)), obstacle.retryAfterMs ?? 0);
    return { ms, endedBy: ['settings'], summary: 'Pause before the events are sent again' };
  }
  if (result.more) {
    const due = (result.requests * SECOND) / result.requestsPerSecond;
    return { ms: Math.max(Math.ceil(due - tookMs), 0), endedBy: [], summary: 'Keep to the requests per second' };
  }
  const settled = result.exported + result.refused + result.leftOut;
  return settled > 0
    ? { ms: LINGER_MS, endedBy: ['settings'], summary: 'Gather the next events' }
    : { ms: IDLE_MS, endedBy: ['settings', 'events'], summary: 'Wait for campaign events' };
}
