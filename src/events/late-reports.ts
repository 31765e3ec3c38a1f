import { and, desc, eq, sql } from 'drizzle-orm';
import { asStoreErrors, cursorOf, type Database, lateReports, parseCursor } from '../db/index.ts';
import { type KeptLateReport, keptLateReportOf } from './late-report-row.ts';

/** Which late reports to list, latest first. */
export interface LateReportQuery {
  projectId: string;
  /** 1 to 1,000 */
  limit: number;
  /** `nextCursor` of the page before. */
  cursor?: string;
}

/** A page of late reports. */
export interface LateReportPage {
  items: KeptLateReport[];
  /** Absent on the last page. */
  nextCursor?: string;
}

/**
 * The late reports of a project by the time of their first receipt. They are few: a page needs no index of its own.
 * @throws StoreError; CursorError for a cursor that no page gave
 */
export async function listLateReports(
  { orm }: Pick<Database, 'orm'>,
  { projectId, limit, cursor }: LateReportQuery,
): Promise<LateReportPage> {
  const { receivedAt, messageId, reportHash } = lateReports;
  const [time, ...rest] = cursor === undefined ? [] : parseCursor(cursor, 3);
  const rows = await asStoreErrors('Listing late reports', async () =>
    orm
      .select()
      .from(lateReports)
      .where(
        and(
          eq(lateReports.projectId, projectId),
          time === undefined
            ? undefined
            : sql`(${receivedAt}, ${messageId}, ${reportHash}) < (${sql.param(time, receivedAt)}, ${rest[0]}, ${rest[1]})`,
        ),
      )
      .orderBy(desc(receivedAt), desc(messageId), desc(reportHash))
      // One more than asked for tells whether there is another page.
      .limit(limit + 1),
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(keptLateReportOf),
    ...(rows.length > page.length && last
      ? { nextCursor: cursorOf([last.receivedAt, last.messageId, last.reportHash]) }
      : {}),
  };
}
