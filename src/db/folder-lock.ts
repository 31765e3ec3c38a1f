import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseError } from './database-error.ts';

/** Holds a folder for this process. */
export interface FolderLock {
  release(): Promise<void>;
}

interface Holder {
  pid: number;
  /** When the process started, in seconds since 1970: containers give the same pid again and again. */
  startedAt: number;
}

/** Two readings of one process's start may differ by this much, in seconds. */
const START_TOLERANCE = 2;

/**
 * Takes the lock file beside the folder, `{folder}.lock`: the embedded database takes no notice of another process in
 * its files and would ruin them. The lock of a process that is gone is taken over.
 * @throws DatabaseError `database_locked`, naming the process that holds it
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = `${folder}.lock`;
  await mkdir(dirname(path), { recursive: true });
  const mine = JSON.stringify({ pid: process.pid, startedAt: ownStart() } satisfies Holder);
  for (;;) {
    if (await create(path, mine)) return { release: () => release(path, mine) };
    const found = await readOrUndefined(path);
    if (found === undefined) continue;
    const holder = parseHolder(found);
    if (holder === undefined || isAlive(holder)) {
      throw new DatabaseError(
        'database_locked',
        `The database in ${folder} is open in ${holder ? `process ${holder.pid}` : 'a process that cannot be told'}. ` +
          `Stop that process, give another folder, or use a PostgreSQL server; ` +
          `if no such process uses it, delete ${path}`,
      );
    }
    await removeStale(path, found);
  }
}

/** Appears with its content or not at all: nobody reads half of it. */
async function create(path: string, content: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, content, { flag: 'wx' });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Removes the lock unless another process has replaced it since it was read; then that one is put back. */
async function removeStale(path: string, stale: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw error;
  }
  if ((await readOrUndefined(aside)) !== stale) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function release(path: string, mine: string): Promise<void> {
  if ((await readOrUndefined(path)) === mine) await rm(path, { force: true });
}

async function readOrUndefined(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function parseHolder(content: string): Holder | undefined {
  try {
    const { pid, startedAt } = JSON.parse(content) as Partial<Holder>;
    return typeof pid === 'number' && typeof startedAt === 'number' ? { pid, startedAt } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, startedAt }: Holder): boolean {
  if (pid === process.pid) return Math.abs(startedAt - ownStart()) <= START_TOLERANCE;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but it lives.
    return isCode(error, 'EPERM');
  }
}

function ownStart(): number {
  return Math.round(Date.now() / 1000 - process.uptime());
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
