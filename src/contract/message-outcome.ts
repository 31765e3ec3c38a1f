import type { CampaignEventStatus, SkipReason } from './campaign-event.ts';

/** Where a message stands. The last six are ends. */
export type MessagePhase =
  | 'waiting_to_send'
  | 'undecided'
  | 'accepted'
  | 'delivered'
  | 'rejected'
  | 'failed'
  | 'timeout'
  | 'enqueue_failed'
  | 'skipped';

/** The phases that are no ends. */
export const WAITING_PHASES: ReadonlySet<MessagePhase> = new Set(['waiting_to_send', 'undecided', 'accepted']);

/** How a message ended: the workflow's result. Every business outcome completes the workflow. */
export interface MessageOutcome {
  status: Exclude<CampaignEventStatus, 'enqueued'> | 'skipped';
  /** ISO 8601: the final event's time. */
  at: string;
  /** ISO 8601: when Sinch took the message; absent where it never did. */
  acceptedAt?: string;
  batchId?: string;
  statusCode?: number;
  error?: string;
  comment?: string;
  partCount?: number;
  skipReason?: SkipReason;
  /** Sends that left the queue. More than 1 only after answers that are known to be no acceptance. */
  attempts: number;
}

/** The answer of the `messageStatus` query: where the message stands, and why, in a person's words. */
export interface MessageStatus {
  phase: MessagePhase;
  /** One or two sentences for a person. */
  explanation: string;
  attempts: number;
  acceptedAt?: string;
  batchId?: string;
  /** ISO 8601: until when it waits for what it waits for. */
  waitsUntil?: string;
  /** The last status that Sinch reported. */
  lastReportStatus?: string;
  /** Reports that changed nothing: repeated, intermediate, or of another integration. */
  ignoredReports: number;
  cancelRequested: boolean;
  /**
   * How Temporal ended its workflow before the message had its end, which nobody does but a person or a defect: nothing is
   * waited for and nothing recorded any more. Set by the client, which asks Temporal; the workflow cannot know.
   */
  brokenOff?: BrokenOff;
}

/** Ends of a workflow that are no end of its message. */
export const BROKEN_OFF = ['terminated', 'failed', 'canceled', 'timed_out'] as const;

/** One of {@link BROKEN_OFF}. */
export type BrokenOff = (typeof BROKEN_OFF)[number];
