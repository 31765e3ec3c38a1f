import type { CampaignContext, MessageKind, UnknownOutcomePolicy } from './message.ts';
import type { MessageKey } from './identity.ts';
import type { Msisdn } from './msisdn.ts';
import { type DeliveryReport, type DeliveryStatusMeaning, meaningOfStatus } from './delivery-report.ts';

/** Statuses of the `admission` event: was the message handed to Sinch? */
export type AdmissionStatus = 'enqueued' | 'enqueue_failed';

/** Statuses of the `final` event: what became of a message that was handed to Sinch? */
export type FinalStatus = 'delivered' | 'rejected' | 'failed' | 'timeout';

/** The published spelling of campaign statuses. */
export type CampaignEventStatus = AdmissionStatus | FinalStatus;

/** Every status there is. */
export const CAMPAIGN_EVENT_STATUSES: readonly CampaignEventStatus[] = Object.freeze([
  'enqueued',
  'enqueue_failed',
  'delivered',
  'rejected',
  'failed',
  'timeout',
]);

/** Name of the campaign event at the engagement platform, unless a project maps it to its own. */
export const DEFAULT_EVENT_NAME = 'campaign';

/** A message has at most one event of each phase: writing it twice is writing it once. */
export type CampaignEventPhase = 'admission' | 'final';

/** A fact about a message, recorded for analysts. Its key is (projectId, messageId, phase). */
export interface CampaignEvent extends MessageKey {
  phase: CampaignEventPhase;
  status: CampaignEventStatus;
  /** ISO 8601: of the report, of the acceptance or refusal, or the workflow's time for a timeout. */
  at: string;
  integrationId: string;
  kind: MessageKind;
  recipient: Msisdn;
  sender?: string;
  country?: string;
  /** `false` where the recipient's country is listed as sending no delivery reports. */
  reportsExpected: boolean;
  campaign: CampaignContext;
  batchId?: string;
  /** Delivery-report code, SMPP code, or HTTP status of a failed request. */
  statusCode?: number;
  error?: string;
  comment?: string;
  partCount?: number;
  /** `true` where `partCount` is our own count and not Sinch's. */
  partCountEstimated?: boolean;
}

/**
 * A report that came after the message had its outcome: kept aside, it changes nothing. Reports that say what ended the
 * message once more are not kept, since Sinch repeats callbacks.
 */
export interface LateReport extends MessageKey {
  report: DeliveryReport;
  /** `contradicts` the final event's status, or came after it for another reason. */
  reason: 'contradicts' | 'after_end';
}

/** The campaign status of a final report. */
export function statusOfReport(meaning: Exclude<DeliveryStatusMeaning, 'intermediate'>): FinalStatus {
  return meaning === 'no_receipt' ? 'timeout' : meaning;
}

/** Whether a report is final and says something else than what the message ended as. */
export function contradictsEnd(reported: string, end: CampaignEventStatus | 'skipped'): boolean {
  const meaning = meaningOfStatus(reported);
  return meaning !== 'intermediate' && statusOfReport(meaning) !== end;
}

/** Whether a report says no more than the report that ended the message: the same, or what came before it. */
export function repeatsEnd(reported: string, { status, error }: Pick<CampaignEvent, 'status' | 'error'>): boolean {
  // What ends without a report knows none of those that come.
  if (status === 'timeout') return error === 'no_receipt' && meaningOfStatus(reported) === 'no_receipt';
  return !contradictsEnd(reported, status);
}

/** Why nothing was sent and nobody is to blame. */
export type SkipReason = 'no_recipient' | 'cancelled';

/** That a message was sent again, or held, since the outcome of its send could not be found out. */
export interface UnknownOutcomeDecision {
  policy: UnknownOutcomePolicy;
  campaignId?: string;
  /** ISO 8601 */
  at: string;
}

/** What a message's workflow writes when something about it is settled, in one go. */
export interface MessageRecord extends MessageKey {
  events: CampaignEvent[];
  lateReports: LateReport[];
  /** Set where the message was cancelled before Sinch had it: it gets no campaign event. */
  skipped?: { reason: SkipReason; at: string };
  /** What was decided where a send of the message got no clear answer; one of each policy is kept, the first. */
  unknownOutcomes?: UnknownOutcomeDecision[];
}
