import { and, desc, eq, inArray, or, type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { parseWorkflowId } from '../contract/identity.ts';
import { maskNumbersIn } from '../contract/msisdn.ts';
import {
  asStoreErrors,
  cursorOf,
  type Database,
  integrations,
  parseCursor,
  unmatchedReports,
  unreadableCallbacks,
} from '../db/index.ts';
import type { UnmatchedReason } from '../webhook/index.ts';

/** Which callbacks to list, latest first. */
export interface UnmatchedReportQuery {
  projectId: string;
  /** Integrations of the project as its settings have them; those in the database, archived ones too, count anyway. */
  integrationIds: readonly string[];
  /** 1 to 1,000 */
  limit: number;
  /** `nextCursor` of the page before. */
  cursor?: string;
}

/** A callback that proved where it comes from and reached no message. */
export interface UnmatchedReport {
  integrationId: string;
  /** Why; `unreadable` says in `why` what was wrong with it. */
  reason: UnmatchedReason | 'unreadable';
  /**
   * The client reference that it names. Absent where it has none, and where it names a message of another project, whose
   * ids are not this one's business; digits that may be a number are masked.
   */
  reference?: string;
  why?: string;
  /** ISO 8601 */
  receivedAt: string;
  /** ISO 8601 */
  lastReceivedAt: string;
  timesReceived: number;
}

/** A page of them. */
export interface UnmatchedReportPage {
  items: UnmatchedReport[];
  /** Absent on the last page. */
  nextCursor?: string;
}

interface Row extends UnmatchedReport {
  bodyHash: string;
}

type Table = Record<'integrationId' | 'bodyHash' | 'receivedAt', AnyPgColumn>;

/**
 * Callbacks to a project's integrations that belong to no message or could not be read, by the time of their first
 * receipt. Never their bodies.
 * @throws StoreError; CursorError for a cursor that no page gave
 */
export async function listUnmatchedReports(
  { orm }: Pick<Database, 'orm'>,
  { projectId, integrationIds, limit, cursor }: UnmatchedReportQuery,
): Promise<UnmatchedReportPage> {
  const position = cursor === undefined ? undefined : parseCursor(cursor, 3);
  const stored = orm.select({ id: integrations.id }).from(integrations).where(eq(integrations.projectId, projectId));
  const where = (table: Table): SQL | undefined =>
    and(
      or(inArray(table.integrationId, stored), inArray(table.integrationId, [...integrationIds])),
      position &&
        sql`${placeOf(table)} < (${sql.param(position[0], table.receivedAt)}, ${position[1]}, ${position[2]})`,
    );
  const order = ({ receivedAt, integrationId, bodyHash }: Table): SQL[] => [
    desc(receivedAt),
    desc(asBytes(integrationId)),
    desc(asBytes(bodyHash)),
  ];
  // One more than asked for tells whether there is another page.
  const [unmatched, unreadable] = await asStoreErrors('Listing unmatched reports', async () =>
    Promise.all([
      orm
        .select()
        .from(unmatchedReports)
        .where(where(unmatchedReports))
        .orderBy(...order(unmatchedReports))
        .limit(limit + 1),
      orm
        .select()
        .from(unreadableCallbacks)
        .where(where(unreadableCallbacks))
        .orderBy(...order(unreadableCallbacks))
        .limit(limit + 1),
    ]),
  );
  const rows = [
    ...unmatched.map(({ clientReference, rawBody: _rawBody, ...row }): Row => {
      const reference = shownReference(projectId, clientReference);
      return { ...row, ...(reference === undefined ? {} : { reference }) };
    }),
    ...unreadable.map(({ rawBody: _rawBody, ...row }): Row => ({ ...row, reason: 'unreadable' })),
  ].sort(latestFirst);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(({ bodyHash: _bodyHash, ...report }) => report),
    ...(rows.length > page.length && last
      ? { nextCursor: cursorOf([last.receivedAt, last.integrationId, last.bodyHash]) }
      : {}),
  };
}

/** By their bytes, as `latestFirst` compares: a database's own order of texts is that of its language. */
function asBytes(column: AnyPgColumn): SQL {
  return sql`${column} collate "C"`;
}

function placeOf({ receivedAt, integrationId, bodyHash }: Table): SQL {
  return sql`(${receivedAt}, ${asBytes(integrationId)}, ${asBytes(bodyHash)})`;
}

function latestFirst(one: Row, other: Row): number {
  for (const member of ['receivedAt', 'integrationId', 'bodyHash'] as const) {
    if (one[member] !== other[member]) return one[member] < other[member] ? 1 : -1;
  }
  return 0;
}

function shownReference(projectId: string, reference: string | null): string | undefined {
  if (reference === null) return undefined;
  const key = parseWorkflowId(reference);
  if (key !== undefined) return key.projectId === projectId ? reference : undefined;
  // Whatever somebody else who shares the plan calls their messages.
  return maskNumbersIn(reference).slice(0, 128);
}
