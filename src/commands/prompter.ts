import { CommandError, EXIT } from './command-error.ts';
import { type CommandContext, note } from './context.ts';
import { readTerminal, type TerminalLines } from './terminal-lines.ts';

/** One of several answers. */
interface Choice<T extends string> {
  value: T;
  /** What it stands for. */
  label: string;
}

/** What an answer has to be. */
interface AskOptions {
  /** Taken where nothing is typed. */
  assumed?: string;
  /** Says what was expected where the answer is not it. */
  check?: (answer: string) => string | undefined;
}

/**
 * Asks the person at the terminal. Questions go to standard error, so that standard output stays an answer. Every method
 * throws CommandError `interrupted` at Ctrl-C and `not_a_terminal` where nobody can be asked.
 */
export interface Prompter extends Disposable {
  /** Whether there is somebody to ask. */
  readonly isInteractive: boolean;
  /** Until there is an answer that fits; without blanks around it. */
  ask(question: string, options?: AskOptions): Promise<string>;
  /** The same with nothing shown of what is typed. */
  askSecret(question: string, options?: Pick<AskOptions, 'check'>): Promise<string>;
  /** By number or by name. */
  choose<T extends string>(question: string, choices: readonly Choice<T>[]): Promise<T>;
  /** @param assumed what it is where nothing is typed */
  confirm(question: string, assumed: boolean): Promise<boolean>;
}

/** Touches the terminal only when something is asked. */
export function openPrompter(context: CommandContext): Prompter {
  const { stdin, stderr } = context;
  // A question that goes to a file is not seen.
  const terminal = stdin?.isTTY === true && stderr.isTTY === true ? stdin : undefined;
  let lines: TerminalLines | undefined;

  async function next(prompt: string, hidden = false): Promise<string> {
    if (!terminal) {
      throw new CommandError('not_a_terminal', `${prompt.trim()} Nobody can be asked here: this is no terminal.`, {
        exitCode: EXIT.usage,
      });
    }
    lines ??= readTerminal(terminal, stderr);
    return (await lines.next(prompt, hidden)).trim();
  }

  return {
    isInteractive: terminal !== undefined,
    async ask(question, { assumed, check } = {}) {
      for (;;) {
        const answer = (await next(`${question}${assumed === undefined ? '' : ` [${assumed}]`}: `)) || assumed;
        if (answer === undefined) continue;
        const wrong = check?.(answer);
        if (wrong === undefined) return answer;
        note(context, wrong);
      }
    },
    async askSecret(question, { check } = {}) {
      for (;;) {
        const answer = await next(`${question} (not shown): `, true);
        if (answer === '') continue;
        const wrong = check?.(answer);
        if (wrong === undefined) return answer;
        note(context, wrong);
      }
    },
    async choose(question, choices) {
      const widest = Math.max(...choices.map(({ value }) => value.length));
      note(context, `${question}:`);
      for (const [index, { value, label }] of choices.entries()) {
        note(context, `  ${index + 1}  ${value.padEnd(widest)}  ${label}`);
      }
      for (;;) {
        const answer = (await next('Number or name: ')).toLowerCase();
        const chosen = choices.find(({ value }, index) => answer === value || answer === String(index + 1));
        if (chosen) return chosen.value;
      }
    },
    async confirm(question, assumed) {
      for (;;) {
        const answer = (await next(`${question} [${assumed ? 'Y/n' : 'y/N'}] `)).toLowerCase();
        if (answer === '') return assumed;
        if (answer === 'y' || answer === 'yes') return true;
        if (answer === 'n' || answer === 'no') return false;
      }
    },
    [Symbol.dispose]: () => lines?.[Symbol.dispose](),
  };
}

/**
 * Names everything at once that a command lacks and cannot ask for.
 * @param needed what is there, and how it is given
 * @throws CommandError `input_missing`
 */
export function refuseMissing(prompter: Prompter, needed: readonly (readonly [isGiven: boolean, how: string])[]): void {
  const missing = needed.filter(([isGiven]) => !isGiven).map(([, how]) => how);
  if (prompter.isInteractive || missing.length === 0) return;
  throw new CommandError(
    'input_missing',
    `Nobody can be asked here, since this is no terminal, and this is missing: ${missing.join('; ')}.`,
    { exitCode: EXIT.usage },
  );
}

/**
 * Asks whether to do what cannot be taken back.
 * @param isConfirmed `--yes` was given
 * @throws CommandError where it is not wanted, or nobody can be asked
 */
export async function confirmOrStop(prompter: Prompter, question: string, isConfirmed = false): Promise<void> {
  if (isConfirmed) return;
  refuseMissing(prompter, [[false, `--yes, to confirm: ${question}`]]);
  if (await prompter.confirm(question, false)) return;
  throw new CommandError('not_confirmed', 'Nothing was changed.');
}
