import { and, asc, isNotNull, type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn, PgTable } from 'drizzle-orm/pg-core';
import { type Keyring, KeyringError, sealOf } from './keyring.ts';
import type { Database } from './open-database.ts';
import { exporters, integrations, lateReports, unmatchedReports, unreadableCallbacks } from './schema.ts';
import { asStoreErrors } from './store-error.ts';

/** Values in one statement. */
const BATCH = 200;

/** Whatever is kept encrypted: the column, and the row's key, which is text in all of these tables. */
const SEALED_COLUMNS = {
  apiTokens: { table: integrations, column: integrations.apiToken, key: [integrations.id] },
  callbackAuths: { table: integrations, column: integrations.callbackAuth, key: [integrations.id] },
  callbackUrls: { table: integrations, column: integrations.callbackUrl, key: [integrations.id] },
  exporterSecrets: { table: exporters, column: exporters.keySecret, key: [exporters.projectId] },
  lateReports: {
    table: lateReports,
    column: lateReports.rawBody,
    key: [lateReports.projectId, lateReports.messageId, lateReports.reportHash],
  },
  unmatchedReports: {
    table: unmatchedReports,
    column: unmatchedReports.rawBody,
    key: [unmatchedReports.integrationId, unmatchedReports.bodyHash],
  },
  unreadableCallbacks: {
    table: unreadableCallbacks,
    column: unreadableCallbacks.rawBody,
    key: [unreadableCallbacks.integrationId, unreadableCallbacks.bodyHash],
  },
} as const satisfies Record<SealedColumn, Sealed>;

interface Sealed {
  table: PgTable;
  column: AnyPgColumn;
  key: readonly AnyPgColumn[];
}

/** What is kept encrypted, by the names that a rotation counts it under. */
export type SealedColumn =
  | 'apiTokens'
  | 'callbackAuths'
  | 'callbackUrls'
  | 'exporterSecrets'
  | 'lateReports'
  | 'unmatchedReports'
  | 'unreadableCallbacks';

/** What a rotation did, in values. */
export interface SecretRotation {
  /** Encrypted anew with the current key. */
  encrypted: Record<SealedColumn, number>;
  /**
   * Left as they are, since no key of the ring decrypts them. Where any are, a key is missing from the ring: add it and
   * run the rotation again before you remove another.
   */
  undecryptable: Record<SealedColumn, number>;
}

interface Entry {
  key: readonly string[];
  sealed: string;
}

/**
 * Encrypts everything that is kept encrypted anew with the keyring's current key, so that the other keys can be removed.
 * In batches, while everything goes on: a value that changes meanwhile is left to whoever changes it, who has to have
 * the current key too. May be repeated, and does nothing where nothing is left to do.
 * @throws StoreError; what was encrypted before stays so
 */
export async function rotateSecrets(database: Database, keyring: Keyring): Promise<SecretRotation> {
  const encrypted = {} as Record<SealedColumn, number>;
  const undecryptable = {} as Record<SealedColumn, number>;
  for (const [name, sealed] of Object.entries(SEALED_COLUMNS) as [SealedColumn, Sealed][]) {
    const done = await asStoreErrors(`Encrypting ${name} anew`, async () => rotateColumn(database, keyring, sealed));
    encrypted[name] = done.encrypted;
    undecryptable[name] = done.undecryptable;
  }
  return { encrypted, undecryptable };
}

async function rotateColumn(
  { orm }: Pick<Database, 'orm'>,
  keyring: Keyring,
  { table, column, key }: Sealed,
): Promise<{ encrypted: number; undecryptable: number }> {
  const seal = sealOf(keyring);
  const isOld = and(isNotNull(column), sql`${column} <> ''`, sql`not starts_with(${column}, ${seal})`);
  let encrypted = 0;
  let undecryptable = 0;
  let after: Entry | undefined;
  for (;;) {
    const rows = await orm
      .select({ key: sql<string[]>`array[${sql.join([...key], sql`, `)}]`, sealed: sql<string>`${column}` })
      .from(table)
      .where(and(isOld, after && sql`(${sql.join([...key], sql`, `)}) > (${texts(after.key)})`))
      .orderBy(...key.map((part) => asc(part)))
      .limit(BATCH);
    const fresh = rows.flatMap((row) => {
      const anew = reseal(keyring, row.sealed);
      return anew === undefined ? [] : [{ ...row, anew }];
    });
    undecryptable += rows.length - fresh.length;
    if (fresh.length > 0) encrypted += await replace(orm, { table, column, key }, fresh);
    after = rows.at(-1);
    if (rows.length < BATCH) return { encrypted, undecryptable };
  }
}

/** Takes rows in the order of their keys, as everybody who writes several does: see `byKey`. */
async function replace(
  orm: Database['orm'],
  { table, column, key }: Sealed,
  entries: readonly (Entry & { anew: string })[],
): Promise<number> {
  const list = (values: readonly string[]): SQL => sql`${sql.param(values)}::text[]`;
  const names = key.map((_part, index) => sql.identifier(`key_${index}`));
  const given = sql`unnest(${sql.join(
    [
      list(entries.map(({ sealed }) => sealed)),
      list(entries.map(({ anew }) => anew)),
      ...key.map((_part, index) => list(entries.map((entry) => entry.key[index] ?? ''))),
    ],
    sql`, `,
  )}) as given (sealed, anew, ${sql.join(names, sql`, `)})`;
  const isGiven = sql.join(
    [sql`${column} = given.sealed`, ...key.map((part, index) => sql`${part} = given.${names[index]}`)],
    sql` and `,
  );
  const keys = sql.join([...key], sql`, `);
  const result = await orm.execute(sql`
    with locked as (
      select ${keys} from ${table} join ${given} on ${isGiven} order by ${keys} for update of ${table}
    )
    update ${table} set ${sql.identifier(column.name)} = given.anew from ${given}
    where ${isGiven} and (${keys}) in (select * from locked)
    returning 1`);
  return (result as { rows: unknown[] }).rows.length;
}

function reseal(keyring: Keyring, sealed: string): string | undefined {
  try {
    return keyring.encrypt(keyring.decrypt(sealed));
  } catch (error) {
    if (error instanceof KeyringError) return undefined;
    throw error;
  }
}

function texts(values: readonly string[]): SQL {
  return sql.join(
    values.map((value) => sql`${value}`),
    sql`, `,
  );
}
