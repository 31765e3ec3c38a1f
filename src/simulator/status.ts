/** Sinch's statuses after which nothing more is to come (Delivery reports, "Statuses"). */
const FINAL: readonly string[] = [
  'Aborted',
  'Cancelled',
  'Rejected',
  'Deleted',
  'Delivered',
  'Failed',
  'Expired',
  'Unknown',
];

/** Statuses of messages that never came to the network, so that no operator has a time for them. */
const BEFORE_THE_NETWORK: readonly string[] = ['Queued', 'Aborted', 'Cancelled'];

/** Whether a message with this status is finished. */
export function isFinal(status: string): boolean {
  return FINAL.includes(status);
}

/** Whether a report with this status can carry the operator's time. */
export function hasOperatorTime(status: string): boolean {
  return !BEFORE_THE_NETWORK.includes(status);
}

/** Codes that the REST API itself gives (Delivery reports, "Error codes"). */
export const CODE = {
  queued: 400,
  dispatched: 401,
  unmatchedParameter: 405,
  internalExpiry: 406,
  cancelled: 407,
  exceededParts: 411,
} as const;
