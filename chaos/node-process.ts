import { createWriteStream } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { signalGroup } from '../src/local/guard.ts';
import { type ServerProcess, startServerProcess } from '../src/local/server-process.ts';

/** A process of the system under test, kept running like a service: one that ends by itself is started again. */
export interface NodeProcess {
  readonly name: string;
  /** Starts it; resolves when it is ready. Rejects where it ends before it has ever been ready. */
  start(): Promise<void>;
  /** `kill -9`; it stays away until `start`. */
  kill(): Promise<void>;
  /** Lets it stand still, as a machine that swaps or a debugger does. */
  stall(): void;
  /** Lets it go on. */
  goOn(): void;
  /** Resolves when it is ready, also where that takes several starts. */
  whenReady(): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
}

/** What to keep running. */
export interface NodeProcessOptions {
  name: string;
  /** The entry point, from the root of the repository, and its arguments. */
  entry: string;
  args?: readonly string[];
  env: NodeJS.ProcessEnv;
  /** What a line of the error output says that tells that it is ready. */
  ready: RegExp;
  /** Where its error output goes. */
  logFile: string;
}

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const TSX = import.meta.resolve('tsx');
const RESTART_AFTER_MS = 500;
/** At the end of a run there is nothing left to be finished. */
const STOP_GRACE_MS = 3_000;

/** Makes a process that is not started yet. */
export function createNodeProcess({ name, entry, args = [], env, ready, logFile }: NodeProcessOptions): NodeProcess {
  const log = createWriteStream(logFile, { flags: 'a' });
  let wanted = false;
  let current: ServerProcess | undefined;
  let keeping: Promise<void> = Promise.resolve();
  let hasEverBeenReady = false;
  let becameReady: () => void = () => undefined;
  let failed: (error: Error) => void = () => undefined;
  let readiness = new Promise<void>(() => undefined);

  const keep = async (): Promise<void> => {
    while (wanted) {
      log.write(`--- ${new Date().toISOString()} started\n`);
      current = await startServerProcess({
        executable: process.execPath,
        args: ['--import', TSX, fileURLToPath(new URL(entry, `file://${ROOT}`)), ...args],
        env,
        log(line) {
          log.write(`${line}\n`);
          if (!ready.test(line)) return;
          hasEverBeenReady = true;
          becameReady();
        },
      });
      if (!wanted) signalGroup(current.pid, 'SIGKILL');
      const { code, signal } = await current.exited;
      log.write(`--- ${new Date().toISOString()} ended: ${signal ?? code}\n`);
      if (wanted && !hasEverBeenReady) {
        wanted = false;
        failed(
          new Error(`${name} ended before it was ready (see ${logFile}): ${current.lastLines().slice(-3).join(' | ')}`),
        );
      }
      if (wanted) await delay(RESTART_AFTER_MS);
    }
  };

  const signalIt = (signal: NodeJS.Signals): void => {
    if (current?.hasExited() === false) signalGroup(current.pid, signal);
  };

  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    wanted = false;
    if (current?.hasExited() === false) {
      if (signal === 'SIGKILL') signalGroup(current.pid, 'SIGKILL');
      else await current.stop(STOP_GRACE_MS);
    }
    await keeping;
  };

  return {
    name,
    start() {
      wanted = true;
      readiness = new Promise((resolve, reject) => {
        becameReady = resolve;
        failed = reject;
      });
      keeping = keep();
      return readiness;
    },
    kill: () => end('SIGKILL'),
    stall: () => signalIt('SIGSTOP'),
    goOn: () => signalIt('SIGCONT'),
    whenReady: () => readiness,
    async stop() {
      // One that stands still would not hear that it is to end.
      signalIt('SIGCONT');
      await end('SIGTERM');
      log.end();
    },
  };
}
