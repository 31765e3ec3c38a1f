import { reasonOf } from '../contract/reason.ts';
import { abortable } from './abortable.ts';
import { DatabaseError } from './database-error.ts';
import { lockFolder } from './folder-lock.ts';
import { migrateEmbedded, migrateServer } from './migrate.ts';
import type { Orm } from './orm.ts';
import { asStoreErrors } from './store-error.ts';
import { serverTransaction, type TransactionOptions } from './transaction.ts';

/** An open database with the tables of this release. What is behind it stays inside of this package. */
export interface Database extends AsyncDisposable {
  /** A PostgreSQL server, or PostgreSQL embedded in this process. */
  readonly kind: 'postgres' | 'pglite';
  /**
   * For statements, each of which stands for itself. Not its `transaction`: on a pool it keeps a connection for ever
   * when its `begin` fails, as happens while a server goes away. What is written for every message goes into one
   * statement; for what is rare there is `transaction` below.
   * @internal
   */
  readonly orm: Orm;
  /**
   * Runs statements that hold together or not at all; what `work` throws takes them back and is thrown on. Only through
   * the `orm` given to `work`: on the embedded database any other statement waits for the transaction's end.
   * @internal
   */
  transaction<T>(work: (orm: Orm) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /**
   * Resolves while the database answers.
   * @throws StoreError, or the signal's reason
   */
  ping(signal?: AbortSignal): Promise<void>;
  /** Waits for running statements, then closes. May be called more than once. */
  close(): Promise<void>;
}

/** Where the connections tell what befell them; pino's loggers fit. */
export interface DatabaseLog {
  warn(fields: Record<string, unknown>, message: string): void;
}

/** Exactly one of `url`, `dataDir` and `memory` says where the database is. */
export interface OpenDatabaseOptions {
  /** `postgres://…` of a server; version 14 or later. */
  url?: string;
  /** Folder of an embedded database, made where there is none. One process at a time; its lock is `{dataDir}.lock`. */
  dataDir?: string;
  /** An embedded database that ends with the process. */
  memory?: boolean;
  /** @default silent */
  log?: DatabaseLog;
  /** Connections to a server, 1 or more. @default 10 */
  maxConnections?: number;
}

const DEFAULT_MAX_CONNECTIONS = 10;

const CONNECT_TIMEOUT_MS = 5_000;

/** The server ends a statement after this. */
const STATEMENT_TIMEOUT_MS = 10_000;

/** We end it where not even that answer comes, and give up the connection. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 2_000;

/**
 * Opens the database and brings its tables to this release's state.
 * @throws TypeError for options that say not exactly one place
 * @throws DatabaseError when it cannot be reached, is locked, or cannot be migrated
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const { url, dataDir, memory, log, maxConnections = DEFAULT_MAX_CONNECTIONS } = options;
  if ([url !== undefined, dataDir !== undefined, memory === true].filter(Boolean).length !== 1) {
    throw new TypeError('openDatabase takes exactly one of url, dataDir and memory');
  }
  if (url !== undefined) return openServer(checkedUrl(url), maxConnections, log);
  return openEmbedded(dataDir);
}

function checkedUrl(url: string): string {
  const protocol = URL.canParse(url) ? new URL(url).protocol : undefined;
  if (protocol === 'postgres:' || protocol === 'postgresql:') return url;
  // Not the value itself: it may hold a password.
  throw new TypeError('The url of a database starts with postgres:// or postgresql:// and is a valid URL');
}

async function openServer(url: string, maxConnections: number, log: DatabaseLog | undefined): Promise<Database> {
  await migrateServer(url, CONNECT_TIMEOUT_MS);
  const { Pool } = await import('pg');
  const { drizzle } = await import('drizzle-orm/node-postgres');
  const pool = new Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'temporal-sinch',
  });
  // Without a listener an idle connection that is lost would end the process; the pool opens another one.
  pool.on('error', (error) => log?.warn({ reason: reasonOf(error) }, 'A connection to the database was lost'));
  return databaseOf({
    kind: 'postgres',
    orm: drizzle({ client: pool }),
    transaction: (work, transactionOptions) => serverTransaction(pool, work, transactionOptions),
    end: () => pool.end(),
  });
}

async function openEmbedded(dataDir: string | undefined): Promise<Database> {
  const lock = dataDir === undefined ? undefined : await lockFolder(dataDir);
  try {
    const { PGlite } = await import('@electric-sql/pglite');
    const { drizzle } = await import('drizzle-orm/pglite');
    // Its durability is left as it is, never relaxed: an answered request is on disk.
    const client = await PGlite.create(dataDir === undefined ? {} : { dataDir });
    try {
      await migrateEmbedded(client);
    } catch (error) {
      await client.close();
      throw error;
    }
    const orm = drizzle({ client });
    return databaseOf({
      kind: 'pglite',
      orm,
      // Its one connection shows every transaction one state of the tables anyway.
      transaction: (work) => orm.transaction(work),
      async end() {
        await client.close();
        await lock?.release();
      },
    });
  } catch (error) {
    await lock?.release();
    if (error instanceof DatabaseError) throw error;
    const place = dataDir === undefined ? 'in memory' : `in ${dataDir}`;
    throw new DatabaseError(
      'database_unreachable',
      `Opening the embedded database ${place} failed: ${reasonOf(error)}`,
      { cause: error },
    );
  }
}

function databaseOf({
  end,
  ...database
}: Pick<Database, 'kind' | 'orm' | 'transaction'> & { end: () => Promise<void> }): Database {
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= end());
  return {
    ...database,
    async ping(signal) {
      await abortable(
        asStoreErrors('Asking the database for a sign of life', async () => database.orm.execute('select 1')),
        signal,
      );
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
