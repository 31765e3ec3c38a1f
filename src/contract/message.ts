import type { Msisdn } from './msisdn.ts';

/** SMS or MMS; on Sinch's wire `mt_text` and `mt_media`. */
export type MessageKind = 'sms' | 'mms';

/** What the handset shows, and what operators ask to be told of it. */
export type MessageContent =
  ({ kind: 'sms'; text: string } & DltIds) | { kind: 'mms'; mediaUrl: string; subject?: string; text?: string };

/**
 * What India's operators hold a text against (Distributed Ledger Technology; Sinch: `dlt_principal_entity_id` and
 * `dlt_template_id` of a batch). Without ids that are registered there they drop it.
 */
export interface DltIds {
  /** The registered template that the text is of. */
  dltTemplateId?: string;
  /** The registered company that sends it. */
  dltPrincipalEntityId?: string;
}

/** 1 is a one-time password, which overtakes everything; 5 is bulk. Temporal's own range. */
export type MessagePriority = 1 | 2 | 3 | 4 | 5;

/** Priority of a message whose request names none. */
export const DEFAULT_PRIORITY: MessagePriority = 3;

/**
 * What follows where a send got no clear answer and Sinch does not show the message after the settle time. `resend`: it is
 * sent again, which may be a second message where Sinch was slow to show the first. `hold`: it is never sent again; a
 * delivery report may still prove it, else it ends as `enqueue_failed`, error `outcome_unknown`, with the report window.
 */
export type UnknownOutcomePolicy = 'resend' | 'hold';

/** `resend` for priority 1 and 2, since a password has to arrive; `hold` for the others. */
export function unknownOutcomePolicyOf({
  onUnknownOutcome,
  priority,
}: Pick<SendMessageInput, 'onUnknownOutcome' | 'priority'>): UnknownOutcomePolicy {
  return onUnknownOutcome ?? (priority <= 2 ? 'resend' : 'hold');
}

/** Most parts a text may be split into unless the request says otherwise. */
export const DEFAULT_MAX_PARTS = 10;

/** Life of a message whose request names none: 72 hours after the request, Sinch's own maximum (`expire_at`). */
export const DEFAULT_LIFE_MS = 72 * 60 * 60 * 1000;

/** How long a delivery report is waited for after acceptance: 4 days, after which Sinch sends none. */
export const DEFAULT_REPORT_WINDOW_MS = 4 * 24 * 60 * 60 * 1000;

/** How long a message of unknown outcome is looked for at Sinch before it counts as absent: 60 seconds. */
export const DEFAULT_SETTLE_MS = 60 * 1000;

/**
 * What the engagement platform wants stamped on every campaign event of the message (`platform.md` 2).
 * Opaque to us, except `campaignId`, which evaluation groups by.
 */
export interface CampaignContext {
  campaignId?: string;
  campaignName?: string;
  actionId?: string;
  actionName?: string;
  campaignPolicy?: string;
  consentCategory?: string;
  language?: string;
  scenarioId?: string;
  scenarioStepId?: string;
  /** The customer at the platform, for the tracking API; usually `{ registered: '…' }`. */
  customerIds?: Record<string, string>;
}

/**
 * Everything one run of the message's workflow needs, decided once at the request. Plain JSON: it is the workflow's
 * input and the register's row.
 */
export interface SendMessageInput {
  projectId: string;
  messageId: string;
  integrationId: string;
  /** Names the send queue. Tokens are not here: the send activity loads them by `integrationId`. */
  servicePlanId: string;
  recipient: Msisdn;
  /** Absent: the integration's default originator at Sinch. */
  sender?: string;
  content: MessageContent;
  /** 1 or more; a text that needs more parts is refused before anything is sent. */
  maxParts: number;
  /** Our own count of the text's parts, until Sinch's comes with the report. SMS only. */
  estimatedPartCount?: number;
  priority: MessagePriority;
  campaign: CampaignContext;
  /** ISO 3166-1 alpha-2 of the recipient's number; absent where the number does not tell. */
  country?: string;
  /** `false` where operators of that country are known to send no delivery reports. */
  reportsExpected: boolean;
  /** ISO 8601. */
  requestedAt: string;
  /** ISO 8601. Not dispatched, or known not accepted, by then: `enqueue_failed`, error `expired`. */
  expiresAt: string;
  /** @default DEFAULT_REPORT_WINDOW_MS */
  reportWindowMs?: number;
  /** @default DEFAULT_SETTLE_MS */
  settleMs?: number;
  /** @default by the priority, see `unknownOutcomePolicyOf` */
  onUnknownOutcome?: UnknownOutcomePolicy;
  /**
   * `false` ends a message to a country without reports at its acceptance instead of waiting for a report that may
   * come all the same.
   * @default true
   */
  waitWhereNoReportsExpected?: boolean;
  /**
   * `false` leaves the `SinchStatus` search attribute as it was at the start: one history event and one billable
   * action less for each message.
   * @default true
   */
  statusAttribute?: boolean;
}
