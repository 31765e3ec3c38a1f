/**
 * How lost callbacks are recovered: what the workflow of a sweep, its activity, its schedule and whoever starts one tell
 * each other.
 */

/** How often a plan is swept unless an option says otherwise, in milliseconds. */
export const DEFAULT_SWEEP_INTERVAL_MS = 15 * 60_000;

/**
 * Of a sweep that somebody waits for: before the tasks of ordinary messages on the same queue, which it sets going by the
 * thousand, and behind passwords; from 1, the first, to 5. Schedules cannot give a priority.
 */
export const SWEEP_PRIORITY = 2;

/** Input of a sweep's workflow. */
export interface SweepInput {
  servicePlanId: string;
  /** ISO 8601. @default where the last sweep of the schedule left off, see `workflows/sweep-range.ts` */
  since?: string;
  /** ISO 8601: reports made later are left to their callbacks; only beside `since`. @default none are */
  madeBefore?: string;
  /** Only messages of this project, whoever else shares the plan. @default all that go through the plan */
  projectId?: string;
  /** The longest time that a message of the plan waits for its report, in milliseconds. @default DEFAULT_REPORT_WINDOW_MS */
  reportWindowMs?: number;
}

/** What became of the reports that a sweep has read: all but `reports` add up to `reports`. */
export interface SweepCounts {
  /** Reports of finished messages, each once. */
  reports: number;
  /** Handed to a message that had no final event. */
  signalled: number;
  /** Of messages that have ended, with what the report says. */
  alreadyFinal: number;
  /** Of messages that have ended with something else: kept as late reports. */
  late: number;
  /** Of no message that Temporal knows, or of none of ours. */
  unknown: number;
  /** Without a status that could be read. */
  unreadable: number;
}

/** Input of the activity `sweepReports`. */
export interface SweepReportsInput {
  servicePlanId: string;
  /** ISO 8601 */
  since: string;
  /** ISO 8601: reports made later are left to their callbacks, which may be on their way. @default none are */
  madeBefore?: string;
  projectId?: string;
}

/** How far an activity has come: its heartbeat's details, from which another attempt goes on. */
export interface SweepProgress extends SweepCounts {
  /** The next page, from 0. */
  page: number;
  /** Items on the pages before it, repeats included. */
  seen: number;
  /** Items on all pages together, where Sinch says so. */
  total?: number;
}

/** What a sweep came to; the next one of the schedule begins with it. */
export interface SweepResult extends SweepCounts {
  /** ISO 8601: reports since then were read. */
  since: string;
  /** ISO 8601: when it began. What was reported before has been seen, if Sinch showed it. */
  mark: string;
  /** ISO 8601: when the latest sweep over the whole report window was begun; only of one of the schedule. */
  deepMark?: string;
}

/** Why a sweep failed. */
export type SweepErrorCode =
  /** Sinch does not let any of the plan's integrations in. */
  | 'sweep_refused'
  /** No integration has the plan. */
  | 'sweep_plan_unknown'
  /** It was cancelled or terminated. */
  | 'sweep_stopped'
  /** Sinch, the store or Temporal were away for longer than it tries again. */
  | 'sweep_failed';

/** No report yet. */
export const NO_REPORTS: SweepCounts = Object.freeze({
  reports: 0,
  signalled: 0,
  alreadyFinal: 0,
  late: 0,
  unknown: 0,
  unreadable: 0,
});
