import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import path from 'node:path';

/** Every executable file called `name` on `PATH`, in its order, each file once even if several links lead to it. */
export async function programsOnPath(name: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const fileName = process.platform === 'win32' ? `${name}.exe` : name;
  const found = new Map<string, string>();
  for (const folder of (env['PATH'] ?? env['Path'] ?? '').split(path.delimiter).filter((entry) => entry !== '')) {
    const candidate = path.resolve(folder, fileName);
    if ((await whyNotExecutable(candidate)) !== undefined) continue;
    const file = await realpath(candidate);
    if (!found.has(file)) found.set(file, candidate);
  }
  return [...found.values()];
}

/** Why `file` cannot be started, or undefined if it can be tried. */
export async function whyNotExecutable(file: string): Promise<string | undefined> {
  try {
    if (!(await stat(file)).isFile()) return 'it is not a file';
    await access(file, constants.X_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file';
    return code === 'EACCES' ? 'it is not executable' : `it cannot be read (${code ?? String(error)})`;
  }
}
