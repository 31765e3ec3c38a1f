const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Shortest time that a report is waited for: in less, not even those that come at once have come. */
export const SHORTEST_REPORT_WINDOW_MS = MINUTE_MS;

/** Longest time that a report is waited for. Sinch sends none after 4 days, and forgets batches after 14. */
export const LONGEST_REPORT_WINDOW_MS = 30 * DAY_MS;

/** Longest time that a message of unknown outcome is looked for before it is held. */
export const LONGEST_SETTLE_MS = DAY_MS;

/**
 * A stored report window within its limits, which what was stored before there were any may not be, nor what SQL has
 * changed; `undefined` for none, or for what is no time at all.
 */
export function storedReportWindow(ms: number | null): number | undefined {
  if (ms === null || Number.isNaN(ms)) return undefined;
  return Math.min(Math.max(ms, SHORTEST_REPORT_WINDOW_MS), LONGEST_REPORT_WINDOW_MS);
}

/** The same for a settle time. */
export function storedSettle(ms: number | null): number | undefined {
  if (ms === null || Number.isNaN(ms)) return undefined;
  return Math.min(Math.max(ms, 0), LONGEST_SETTLE_MS);
}
