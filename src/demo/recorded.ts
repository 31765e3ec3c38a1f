import { and, eq, sql } from 'drizzle-orm';
import { workflowIdOf } from '../contract/identity.ts';
import { campaignEvents, type Database, lateReports, messages } from '../db/index.ts';
import type { OpenMessage } from './what-is-to-come.ts';

/** The messages of all projects that are to be sent, or were, and have no end yet. */
export async function openMessages({ orm }: Pick<Database, 'orm'>): Promise<OpenMessage[]> {
  const { projectId, messageId, phase, status } = campaignEvents;
  const ofMessage = and(eq(projectId, messages.projectId), eq(messageId, messages.messageId));
  const ended = sql`exists (select from ${campaignEvents} where ${ofMessage} and (${phase} = 'final' or ${status} = 'enqueue_failed'))`;
  const isAccepted = sql<boolean>`exists (select from ${campaignEvents} where ${ofMessage} and ${status} = 'enqueued')`;
  const rows = await orm
    .select({ projectId: messages.projectId, messageId: messages.messageId, isAccepted })
    .from(messages)
    .where(sql`${messages.disposition} = 'send' and not ${ended}`);
  return rows.map((row) => ({ messageId: row.messageId, workflowId: workflowIdOf(row), isAccepted: row.isAccepted }));
}

/** When the latest final event so far was recorded, in milliseconds since the epoch; `undefined` where there is none. */
export async function lastFinalEventAt({ orm }: Pick<Database, 'orm'>): Promise<number | undefined> {
  const latest = sql`extract(epoch from max(${campaignEvents.recordedAt})) * 1000`.mapWith(Number);
  const [row] = await orm.select({ latest }).from(campaignEvents).where(eq(campaignEvents.phase, 'final'));
  return row?.latest || undefined;
}

/** The final status of every message that has one, by its id. */
export async function finalStatuses({ orm }: Pick<Database, 'orm'>): Promise<ReadonlyMap<string, string>> {
  const { messageId, status, phase } = campaignEvents;
  const rows = await orm.select({ messageId, status }).from(campaignEvents).where(eq(phase, 'final'));
  return new Map(rows.map((row) => [row.messageId, row.status]));
}

/** Countries whose messages ended without a report, as was to be expected there, and how many. Most first. */
export async function countriesWithoutReports({
  orm,
}: Pick<Database, 'orm'>): Promise<{ country: string; messages: number }[]> {
  const count = sql`count(*)`.mapWith(Number);
  const rows = await orm
    .select({ country: campaignEvents.country, messages: count })
    .from(campaignEvents)
    .where(eq(campaignEvents.error, 'no_delivery_report_expected'))
    .groupBy(campaignEvents.country)
    .orderBy(sql`count(*) desc`, campaignEvents.country);
  return rows.map(({ country, messages }) => ({ country: country ?? 'unknown', messages }));
}

/** Messages that reports came for when they had ended. */
export async function lateReportCount({ orm }: Pick<Database, 'orm'>): Promise<number> {
  const count = sql`count(distinct (${lateReports.projectId}, ${lateReports.messageId}))`.mapWith(Number);
  const [row] = await orm.select({ count }).from(lateReports);
  return row?.count ?? 0;
}
