import { type Command, CommanderError } from 'commander';
import { reasonOf } from '../contract/reason.ts';
import { CommandError, EXIT } from './command-error.ts';
import { ignoreBrokenPipes } from './context.ts';
import { machineErrorOf } from './machine-error.ts';
import { listenForStop } from './stop-signal.ts';

/** What a program beside the command line works with: the process's own, and a signal at Ctrl-C. */
export interface ProgramContext {
  env: NodeJS.ProcessEnv;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  signal: AbortSignal;
}

/**
 * Runs a program of one command to its end and gives the exit code, that of Ctrl-C where it was told to stop. With
 * `--json` an error is a line of JSON too.
 * @param failure code of an error that has none
 * @param act tells whether all is right
 */
export async function runProgram(
  program: Command,
  failure: string,
  act: (context: ProgramContext) => Promise<boolean>,
): Promise<number> {
  ignoreBrokenPipes();
  const { env, stdout, stderr } = process;
  try {
    program.exitOverride().parse();
    using stop = listenForStop();
    const isRight = await act({ env, stdout, stderr, signal: stop.signal }).catch((error: unknown) => {
      const { aborted, reason } = stop.signal;
      if (!aborted) throw error;
      // Whatever was under way fails in words of its own then, such as those of a pause that is given up.
      if (error !== reason && !isAbort(error)) stderr.write(`While stopping: ${reasonOf(error)}\n`);
      throw reason;
    });
    return isRight ? EXIT.done : EXIT.failed;
  } catch (thrown) {
    const error = machineErrorOf(thrown);
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const message = reasonOf(error);
    const code = error instanceof Error && 'code' in error ? String(error.code) : failure;
    if (process.argv.includes('--json')) stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
    stderr.write(`Error: ${message}\n`);
    return error instanceof CommandError ? error.exitCode : EXIT.failed;
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
