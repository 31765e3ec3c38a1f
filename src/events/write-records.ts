import { sql } from 'drizzle-orm';
import type { CampaignEvent, LateReport, MessageRecord } from '../contract/campaign-event.ts';
import {
  byKey,
  campaignEvents,
  contradictedEvents,
  hasNoEvent,
  inKeyOrder,
  isOneOf,
  keyOf,
  lateReports,
  messages,
  type Orm,
  StoreError,
  unknownOutcomes,
  valuesOf,
} from '../db/index.ts';
import { rowOf } from './campaign-event-row.ts';
import { lateReportRowOf } from './late-report-row.ts';

/** Writes events that are not there yet, and keeps aside what contradicts those that are. */
export async function writeEvents(orm: Orm, events: readonly CampaignEvent[]): Promise<void> {
  if (events.length === 0) return;
  const firsts = firstOfEach(events, eventKeyOf).sort(byEventKey);
  const written = await orm
    .insert(campaignEvents)
    .values(firsts.map(rowOf))
    .onConflictDoNothing({ target: [campaignEvents.projectId, campaignEvents.messageId, campaignEvents.phase] })
    .returning({
      projectId: campaignEvents.projectId,
      messageId: campaignEvents.messageId,
      phase: campaignEvents.phase,
    });
  const keys = new Set(written.map(eventKeyOf));
  const news = new Set(firsts.filter((event) => keys.has(eventKeyOf(event))));
  const others = events.filter((event) => !news.has(event));
  if (others.length > 0) await keepContradictions(orm, others);
}

/** A statement of its own: only now it sees what others have written meanwhile. */
async function keepContradictions(orm: Orm, events: readonly CampaignEvent[]): Promise<void> {
  const { projectId, messageId, phase, status } = campaignEvents;
  const held = await orm
    .select({ projectId, messageId, phase, status })
    .from(campaignEvents)
    .where(isOneOf(campaignEvents, events));
  const statusOf = new Map(held.map((row) => [eventKeyOf(row), row.status]));
  const contradictions = events.filter((event) => {
    const first = statusOf.get(eventKeyOf(event));
    if (first === undefined) {
      throw new StoreError(
        'store_unavailable',
        `The ${event.phase} event of ${keyOf(event)} was removed meanwhile; try again`,
      );
    }
    return first !== event.status;
  });
  if (contradictions.length === 0) return;
  const firsts = firstOfEach(contradictions, (event) => `${eventKeyOf(event)}/${event.status}`).sort(byEventKey);
  await orm
    .insert(contradictedEvents)
    .values(firsts.map((event) => ({ ...event, event })))
    .onConflictDoNothing();
}

/** Writes late reports that are not there yet. */
export async function writeLateReports(orm: Orm, reports: readonly LateReport[]): Promise<void> {
  if (reports.length === 0) return;
  // The workflow does not say when it got them; a report's own time is near enough and the same at every repeat.
  const rows = reports.map((report) => lateReportRowOf(report, { at: report.report.at, rawBody: null }));
  await orm.insert(lateReports).values(rows.sort(byKey)).onConflictDoNothing();
}

/** Writes what was decided about sends of unknown outcome, where it is not there yet. */
export async function writeUnknownOutcomes(orm: Orm, records: readonly MessageRecord[]): Promise<void> {
  const rows = records.flatMap(({ projectId, messageId, unknownOutcomes: decisions = [] }) =>
    decisions.map((decision) => ({ projectId, messageId, ...decision })),
  );
  if (rows.length === 0) return;
  await orm.insert(unknownOutcomes).values(rows.sort(byKey)).onConflictDoNothing();
}

/**
 * Notes in the register which messages were cancelled before Sinch had them; without a row there is nothing to note. One
 * that has an event was not: a cancellation that Temporal did not know the message any more for changes nothing.
 */
export async function writeSkipped(orm: Orm, records: readonly MessageRecord[]): Promise<void> {
  const skips = records.flatMap(({ projectId, messageId, skipped }) =>
    skipped ? [{ projectId, messageId, skipReason: skipped.reason, skippedAt: skipped.at }] : [],
  );
  const rows = firstOfEach(skips, keyOf);
  if (rows.length === 0) return;
  const given = valuesOf(messages, ['projectId', 'messageId', 'skipReason', 'skippedAt'], rows);
  await orm.execute(sql`
    with given as (select * from ${given}),
    open as (
      select ${messages.projectId}, ${messages.messageId} from ${messages}
      where ${isOneOf(messages, rows)} and ${messages.disposition} = 'send' and ${hasNoEvent(messages)}
      order by ${inKeyOrder(messages)} for update
    )
    update ${messages} set disposition = 'skipped', skip_reason = given.skip_reason, skipped_at = given.skipped_at
    from given join open using (project_id, message_id)
    where ${messages.projectId} = given.project_id and ${messages.messageId} = given.message_id`);
}

function firstOfEach<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const firsts = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    if (!firsts.has(key)) firsts.set(key, item);
  }
  return [...firsts.values()];
}

function eventKeyOf(event: Pick<CampaignEvent, 'projectId' | 'messageId' | 'phase'>): string {
  return `${keyOf(event)}/${event.phase}`;
}

function byEventKey(a: CampaignEvent, b: CampaignEvent): number {
  return byKey(a, b) || (a.phase < b.phase ? -1 : a.phase > b.phase ? 1 : 0);
}
