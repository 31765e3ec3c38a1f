/** The folder of an embedded database whose first start was killed. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { messages, openDatabase } from '../../src/db/index.ts';

const root = mkdtempSync(path.join(tmpdir(), 'temporal-sinch-embedded-'));
after(() => rmSync(root, { recursive: true, force: true }));

const PROGRAM = fileURLToPath(new URL('./hold-folder.ts', import.meta.url));

/** How many files are in a folder, those of its folders included. */
function filesIn(folder: string): number {
  return existsSync(folder) ? readdirSync(folder, { recursive: true }).length : 0;
}

async function assertUsable(dataDir: string): Promise<void> {
  await using database = await openDatabase({ dataDir });
  assert.deepEqual(await database.orm.select().from(messages), []);
}

describe('an embedded database', () => {
  // A database has about a thousand files.
  for (const count of [1, 500, 1_000]) {
    test(`opens after its first start was killed with ${count} files made`, { timeout: 240_000 }, async () => {
      const dataDir = path.join(root, `killed-${count}`);
      const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, dataDir], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const ended = once(child, 'exit');
      // It says one thing, that it is open, and then waits for more to do.
      while (filesIn(dataDir) < count && child.stdout.readableLength === 0 && child.exitCode === null) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      child.kill('SIGKILL');
      await ended;
      await assertUsable(dataDir);
      assert.ok(!existsSync(path.join(dataDir, '.making')));
    });
  }

  test('opens after it was killed while its files were put into place', async () => {
    const whole = path.join(root, 'whole');
    await assertUsable(whole);
    for (const moved of [[], ['base', 'global', 'postgresql.conf']]) {
      const dataDir = path.join(root, `moved-${moved.length}`);
      const making = path.join(dataDir, '.making');
      cpSync(whole, making, { recursive: true });
      for (const name of moved) renameSync(path.join(making, name), path.join(dataDir, name));
      await assertUsable(dataDir);
      assert.ok(!existsSync(making));
    }
  });

  test('is made in a folder that holds nothing but what file systems put there', async () => {
    const dataDir = path.join(root, 'mounted');
    mkdirSync(path.join(dataDir, 'lost+found'), { recursive: true });
    writeFileSync(path.join(dataDir, '.gitkeep'), '');
    await assertUsable(dataDir);
    assert.ok(existsSync(path.join(dataDir, '.gitkeep')));
  });

  test('is not made in a folder of somebody’s files, which stay as they are', async () => {
    const dataDir = path.join(root, 'photos');
    mkdirSync(dataDir);
    writeFileSync(path.join(dataDir, 'cat.jpg'), 'meow');
    await assert.rejects(openDatabase({ dataDir }), {
      code: 'database_folder_unusable',
      message: `The folder ${dataDir} holds files and no database. Name another folder, or an empty one, for the embedded database.`,
    });
    assert.deepEqual(readdirSync(dataDir), ['cat.jpg']);
  });

  test('that an earlier release left half made is refused with a sentence that names the folder', async () => {
    const whole = path.join(root, 'earlier');
    await assertUsable(whole);
    const withoutMark = path.join(root, 'without-mark');
    cpSync(whole, withoutMark, { recursive: true });
    rmSync(path.join(withoutMark, 'PG_VERSION'));
    await assert.rejects(openDatabase({ dataDir: withoutMark }), {
      code: 'database_folder_unusable',
      message: new RegExp(`The folder ${withoutMark} holds half a database: .* Delete the folder`),
    });
    for (const [name, spoil] of [
      ['without-control', (folder: string) => rmSync(path.join(folder, 'global/pg_control'))],
      ['empty-control', (folder: string) => truncateSync(path.join(folder, 'global/pg_control'))],
      ['without-base', (folder: string) => rmSync(path.join(folder, 'base'), { recursive: true })],
      ['without-wal', (folder: string) => rmSync(path.join(folder, 'pg_wal'), { recursive: true })],
      [
        'mark-alone',
        (folder: string) =>
          readdirSync(folder).forEach(
            (each) => each !== 'PG_VERSION' && rmSync(path.join(folder, each), { recursive: true }),
          ),
      ],
    ] as const) {
      const dataDir = path.join(root, name);
      cpSync(whole, dataDir, { recursive: true });
      spoil(dataDir);
      await assert.rejects(openDatabase({ dataDir }), (error: Error) => {
        assert.match(
          error.message,
          new RegExp(`Opening the embedded database in ${dataDir} failed: .*nothing was in it: delete it`),
          name,
        );
        return true;
      });
      assert.ok(!existsSync(path.join(dataDir, 'temporal-sinch.lock')), name);
    }
  });
});
