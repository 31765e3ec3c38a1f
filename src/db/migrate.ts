import { fileURLToPath } from 'node:url';
import type { PGlite } from '@electric-sql/pglite';
import type { Client } from 'pg';
import { reasonOf } from '../contract/reason.ts';
import { DatabaseError } from './database-error.ts';
import { connectionAdvice, type ServerConnection } from './server-url.ts';

/** The package's own folder, the same distance from `src/db` and from `lib/db`. */
const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url));

/** Any number, as long as nobody else locks the same one in this database. */
const LOCK = 7_446_241_063;

/** How long another process may take for its migrations before this one gives up waiting, in milliseconds. */
const LOCK_TIMEOUT_MS = 120_000;

/** What was learnt of a server on the way. */
export interface MigratedServer {
  /** Whether connections may ask for a time-out of statements as they begin; poolers such as PgBouncer refuse it. */
  takesTimeouts: boolean;
  /** Whether statements have a time-out at the server, by whoever's setting. */
  hasTimeout: boolean;
}

/**
 * Brings the tables of a server to this release's state. Processes that start together do it one after another, in one
 * transaction: a pooler may give every transaction another connection, so that a lock of the session would be
 * nobody's, and be held for ever.
 * @throws DatabaseError
 */
export async function migrateServer(
  connection: ServerConnection,
  { connectTimeoutMs, statementTimeoutMs }: { connectTimeoutMs: number; statementTimeoutMs: number },
): Promise<MigratedServer> {
  const options = { connectTimeoutMs, statementTimeoutMs };
  const connected = await connect(connection, options).catch(async (error: unknown) => {
    if (!isTimeoutRefused(error)) throw error;
    return connect(connection, { connectTimeoutMs });
  });
  const { client, takesTimeouts } = connected;
  try {
    const shown = await client.query<{ statement_timeout: string }>('show statement_timeout');
    await client.query('begin');
    await client.query('set local statement_timeout = 0');
    await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
    const { drizzle } = await import('drizzle-orm/node-postgres');
    const { migrate } = await import('drizzle-orm/node-postgres/migrator');
    // Its own transaction is this one, and its commit ends both.
    await migrate(drizzle({ client }), { migrationsFolder: MIGRATIONS_FOLDER });
    return { takesTimeouts, hasTimeout: shown.rows[0]?.statement_timeout !== '0' };
  } catch (error) {
    throw migrationError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function connect(
  connection: ServerConnection,
  { connectTimeoutMs, statementTimeoutMs }: { connectTimeoutMs: number; statementTimeoutMs?: number },
): Promise<{ client: Client; takesTimeouts: boolean }> {
  const { Client } = await import('pg');
  const client = new Client({
    ...connection,
    connectionTimeoutMillis: connectTimeoutMs,
    ...(statementTimeoutMs === undefined ? {} : { statement_timeout: statementTimeoutMs }),
    application_name: 'temporal-sinch migrations',
  });
  // Without a listener a connection lost between two statements would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return { client, takesTimeouts: statementTimeoutMs !== undefined };
  } catch (error) {
    await client.end().catch(() => undefined);
    throw new DatabaseError(
      'database_unreachable',
      `Connecting to the database at ${client.host}:${client.port} failed: ${reasonOf(error)}. ${connectionAdvice(error)}`,
      { cause: error },
    );
  }
}

/** PgBouncer's words, where it is not told to pass over what it does not know. */
function isTimeoutRefused(error: unknown): boolean {
  return error instanceof DatabaseError && /unsupported startup parameter/i.test(error.message);
}

/**
 * Brings the tables of an embedded database to this release's state; nobody else can be in it.
 * @throws DatabaseError
 */
export async function migrateEmbedded(client: PGlite): Promise<void> {
  try {
    const { drizzle } = await import('drizzle-orm/pglite');
    const { migrate } = await import('drizzle-orm/pglite/migrator');
    await migrate(drizzle({ client }), { migrationsFolder: MIGRATIONS_FOLDER });
  } catch (error) {
    throw migrationError(error);
  }
}

function migrationError(error: unknown): DatabaseError {
  const reason = reasonOf(error instanceof Error ? (error.cause ?? error) : error);
  const advice = /statement pooling/i.test(reason) ? '. Give the pooler pool_mode = transaction' : '';
  return new DatabaseError('database_migration_failed', `Migrating the database failed: ${reason}${advice}`, {
    cause: error,
  });
}
