import type { FinalStatus } from '../contract/campaign-event.ts';
import type { LedgerCounts } from './ledger.ts';

/** A share of messages, named by what it is a share of. */
export interface DeliveryRate {
  delivered: number;
  /** Messages that it is a share of: see `DeliveryRates`. */
  of: number;
  /** 0 to 1; absent where it would be a share of nothing. */
  rate?: number;
}

/** How many arrived, of which messages. Those that still wait for a report are in both totals. */
export interface DeliveryRates {
  /** Of every message that Sinch took, as the engagement platform counts it. */
  ofSent: DeliveryRate;
  /**
   * Of those that can report: the country is not listed as sending no reports, or a report other than Unknown came all
   * the same.
   */
  ofAbleToReport: DeliveryRate;
}

/** Message parts of what Sinch took; each is billed. */
export interface BilledParts {
  total: number;
  /** Of `total`: our own count, for want of Sinch's. */
  estimated: number;
}

/** What is counted of a campaign, and of each of its countries and senders. */
export interface Counted {
  counts: LedgerCounts;
  rates: DeliveryRates;
  parts: BilledParts;
}

/** The part of a campaign that has this country, or this sender. */
export interface CountedPart extends Counted {
  /** ISO 3166-1 alpha-2, or the sender; absent: the number tells no country, or the integration's default originator. */
  value?: string;
}

/**
 * Whose a code is: `http` of an answer to the send, `smpp` of an operator, `delivery_report` of Sinch, `mms` of its MMS
 * service; `error` where there is no number, only a name.
 */
export type CodeKind = 'http' | 'smpp' | 'delivery_report' | 'mms' | 'error';

/** Why messages did not arrive, by what their events carry. */
export interface CodeCount {
  status: 'enqueue_failed' | Exclude<FinalStatus, 'delivered'>;
  kind: CodeKind;
  statusCode?: number;
  error?: string;
  messages: number;
}

/** How long delivered messages took from Sinch's acceptance to the report's time, in milliseconds. */
export interface DeliveryTimes {
  /** Delivered messages whose acceptance is recorded. */
  messages: number;
  p50: number;
  p90: number;
  p95: number;
  p99: number;
  /** How far the four may be off, as a share: they come from a histogram. */
  resolution: number;
}

/** Events of one span of time. */
export interface TimeSlot {
  /** ISO 8601: its begin. */
  startsAt: string;
  enqueued: number;
  enqueueFailed: number;
  delivered: number;
  rejected: number;
  failed: number;
  timeout: number;
}

/** A campaign's events over time, oldest first; slots without events are left out. */
export interface OverTime {
  width: 'minute' | 'hour' | 'day';
  /** The latest ones, at most 400. */
  slots: TimeSlot[];
}

/** A campaign in a list, or at the head of its evaluation. */
export interface CampaignSummary extends Counted {
  campaignId: string;
  /** As its latest message names it. */
  name?: string;
  /** ISO 8601: its first request. */
  startedAt: string;
  /** ISO 8601; absent without events. */
  firstEventAt?: string;
  lastEventAt?: string;
}

/** What became of a campaign's messages. */
export interface CampaignEvaluation extends CampaignSummary {
  /** Most messages first. */
  countries: CountedPart[];
  /** Most messages first, at most 100. */
  senders: CountedPart[];
  /** Whether there are more senders than those. */
  moreSenders: boolean;
  /** Most messages first, at most 100. */
  codes: CodeCount[];
  moreCodes: boolean;
  /** Absent while nothing is delivered. */
  deliveryTimes?: DeliveryTimes;
  overTime: OverTime;
}
