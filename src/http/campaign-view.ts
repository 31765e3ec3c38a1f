/** Campaigns as the API shows them, with the published names of campaign statuses and event properties. */
import { z } from 'zod';
import { countryName } from '../contract/country-name.ts';
import type {
  CampaignEvaluation,
  CampaignPage,
  CampaignSummary,
  CodeCount,
  Counted,
  CountedPart,
  DeliveryRate,
  LedgerCheckPage,
} from '../events/index.ts';

const count = z.int().nonnegative();
/** Differs from a count only where rows were changed by hand. */
const difference = z.int();

const countsSchema = z.object({
  requested: count,
  skipped: count,
  waiting_to_send: difference,
  enqueued: count,
  enqueue_failed: count,
  waiting_for_report: difference,
  delivered: count,
  rejected: count,
  failed: count,
  timeout: count,
});

const rateSchema = z.object({
  delivered: count,
  /** What it is a share of, by name and by number. */
  denominator: z.enum(['enqueued', 'able_to_report']),
  of: count,
  /** 0 to 1; null where it would be a share of nothing. */
  rate: z.number().min(0).nullable(),
});

const countedShape = {
  counts: countsSchema,
  delivery_rates: z.object({
    /** Of all that Sinch took, as the engagement platform counts it. */
    of_sent: rateSchema,
    /** Of those whose country sends reports, or for which one came all the same. */
    of_able_to_report: rateSchema,
  }),
  /** Parts of what Sinch took, each of which is billed. */
  number_of_message_parts: count,
  /** How many of them are our own count, for want of Sinch's. */
  number_of_message_parts_estimated: count,
};

const summaryShape = {
  campaignId: z.string(),
  campaignName: z.string().optional(),
  startedAt: z.iso.datetime(),
  firstEventAt: z.iso.datetime().optional(),
  lastEventAt: z.iso.datetime().optional(),
  ...countedShape,
};

/** The answer of `GET …/campaigns`. */
export const campaignListSchema = z.object({
  campaigns: z.array(z.object(summaryShape)),
  nextCursor: z.string().optional(),
});

/** The answer of `GET …/campaigns/{c}`. */
export const campaignSchema = z.object({
  projectId: z.string(),
  ...summaryShape,
  countries: z.array(z.object({ country: z.string().nullable(), name: z.string(), ...countedShape })),
  senders: z.array(z.object({ sender: z.string().nullable(), ...countedShape })),
  moreSenders: z.boolean(),
  codes: z.array(
    z.object({
      status: z.enum(['enqueue_failed', 'rejected', 'failed', 'timeout']),
      kind: z.enum(['http', 'smpp', 'delivery_report', 'mms', 'error']),
      status_code: z.int().optional(),
      error: z.string().optional(),
      messages: count,
      explanation: z.string().optional(),
    }),
  ),
  moreCodes: z.boolean(),
  /** From Sinch's acceptance to the report's time, in milliseconds; absent while nothing is delivered. */
  deliveryTimes: z
    .object({
      messages: count,
      p50Ms: count,
      p90Ms: count,
      p95Ms: count,
      p99Ms: count,
      /** Largest relative error of the four: they come from a histogram. */
      resolution: z.number(),
    })
    .optional(),
  overTime: z.object({
    width: z.enum(['minute', 'hour', 'day']),
    slots: z.array(
      z.object({
        startsAt: z.iso.datetime(),
        enqueued: count,
        enqueue_failed: count,
        delivered: count,
        rejected: count,
        failed: count,
        timeout: count,
      }),
    ),
  }),
});

/** The answer of `GET …/campaigns/{c}/check`. */
export const campaignCheckSchema = z.object({
  findings: z.array(
    z.object({
      messageId: z.string(),
      code: z.enum([
        'not_started',
        'lost',
        'closed_without_end',
        'runs_after_end',
        'not_registered',
        'final_without_enqueued',
        'skipped_with_event',
        'refused_without_event',
      ]),
      explanation: z.string(),
    }),
  ),
  /** Requests that this page has looked at. */
  checked: count,
  /** Of them, those that had a workflow and have an end. */
  ended: count,
  /** Messages with an end that Temporal still knows; the others it has forgotten after its retention, which is no fault. */
  endedKnown: count,
  /** On the first page: whether the evaluation's counts are those of the rows. */
  countsAgree: z.boolean().optional(),
  nextCursor: z.string().optional(),
});

export type CampaignListView = z.infer<typeof campaignListSchema>;
export type CampaignView = z.infer<typeof campaignSchema>;
export type CampaignCheckView = z.infer<typeof campaignCheckSchema>;

/** Says what a code means; `undefined` where nobody knows. */
export type ExplainCode = (code: CodeCount) => string | undefined;

export function campaignListView({ campaigns, nextCursor }: CampaignPage): CampaignListView {
  return { campaigns: campaigns.map(summaryView), ...(nextCursor === undefined ? {} : { nextCursor }) };
}

export function campaignView(projectId: string, campaign: CampaignEvaluation, explain: ExplainCode): CampaignView {
  const { deliveryTimes: times, overTime } = campaign;
  return {
    projectId,
    ...summaryView(campaign),
    countries: campaign.countries.map((part) => ({
      country: part.value ?? null,
      name: part.value === undefined ? 'unknown' : countryName(part.value),
      ...countedView(part),
    })),
    senders: campaign.senders.map((part: CountedPart) => ({ sender: part.value ?? null, ...countedView(part) })),
    moreSenders: campaign.moreSenders,
    codes: campaign.codes.map((code) => {
      const explanation = explain(code);
      return {
        status: code.status,
        kind: code.kind,
        ...(code.statusCode === undefined ? {} : { status_code: code.statusCode }),
        ...(code.error === undefined ? {} : { error: code.error }),
        messages: code.messages,
        ...(explanation === undefined ? {} : { explanation }),
      };
    }),
    moreCodes: campaign.moreCodes,
    ...(times === undefined
      ? {}
      : {
          deliveryTimes: {
            messages: times.messages,
            p50Ms: times.p50,
            p90Ms: times.p90,
            p95Ms: times.p95,
            p99Ms: times.p99,
            resolution: times.resolution,
          },
        }),
    overTime: {
      width: overTime.width,
      slots: overTime.slots.map(({ enqueueFailed, ...slot }) => ({ ...slot, enqueue_failed: enqueueFailed })),
    },
  };
}

export function campaignCheckView(page: LedgerCheckPage): CampaignCheckView {
  return page;
}

function summaryView(campaign: CampaignSummary) {
  const { campaignId, name, startedAt, firstEventAt, lastEventAt } = campaign;
  return {
    campaignId,
    ...(name === undefined ? {} : { campaignName: name }),
    startedAt,
    ...(firstEventAt === undefined ? {} : { firstEventAt }),
    ...(lastEventAt === undefined ? {} : { lastEventAt }),
    ...countedView(campaign),
  };
}

function countedView({ counts, rates, parts }: Counted) {
  const { waitingToSend, enqueueFailed, waitingForReport, ...rest } = counts;
  return {
    counts: {
      ...rest,
      waiting_to_send: waitingToSend,
      enqueue_failed: enqueueFailed,
      waiting_for_report: waitingForReport,
    },
    delivery_rates: {
      of_sent: rateView('enqueued', rates.ofSent),
      of_able_to_report: rateView('able_to_report', rates.ofAbleToReport),
    },
    number_of_message_parts: parts.total,
    number_of_message_parts_estimated: parts.estimated,
  };
}

function rateView<Name extends string>(denominator: Name, { delivered, of, rate }: DeliveryRate) {
  return { delivered, denominator, of, rate: rate ?? null };
}
