/** How campaign events leave for the engagement platform: what the export's workflow and its activity tell each other. */

/** Why nothing more leaves for now. */
export interface ExportObstacle {
  /**
   * `off`: the project has no exporter, or a disabled one. `no_access`: key, project or address are wrong, which only an
   * admin can change; nothing is refused meanwhile. `unavailable`: the platform does not take it now. `busy`: another
   * batch of the project is on its way.
   */
  kind: 'off' | 'no_access' | 'unavailable' | 'busy';
  /** For a person. Without key, secret or phone numbers. */
  comment: string;
  /** Milliseconds that the platform asks to wait. */
  retryAfterMs?: number;
}

/** What became of one batch. */
export interface ExportBatchResult {
  /** Events that the platform took. */
  exported: number;
  /** Events that it will never take as they are; kept with the reason. */
  refused: number;
  /** Events that are not for the platform: `timeout` where the project maps it to no name. */
  leftOut: number;
  /** Whether more events waited when the batch was taken. */
  more: boolean;
  /** Requests that were made. */
  requests: number;
  /** What the project's exporter may make. */
  requestsPerSecond: number;
  /** Events that it concerns stay as they were, and are sent again. */
  obstacle?: ExportObstacle;
}

/** How many events an export has settled since it was started. */
export type ExportTotals = Pick<ExportBatchResult, 'exported' | 'refused' | 'leftOut'>;

/** Input of the export's workflow; all but the project is what one run leaves to the next. */
export interface ExportInput {
  projectId: string;
  totals?: ExportTotals;
  /** Batches in a row that met an obstacle. */
  failures?: number;
}

/** Why an export is woken: `settings` ends every pause, `events` only one in which there was nothing to do. */
export type WakeReason = 'settings' | 'events';
