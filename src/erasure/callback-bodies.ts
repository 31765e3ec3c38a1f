/** Bodies of callbacks that belong to no running message: encrypted, so that only decrypting them tells whose they are. */
import { and, asc, inArray, isNotNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Msisdn } from '../contract/msisdn.ts';
import { type Keyring, KeyringError, type Orm, unmatchedReports, unreadableCallbacks } from '../db/index.ts';

const TABLES = { unmatched: unmatchedReports, unreadable: unreadableCallbacks } as const;

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
  /** Of none of the keys: whose they are cannot be told. */
  undecryptable: number;
  /** Absent: that was all. */
  next?: BodyPosition;
}

/** Looks through a portion of a table's bodies, and takes out those that hold the number. */
export async function eraseBodiesOf(
  orm: Orm,
  scope: {
    table: BodyTable;
    integrationIds: readonly string[];
    recipient: Msisdn;
    after?: BodyPosition;
    limit: number;
  },
  keyring: Keyring,
): Promise<ErasedBodies> {
  const { recipient, after, limit, integrationIds } = scope;
  const table = TABLES[scope.table];
  if (integrationIds.length === 0) return { erased: 0, undecryptable: 0 };
  const { integrationId, bodyHash, rawBody } = table;
  const rows = await orm
    .select({ integrationId, bodyHash, rawBody })
    .from(table)
    .where(
      and(
        inArray(integrationId, [...integrationIds]),
        isNotNull(rawBody),
        after && sql`(${integrationId}, ${bodyHash}) > (${after.integrationId}, ${after.bodyHash})`,
      ),
    )
    .orderBy(asc(integrationId), asc(bodyHash))
    .limit(limit);
  const looked = rows.map((row) => ({ ...row, holds: holdsNumber(keyring, row.rawBody ?? '', recipient) }));
  const theirs = looked.filter(({ holds }) => holds === true);
  await takeOut(orm, scope.table, isAmong(scope.table, theirs));
  const last = rows.at(-1);
  return {
    erased: theirs.length,
    undecryptable: looked.filter(({ holds }) => holds === undefined).length,
    ...(rows.length === limit && last ? { next: { integrationId: last.integrationId, bodyHash: last.bodyHash } } : {}),
  };
}

/** Takes a portion of the bodies out that came before a time. @returns how many */
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
    .where(and(inArray(integrationId, [...integrationIds]), isNotNull(rawBody), lt(lastReceivedAt, before)))
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
  if (where) await orm.update(TABLES[name]).set({ rawBody: null }).where(where);
}

/** `undefined` where nobody can tell. */
function holdsNumber(keyring: Keyring, sealed: string, recipient: Msisdn): boolean | undefined {
  try {
    return Buffer.from(keyring.decrypt(sealed)).includes(recipient);
  } catch (error) {
    if (error instanceof KeyringError) return undefined;
    throw error;
  }
}
