import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const HEARTBEAT_MS = 2_000;
const STALE_AFTER_MS = 20_000;
const LOOK_EVERY_MS = 300;

/** Who holds the lock, as its file says. */
interface Holder {
  pid: number;
  host: string;
  /** Distinguishes two holders of one process. */
  id: string;
}

/**
 * Holds the lock `file` while `work` runs; waits while another process holds it. A holder that was killed is taken over:
 * at once if its process is gone, else when its file has not been touched for 20 s (process ids are used again, and mean
 * nothing on another machine).
 *
 * The lock saves work and guards nothing: should two ever hold it, both still install complete files by renaming.
 *
 * @param onWait Called once, if somebody else holds the lock.
 */
export async function withInstallLock<T>(
  file: string,
  work: () => Promise<T>,
  options: { onWait?: () => void; signal?: AbortSignal } = {},
): Promise<T> {
  await mkdir(path.dirname(file), { recursive: true });
  const holder: Holder = { pid: process.pid, host: hostname(), id: randomUUID() };
  for (let waited = false; !(await acquire(file, holder)); waited = true) {
    if (!waited) options.onWait?.();
    await delay(LOOK_EVERY_MS, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
  const heartbeat = setInterval(() => {
    void utimes(file, new Date(), new Date()).catch(() => undefined);
  }, HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await readHolder(file))?.id === holder.id) await rm(file, { force: true });
  }
}

async function acquire(file: string, holder: Holder): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    try {
      await handle.writeFile(JSON.stringify(holder));
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (await isAbandoned(file)) await rm(file, { force: true });
  return false;
}

async function isAbandoned(file: string): Promise<boolean> {
  const holder = await readHolder(file);
  if (holder?.host === hostname() && !isRunning(holder.pid)) return true;
  const touched = await stat(file).catch(() => undefined);
  return touched !== undefined && Date.now() - touched.mtimeMs > STALE_AFTER_MS;
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
