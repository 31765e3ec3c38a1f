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

/** A page of the reports of a plan's finished messages. */
export interface ReportPage {
  reports: { clientReference?: string; report: Omit<DeliveryReport, 'integrationId'> }[];
  /** Items without a status: nothing can be said of them, and the others count all the same. */
  unreadable: number;
  /** Reports on all pages together, where Sinch says so. */
  count?: number;
  /** Tells a page that is the one before once more, as of a host that does not turn pages. */
  fingerprint: string;
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
   * One page of the reports of all finished messages of the plan since `since` (ISO 8601), whatever their reference:
   * up to 100, and none behind the last page. Whether `since` is held against the time of the report or of the batch is
   * not documented. Reports that come meanwhile may move others to a later page, so that some are there twice.
   * @param page from 0
   * @throws SinchRequestError
   */
  finishedReports(query: { since: string; page: number }, signal?: AbortSignal): Promise<ReportPage>;
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
  /**
   * POST /batches/dry_run for a message that is sent to nobody: what it comes to tells whether Sinch would take messages
   * of the plan. `accepted` means that it would. Never throws: every end is an outcome.
   */
  dryRun(callbackUrl?: string): Promise<SubmitOutcome>;
  /** GET /batches for one batch, whatever it is: whether Sinch lets the token in. Never throws: every end is a result. */
  checkAccess(): Promise<AccessCheck>;
}
