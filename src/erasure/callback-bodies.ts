/** Bodies of callbacks that belong to no running message: encrypted, so that only decrypting them tells whose they are. */
import { and, asc, inArray, isNotNull, lt, or, type SQL, sql } from 'drizzle-orm';
import { type Keyring, KeyringError, type Orm, unmatchedReports, unreadableCallbacks } from '../db/index.ts';
import type { NumberSearch } from './number-search.ts';

const TABLES = { unmatched: unmatchedReports, unreadable: unreadableCallbacks } as const;

/** The reference that somebody else gave their message, which may name a person: ours has ids alone, which stay. */
const FOREIGN_REFERENCE = {
  unmatched: sql<
    string | null
  >`case when ${unmatchedReports.reason} = 'foreign_reference' then ${unmatchedReports.clientReference} end`,
  unreadable: sql<string | null>`null::text`,
} as const;

/** One of the tables that hold such bodies. */
export type BodyTable = keyof typeof TABLES;

/** The tables, in the order in which they are looked through. */
export const BODY_TABLES = Object.keys(TABLES) as BodyTable[];

/** Where a look through a table goes on: behind this row. */
export interface BodyPosition {
  integrationId: string;
  bodyHash: string;
}

/** What one portion came to. */
export interface ErasedBodies {
  erased: number;
  /** Of none of the keys, or unpacking to too much: whose they are cannot be told. */
  undecryptable: number;
  /** Absent: that was all. */
  next?: BodyPosition;
}

/**
 * Looks through a portion of a table's bodies and foreign references, and takes out those that name the number.
 * @param scope `dryRun` only counts them
 */
export async function eraseBodiesOf(
  orm: Orm,
  scope: {
    table: BodyTable;
    integrationIds: readonly string[];
    search: NumberSearch;
    dryRun: boolean;
    after?: BodyPosition;
    limit: number;
  },
  keyring: Keyring,
): Promise<ErasedBodies> {
  const { search, after, limit, integrationIds } = scope;
  const table = TABLES[scope.table];
  if (integrationIds.length === 0) return { erased: 0, undecryptable: 0 };
  const { integrationId, bodyHash, rawBody } = table;
  const rows = await orm
    .select({ integrationId, bodyHash, rawBody, reference: FOREIGN_REFERENCE[scope.table] })
    .from(table)
    .where(
      and(
        inArray(integrationId, [...integrationIds]),
        or(isNotNull(rawBody), isNotNull(FOREIGN_REFERENCE[scope.table])),
        after && sql`(${integrationId}, ${bodyHash}) > (${after.integrationId}, ${after.bodyHash})`,
      ),
    )
    .orderBy(asc(integrationId), asc(bodyHash))
    .limit(limit);
  const theirs: BodyPosition[] = [];
  let undecryptable = 0;
  for (const row of rows) {
    const names = await namesNumber(keyring, row, search);
    if (names === true) theirs.push(row);
    if (names === undefined) undecryptable += 1;
  }
  if (!scope.dryRun) await takeOut(orm, scope.table, isAmong(scope.table, theirs));
  const last = rows.at(-1);
  return {
    erased: theirs.length,
    undecryptable,
    ...(rows.length === limit && last ? { next: { integrationId: last.integrationId, bodyHash: last.bodyHash } } : {}),
  };
}

/** Takes a portion of the bodies and foreign references out that came before a time. @returns of how many callbacks */
export async function eraseBodiesBefore(
  orm: Orm,
  scope: { table: BodyTable; integrationIds: readonly string[]; before: string; limit: number },
): Promise<number> {
  const { before, limit, integrationIds } = scope;
  const table = TABLES[scope.table];
  if (integrationIds.length === 0) return 0;
  const { integrationId, bodyHash, rawBody, lastReceivedAt } = table;
  const rows = await orm
    .select({ integrationId, bodyHash })
    .from(table)
    .where(
      and(
        inArray(integrationId, [...integrationIds]),
        or(isNotNull(rawBody), isNotNull(FOREIGN_REFERENCE[scope.table])),
        lt(lastReceivedAt, before),
      ),
    )
    .limit(limit);
  await takeOut(orm, scope.table, isAmong(scope.table, rows));
  return rows.length;
}

function isAmong(name: BodyTable, rows: readonly BodyPosition[]): SQL | undefined {
  if (rows.length === 0) return undefined;
  const { integrationId, bodyHash } = TABLES[name];
  const ids = sql.param(rows.map((row) => row.integrationId));
  const hashes = sql.param(rows.map((row) => row.bodyHash));
  return sql`(${integrationId}, ${bodyHash}) in (select * from unnest(${ids}::text[], ${hashes}::text[]))`;
}

async function takeOut(orm: Orm, name: BodyTable, where: SQL | undefined): Promise<void> {
  if (!where) return;
  if (name === 'unreadable') {
    await orm.update(unreadableCallbacks).set({ rawBody: null }).where(where);
    return;
  }
  const { reason, clientReference } = unmatchedReports;
  await orm
    .update(unmatchedReports)
    .set({
      rawBody: null,
      clientReference: sql`case when ${reason} = 'foreign_reference' then null else ${clientReference} end`,
    })
    .where(where);
}

/** `undefined` where nobody can tell. */
async function namesNumber(
  keyring: Keyring,
  { rawBody, reference }: { rawBody: string | null; reference: string | null },
  search: NumberSearch,
): Promise<boolean | undefined> {
  if (reference !== null && search.isIn(reference)) return true;
  if (rawBody === null) return false;
  try {
    return await search.isInBody(keyring.decrypt(rawBody));
  } catch (error) {
    if (error instanceof KeyringError) return undefined;
    throw error;
  }
}
