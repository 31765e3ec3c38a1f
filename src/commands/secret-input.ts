/**
 * Secrets that a command takes: typed at the terminal, piped in, or from the environment. Never as an option, which other
 * users of the machine can see and the shell keeps in its history.
 */
import { type Command, Option } from 'commander';
import { CommandError, EXIT } from './command-error.ts';
import { type CommandContext, note } from './context.ts';
import type { Prompter } from './prompter.ts';

const MOST_BYTES = 64 * 1024;

/** A secret, and the ways in which it comes. */
export interface SecretInput {
  /** For people: `API token of the plan`. */
  name: string;
  /** The environment variable that may hold it. */
  variable: string;
  /** The switch that takes it from standard input. */
  stdinOption: string;
}

/** Whether it can be had without asking. */
export function hasSecret(context: CommandContext, { variable }: SecretInput, fromStdin = false): boolean {
  return fromStdin || Boolean(context.env[variable]?.trim());
}

/** How to give it, for whoever has to be told. */
export function howToGive({ name, variable, stdinOption }: SecretInput): string {
  return `the ${name}, in ${variable} or on standard input with ${stdinOption}`;
}

/**
 * The secret: of standard input where that is told, else of the environment, else of the terminal.
 * @param check says what was expected where a secret is not it, without the secret; asked for again where it is typed
 * @throws CommandError where it is empty or unfit, or nobody can be asked
 */
export async function readSecret(
  context: CommandContext,
  prompter: Prompter,
  input: SecretInput,
  fromStdin = false,
  check?: (secret: string) => string | undefined,
): Promise<string> {
  const secret = await readAnySecret(context, prompter, input, fromStdin, check);
  const wrong = check?.(secret);
  if (wrong === undefined) return secret;
  throw new CommandError('secret_unfit', wrong, { exitCode: EXIT.usage });
}

async function readAnySecret(
  context: CommandContext,
  prompter: Prompter,
  input: SecretInput,
  fromStdin: boolean,
  check: ((secret: string) => string | undefined) | undefined,
): Promise<string> {
  const { stdin } = context;
  if (fromStdin && stdin?.isTTY !== true) {
    const text = stdin === undefined ? '' : (await textOf(stdin, input)).trim();
    if (text !== '') return text;
    throw new CommandError('secret_missing', `${input.stdinOption}: expected the ${input.name}, and nothing came.`, {
      exitCode: EXIT.usage,
    });
  }
  const value = fromStdin ? undefined : context.env[input.variable]?.trim();
  if (value) {
    note(context, `The ${input.name} is that of ${input.variable}.`);
    return value;
  }
  return prompter.askSecret(capitalized(input.name), check === undefined ? {} : { check });
}

/** Refuses options that people may try, by saying what to do, and without repeating what they hold. */
export function refuseAsOptions(command: Command, names: readonly string[], input: SecretInput): Command {
  for (const name of names) {
    const option = new Option(`--${name} [secret]`).hideHelp().argParser(() => {
      throw new CommandError(
        'secret_on_command_line',
        `--${name} is not taken: other users of this machine can see the command line, and your shell keeps it in its ` +
          `history. Remove it there, and give ${howToGive(input)}, or type it when you are asked.`,
        { exitCode: EXIT.usage },
      );
    });
    command.addOption(option);
  }
  return command;
}

async function textOf(stdin: AsyncIterable<unknown>, { stdinOption }: SecretInput): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    const part = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += part.length;
    if (bytes > MOST_BYTES) {
      throw new CommandError(
        'secret_too_long',
        `${stdinOption}: expected a secret, got more than ${MOST_BYTES} bytes.`,
        {
          exitCode: EXIT.usage,
        },
      );
    }
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString();
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
