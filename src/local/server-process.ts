import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { signalGroup, startGuard } from './guard.ts';

const REMEMBERED_LINES = 20;

/** A started program, seen from the one who has to stop it again. */
export interface ServerProcess {
  readonly pid: number;
  /** Settles, never rejects, when the program has ended for whatever reason. */
  readonly exited: Promise<ServerExit>;
  hasExited(): boolean;
  /** From here on the program does not keep this process alive: one that nobody stopped ends with this process. */
  unref(): void;
  /** The last lines that the program wrote to its error output, oldest first. */
  lastLines(): readonly string[];
  /** Asks the program to end, and makes it end after `graceMs`. Returns when nothing of it is left. */
  stop(graceMs: number): Promise<void>;
}

/** How a program ended. */
interface ServerExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** What to start. */
export interface ServerProcessOptions {
  executable: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** Receives each line of the program's error output. */
  log?: (line: string) => void;
}

/**
 * Starts a long-running program in a process group of its own, so that Ctrl-C in the terminal reaches only us and we can
 * drain before it goes. It never outlives this process: whichever way that ends, the program is told to end too.
 *
 * @throws Error of `spawn` (ENOENT, EACCES, …) when the program cannot be started.
 */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const child = spawn(options.executable, options.args, {
    env: options.env,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
    windowsHide: true,
  });
  const lines: string[] = [];
  readLines(child, (line) => {
    lines.push(line);
    if (lines.length > REMEMBERED_LINES) lines.shift();
    options.log?.(line);
  });

  let exit: ServerExit | undefined;
  // `close` and not `exit`: only then has the last line of the error output been read.
  const exited = new Promise<ServerExit>((resolve) => {
    child.once('close', (code, signal) => {
      exit = { code, signal };
      resolve(exit);
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.on('error', () => undefined);
  const pid = child.pid as number;
  // Where the program is a wrapper script, what it started must not stay behind when it goes first.
  child.once('exit', () => signalGroup(pid, 'SIGKILL'));
  const guard = startGuard(pid);
  const endWithUs = (): void => signalGroup(pid, 'SIGTERM');
  process.once('exit', endWithUs);
  void exited.then(() => process.off('exit', endWithUs));
  const stop = async (graceMs: number): Promise<void> => {
    setReferenced(child, true);
    if (exit === undefined) signalGroup(pid, 'SIGTERM');
    const killer = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
    await exited;
    clearTimeout(killer);
    process.off('exit', endWithUs);
    await guard.dismiss();
  };
  void exited.then(async () => guard.dismiss());
  return {
    pid,
    exited,
    hasExited: () => exit !== undefined,
    unref: () => setReferenced(child, false),
    lastLines: () => lines,
    stop,
  };
}

function readLines(child: ChildProcess, onLine: (line: string) => void): void {
  let rest = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split(/\r?\n/);
    rest = parts.pop() ?? '';
    for (const line of parts) if (line.trim() !== '') onLine(line);
  });
  child.stderr?.on('end', () => {
    if (rest.trim() !== '') onLine(rest);
  });
}

function setReferenced(child: ChildProcess, referenced: boolean): void {
  // The pipe is a socket at run time, though typed as a plain stream.
  for (const handle of [child, child.stderr as Socket | null]) {
    if (referenced) handle?.ref();
    else handle?.unref();
  }
}
