import type { SendMessageInput } from '../contract/message.ts';
import type { DeliveryReport } from '../contract/delivery-report.ts';
import type { Refusal } from '../contract/send-outcome.ts';
import type { AccessCheck } from './access-check.ts';

/** What one POST of a batch came to; the send activity adds what it did with our own store. */
export type SubmitOutcome =
  | { kind: 'accepted'; batchId?: string; /** ISO 8601 */ at: string }
  | ({ kind: 'refused' } & Refusal)
  | ({ kind: 'integration_fault' } & Refusal)
  | ({ kind: 'not_accepted'; retryAfterMs?: number } & Refusal)
  | ({ kind: 'unknown' } & Refusal);

/** A message as it is submitted: one recipient, always with a report per recipient. */
export interface Submission extends Pick<SendMessageInput, 'recipient' | 'sender' | 'content' | 'maxParts'> {
  clientReference: string;
  callbackUrl?: string;
  /** ISO 8601. Sinch's maximum is 3 days ahead; a later one is cut to it. */
  expireAt: string;
}

/** A batch as a look-up shows it. */
export interface FoundBatch {
  id: string;
  /** ISO 8601 */
  createdAt?: string;
  canceled: boolean;
}

/** The few calls to Sinch that we make, for one integration. */
export interface SinchClient {
  /** POST /batches. Never throws for what the network or Sinch does: every end is an outcome. Never repeats the POST. */
  submit(submission: Submission): Promise<SubmitOutcome>;
  /**
   * Batches with exactly this client reference, created since `since` (ISO 8601), newest first.
   * @throws SinchRequestError
   */
  findBatches(clientReference: string, since: string, signal?: AbortSignal): Promise<FoundBatch[]>;
  /**
   * Delivery reports of finished messages with exactly this client reference, since `since` (ISO 8601).
   * @throws SinchRequestError
   */
  findDeliveryReports(
    clientReference: string,
    since: string,
    signal?: AbortSignal,
  ): Promise<Omit<DeliveryReport, 'integrationId'>[]>;
  /**
   * The recipient's report in a batch, intermediate ones too; `undefined` where Sinch has none.
   * @throws SinchRequestError
   */
  deliveryReport(
    batchId: string,
    recipient: string,
    signal?: AbortSignal,
  ): Promise<Omit<DeliveryReport, 'integrationId'> | undefined>;
  /**
   * DELETE /batches/{id}: asks Sinch not to send it any more. What is on its way may still be delivered.
   * @throws SinchRequestError
   */
  cancelBatch(batchId: string, signal?: AbortSignal): Promise<void>;
  /** GET /batches for one batch, whatever it is: whether Sinch lets the token in. Never throws: every end is a result. */
  checkAccess(): Promise<AccessCheck>;
}
