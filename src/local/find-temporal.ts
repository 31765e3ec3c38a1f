import { rename } from 'node:fs/promises';
import path from 'node:path';
import { reasonOf } from '../contract/reason.ts';
import { buildTemporal } from './build-temporal.ts';
import { cachedProgram, cacheFolder } from './cache-folder.ts';
import { downloadTemporal } from './download-temporal.ts';
import { withInstallLock } from './install-lock.ts';
import { probeTemporal, rememberUsable } from './probe-temporal.ts';
import { programsOnPath, whyNotExecutable } from './programs-on-path.ts';
import { startProgressTicker } from './progress-ticker.ts';
import type { ProgressTicker } from './progress-ticker.ts';
import type { TemporalProgress } from './progress-printer.ts';
import { TEMPORAL_CLI_VERSION } from './temporal-version.ts';

/** Where a `temporal` program came from. */
export type TemporalSource = 'TEMPORAL_CLI' | 'path' | 'cache' | 'download' | 'build';

/** A `temporal` program that was seen to do what the package counts on. */
export interface FoundTemporal {
  /** Absolute. */
  path: string;
  source: TemporalSource;
}

/** Makes a `temporal` program in `folder` and returns its path, or throws an Error that says why it cannot. */
export type ObtainTemporal = (options: {
  env: NodeJS.ProcessEnv;
  folder: string;
  ticker: ProgressTicker;
  signal?: AbortSignal;
}) => Promise<string>;

/** Where to look for a `temporal` program, and whom to tell how it goes. */
export interface FindTemporalOptions {
  /** `TEMPORAL_CLI`, `PATH` and the variables of the cache folder are read from it; started programs get it. */
  env: NodeJS.ProcessEnv;
  /** Folder for the program and for what was learnt about others. @default this user's cache folder */
  cacheDir?: string;
  /** Called about once a second while something is downloaded or built; `createProgressPrinter` shows it. */
  onProgress?: (progress: TemporalProgress) => void;
  /** Gives up the search. */
  signal?: AbortSignal;
  /** @default Temporal's own SDK, if `@temporalio/testing` is installed */
  download?: ObtainTemporal;
  /** @default `go build` of the release that `tools/temporal` pins */
  build?: ObtainTemporal;
}

/** There is no usable `temporal` program and none could be made. The message lists every choice and why it failed. */
export class TemporalNotFoundError extends Error {
  override readonly name = 'TemporalNotFoundError';
  readonly code = 'temporal_not_found';
}

/**
 * Finds a `temporal` program that can skip time and limit queues, or makes one. In this order: the one that
 * `TEMPORAL_CLI` names (and then no other), one on `PATH`, the cached one of the pinned release, a download by Temporal's
 * own SDK, a build with Go. What is downloaded or built is cached, so it happens once; of several processes that start
 * at the same time one does it.
 *
 * @throws TemporalNotFoundError when no choice is left.
 */
export async function findTemporal(options: FindTemporalOptions): Promise<FoundTemporal> {
  const cacheDir = options.cacheDir ?? cacheFolder(options.env);
  const { signal } = options;
  const search: Search = { ...options, cacheDir, failures: [] };

  const named = options.env['TEMPORAL_CLI'];
  if (named) return useNamed(named, search);

  for (const program of await programsOnPath('temporal', options.env)) {
    if (await isUsable(program, `${program} on PATH`, search)) return { path: program, source: 'path' };
  }
  if (search.failures.length === 0) search.failures.push('PATH: there is no `temporal` on it');

  const found = await lookInCache(search);
  if (found !== undefined) return found;

  using ticker = startProgressTicker(options.onProgress);
  const installed = await withInstallLock(
    path.join(cacheDir, 'install.lock'),
    async () => (await lookInCache(search)) ?? (await install(search, ticker)),
    {
      onWait: () => ticker.show('Waiting for another process that installs the Temporal server'),
      ...(signal === undefined ? {} : { signal }),
    },
  );
  if (installed === undefined) throw new TemporalNotFoundError(explain(search.failures));
  return installed;
}

interface Search extends FindTemporalOptions {
  cacheDir: string;
  failures: string[];
}

async function useNamed(named: string, search: Search): Promise<FoundTemporal> {
  const isBareName = path.basename(named) === named;
  const onPath = isBareName ? (await programsOnPath(named, search.env))[0] : undefined;
  const program = onPath ?? path.resolve(named);
  if (await isUsable(program, program, search)) return { path: program, source: 'TEMPORAL_CLI' };
  throw new TemporalNotFoundError(
    `TEMPORAL_CLI names a program that cannot be used, so no other was looked for.\n` +
      `  - ${search.failures.join('\n  - ')}\n` +
      `Correct TEMPORAL_CLI, or unset it to have a server found or made.`,
  );
}

async function lookInCache(search: Search): Promise<FoundTemporal | undefined> {
  const program = cachedProgram(search.cacheDir);
  return (await isUsable(program, `cached ${program}`, search)) ? { path: program, source: 'cache' } : undefined;
}

async function install(search: Search, ticker: ProgressTicker): Promise<FoundTemporal | undefined> {
  const choices = [
    { source: 'download', what: 'download by the Temporal SDK', obtain: search.download ?? downloadTemporal },
    { source: 'build', what: 'build of tools/temporal with Go', obtain: search.build ?? buildTemporal },
  ] as const;
  for (const { source, what, obtain } of choices) {
    try {
      const made = await obtain({
        env: search.env,
        folder: path.join(search.cacheDir, source),
        ticker,
        ...(search.signal === undefined ? {} : { signal: search.signal }),
      });
      ticker.show('Trying the Temporal server');
      if (!(await isUsable(made, what, search))) continue;
      const program = cachedProgram(search.cacheDir);
      // Renaming is all or nothing: a program at this place is always a whole one.
      await rename(made, program);
      await rememberUsable(program, search.cacheDir);
      return { path: program, source };
    } catch (error) {
      search.signal?.throwIfAborted();
      search.failures.push(`${what}: ${reasonOf(error)}`);
    }
  }
  return undefined;
}

/** Notes the reason if it is not, unless that is noted already. */
async function isUsable(program: string, what: string, search: Search): Promise<boolean> {
  const verdict = await whyNotExecutable(program);
  const reason = verdict ?? (await whyNotUsable(program, search));
  if (reason === undefined) return true;
  const failure = `${what}: ${reason}`;
  if (!search.failures.includes(failure)) search.failures.push(failure);
  return false;
}

async function whyNotUsable(program: string, search: Search): Promise<string | undefined> {
  const { env, cacheDir, signal } = search;
  const verdict = await probeTemporal(program, { env, cacheDir, ...(signal === undefined ? {} : { signal }) });
  return verdict.usable ? undefined : verdict.reason;
}

function explain(failures: readonly string[]): string {
  return (
    `There is no Temporal server to start: every choice failed.\n` +
    `  - ${['TEMPORAL_CLI: it is not set', ...failures].join('\n  - ')}\n` +
    `Do one of these:\n` +
    `  - install the Temporal CLI ${TEMPORAL_CLI_VERSION} or later, so that \`temporal\` is on PATH (https://docs.temporal.io/cli)\n` +
    `  - set TEMPORAL_CLI to the path of such a program\n` +
    `  - let this machine reach https://temporal.download\n` +
    `  - install Go 1.21 or later (https://go.dev/dl), with access to a Go module proxy and 3.5 GB of free disk`
  );
}
