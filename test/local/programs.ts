import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder for one test. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
  /** Writes a shell script that can be started, in a folder below this one, and returns its path. */
  script(name: string, body: string): Promise<string>;
  /** Puts a link to `target` into a folder below this one and returns the link's path. */
  link(name: string, target: string): Promise<string>;
}

/** Makes a folder that is removed with all it holds at the end of the test. */
export async function temporaryFolder(): Promise<TemporaryFolder> {
  const root = await mkdtemp(path.join(tmpdir(), 'temporal-sinch-test-'));
  const place = async (name: string): Promise<string> => {
    const file = path.join(root, name);
    await mkdir(path.dirname(file), { recursive: true });
    return file;
  };
  return {
    path: root,
    async script(name, body) {
      const file = await place(name);
      await writeFile(file, `#!/bin/sh\n${body}\n`);
      await chmod(file, 0o755);
      return file;
    },
    async link(name, target) {
      const file = await place(name);
      await symlink(target, file);
      return file;
    },
    async [Symbol.asyncDispose]() {
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** How many lines a script of the test has written to `file`. */
export async function linesIn(file: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').length - 1;
}

/** Whether the process runs: one that has ended and waits to be collected does not. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/\) Z /.test(status);
}
