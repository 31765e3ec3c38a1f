import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile, mkdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { programsOnPath } from './programs-on-path.ts';
import type { ProgressTicker } from './progress-ticker.ts';
import { TEMPORAL_CLI_VERSION } from './temporal-version.ts';

const run = promisify(execFile);
const COMMAND_PACKAGE = 'github.com/temporalio/cli/cmd/temporal';
const VERSION_VARIABLE = 'github.com/temporalio/cli/internal/temporalcli.Version';
/** The first Go that fetches a newer toolchain by itself when a module asks for one. */
const FIRST_GO_WITH_TOOLCHAINS = '1.21';

/** The Go module that pins the server. Beside `src/` in a checkout and beside `lib/` in the published package. */
export const DEFAULT_TOOLS_FOLDER = fileURLToPath(new URL('../../tools/temporal/', import.meta.url));

/** How to build the program. */
export interface BuildOptions {
  env: NodeJS.ProcessEnv;
  /** Where the program is put. */
  folder: string;
  ticker: ProgressTicker;
  /** @default `DEFAULT_TOOLS_FOLDER` */
  toolsFolder?: string;
  signal?: AbortSignal;
}

/**
 * Builds the pinned release with Go, from the Go module registry, and returns the path of the new program. About four
 * minutes and 3.5 GB of Go's caches the first time, some seconds after that.
 *
 * @throws Error with the reason: no Go, one too old, or what `go build` said last.
 */
export async function buildTemporal(options: BuildOptions): Promise<string> {
  const toolsFolder = options.toolsFolder ?? DEFAULT_TOOLS_FOLDER;
  const [go] = await programsOnPath('go', options.env);
  if (go === undefined) throw new Error('there is no `go` on PATH');
  await checkGo(go, toolsFolder, options.env);

  await mkdir(options.folder, { recursive: true });
  const program = path.join(options.folder, `build-${randomUUID()}${process.platform === 'win32' ? '.exe' : ''}`);
  const flags = ['-v', '-mod=readonly', '-ldflags', `-s -w -X ${VERSION_VARIABLE}=${TEMPORAL_CLI_VERSION}`];
  try {
    await runGo(go, ['build', ...flags, '-o', program, COMMAND_PACKAGE], toolsFolder, options);
    await stat(program);
    return program;
  } catch (error) {
    await rm(program, { force: true });
    throw error;
  }
}

async function checkGo(go: string, toolsFolder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const wanted = /^go (\S+)$/m.exec(await readFile(path.join(toolsFolder, 'go.mod'), 'utf8'))?.[1] ?? '0';
  // Asked outside of the module: inside, it would fetch the newer toolchain just to answer.
  const { stdout } = await run(go, ['env', 'GOVERSION', 'GOTOOLCHAIN'], { cwd: tmpdir(), env });
  const [version = '', toolchain = ''] = stdout.trim().split(/\r?\n/);
  const installed = version.replace(/^go/, '');
  if (!isOlder(installed, wanted)) return;
  const wants = `the server needs Go ${wanted} and ${go} is ${installed}`;
  if (isOlder(installed, FIRST_GO_WITH_TOOLCHAINS)) {
    throw new Error(`${wants}, which is too old to fetch a newer one by itself`);
  }
  if (toolchain.startsWith('local')) throw new Error(`${wants}, and GOTOOLCHAIN=local forbids to fetch a newer one`);
}

/** Compares by number, part for part; what is no number (a release candidate's suffix) counts as nothing. */
function isOlder(version: string, than: string): boolean {
  const [left, right] = [version, than].map((text) => text.split('.').map((part) => Number.parseInt(part, 10) || 0));
  for (let i = 0; i < 3; i += 1) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

async function runGo(go: string, args: readonly string[], cwd: string, options: BuildOptions): Promise<void> {
  const child = spawn(go, args, {
    cwd,
    env: { ...options.env, CGO_ENABLED: '0', GOWORK: 'off' },
    stdio: ['ignore', 'ignore', 'pipe'],
    windowsHide: true,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const lastLines: string[] = [];
  const phases = createBuildPhases(options.ticker);
  createInterface({ input: child.stderr }).on('line', (line) => {
    phases.read(line);
    if (line.startsWith('go: downloading ') || line.trim() === '') return;
    lastLines.push(line.trim());
    if (lastLines.length > 5) lastLines.shift();
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new Error(`\`go build\` ended with ${code ?? signal}: ${lastLines.join(' | ')}`);
}

/** Reads from what `go build -v` prints how far it is: each module as it is fetched, each package once it is compiled. */
function createBuildPhases(ticker: ProgressTicker): { read(line: string): void } {
  const building = `Building the Temporal server ${TEMPORAL_CLI_VERSION} with Go, once`;
  let modules = 0;
  let packages = 0;
  ticker.show(building);
  return {
    read(line) {
      if (line.startsWith('go: downloading ')) {
        modules += 1;
        ticker.show(`${building}: fetching modules`, `${modules} so far`);
      } else if (line === COMMAND_PACKAGE) {
        ticker.show(`${building}: linking`);
      } else if (/^[\w./-]+$/.test(line)) {
        packages += 1;
        ticker.show(`${building}: compiling`, `${packages} packages so far`);
      }
    },
  };
}
