/**
 * Who has a folder. The lock lies in the folder itself, so that two containers with one volume meet at it, and it is a
 * lease: its holder writes a number into it every 2 seconds. Whoever finds it knows at once whether the holder lives
 * where both see the same processes; anywhere else a process id means nothing, and the number is watched instead.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync, writeSync } from 'node:fs';
import { type FileHandle, link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { reasonOf } from '../contract/reason.ts';
import { DatabaseError } from './database-error.ts';

/** Of a folder that is held. */
export const LOCK_FILE = 'temporal-sinch.lock';

const DEFAULT_BEAT_MS = 2_000;

/** Longer than a busy machine keeps a process from writing its number. */
const DEFAULT_LEASE_MS = 15_000;

const LOOK_EVERY_MS = 200;

/** Holds a folder for this process. */
export interface FolderLock {
  /**
   * To be called right before each write. Costs nothing while the lease is young; else the lock is looked at.
   * @throws DatabaseError `database_lock_lost` once another process has the folder
   */
  assertHeld(): void;
  /** Resolves, with that error, once another process has the folder. */
  readonly lost: Promise<DatabaseError>;
  release(): Promise<void>;
}

/** How a folder is held. */
export interface FolderLockOptions {
  /** How often the holder shows that it lives, in milliseconds. @default 2 s */
  beatMs?: number;
  /** How long a holder of another machine or container may show nothing before it counts as gone. @default 15 s */
  leaseMs?: number;
  /** Gives up the wait for a holder that may be gone. */
  signal?: AbortSignal;
}

interface Holder {
  id: string;
  pid: number;
  host: string;
  /** What it shares with those that see the same processes by the same ids. */
  space: string;
  /** When its process began, in the system's own count: ids of processes are given again. */
  began: string;
  /** ISO 8601. */
  since: string;
}

/** Ids of the locks of this process. */
const ownLocks = new Set<string>();

/**
 * Takes a folder, making it where there is none: the embedded database takes no notice of another process in its files
 * and would ruin them. That of a process that is gone is taken over, at once where that can be seen, else after the lease.
 * @throws DatabaseError `database_locked`, naming who holds it; `database_folder_unusable`
 */
export async function lockFolder(folder: string, options: FolderLockOptions = {}): Promise<FolderLock> {
  const { beatMs = DEFAULT_BEAT_MS, leaseMs = DEFAULT_LEASE_MS, signal } = options;
  const path = join(folder, LOCK_FILE);
  const mine: Holder = {
    id: randomUUID(),
    pid: process.pid,
    host: hostname(),
    space: processSpace(),
    began: beginOf(process.pid) ?? '',
    since: new Date().toISOString(),
  };
  try {
    await mkdir(folder, { recursive: true });
    for (;;) {
      const file = await create(path, contentOf(mine, 0));
      if (file) {
        await removeDrafts(folder);
        return hold({ path, folder, file, mine, beatMs, leaseMs });
      }
      const found = await readOrUndefined(path);
      if (found === undefined) continue;
      const holder = parseHolder(found);
      const isHeld =
        holder?.space === mine.space && mine.space !== ''
          ? isRunning(holder)
          : await showsLife(path, found, leaseMs, signal);
      if (isHeld) throw new DatabaseError('database_locked', `${inUse(folder, holder)}. ${ADVICE}`);
      await removeStale(path, found);
    }
  } catch (error) {
    if (error instanceof DatabaseError || signal?.aborted === true) throw error;
    throw new DatabaseError(
      'database_folder_unusable',
      `The folder ${folder} cannot be used: ${reasonOf(error)}. Name a folder that this user may write to.`,
      { cause: error },
    );
  }
}

const ADVICE = 'Stop that process, name another folder, or use a PostgreSQL server, which several may share.';

function inUse(folder: string, holder: Holder | undefined): string {
  const who = holder === undefined ? 'a process that cannot be told' : `process ${holder.pid} on ${holder.host}`;
  return `The folder ${folder} is in use by ${who}${holder === undefined ? '' : `, since ${holder.since}`}`;
}

interface Held {
  path: string;
  folder: string;
  /** Of our own lock, even once another one has its name. */
  file: FileHandle;
  mine: Holder;
  beatMs: number;
  leaseMs: number;
}

function hold({ path, folder, file, mine, beatMs, leaseMs }: Held): FolderLock {
  ownLocks.add(mine.id);
  let beat = 0;
  let confirmed = now();
  let error: DatabaseError | undefined;
  let tell: (error: DatabaseError) => void = () => undefined;
  const lost = new Promise<DatabaseError>((resolve) => (tell = resolve));

  function lose(holder: Holder | undefined): void {
    const found = holder === undefined ? `the lock of the folder ${folder} is gone` : inUse(folder, holder);
    error = new DatabaseError(
      'database_lock_lost',
      `This process stood still or lost its lock, and nothing more is written: ${found}`,
    );
    clearInterval(timer);
    tell(error);
  }

  /** In one go, so that nothing comes between the look and what it allows. */
  function confirm(): void {
    if (error) return;
    try {
      const found = parseHolder(readFileSync(path, 'utf8'));
      if (found?.id !== mine.id) {
        lose(found);
        return;
      }
      beat += 1;
      writeSync(file.fd, contentOf(mine, beat), 0);
      confirmed = now();
    } catch (cause) {
      if (isCode(cause, 'ENOENT') || leaseOver(confirmed, leaseMs)) lose(undefined);
    }
  }

  const timer = setInterval(confirm, beatMs);
  timer.unref();
  return {
    lost,
    assertHeld() {
      if (!error && leaseOver(confirmed, leaseMs / 2)) confirm();
      if (error) throw error;
    },
    async release() {
      clearInterval(timer);
      ownLocks.delete(mine.id);
      const isOurs = !error && parseHolder((await readOrUndefined(path)) ?? '')?.id === mine.id;
      await file.close();
      if (isOurs) await rm(path, { force: true });
    },
  };
}

/** By both clocks: one stands still while the machine sleeps, the other may be set back. */
function now(): { wall: number; steady: number } {
  return { wall: Date.now(), steady: performance.now() };
}

function leaseOver(since: ReturnType<typeof now>, ms: number): boolean {
  const { wall, steady } = now();
  return Math.max(wall - since.wall, steady - since.steady) > ms;
}

/** Whether the lock changes, as that of a process that lives does. */
async function showsLife(
  path: string,
  found: string,
  leaseMs: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const end = performance.now() + leaseMs;
  while (performance.now() < end) {
    await delay(LOOK_EVERY_MS, undefined, signal === undefined ? {} : { signal });
    const content = await readOrUndefined(path);
    if (content === undefined) return false;
    // Half of a change is one too.
    if (content !== found) return true;
  }
  return false;
}

/** Appears with its content or not at all: nobody reads half of it. Its file stays open, to be written to. */
async function create(path: string, content: string): Promise<FileHandle | undefined> {
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, 'wx+', 0o600);
  let isTaken = false;
  try {
    await file.writeFile(content);
    const refusal = await link(draft, path).then(
      () => undefined,
      (error: unknown) => error,
    );
    // Somebody else's, or taken away by whoever has just got the lock.
    if (isCode(refusal, 'EEXIST') || isCode(refusal, 'ENOENT')) return undefined;
    if (refusal !== undefined) throw refusal;
    isTaken = true;
    return file;
  } finally {
    if (!isTaken) await file.close();
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

/** What processes that were killed while they took the lock have left; one that is just at it tries again. */
async function removeDrafts(folder: string): Promise<void> {
  const drafts = (await readdir(folder)).filter((name) => name.startsWith(`${LOCK_FILE}.`));
  await Promise.all(drafts.map((name) => rm(join(folder, name), { force: true })));
}

async function readOrUndefined(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Always as long as before, so that one write replaces it. */
function contentOf(holder: Holder, beat: number): string {
  return `${JSON.stringify({ ...holder, beat: String(beat).padStart(12, '0') })}\n`;
}

function parseHolder(content: string): Holder | undefined {
  try {
    const found = JSON.parse(content) as Partial<Record<keyof Holder, unknown>>;
    const { id, pid, host, space, began, since } = found;
    if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0) return undefined;
    const texts = [id, host, space, began, since];
    return texts.every((value) => typeof value === 'string') ? (found as Holder) : undefined;
  } catch {
    return undefined;
  }
}

function isRunning({ id, pid, began }: Holder): boolean {
  if (pid === process.pid) return ownLocks.has(id);
  const begins = beginOf(pid);
  if (begins !== undefined && began !== '') return begins === began;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but it lives.
    return isCode(error, 'EPERM');
  }
}

/** On Linux a start of the machine and a set of process ids, which a container has of its own; else the machine's name. */
function processSpace(): string {
  if (process.platform !== 'linux') return hostname();
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

/** When a process began, in ticks since the machine did; `undefined` where the system does not tell. */
function beginOf(pid: number): string | undefined {
  try {
    // Its name, in brackets, may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[19];
  } catch {
    return undefined;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
