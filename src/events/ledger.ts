import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { CampaignEventStatus } from '../contract/campaign-event.ts';
import {
  asStoreErrors,
  campaignEvents,
  type Database,
  hasNoEvent,
  messages,
  type Orm,
  unknownOutcomes,
} from '../db/index.ts';

/** Messages that break a rule, by the rule; all 0 where the books are right. */
export interface LedgerFaults {
  /** An event, but no row in the register. Right for messages that were started past it. */
  eventWithoutRequest: number;
  /** A final event, but none that says it was enqueued. */
  finalWithoutEnqueued: number;
  /** Skipped, and yet with an event. */
  skippedWithEvent: number;
  /** Refused at the request, but without the event that says so. */
  refusedWithoutEvent: number;
}

/** A project, or one of its campaigns. */
export interface LedgerScope {
  projectId: string;
  campaignId?: string;
}

/** What became of the requests, counted in messages. */
export interface LedgerCounts {
  requested: number;
  skipped: number;
  /** Registered and not yet known at Sinch. Undecided ones included: only their workflows know that they are. */
  waitingToSend: number;
  enqueued: number;
  enqueueFailed: number;
  waitingForReport: number;
  delivered: number;
  rejected: number;
  failed: number;
  timeout: number;
}

/** Messages whose send got no clear answer and that Sinch did not show either, by what was decided. */
export interface UnknownOutcomeCounts {
  /** Sent again, as the policy `resend` has it, although an earlier send may have been accepted. */
  resent: number;
  /** Held, as the policy `hold` has it, whatever became of them since. */
  held: number;
  /** Of those held, the ones whose outcome is still not known; they are among `waitingToSend`. */
  heldStill: number;
}

/** The counts, and whether they are right. */
export interface Ledger extends LedgerCounts {
  faults: LedgerFaults;
  /** Of the messages above; no line of its own. */
  unknownOutcomes: UnknownOutcomeCounts;
  /**
   * requested = skipped + waitingToSend + enqueued + enqueueFailed, enqueued = waitingForReport + delivered + rejected +
   * failed + timeout, and no faults.
   */
  balanced: boolean;
}

/**
 * The ledger of a project, or of one of its campaigns. Every number is counted for itself in one statement, so over one
 * state of the tables; none is made to fit by subtraction.
 * @throws StoreError
 */
export async function readLedger(database: Database, scope: LedgerScope): Promise<Ledger> {
  const { orm } = database;
  const [counted] = await asStoreErrors('Reading the ledger', async () => ledgerQuery(orm, scope));
  if (!counted) throw new Error('Counting gives one row');

  const { eventWithoutRequest, finalWithoutEnqueued, skippedWithEvent, refusedWithoutEvent, ...counts } = counted;
  const { resent, held, heldStill, ...ledger } = counts;
  const faults = { eventWithoutRequest, finalWithoutEnqueued, skippedWithEvent, refusedWithoutEvent };
  const { requested, skipped, waitingToSend, enqueued, enqueueFailed } = ledger;
  const { waitingForReport, delivered, rejected, failed, timeout } = ledger;
  const balanced =
    requested === skipped + waitingToSend + enqueued + enqueueFailed &&
    enqueued === waitingForReport + delivered + rejected + failed + timeout &&
    Object.values(faults).every((messages) => messages === 0);
  return { ...ledger, faults, unknownOutcomes: { resent, held, heldStill }, balanced };
}

/**
 * The query of every number of a ledger, one row.
 * @internal
 */
export function ledgerQuery(orm: Orm, { projectId, campaignId }: LedgerScope) {
  const within = (table: { projectId: AnyPgColumn; campaignId: AnyPgColumn }): SQL | undefined =>
    and(eq(table.projectId, projectId), campaignId === undefined ? undefined : eq(table.campaignId, campaignId));
  const request = orm
    .select({ messageId: messages.messageId, disposition: messages.disposition })
    .from(messages)
    .where(within(messages))
    .as('request');
  const eventsOf = (phase: 'admission' | 'final') =>
    orm
      .select({ messageId: campaignEvents.messageId, status: campaignEvents.status })
      .from(campaignEvents)
      .where(and(within(campaignEvents), eq(campaignEvents.phase, phase)))
      .as(phase);
  const admission = eventsOf('admission');
  const final = eventsOf('final');

  const admitted = (status: CampaignEventStatus): SQL => sql`${admission.status} = ${status}`;
  const ended = (status: CampaignEventStatus): SQL.Aliased<number> => count(status, sql`${final.status} = ${status}`);
  const anyEvent = sql`(${admission.messageId} is not null or ${final.messageId} is not null)`;

  const decided = (name: string, condition: SQL): SQL.Aliased<number> =>
    sql<number>`(select count(*)::float8 from ${unknownOutcomes} where ${within(unknownOutcomes)} and ${condition})`.as(
      name,
    );

  return orm
    .select({
      requested: count('requested', sql`${request.messageId} is not null`),
      skipped: count('skipped', sql`${request.disposition} = 'skipped'`),
      waitingToSend: count('waitingToSend', sql`${request.disposition} = 'send' and ${admission.messageId} is null`),
      enqueued: count('enqueued', admitted('enqueued')),
      enqueueFailed: count('enqueueFailed', admitted('enqueue_failed')),
      waitingForReport: count('waitingForReport', sql`${admitted('enqueued')} and ${final.messageId} is null`),
      delivered: ended('delivered'),
      rejected: ended('rejected'),
      failed: ended('failed'),
      timeout: ended('timeout'),
      resent: decided('resent', sql`${unknownOutcomes.policy} = 'resend'`),
      held: decided('held', sql`${unknownOutcomes.policy} = 'hold'`),
      heldStill: decided('held_still', sql`${unknownOutcomes.policy} = 'hold' and ${hasNoEvent(unknownOutcomes)}`),
      eventWithoutRequest: count('eventWithoutRequest', sql`${request.messageId} is null`),
      finalWithoutEnqueued: count(
        'finalWithoutEnqueued',
        sql`${final.messageId} is not null and ${admission.status} is distinct from 'enqueued'`,
      ),
      skippedWithEvent: count('skippedWithEvent', sql`${request.disposition} = 'skipped' and ${anyEvent}`),
      refusedWithoutEvent: count(
        'refusedWithoutEvent',
        sql`${request.disposition} = 'enqueue_failed' and ${admission.status} is distinct from 'enqueue_failed'`,
      ),
    })
    .from(request)
    .fullJoin(admission, eq(admission.messageId, request.messageId))
    .fullJoin(final, eq(final.messageId, sql`coalesce(${request.messageId}, ${admission.messageId})`));
}

function count(name: string, condition: SQL): SQL.Aliased<number> {
  return sql<number>`(count(*) filter (where ${condition}))::float8`.as(name);
}
