import { runCommandLine } from '../../src/commands/index.ts';

/** What a command wrote, and the exit code that it came to. */
export interface CommandResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs a command in this process, with nothing of its environment but `env`. */
export async function runCommand(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
  const result = { exitCode: 0, stdout: '', stderr: '' };
  result.exitCode = await runCommandLine(args, {
    env,
    stdout: { write: (text) => (result.stdout += text) },
    stderr: { write: (text) => (result.stderr += text) },
  });
  return result;
}
