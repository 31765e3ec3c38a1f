import { PassThrough, Readable } from 'node:stream';
import { setImmediate } from 'node:timers';
import { type CommandContext, runCommandLine } from '../../src/commands/index.ts';

/** What a command wrote, and the exit code that it came to. */
export interface CommandResult {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** Both, as they stand on a screen. */
  screen: string;
}

/** What somebody types, each after the question that it answers; keys such as Ctrl-C go as they are. */
export type Dialogue = readonly (readonly [question: RegExp, typed: string])[];

/** The key that ends a line. */
export const ENTER = '\r';
export const CTRL_C = '\u0003';
export const CTRL_D = '\u0004';

/** What stands behind a command's standard input. */
export interface CommandStdin {
  /** Piped in. */
  piped?: string;
  /** At a terminal. */
  typed?: Dialogue;
}

/** Runs a command in this process, with nothing of its environment but `env`. */
export async function runCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  { piped, typed }: CommandStdin = {},
): Promise<CommandResult> {
  const result = { exitCode: 0, stdout: '', stderr: '', screen: '' };
  const terminal = typed && createTypist(typed, result);
  const stdin = terminal ?? (piped === undefined ? undefined : Readable.from([piped]));
  result.exitCode = await runCommandLine(args, {
    env,
    ...(stdin === undefined ? {} : { stdin }),
    stdout: {
      write(text) {
        result.stdout += text;
        result.screen += text;
      },
    },
    stderr: {
      isTTY: typed !== undefined,
      write(text) {
        result.stderr += text;
        result.screen += text;
        terminal?.look();
      },
    },
  });
  return result;
}

/** The commands of the program, or those of a command: each by its words, such as `keys list`. */
export async function commandsBelow(command?: string): Promise<string[]> {
  const parent = command === undefined ? [] : [command];
  const { stdout } = await runCommand([...parent, '--help']);
  const [, list = ''] = /^Commands:\n((?: {2}.*\n)*)/m.exec(stdout) ?? [];
  const names = [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name = '']) => name);
  return names.filter((name) => name !== 'help').map((name) => [...parent, name].join(' '));
}

/** Every command that does something, by its words. */
export async function allCommands(): Promise<string[]> {
  const found = (await commandsBelow()).map(async (command) => {
    const below = await commandsBelow(command);
    return below.length === 0 ? [command] : below;
  });
  return (await Promise.all(found)).flat();
}

type Terminal = NonNullable<CommandContext['stdin']> & { isTTY: true; look(): void };

/** A terminal whose user answers each question once it is shown. */
function createTypist(typed: Dialogue, shown: { stderr: string }): Terminal {
  const keys = new PassThrough();
  const left = [...typed];
  let seen = 0;
  return Object.assign(keys, {
    isTTY: true as const,
    look() {
      const [next] = left;
      if (!next?.[0].test(shown.stderr.slice(seen))) return;
      seen = shown.stderr.length;
      left.shift();
      // Whoever asks listens only once it has asked.
      setImmediate(() => keys.write(next[1]));
    },
  });
}
