import { Command } from 'commander';
import { EXIT, wholeNumber } from '../src/commands/index.ts';

/** An option that is a whole number above 0. */
interface NumberOption {
  what: string;
  default: number;
}

/** The command of a measurement: `npm run <script> -- …`, with its numbers and `--json`. */
export function measurement(
  script: string,
  description: string,
  numbers: Readonly<Record<string, NumberOption>>,
): Command {
  const command = new Command(`npm run ${script} --`)
    .description(description)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.done : EXIT.usage));
  for (const [name, { what, default: value }] of Object.entries(numbers)) {
    command.option(`--${name} <n>`, what, wholeNumber(1, Number.MAX_SAFE_INTEGER), value);
  }
  return command.option('--json', 'the last line of standard output is the result as JSON', false);
}
