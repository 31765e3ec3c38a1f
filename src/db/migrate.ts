import type { PGlite } from '@electric-sql/pglite';
import { reasonOf } from '../contract/reason.ts';
import { DatabaseError } from './database-error.ts';
import { runMigrations } from './run-migrations.ts';

/** Any number, as long as nobody else locks the same one in this database. */
const LOCK = 7_446_241_063;

/** How long another process may take for its migrations before this one gives up waiting, in milliseconds. */
const LOCK_TIMEOUT_MS = 120_000;

/**
 * Brings the tables of a server to this release's state. Processes that start together do it one after another; the
 * lock belongs to a connection of its own and ends with it, whatever happens.
 * @throws DatabaseError
 */
export async function migrateServer(connectionString: string, connectTimeoutMs: number): Promise<void> {
  const { Client } = await import('pg');
  const client = new Client({
    connectionString,
    connectionTimeoutMillis: connectTimeoutMs,
    lock_timeout: LOCK_TIMEOUT_MS,
    application_name: 'temporal-sinch migrations',
  });
  // Without a listener a connection lost between two statements would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw new DatabaseError(
      'database_unreachable',
      `Connecting to the database at ${client.host}:${client.port} failed: ${reasonOf(error)}. Check DATABASE_URL`,
      { cause: error },
    );
  }
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    const { drizzle } = await import('drizzle-orm/node-postgres');
    await runMigrations(drizzle({ client }));
  } catch (error) {
    throw migrationError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Brings the tables of an embedded database to this release's state; nobody else can be in it.
 * @throws DatabaseError
 */
export async function migrateEmbedded(client: PGlite): Promise<void> {
  try {
    const { drizzle } = await import('drizzle-orm/pglite');
    await runMigrations(drizzle({ client }));
  } catch (error) {
    throw migrationError(error);
  }
}

function migrationError(error: unknown): DatabaseError {
  return new DatabaseError(
    'database_migration_failed',
    `Migrating the database failed: ${reasonOf(error instanceof Error ? (error.cause ?? error) : error)}`,
    { cause: error },
  );
}
