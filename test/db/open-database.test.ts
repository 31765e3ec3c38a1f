import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { messages, openDatabase } from '../../src/db/index.ts';
import { withDatabases, withPostgres } from '../helpers/database.ts';
import { query } from '../helpers/postgres.ts';

const folder = mkdtempSync(join(tmpdir(), 'temporal-sinch-db-'));
after(() => rmSync(folder, { recursive: true, force: true }));

withDatabases('an open database', (engine) => {
  test('answers a ping', async () => {
    await engine.database().ping();
  });

  test('stops waiting for a ping when told to', async () => {
    await assert.rejects(engine.database().ping(AbortSignal.abort(new Error('enough'))), /enough/);
  });

  test('has the tables and knows its kind', async () => {
    assert.equal(engine.database().kind, engine.kind);
    assert.deepEqual(await engine.database().orm.select().from(messages), []);
  });
});

withPostgres('opening a server', (engine) => {
  test('migrates once however many processes open it at once', async () => {
    const url = await engine.emptyDatabase();
    const databases = await Promise.all(Array.from({ length: 4 }, async () => openDatabase({ url })));
    const again = await openDatabase({ url });
    for (const database of [...databases, again]) {
      assert.deepEqual(await database.orm.select().from(messages), []);
      await database.close();
    }
    const applied = await query(url, 'select hash from drizzle.__drizzle_migrations');
    const journal = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../migrations/meta/_journal.json'), 'utf8'),
    ) as {
      entries: unknown[];
    };
    assert.equal(applied.length, journal.entries.length);
  });

  test('leaves no connection and no lock behind', async () => {
    const url = await engine.emptyDatabase();
    await (await openDatabase({ url })).close();
    const connections = 'select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';
    assert.deepEqual(await query(url, connections), []);
    assert.deepEqual(await query(url, "select 1 from pg_locks where locktype = 'advisory'"), []);
  });

  test('survives the loss of its connections', async () => {
    const url = await engine.emptyDatabase();
    const warnings: string[] = [];
    await using database = await openDatabase({ url, log: { warn: (_fields, message) => warnings.push(message) } });
    await database.ping();
    await query(
      url,
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    while (warnings.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await database.ping();
    assert.match(warnings[0] ?? '', /connection to the database was lost/);
  });

  test('ends a statement that takes too long', async () => {
    const [row] = ((await engine.database().orm.execute('show statement_timeout')) as { rows: unknown[] }).rows;
    assert.deepEqual(row, { statement_timeout: '10s' });
  });
});

test('a server that is not there is an error that names it, without the password', async () => {
  await assert.rejects(openDatabase({ url: 'postgres://shop:geheim@127.0.0.1:1/shop' }), (error: Error) => {
    assert.equal('code' in error && error.code, 'database_unreachable');
    assert.match(error.message, /127\.0\.0\.1:1\b.*ECONNREFUSED.*DATABASE_URL/);
    assert.doesNotMatch(error.message, /geheim/);
    return true;
  });
});

test('exactly one place has to be given', async () => {
  await assert.rejects(openDatabase({}), TypeError);
  await assert.rejects(openDatabase({ memory: true, dataDir: folder }), TypeError);
  await assert.rejects(openDatabase({ url: 'mysql://root:geheim@localhost/shop' }), (error: Error) => {
    assert.ok(error instanceof TypeError);
    assert.doesNotMatch(error.message, /geheim/);
    return true;
  });
});

test('an embedded database keeps its rows in its folder, and its folder to one user at a time', async () => {
  const dataDir = join(folder, 'kept', 'database');
  const first = await openDatabase({ dataDir });
  await first.orm.insert(messages).values({
    projectId: 'shop',
    messageId: 'm-1',
    contentHash: 'x',
    disposition: 'send',
    answer: { success: true },
    reportsExpected: true,
    requestedAt: '2026-11-20T10:00:00.000Z',
  });
  await assert.rejects(openDatabase({ dataDir }), {
    code: 'database_locked',
    message: new RegExp(`process ${process.pid}\\b`),
  });
  await first.close();
  await first.close();
  assert.ok(!existsSync(join(dataDir, 'temporal-sinch.lock')));

  await using second = await openDatabase({ dataDir });
  const [row] = await second.orm.select().from(messages);
  assert.equal(row?.requestedAt, '2026-11-20T10:00:00.000Z');
});
