import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A command of ours in a process of its own, as a user starts it. */
export interface Child {
  readonly pid: number;
  /** What it wrote so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves with the first line of standard output; rejects where the process ends before. */
  firstLine(): Promise<string>;
  /** Resolves with the exit code; `null` after a signal that was not handled. */
  exited: Promise<number | null>;
  signal(name: NodeJS.Signals): void;
}

/** Starts one of our entry points, such as `src/cli.ts`, without any setting of the surrounding environment. */
export function startChild(entry: string, args: readonly string[]): Child {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(SINCH_|TEMPORAL_SINCH_|DATABASE_URL|LOG_LEVEL|NODE_TEST_CONTEXT)/.test(name),
    ),
  );
  const child = spawn(process.execPath, ['--import', 'tsx', entry, ...args], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return {
    pid: child.pid ?? 0,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    exited,
    signal: (name) => void child.kill(name),
    async firstLine() {
      const ended = exited.then((code) => {
        throw new Error(`${entry} ended with ${code} before it wrote a line:\n${written.stderr}`);
      });
      ended.catch(() => undefined);
      while (!written.stdout.includes('\n')) await Promise.race([once(child.stdout, 'data'), ended]);
      return written.stdout.slice(0, written.stdout.indexOf('\n'));
    },
  };
}

/** Whether something listens at `host:port` or at the host of a URL. */
export async function listens(address: string): Promise<boolean> {
  const { hostname, port } = new URL(address.includes('://') ? address : `tcp://${address}`);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    const answer = (accepts: boolean): void => {
      socket.destroy();
      resolve(accepts);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}
