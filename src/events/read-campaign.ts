import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import {
  asStoreErrors,
  campaignCodes,
  campaignCounts,
  campaignDelays,
  campaigns,
  campaignTimes,
  type Database,
} from '../db/index.ts';
import { countedOf, type Sums, sums } from './counted.ts';
import { campaignName } from './list-campaigns.ts';
import { listOf } from './list-of.ts';
import { type DelayBucket, deliveryTimesOf } from './delivery-times.ts';
import type { CampaignEvaluation, CodeCount, CodeKind, CountedPart, OverTime, TimeSlot } from './evaluation.ts';

/** Senders and codes of one answer. */
const MAX_PARTS = 100;

/** Slots of one answer. */
const MAX_SLOTS = 400;

/** A campaign that took longer is shown in hours, and one that took longer still in days. */
const LONGEST = { minutes: '6 hours', hours: '15 days' } as const;

/** How the absence of a status code is stored. */
const NO_CODE = -1;

type PartRow = Sums & { value: string };
type CodeRow = Pick<CodeCount, 'status' | 'messages'> & { statusCode: number; error: string };

/**
 * What became of a campaign's messages; `undefined` where it has none. Counts are in messages and are those of
 * `readLedger`. One statement, so over one state of the tables; it reads counts, not rows, and takes as long for a
 * million messages as for a thousand.
 * @throws StoreError
 */
export async function readCampaign(
  { orm }: Pick<Database, 'orm'>,
  { projectId, campaignId }: { projectId: string; campaignId: string },
): Promise<CampaignEvaluation | undefined> {
  const within = (table: { projectId: AnyPgColumn; campaignId: AnyPgColumn }): SQL | undefined =>
    and(eq(table.projectId, projectId), eq(table.campaignId, campaignId));

  const partsBy = (dimension: 'all' | 'country' | 'sender') =>
    orm
      .select({ value: campaignCounts.value, ...sums })
      .from(campaignCounts)
      .where(and(within(campaignCounts), eq(campaignCounts.dimension, dimension)))
      .groupBy(campaignCounts.value)
      .orderBy(
        sql`greatest(sum(${campaignCounts.requested}), sum(${campaignCounts.enqueued})) desc`,
        campaignCounts.value,
      );
  const codes = orm
    .select({
      status: campaignCodes.status,
      statusCode: sql`${campaignCodes.statusCode}`.as('statusCode'),
      error: campaignCodes.error,
      messages: sql`sum(${campaignCodes.events})::float8`.as('messages'),
    })
    .from(campaignCodes)
    .where(within(campaignCodes))
    .groupBy(campaignCodes.status, campaignCodes.statusCode, campaignCodes.error)
    .orderBy(
      sql`sum(${campaignCodes.events}) desc`,
      campaignCodes.status,
      campaignCodes.statusCode,
      campaignCodes.error,
    )
    .limit(MAX_PARTS + 1);
  const delays = orm
    .select({ bucket: campaignDelays.bucket, messages: sql`sum(${campaignDelays.messages})::float8`.as('messages') })
    .from(campaignDelays)
    .where(within(campaignDelays))
    .groupBy(campaignDelays.bucket)
    .orderBy(campaignDelays.bucket);
  const { firstEventAt, lastEventAt } = campaignCounts;
  const spans = orm
    .select({
      firstEventAt: sql`min(${firstEventAt})`.as('firstEventAt'),
      lastEventAt: sql`max(${lastEventAt})`.as('lastEventAt'),
      width: sql`case
        when max(${lastEventAt}) - min(${firstEventAt}) > ${LONGEST.hours}::interval then 'day'
        when max(${lastEventAt}) - min(${firstEventAt}) > ${LONGEST.minutes}::interval then 'hour'
        else 'minute' end`.as('width'),
    })
    .from(campaignCounts)
    .where(and(within(campaignCounts), eq(campaignCounts.dimension, 'all')));
  const slots = orm
    .select({
      startsAt: sql`${campaignTimes.startsAt}`.as('startsAt'),
      enqueued: slotSum(campaignTimes.enqueued, 'enqueued'),
      enqueueFailed: slotSum(campaignTimes.enqueueFailed, 'enqueueFailed'),
      delivered: slotSum(campaignTimes.delivered, 'delivered'),
      rejected: slotSum(campaignTimes.rejected, 'rejected'),
      failed: slotSum(campaignTimes.failed, 'failed'),
      timeout: slotSum(campaignTimes.timeout, 'timeout'),
    })
    .from(campaignTimes)
    .where(and(within(campaignTimes), sql`${campaignTimes.width} = (select "width" from (${spans}) spans)`))
    .groupBy(campaignTimes.startsAt)
    .orderBy(sql`${campaignTimes.startsAt} desc`)
    .limit(MAX_SLOTS);

  const [row] = await asStoreErrors('Evaluating a campaign', async () =>
    orm
      .select({
        campaignId: campaigns.campaignId,
        name: campaignName,
        startedAt: campaigns.startedAt,
        all: listOf<PartRow>(partsBy('all')),
        countries: listOf<PartRow>(partsBy('country')),
        senders: listOf<PartRow>(partsBy('sender').limit(MAX_PARTS + 1)),
        codes: listOf<CodeRow>(codes),
        delays: listOf<DelayBucket>(delays),
        span: listOf<{ firstEventAt: string | null; lastEventAt: string | null; width: OverTime['width'] }>(spans),
        slots: listOf<TimeSlot>(slots),
      })
      .from(campaigns)
      .where(within(campaigns)),
  );
  const [all] = row?.all ?? [];
  if (!row || !all) return undefined;
  const { value: _all, ...counted } = partOf(all);
  const [span] = row.span;
  const deliveryTimes = deliveryTimesOf(row.delays);
  return {
    campaignId: row.campaignId,
    ...(row.name === null ? {} : { name: row.name }),
    startedAt: row.startedAt,
    ...(span?.firstEventAt && span.lastEventAt
      ? { firstEventAt: isoOf(span.firstEventAt), lastEventAt: isoOf(span.lastEventAt) }
      : {}),
    ...counted,
    countries: row.countries.map(partOf),
    senders: row.senders.slice(0, MAX_PARTS).map(partOf),
    moreSenders: row.senders.length > MAX_PARTS,
    codes: row.codes.slice(0, MAX_PARTS).map(codeOf),
    moreCodes: row.codes.length > MAX_PARTS,
    ...(deliveryTimes === undefined ? {} : { deliveryTimes }),
    overTime: {
      width: span?.width ?? 'minute',
      slots: row.slots.map((slot) => ({ ...slot, startsAt: isoOf(slot.startsAt) })).toReversed(),
    },
  };
}

function slotSum(column: AnyPgColumn, name: keyof TimeSlot): SQL.Aliased {
  return sql`sum(${column})::float8`.as(name);
}

function partOf({ value, ...counted }: PartRow): CountedPart {
  return { ...(value === '' ? {} : { value }), ...countedOf(counted) };
}

function codeOf({ status, statusCode, error, messages }: CodeRow): CodeCount {
  return {
    status,
    kind: kindOf(status, statusCode),
    ...(statusCode === NO_CODE ? {} : { statusCode }),
    ...(error === '' ? {} : { error }),
    messages,
  };
}

/** Whose code it is follows from its range (Sinch, "Delivery receipt error codes"); only a failed send has an HTTP status. */
function kindOf(status: CodeCount['status'], code: number): CodeKind {
  if (code === NO_CODE) return 'error';
  if (status === 'enqueue_failed') return 'http';
  if (code < 400) return 'smpp';
  return code < 1000 ? 'delivery_report' : 'mms';
}

function isoOf(time: string): string {
  return new Date(time).toISOString();
}
