import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { signalGroup } from './guard.ts';
import type { ProgressTicker } from './progress-ticker.ts';
import { TEMPORAL_CLI_VERSION } from './temporal-version.ts';

const LOOK_EVERY_MS = 500;
const DEFAULT_SILENCE_MS = 6_000;

/** How to have the SDK fetch the program. */
export interface DownloadOptions {
  env: NodeJS.ProcessEnv;
  /** Where the program is put. */
  folder: string;
  ticker: ProgressTicker;
  /** The module that downloads. @default '@temporalio/testing', if it is installed */
  testingModule?: string;
  /** Give up when nothing has arrived for so long, in milliseconds. @default 6 s */
  silenceMs?: number;
  signal?: AbortSignal;
}

/**
 * `createLocal` downloads, starts a server, and has no way to be given up. So it runs in a process group of its own that
 * is ended as a whole, and what counts is the file that it leaves.
 */
const DOWNLOAD_PROGRAM = `
const [, testingModule, downloadDir, version] = process.argv;
const { TestWorkflowEnvironment } = require(testingModule);
const executable = { type: 'cached-download', downloadDir, version, ttl: '10 years' };
TestWorkflowEnvironment.createLocal({ server: { executable } }).then((env) => env.teardown()).then(
  () => process.exit(),
  (error) => { process.stderr.write(error.message); process.exit(1); },
);
`;

/**
 * Downloads the pinned release by the means of Temporal's own SDK and returns the program's path.
 *
 * @throws Error with the reason: the SDK's testing package is not installed, the host cannot be reached, nothing arrives.
 */
export async function downloadTemporal(options: DownloadOptions): Promise<string> {
  const testingModule = options.testingModule ?? resolveTestingModule();
  await mkdir(options.folder, { recursive: true });
  options.signal?.throwIfAborted();
  options.ticker.show('Downloading the Temporal server');
  const version = `v${TEMPORAL_CLI_VERSION}`;
  const child = spawn(process.execPath, ['-e', DOWNLOAD_PROGRAM, testingModule, options.folder, version], {
    env: withoutNodeOptions(options.env),
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
    windowsHide: true,
  });
  const exited = once(child, 'exit');
  let errorOutput = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errorOutput = (errorOutput + text).slice(-2_000);
  });

  const pid = child.pid;
  const endAll = (): void => {
    if (pid !== undefined) signalGroup(pid, 'SIGKILL');
  };
  process.once('exit', endAll);
  const silenceMs = options.silenceMs ?? DEFAULT_SILENCE_MS;
  let silentSince = performance.now();
  let arrived = 0;
  let gaveUp = false;
  const look = async (): Promise<void> => {
    const bytes = await bytesIn(options.folder);
    if (bytes !== arrived) silentSince = performance.now();
    arrived = bytes;
    if (bytes > 0) options.ticker.show('Downloading the Temporal server', `${Math.round(bytes / 1e6)} MB unpacked`);
    if (performance.now() - silentSince < silenceMs) return;
    gaveUp = true;
    endAll();
  };
  const looking = setInterval(() => void look(), LOOK_EVERY_MS);
  options.signal?.addEventListener('abort', endAll, { once: true });
  try {
    await exited;
  } finally {
    clearInterval(looking);
    process.off('exit', endAll);
    options.signal?.removeEventListener('abort', endAll);
    endAll();
  }
  options.signal?.throwIfAborted();

  const program = path.join(options.folder, `temporal-${version}${process.platform === 'win32' ? '.exe' : ''}`);
  // Even if the SDK then found the server too slow to start: the probe will tell.
  if (await exists(program)) return program;
  if (gaveUp) throw new Error(`nothing arrived for ${silenceMs / 1_000} s`);
  throw new Error(withoutRepeats(errorOutput.trim().split('\n')[0] ?? '') || 'it ended without a word');
}

/** The SDK's message repeats itself: each error of its chain is followed by the whole chain below it. */
function withoutRepeats(message: string): string {
  return [...new Set(message.split(': '))].join(': ');
}

function resolveTestingModule(): string {
  try {
    return createRequire(import.meta.url).resolve('@temporalio/testing');
  } catch (cause) {
    throw new Error('the package @temporalio/testing, which downloads it, is not installed', { cause });
  }
}

/** Options meant for this process, such as a TypeScript loader or a debugger's port, have no business in a small child. */
function withoutNodeOptions(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...rest } = env;
  return rest;
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map(async (name) =>
      stat(path.join(folder, name)).then(
        (file) => file.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
