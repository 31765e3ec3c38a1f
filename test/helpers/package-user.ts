import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TSC = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

/** A program of the user that runs, with plain Node.js. */
export interface UserProgram {
  stdout(): string;
  stderr(): string;
  /** Resolves with the exit code; `null` after a signal that it did not handle. */
  exited: Promise<number | null>;
  signal(name: NodeJS.Signals): void;
}

/** Somebody who has installed the package as it would be published, built from the sources as they are. */
export interface PackageUser extends AsyncDisposable {
  /** Where the user's files are, as sources and compiled. */
  readonly folder: string;
  /** Compiles files of the user, by their names, with a user's own settings. @returns what the compiler has to say */
  compile(files: Readonly<Record<string, string>>): Promise<string>;
  /** Runs a compiled file, such as `worker.js`, or a program of a package, with nothing but these variables of ours. */
  run(file: string, env: Readonly<Record<string, string>>, args?: readonly string[]): UserProgram;
}

/** Builds the package and puts it into a folder of its own, beside the dependencies that are installed here. */
export async function createPackageUser(): Promise<PackageUser> {
  const root = await mkdtemp(path.join(tmpdir(), 'temporal-sinch-user-'));
  const folder = path.join(root, 'app');
  const installed = path.join(folder, 'node_modules', 'temporal-sinch');
  try {
    await mkdir(installed, { recursive: true });
    await symlink(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'), 'junction');
    await writeFile(path.join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    await cp(path.join(ROOT, 'package.json'), path.join(installed, 'package.json'));
    await cp(path.join(ROOT, 'migrations'), path.join(installed, 'migrations'), { recursive: true });
    // Mistakes in types are another test's matter: what counts here is what comes out.
    const said = await tsc(['-p', path.join(ROOT, 'tsconfig.build.json'), '--outDir', path.join(installed, 'lib')]);
    await readFile(path.join(installed, 'lib', 'index.js')).catch(() => {
      throw new Error(`The package could not be built:\n${said}`);
    });
  } catch (error) {
    await rm(root, { recursive: true, force: true });
    throw error;
  }

  return {
    folder,
    async compile(files) {
      for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
      const settings = {
        compilerOptions: {
          target: 'es2022',
          module: 'nodenext',
          types: ['node'],
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          // Temporal's own declarations fail otherwise.
          skipLibCheck: true,
        },
        files: Object.keys(files),
      };
      await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify(settings));
      return tsc(['-p', folder]);
    },
    run(file, env, args = []) {
      const { PATH = '', HOME = '' } = process.env;
      const child = spawn(process.execPath, [file, ...args], {
        cwd: folder,
        env: { PATH, HOME, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const written = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const) {
        child[name].setEncoding('utf8').on('data', (text: string) => {
          written[name] += text;
        });
      }
      return {
        stdout: () => written.stdout,
        stderr: () => written.stderr,
        exited: once(child, 'close').then(([code]) => code as number | null),
        signal: (name) => void child.kill(name),
      };
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

/** What the compiler says, which is nothing where all is right. */
async function tsc(args: readonly string[]): Promise<string> {
  try {
    const { stdout, stderr } = await run(process.execPath, [TSC, '--pretty', 'false', ...args]);
    return stdout + stderr;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    return stdout + stderr || message;
  }
}
