import { after, before, describe } from 'node:test';
import { type Database, openDatabase } from '../../src/db/index.ts';
import { findPostgres, type PostgresServer, startPostgres } from './postgres.ts';

/** What a suite gets of the engine that it runs on. Only within its tests: the engine starts before them. */
export interface TestEngine {
  readonly kind: Database['kind'];
  /** One database for the whole suite, with all tables. Keep tests apart by their project ids. */
  database(): Database;
  /** URL of that database; only on a server. */
  url(): string;
  /** An empty database without tables; only on a server. */
  emptyDatabase(): Promise<string>;
}

/**
 * Runs a suite on the embedded database and on a throwaway PostgreSQL server. Where no server is installed, its half
 * shows as skipped.
 */
export function withDatabases(name: string, suite: (engine: TestEngine) => void): void {
  describe(`${name} (PGlite)`, () => {
    let database: Database | undefined;
    before(async () => {
      database = await openDatabase({ memory: true });
    });
    after(() => database?.close());
    suite({ kind: 'pglite', database: () => opened(database), url: onlyOnServer, emptyDatabase: onlyOnServer });
  });
  withPostgres(name, suite);
}

/** Runs a suite on a throwaway PostgreSQL server, or shows it as skipped where none is installed. */
export function withPostgres(name: string, suite: (engine: TestEngine) => void): void {
  const bin = findPostgres();
  const skip = bin === undefined && 'no PostgreSQL found: initdb is neither on PATH nor below /usr/lib/postgresql';
  describe(`${name} (PostgreSQL)`, { skip }, () => {
    let server: PostgresServer | undefined;
    let database: Database | undefined;
    let url: string | undefined;
    if (bin !== undefined) {
      before(async () => {
        server = await startPostgres(bin);
        url = await server.createDatabase();
        database = await openDatabase({ url });
      });
      after(async () => {
        await database?.close();
        await server?.stop();
      });
    }
    suite({
      kind: 'postgres',
      database: () => opened(database),
      url: () => opened(url),
      emptyDatabase: async () => opened(server).createDatabase(),
    });
  });
}

function opened<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The engine starts before the tests of the suite, not while it is declared');
  return value;
}

function onlyOnServer(): never {
  throw new Error('Only a PostgreSQL server can do this');
}
