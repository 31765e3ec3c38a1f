import type { Readable } from 'node:stream';
import type { ProgressOutput } from '../local/index.ts';

/** Where answers and secrets come from: `process.stdin` fits. */
export type CommandInput = Readable & { readonly isTTY?: boolean };

/** What a command works with: the process's own, or a test's. */
export interface CommandContext {
  env: NodeJS.ProcessEnv;
  /** Absent: nothing is piped in, and nobody can be asked. */
  stdin?: CommandInput;
  /** Results, and nothing else with `--json`. */
  stdout: ProgressOutput;
  /** Progress, hints and errors. */
  stderr: ProgressOutput;
  /** Puts how our commands are typed here into what people read. @default as it stands */
  asTyped?: (text: string) => string;
}

/**
 * Keeps a process alive whose reader is gone, a terminal that was closed or a `head` that has read enough: it may have
 * sends to finish and addresses to take away.
 */
export function ignoreBrokenPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    });
  }
}

/** Writes one line of result. */
export function print(context: CommandContext, line = ''): void {
  context.stdout.write(`${context.asTyped?.(line) ?? line}\n`);
}

/** Writes one line that is not the result. */
export function note(context: CommandContext, line = ''): void {
  context.stderr.write(`${context.asTyped?.(line) ?? line}\n`);
}

/** Writes the result as one line of JSON. */
export function printJson(context: CommandContext, value: unknown): void {
  context.stdout.write(`${JSON.stringify(value)}\n`);
}
