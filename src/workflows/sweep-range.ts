/** Which reports a sweep reads: rules without Temporal. */
import { DEFAULT_REPORT_WINDOW_MS } from '../contract/message.ts';
import type { SweepInput, SweepResult } from '../contract/sweep.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * How far a sweep goes back behind the one before it: reports that Sinch showed late, and those that were left to their
 * callbacks, are seen by the next one.
 */
export const OVERLAP_MS = 30 * MINUTE_MS;

/**
 * How often a plan is swept over the whole report window. Whether Sinch lists reports by their own time or by that of
 * their batch is not documented: by that of the batch, a report that came days after its message is seen only so.
 */
export const DEEP_EVERY_MS = 6 * HOUR_MS;

/** The callback of a report that is no older may be on its way, and needs no help. */
export const CALLBACK_GRACE_MS = MINUTE_MS;

/** What a sweep reads, and what it leaves to the next one. */
export interface SweepRange {
  /** ISO 8601 */
  since: string;
  /** ISO 8601: what was made later is left to its callback. Absent: nothing is. */
  madeBefore?: string;
  /** ISO 8601, see `SweepResult`: where none is begun now. */
  deepMark?: string;
  /** Set where a sweep over the whole report window is due, beside this one. */
  deep?: DeepRange;
}

/** What a sweep over the whole report window reads. */
export interface DeepRange {
  /** ISO 8601 */
  since: string;
  /** ISO 8601, as that of the sweep that begins it. */
  madeBefore: string;
  /** ISO 8601: the `deepMark` of the sweep that has begun it. */
  mark: string;
}

/**
 * The reports of a sweep. One that was asked for since a time, by somebody or by a sweep of the schedule, reads just that.
 * One of the schedule goes on where the last one that succeeded began, and the first one a little before its own begin. What
 * an open message may wait for beyond that, thousands of pages on a busy plan, is left to a sweep apart, which is due at the
 * first one and every 6 hours: the schedule skips what would overlap, and a lost report would wait for it.
 * @param last result of the last sweep of the schedule that succeeded
 * @param now milliseconds since 1970
 */
export function rangeOf(input: SweepInput, last: SweepResult | undefined, now: number): SweepRange {
  if (input.since !== undefined) {
    return { since: input.since, ...(input.madeBefore === undefined ? {} : { madeBefore: input.madeBefore }) };
  }
  const madeBefore = iso(now - CALLBACK_GRACE_MS);
  const deepMark = last?.deepMark;
  const range: SweepRange = {
    since: iso((last === undefined ? now : Date.parse(last.mark)) - OVERLAP_MS),
    madeBefore,
    ...(deepMark === undefined ? {} : { deepMark }),
  };
  if (deepMark !== undefined && now - Date.parse(deepMark) < DEEP_EVERY_MS) return range;
  const windowMs = input.reportWindowMs ?? DEFAULT_REPORT_WINDOW_MS;
  return { ...range, deep: { since: iso(now - windowMs - OVERLAP_MS), madeBefore, mark: iso(now) } };
}

/** The result of another run, where it is one: a schedule may have been changed by hand. */
export function sweepResultOf(value: unknown): SweepResult | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { mark, deepMark } = value as Partial<Record<keyof SweepResult, unknown>>;
  const isTime = (time: unknown): boolean => typeof time === 'string' && !Number.isNaN(Date.parse(time));
  return isTime(mark) && (deepMark === undefined || isTime(deepMark)) ? (value as SweepResult) : undefined;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
