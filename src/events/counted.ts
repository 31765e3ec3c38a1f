import { type SQL, sql } from 'drizzle-orm';
import { campaignCounts } from '../db/index.ts';
import type { Counted, DeliveryRate } from './evaluation.ts';

const SUMMED = [
  'requested',
  'skipped',
  'toSend',
  'admitted',
  'enqueued',
  'enqueueFailed',
  'ended',
  'delivered',
  'rejected',
  'failed',
  'timeout',
  'ableToReport',
  'parts',
  'estimatedParts',
] as const;

type SummedName = (typeof SUMMED)[number];

/** Rows of `campaign_counts`, summed. */
export type Sums = Record<SummedName, number>;

/** The sums as members of a selection. */
export const sums = Object.fromEntries(
  SUMMED.map((name) => [name, sql<number>`coalesce(sum(${campaignCounts[name]}), 0)::float8`.as(name)]),
) as Record<SummedName, SQL.Aliased<number>>;

/** What the sums say. */
export function countedOf({ toSend, admitted, ended, ableToReport, parts, estimatedParts, ...counts }: Sums): Counted {
  return {
    counts: {
      requested: counts.requested,
      skipped: counts.skipped,
      waitingToSend: toSend - admitted,
      enqueued: counts.enqueued,
      enqueueFailed: counts.enqueueFailed,
      waitingForReport: counts.enqueued - ended,
      delivered: counts.delivered,
      rejected: counts.rejected,
      failed: counts.failed,
      timeout: counts.timeout,
    },
    rates: {
      ofSent: rateOf(counts.delivered, counts.enqueued),
      ofAbleToReport: rateOf(counts.delivered, ableToReport),
    },
    parts: { total: parts, estimated: estimatedParts },
  };
}

function rateOf(delivered: number, of: number): DeliveryRate {
  return of > 0 ? { delivered, of, rate: delivered / of } : { delivered, of };
}
