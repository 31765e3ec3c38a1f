/** PostgreSQL behind PgBouncer, which gives every transaction another connection of the server. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Database, messages, openDatabase } from '../../src/db/index.ts';
import { findPgBouncer, type PgBouncer, startPgBouncer } from '../helpers/pgbouncer.ts';
import { findPostgres, type PostgresServer, query, startPostgres } from '../helpers/postgres.ts';

const bin = findPostgres();
const program = findPgBouncer();
const skip = (bin === undefined || program === undefined) && 'no PostgreSQL or no PgBouncer found';

describe('a database behind PgBouncer in transaction mode', { skip }, () => {
  let server: PostgresServer;
  let pooler: PgBouncer;
  let direct = '';
  let pooled = '';
  const warnings: string[] = [];
  const log = { warn: (_fields: unknown, message: string) => void warnings.push(message) };
  const open = (url: string): Promise<Database> => openDatabase({ url, log });

  before(async () => {
    server = await startPostgres(bin ?? '');
    direct = await server.createDatabase();
    pooler = await startPgBouncer(program ?? '', direct);
    pooled = pooler.urlOf(direct);
  });
  after(async () => {
    await pooler?.stop();
    await server?.stop();
  });

  test('is migrated once by several processes that start together, and no lock stays behind', async () => {
    const databases = await Promise.all(Array.from({ length: 4 }, async () => open(pooled)));
    for (const database of databases) await database.close();
    const applied = await query(direct, 'select hash from drizzle.__drizzle_migrations');
    assert.equal(new Set(applied.map((row) => JSON.stringify(row))).size, applied.length);
    assert.deepEqual(await query(direct, "select 1 from pg_locks where locktype = 'advisory'"), []);
    // The next deploy is not kept waiting by the one before.
    await (await open(pooled)).close();
  });

  test('takes statements and transactions, many at once', async () => {
    await using database = await open(pooled);
    await Promise.all(
      Array.from({ length: 40 }, async (_, i) =>
        database
          .transaction(async (orm) => {
            await orm.insert(messages).values({
              projectId: 'shop',
              messageId: `m-${i}`,
              contentHash: 'x',
              disposition: 'send',
              answer: { success: true },
              reportsExpected: true,
              requestedAt: '2026-11-20T10:00:00.000Z',
            });
            if (i % 4 === 0) throw new Error('taken back');
          })
          .catch((error: unknown) => {
            if (!(error instanceof Error) || error.message !== 'taken back') throw error;
          }),
      ),
    );
    const rows = await database.transaction(async (orm) => orm.select().from(messages), { snapshot: true });
    assert.equal(rows.length, 30);
  });

  test('says that no time-out of statements is passed on, and how to set it, until it is set', async () => {
    warnings.length = 0;
    await (await open(pooled)).close();
    assert.match(warnings.join('\n'), /passes on no statement_timeout.*alter role … set statement_timeout = '10s'/);
    const url = await server.createDatabase();
    await query(url, `alter database ${new URL(url).pathname.slice(1)} set statement_timeout = '10s'`);
    warnings.length = 0;
    await (await open(pooler.urlOf(url))).close();
    assert.deepEqual(warnings, []);
  });

  test('is the same with a pooler that passes over what it does not know', async () => {
    const lenient = await startPgBouncer(program ?? '', direct, {
      ignore_startup_parameters: 'statement_timeout,lock_timeout',
    });
    try {
      warnings.length = 0;
      await using database = await open(lenient.urlOf(direct));
      await database.ping();
      assert.match(warnings.join('\n'), /passes on no statement_timeout/);
    } finally {
      await lenient.stop();
    }
  });

  test('is refused in statement mode, with what to set', async () => {
    const perStatement = await startPgBouncer(program ?? '', direct, { pool_mode: 'statement' });
    try {
      await assert.rejects(open(perStatement.urlOf(direct)), {
        code: 'database_migration_failed',
        message: /pool_mode = transaction/,
      });
    } finally {
      await perStatement.stop();
    }
  });
});
