import { reasonOf } from '../contract/reason.ts';
import { abortable } from './abortable.ts';
import { DatabaseError } from './database-error.ts';
import { makeEmbedded } from './embedded-folder.ts';
import { lockFolder } from './folder-lock.ts';
import { migrateEmbedded, migrateServer } from './migrate.ts';
import type { Orm } from './orm.ts';
import { serverConnectionOf } from './server-url.ts';
import { asStoreErrors } from './store-error.ts';
import { serverTransaction, type TransactionOptions } from './transaction.ts';

/** An open database with the tables of this release. */
export interface Database extends AsyncDisposable {
  /** A PostgreSQL server, or PostgreSQL embedded in this process. */
  readonly kind: 'postgres' | 'pglite';
  /**
   * For statements, each of which stands for itself. Not its `transaction`: on a pool it keeps a connection for ever
   * when its `begin` fails, as happens while a server goes away. What is written for every message goes into one
   * statement; for what is rare there is `transaction` below.
   */
  readonly orm: Orm;
  /**
   * Runs statements that hold together or not at all; what `work` throws takes them back and is thrown on. Only through
   * the `orm` given to `work`: on the embedded database any other statement waits for the transaction's end.
   */
  transaction<T>(work: (orm: Orm) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /**
   * Resolves while the database answers.
   * @throws StoreError, or the signal's reason
   */
  ping(signal?: AbortSignal): Promise<void>;
  /**
   * Resolves, with the reason, once nothing more can be written: another process took the folder of an embedded database
   * while this one stood still. Every statement fails from then on.
   */
  readonly lost: Promise<DatabaseError>;
  /** Waits for running statements, then closes. May be called more than once. */
  close(): Promise<void>;
}

/** Where the connections tell what befell them; pino's loggers fit. */
export interface DatabaseLog {
  warn(fields: Record<string, unknown>, message: string): void;
}

/** Exactly one of `url`, `dataDir` and `memory` says where the database is. */
export interface OpenDatabaseOptions {
  /**
   * `postgres://…` of a server, version 14 or later, or of a pooler before it, in transaction mode. What it says of TLS:
   * `sslmode` from `prefer` to `verify-full` encrypts and verifies, with `sslrootcert` against an authority of your own;
   * `verify-ca` looks at the authority alone, `no-verify` at nothing.
   */
  url?: string;
  /**
   * Folder of an embedded database, made where there is none. One process at a time, on whatever machine or in whatever
   * container; its lock is `temporal-sinch.lock` in the folder. What was committed survives the process, however it ends,
   * and not a loss of power.
   */
  dataDir?: string;
  /** An embedded database that ends with the process. */
  memory?: boolean;
  /** @default silent */
  log?: DatabaseLog;
  /** Connections to a server, 1 or more. @default 10 */
  maxConnections?: number;
  /** Gives up the wait for the lock of a folder whose holder may be gone. */
  signal?: AbortSignal;
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
  const { url, dataDir, memory, log, signal, maxConnections = DEFAULT_MAX_CONNECTIONS } = options;
  if ([url !== undefined, dataDir !== undefined, memory === true].filter(Boolean).length !== 1) {
    throw new TypeError('openDatabase takes exactly one of url, dataDir and memory');
  }
  if (url !== undefined) return openServer(checkedUrl(url), maxConnections, log);
  return openEmbedded(dataDir, signal);
}

function checkedUrl(url: string): string {
  const protocol = URL.canParse(url) ? new URL(url).protocol : undefined;
  if (protocol === 'postgres:' || protocol === 'postgresql:') return url;
  // Not the value itself: it may hold a password.
  throw new TypeError('The url of a database starts with postgres:// or postgresql:// and is a valid URL');
}

async function openServer(url: string, maxConnections: number, log: DatabaseLog | undefined): Promise<Database> {
  const connection = serverConnectionOf(url);
  const { takesTimeouts, hasTimeout } = await migrateServer(connection, {
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  if (!hasTimeout) {
    log?.warn(
      {},
      'The database is behind a pooler that passes on no statement_timeout: a statement that hangs goes on there after it ' +
        `was given up here. Set it at the server: alter role … set statement_timeout = '${STATEMENT_TIMEOUT_MS / 1000}s'`,
    );
  }
  const { Pool } = await import('pg');
  const { drizzle } = await import('drizzle-orm/node-postgres');
  const pool = new Pool({
    ...connection,
    max: maxConnections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    ...(takesTimeouts ? { statement_timeout: STATEMENT_TIMEOUT_MS } : {}),
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'temporal-sinch',
  });
  // Without a listener an idle connection that is lost would end the process; the pool opens another one.
  pool.on('error', (error) => log?.warn({ reason: reasonOf(error) }, 'A connection to the database was lost'));
  return databaseOf({
    kind: 'postgres',
    orm: drizzle({ client: pool }),
    lost: NEVER,
    transaction: (work, transactionOptions) => serverTransaction(pool, work, transactionOptions),
    end: () => pool.end(),
  });
}

async function openEmbedded(dataDir: string | undefined, signal: AbortSignal | undefined): Promise<Database> {
  const lock = dataDir === undefined ? undefined : await lockFolder(dataDir, signal === undefined ? {} : { signal });
  try {
    const { PGlite } = await import('@electric-sql/pglite');
    const { drizzle } = await import('drizzle-orm/pglite');
    if (dataDir !== undefined) {
      await makeEmbedded(dataDir, async (folder) => (await PGlite.create({ dataDir: folder })).close());
    }
    // What is committed is with the operating system and outlives this process. PGlite never has it written to the disk
    // (0.5.16 makes no fsync, whatever its settings say), so that a loss of power may take it.
    const client = await PGlite.create(dataDir === undefined ? {} : { dataDir });
    if (lock) {
      // Everything that touches a file goes through here.
      const execute = client.execProtocolRawSync.bind(client);
      client.execProtocolRawSync = (message) => {
        lock.assertHeld();
        return execute(message);
      };
    }
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
      lost: lock?.lost ?? NEVER,
      // Its one connection shows every transaction one state of the tables anyway.
      transaction: (work) => orm.transaction(work),
      async end() {
        try {
          lock?.assertHeld();
          await client.close();
        } catch (error) {
          // To close it is to write to it, and it is another process's by now.
          if (!isLockLost(error)) throw error;
        } finally {
          await lock?.release();
        }
      },
    });
  } catch (error) {
    await lock?.release();
    if (error instanceof DatabaseError) throw error;
    const place = dataDir === undefined ? 'in memory' : `in ${dataDir}`;
    const advice =
      dataDir === undefined
        ? ''
        : '. If this folder comes of a first start that was ended in the middle, nothing was in it: delete it';
    throw new DatabaseError(
      'database_unreachable',
      `Opening the embedded database ${place} failed: ${reasonOf(error)}${advice}`,
      { cause: error },
    );
  }
}

const NEVER = new Promise<never>(() => undefined);

function isLockLost(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === 'database_lock_lost';
}

function databaseOf({
  end,
  ...database
}: Pick<Database, 'kind' | 'orm' | 'transaction' | 'lost'> & { end: () => Promise<void> }): Database {
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
