import { execFileSync, spawn } from 'node:child_process';
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
  /** Resolves with what its error output matches; rejects where the process ends before. */
  untilStderr(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves with the exit code; `null` after a signal that was not handled. */
  exited: Promise<number | null>;
  signal(name: NodeJS.Signals): void;
}

/**
 * Starts one of our entry points, such as `src/cli.ts`, without any setting of the surrounding environment.
 * @param settings variables that it gets beside those that are no settings of ours
 */
export function startChild(
  entry: string,
  args: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Child {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(SINCH_|TEMPORAL_SINCH_|DATABASE_URL|LOG_LEVEL|NODE_TEST_CONTEXT)/.test(name),
    ),
  );
  const child = spawn(process.execPath, ['--import', 'tsx', entry, ...args], {
    cwd: ROOT,
    env: { ...env, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  }
  const exited = once(child, 'close').then(([code]) => code as number | null);
  /** Waits for more output as long as `find` finds nothing in what there is. */
  const untilWritten = async <T>(name: 'stdout' | 'stderr', what: string, find: (text: string) => T | null) => {
    const ended = exited.then((code) => {
      throw new Error(`${entry} ended with ${code} before it wrote ${what}:\n${written.stderr}`);
    });
    ended.catch(() => undefined);
    for (;;) {
      const found = find(written[name]);
      if (found !== null) return found;
      await Promise.race([once(child[name], 'data'), ended]);
    }
  };
  return {
    pid: child.pid ?? 0,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    exited,
    signal: (name) => void child.kill(name),
    firstLine: async () =>
      untilWritten('stdout', 'a line', (text) => (text.includes('\n') ? text.slice(0, text.indexOf('\n')) : null)),
    untilStderr: async (pattern) => untilWritten('stderr', String(pattern), (text) => pattern.exec(text)),
  };
}

/** A process of this machine, and the command that it was started with. */
export interface RunningProcess {
  pid: number;
  command: string;
}

/** Every process that runs at the moment and was started by this one, or by one of those. */
export function processesOf(pid: number): RunningProcess[] {
  const all = execFileSync('ps', ['-eo', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, id, parent, state, command = ''] = /^ *(\d+) +(\d+) +(\S+) +(.*)$/.exec(line) ?? [];
      // One that has ended and waits to be collected runs no more.
      return state === undefined || state.startsWith('Z') ? [] : [{ pid: Number(id), parent: Number(parent), command }];
    });
  const found: RunningProcess[] = [];
  let parents = new Set([pid]);
  while (parents.size > 0) {
    const children = all.filter(({ parent }) => parents.has(parent));
    found.push(...children.map(({ pid: id, command }) => ({ pid: id, command })));
    parents = new Set(children.map(({ pid: id }) => id));
  }
  // The very command that lists them is one of them where the list is of this process.
  return found.filter(({ command }) => !command.startsWith('ps -eo'));
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
