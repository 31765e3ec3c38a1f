import type { DeliveryReport } from '../contract/delivery-report.ts';

/** Why a callback belongs to no message of ours. */
export type UnmatchedReason =
  /** Its reference names a message that Temporal does not know (any more). */
  | 'unknown_message'
  /** Its reference names a message of another project than the integration's, or is not one of our references. */
  | 'foreign_reference'
  /** A report without a reference. */
  | 'no_reference'
  /** A message from a handset, not a report. */
  | 'inbound';

/** A report of a message whose workflow has ended. */
export interface LateEntry {
  integrationId: string;
  projectId: string;
  messageId: string;
  report: DeliveryReport;
  rawBody: Uint8Array;
  /** ISO 8601 */
  receivedAt: string;
}

/** An authentic callback that belongs to no message of ours. */
export interface UnmatchedEntry {
  integrationId: string;
  clientReference?: string;
  reason: UnmatchedReason;
  rawBody: Uint8Array;
  /** ISO 8601 */
  receivedAt: string;
}

/** An authentic callback that could not be read. */
export interface UnreadableEntry {
  integrationId: string;
  /** What was wrong with it. Never a part of the body. */
  why: string;
  rawBody: Uint8Array;
  /** ISO 8601 */
  receivedAt: string;
}

/**
 * Where the webhook keeps what it cannot hand to a message, since its 2xx tells Sinch to forget it. Raw bodies are without
 * the compression of their way, as far as it could be taken off. They hold phone numbers: encrypt them at rest.
 *
 * Sinch may send the same callback again, so the same entry may come twice: telling repeats apart is the store's part.
 * Every method resolves once the entry is durable and throws otherwise; the webhook then answers 503 and Sinch repeats.
 */
export interface ReportStore {
  /** @returns `repeat` where it says no more than what ended the message, so that nothing is kept. */
  keepLate(entry: LateEntry): Promise<'repeat' | void>;
  keepUnmatched(entry: UnmatchedEntry): Promise<void>;
  keepUnreadable(entry: UnreadableEntry): Promise<void>;
}
