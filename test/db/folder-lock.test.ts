import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { on, once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { lockFolder } from '../../src/db/folder-lock.ts';
import { openDatabase } from '../../src/db/index.ts';

const root = mkdtempSync(path.join(tmpdir(), 'temporal-sinch-lock-'));
after(() => rmSync(root, { recursive: true, force: true }));

const PROGRAM = fileURLToPath(new URL('./hold-folder.ts', import.meta.url));
const LOCK = 'temporal-sinch.lock';

/** A folder whose lock holds this. */
function folderWith(name: string, content: string): string {
  const folder = path.join(root, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, LOCK), content);
  return folder;
}

/** A lock as a process of another container or machine writes it. */
function foreign(beat: number): string {
  const holder = {
    id: 'theirs',
    pid: 1,
    host: 'web-2',
    space: 'elsewhere',
    began: '1',
    since: '2026-11-20T10:00:00.000Z',
  };
  return `${JSON.stringify({ ...holder, beat: String(beat).padStart(12, '0') })}\n`;
}

/** A process that opens the database of a folder. */
class Holding {
  readonly child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<[string]>;

  /** @param launcher words before `node`, such as those that give it process ids of its own */
  constructor(folder: string, launcher: readonly string[] = []) {
    const words = [...launcher, process.execPath, '--import', 'tsx', PROGRAM, folder];
    const [program = '', ...args] = words;
    this.child = spawn(program, args, { stdio: 'pipe' });
    this.child.stdin.on('error', () => undefined);
    const lines = createInterface({ input: this.child.stdout });
    this.#lines = on(lines, 'line', { close: ['close'] }) as AsyncIterator<[string]>;
  }

  /** The next line that it says; `ended` at its end. */
  async line(): Promise<string> {
    const { done, value } = await this.#lines.next();
    return done === true ? 'ended' : value[0];
  }

  tell(line: string): void {
    this.child.stdin.write(`${line}\n`);
  }

  async end(): Promise<void> {
    const ended = this.child.exitCode === null && this.child.signalCode === null ? once(this.child, 'exit') : undefined;
    this.child.kill('SIGCONT');
    this.child.kill('SIGKILL');
    await ended;
  }
}

const CONTAINER = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', '--uts'];
const hasContainers = spawnSync(CONTAINER[0] ?? '', [...CONTAINER.slice(1), 'true']).status === 0;

describe('the lock of a folder', () => {
  test('names the process that has it, its machine, and since when', async () => {
    const folder = path.join(root, 'named');
    const lock = await lockFolder(folder);
    await assert.rejects(lockFolder(folder), {
      code: 'database_locked',
      message: new RegExp(
        `The folder ${folder} is in use by process ${process.pid} on \\S+, since 20\\S+Z\\. Stop that process`,
      ),
    });
    await lock.release();
    await (await lockFolder(folder)).release();
    assert.deepEqual(readdirSync(folder), []);
  });

  test('goes to one of several that ask at once, and to one of several that find it left behind', async () => {
    const left = spawnSync(process.execPath, ['-e', '']).pid;
    const own = JSON.parse(await contentOfOwn()) as object;
    const stale = `${JSON.stringify({ ...own, id: 'gone', pid: left, began: '1' })}\n`;
    for (const folder of [path.join(root, 'contested'), folderWith('contested-stale', stale)]) {
      const results = await Promise.allSettled(Array.from({ length: 8 }, async () => lockFolder(folder)));
      const winners = results.filter((result) => result.status === 'fulfilled');
      assert.equal(winners.length, 1);
      await winners[0]?.value.release();
    }
  });

  test('of a process that is gone is taken over at once, though another one has its id by now', async () => {
    const own = JSON.parse(await contentOfOwn()) as object;
    for (const [name, change] of [
      ['same-id', { id: 'gone', began: '1' }],
      ['parent', { id: 'gone', pid: process.ppid, began: '1' }],
    ] as const) {
      const folder = folderWith(name, `${JSON.stringify({ ...own, ...change })}\n`);
      // A lease of an hour: were it waited for, this would not come to its end.
      await (await lockFolder(folder, { leaseMs: 3_600_000 })).release();
    }
  });

  test('of another machine is respected as long as it changes', async () => {
    const folder = folderWith('foreign', foreign(0));
    let beat = 0;
    const beating = setInterval(() => writeFileSync(path.join(folder, LOCK), foreign((beat += 1))), 50);
    try {
      await assert.rejects(lockFolder(folder), {
        code: 'database_locked',
        message: /process 1 on web-2, since 2026-11-20T10/,
      });
    } finally {
      clearInterval(beating);
    }
  });

  for (const [what, content] of [
    ['of another machine', foreign(7)],
    ['that is empty', ''],
    ['that is half of one', '{"id":"x"'],
    ['of an earlier release', '{"pid":1,"startedAt":0}'],
    ['that names no process', foreign(7).replace('"pid":1', '"pid":"*"')],
  ] as const) {
    test(`${what} is taken over once it has not changed for the lease`, async () => {
      const folder = folderWith(`silent ${what}`, content);
      const lock = await lockFolder(folder, { leaseMs: 600 });
      lock.assertHeld();
      await lock.release();
    });
  }

  test('is not waited for any longer than its caller wants', async () => {
    const folder = folderWith('given-up', foreign(7));
    const giveUp = new AbortController();
    const locking = lockFolder(folder, { leaseMs: 3_600_000, signal: giveUp.signal });
    giveUp.abort(new Error('enough'));
    await assert.rejects(locking);
    assert.equal(readFileSync(path.join(folder, LOCK), 'utf8'), foreign(7));
  });

  test('that another process took is noticed, before a write and without one, and is not taken away from it', async () => {
    const folder = path.join(root, 'lost');
    const lock = await lockFolder(folder, { beatMs: 20, leaseMs: 1_000 });
    rmSync(path.join(folder, LOCK));
    writeFileSync(path.join(folder, LOCK), foreign(1));
    // A lock keeps no process alive, and here nothing else does.
    const alive = setInterval(() => undefined, 1_000);
    const error = await lock.lost;
    clearInterval(alive);
    assert.equal(error.code, 'database_lock_lost');
    assert.match(error.message, /nothing more is written: .* in use by process 1 on web-2/);
    assert.throws(() => lock.assertHeld(), error);
    await lock.release();
    assert.equal(readFileSync(path.join(folder, LOCK), 'utf8'), foreign(1));

    const asleep = await lockFolder(path.join(root, 'asleep'), { beatMs: 3_600_000, leaseMs: 0 });
    writeFileSync(path.join(root, 'asleep', LOCK), foreign(1));
    assert.throws(() => asleep.assertHeld(), { code: 'database_lock_lost' });
    await asleep.release();
  });

  test('cannot be taken in a folder that cannot be written to, and says so', async () => {
    const file = path.join(root, 'file');
    writeFileSync(file, '');
    for (const folder of [path.join(file, 'below'), '/dev/null']) {
      await assert.rejects(lockFolder(folder), {
        code: 'database_folder_unusable',
        message: /cannot be used: .* Name a folder that this user may write to\./,
      });
    }
  });
});

describe('two containers with one volume', { skip: !hasContainers && 'no unshare, or no right to it' }, () => {
  test('never both get in, and the second one does once the first is killed', { timeout: 240_000 }, async () => {
    const folder = path.join(root, 'volume');
    const first = new Holding(folder, CONTAINER);
    let second = new Holding(path.join(root, 'unused'), CONTAINER);
    await second.end();
    try {
      assert.equal(await first.line(), 'open');
      second = new Holding(folder, CONTAINER);
      assert.match(await second.line(), /^refused .* in use by process \d+ on /);
      // From outside the container too.
      await assert.rejects(openDatabase({ dataDir: folder }), { code: 'database_locked' });
      await first.end();
      second = new Holding(folder, CONTAINER);
      assert.equal(await second.line(), 'open');
    } finally {
      await first.end();
      await second.end();
    }
  });

  test('the one that stood still longer than the lease writes nothing more', { timeout: 240_000 }, async () => {
    const folder = path.join(root, 'standing-still');
    // This one without ids of its own, so that the signal reaches it.
    const first = new Holding(folder);
    let second: Holding | undefined;
    try {
      assert.equal(await first.line(), 'open');
      first.tell('create table notes (who text)');
      assert.equal(await first.line(), 'done');
      first.child.kill('SIGSTOP');
      second = new Holding(folder, CONTAINER);
      assert.equal(await second.line(), 'open');
      second.tell("insert into notes values ('second')");
      assert.equal(await second.line(), 'done');
      first.tell("insert into notes values ('first')");
      first.child.kill('SIGCONT');
      const said = [await first.line(), await first.line()].sort();
      assert.match(said[0] ?? '', /^failed .*nothing more is written: .* in use by process/);
      assert.equal(said[1], 'lost database_lock_lost');
      first.tell('close');
      assert.equal(await first.line(), 'closed');
      assert.ok(existsSync(path.join(folder, LOCK)));
      second.tell('close');
      assert.equal(await second.line(), 'closed');
      await using database = await openDatabase({ dataDir: folder });
      const { rows } = (await database.orm.execute('select who from notes')) as { rows: unknown[] };
      assert.deepEqual(rows, [{ who: 'second' }]);
    } finally {
      await first.end();
      await second?.end();
    }
  });
});

/** What this process writes into a lock. */
async function contentOfOwn(): Promise<string> {
  const folder = path.join(root, 'own');
  const lock = await lockFolder(folder);
  const content = readFileSync(path.join(folder, LOCK), 'utf8');
  await lock.release();
  return content;
}
