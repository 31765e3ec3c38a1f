import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** Runs an entry point of the repository to its end. @throws Error with its error output where it fails */
export async function runCommand(
  entry: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ stdout: string }> {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), `${ROOT}${entry}`, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'close') as Promise<[number | null]>;
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  if (code !== 0) throw new Error(`${entry} ${args.join(' ')} ended with ${code}: ${stderr.trim()}`);
  return { stdout };
}
