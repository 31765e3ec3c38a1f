import { and, asc, count, desc, eq, isNull, gte, lte, sql, min } from 'drizzle-orm';
import { asStoreErrors, campaignEvents, type Database, exporters } from '../db/index.ts';

/** Events that one statement takes back, so that none runs for long. */
const PORTION = 1_000;

/** Which refused events are meant. */
export interface RetryRefusedOptions {
  /** Only those refused for exactly this reason, as `readExportBacklog` names it. @default all */
  reason?: string;
}

/**
 * Has the refused events of a project sent again, as after their cause was removed at the engagement platform. What is
 * refused again meanwhile is not touched.
 * @returns how many
 * @throws StoreError; some events may have been taken back by then.
 */
export async function retryRefused(
  database: Database,
  projectId: string,
  { reason }: RetryRefusedOptions = {},
): Promise<number> {
  const { orm } = database;
  return asStoreErrors('Having refused campaign events sent again', async () => {
    const isMeant = and(
      eq(campaignEvents.projectId, projectId),
      eq(campaignEvents.exportState, 'refused'),
      reason === undefined ? undefined : eq(campaignEvents.exportReason, reason),
    );
    const [last] = await orm
      .select({ exportedAt: campaignEvents.exportedAt })
      .from(campaignEvents)
      .where(isMeant)
      .orderBy(desc(campaignEvents.exportedAt))
      .limit(1);
    if (!last || last.exportedAt === null) return 0;
    let taken = 0;
    for (;;) {
      const portion = orm
        .select({ messageId: campaignEvents.messageId, phase: campaignEvents.phase })
        .from(campaignEvents)
        .where(and(isMeant, lte(campaignEvents.exportedAt, last.exportedAt)))
        .orderBy(asc(campaignEvents.exportedAt), asc(campaignEvents.messageId), asc(campaignEvents.phase))
        .limit(PORTION);
      const rows = await orm
        .update(campaignEvents)
        .set({ exportState: null, exportReason: null, exportedAt: null })
        .where(and(isMeant, sql`(${campaignEvents.messageId}, ${campaignEvents.phase}) in ${portion}`))
        .returning({ messageId: campaignEvents.messageId });
      taken += rows.length;
      if (rows.length < PORTION) return taken;
    }
  });
}

/** What has not left, and why. */
export interface ExportBacklog {
  /** Events that wait to leave; 0 where the project has no exporter. */
  pending: number;
  /** ISO 8601: since when the longest has waited. */
  oldestPendingAt?: string;
  /** Events that the platform refused for good, by reason, most of them first. */
  refused: { reason: string; events: number }[];
}

/** @throws StoreError */
export async function readExportBacklog(database: Database, projectId: string): Promise<ExportBacklog> {
  const { orm } = database;
  return asStoreErrors('Reading what is still to be exported', async () => {
    const [waiting, refused] = await Promise.all([
      orm
        .select({ events: count(), oldest: min(campaignEvents.recordedAt) })
        .from(campaignEvents)
        .innerJoin(exporters, eq(exporters.projectId, campaignEvents.projectId))
        .where(
          and(
            eq(campaignEvents.projectId, projectId),
            isNull(campaignEvents.exportState),
            gte(campaignEvents.recordedAt, exporters.since),
          ),
        ),
      orm
        .select({ reason: campaignEvents.exportReason, events: count() })
        .from(campaignEvents)
        .where(and(eq(campaignEvents.projectId, projectId), eq(campaignEvents.exportState, 'refused')))
        .groupBy(campaignEvents.exportReason)
        .orderBy(desc(count())),
    ]);
    const { events = 0, oldest = null } = waiting[0] ?? {};
    return {
      pending: events,
      ...(oldest === null ? {} : { oldestPendingAt: oldest }),
      refused: refused.map(({ reason, events }) => ({ reason: reason ?? '', events })),
    };
  });
}
