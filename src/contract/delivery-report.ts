/**
 * What Sinch says became of a message, as the webhook hands it to the workflow: the signal's payload. Without the
 * recipient, which the workflow knows: a signal stays in history.
 */
export interface DeliveryReport {
  /** The integration whose webhook received it. Reports of another integration than the message's are ignored. */
  integrationId: string;
  /** Sinch's word, kept as it came: `Delivered`, `Failed`, …; new words may appear. */
  status: string;
  /** ISO 8601: when Sinch created the report. Batch reports carry no time; theirs is the time of receipt. */
  at: string;
  batchId?: string;
  /** Delivery-report code or SMPP code. A not delivered message can carry 0: decide on the status, never on the code. */
  statusCode?: number;
  /** Sinch's own count, which it gives where a maximum was set when sending. */
  partCount?: number;
  /** ISO 8601: the operator's time, rounded to the minute and often earlier than the send. Shown, never decided on. */
  operatorStatusAt?: string;
}

/** Whether a signal's payload is a report: an operator may have sent it by hand. */
export function isDeliveryReport(value: unknown): value is DeliveryReport {
  if (typeof value !== 'object' || value === null) return false;
  const { integrationId, status, at } = value as Partial<Record<keyof DeliveryReport, unknown>>;
  return typeof integrationId === 'string' && typeof status === 'string' && typeof at === 'string';
}

/** What a status word means for the message. */
export type DeliveryStatusMeaning = 'intermediate' | 'delivered' | 'rejected' | 'failed' | 'no_receipt';

/** Sinch's statuses (Delivery reports, "Statuses"), compared without case: its own SDKs do not agree on it. */
const MEANINGS: Readonly<Record<string, DeliveryStatusMeaning>> = {
  queued: 'intermediate',
  dispatched: 'intermediate',
  delivered: 'delivered',
  rejected: 'rejected',
  aborted: 'rejected',
  failed: 'failed',
  expired: 'failed',
  deleted: 'failed',
  cancelled: 'failed',
  unknown: 'no_receipt',
};

/** A status word that Sinch has added since counts as intermediate: neither delivered nor final. */
export function meaningOfStatus(status: string): DeliveryStatusMeaning {
  const word = status.toLowerCase();
  return Object.hasOwn(MEANINGS, word) ? (MEANINGS[word] ?? 'intermediate') : 'intermediate';
}

/** Whether a report with this status settles the message. */
export function isFinalStatus(status: string): boolean {
  return meaningOfStatus(status) !== 'intermediate';
}
