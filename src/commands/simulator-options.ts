import { type Command, InvalidArgumentError } from 'commander';
import { type Behaviour, isBehaviour, MAGIC_RECIPIENTS, type SimulatorOptions } from '../simulator/index.ts';
import { positiveNumber, wholeNumber } from './option-values.ts';

/** How the simulator behaves, as commander gives it. */
export interface SimulatorBehaviourOptions {
  reportDelay?: number;
  lateReport?: number;
  mix?: Partial<Record<Behaviour, number>>;
  seed?: number;
}

/** Adds the options that decide how the simulator behaves. */
export function addSimulatorBehaviour(command: Command): Command {
  return command
    .option(
      '--report-delay <ms>',
      "the simulator's delivery reports come after so long (default: 1000)",
      positiveNumber,
    )
    .option('--late-report <ms>', 'late ones of the simulator come after so long (default: 60000)', positiveNumber)
    .option(
      '--mix <weights>',
      'what the simulator does with ordinary recipients, such as delivered=90,failed=8,no_report=2 (default: delivered)',
      mixOf,
    )
    .option('--seed <n>', 'decides the draws from the mix (default: 1)', wholeNumber(0, 2 ** 31 - 1));
}

/** Which of these options were given, by name. */
export function givenBehaviour(options: SimulatorBehaviourOptions): string[] {
  const names = { reportDelay: '--report-delay', lateReport: '--late-report', mix: '--mix', seed: '--seed' } as const;
  return Object.entries(names).flatMap(([name, flag]) =>
    options[name as keyof SimulatorBehaviourOptions] === undefined ? [] : [flag],
  );
}

/** The options as the simulator takes them. */
export function behaviourOf({
  reportDelay,
  lateReport,
  mix,
  seed,
}: SimulatorBehaviourOptions): Pick<SimulatorOptions, 'reportDelayMs' | 'lateReportMs' | 'mix' | 'seed'> {
  return {
    ...(reportDelay === undefined ? {} : { reportDelayMs: reportDelay }),
    ...(lateReport === undefined ? {} : { lateReportMs: lateReport }),
    ...(mix === undefined ? {} : { mix }),
    ...(seed === undefined ? {} : { seed }),
  };
}

function mixOf(value: string): Partial<Record<Behaviour, number>> {
  const mix: Partial<Record<Behaviour, number>> = {};
  for (const entry of value.split(',')) {
    const [behaviour = '', weight = ''] = entry.split('=').map((part) => part.trim());
    if (!isBehaviour(behaviour)) {
      throw new InvalidArgumentError(
        `There is no ${behaviour || 'empty name'}; expected ${MAGIC_RECIPIENTS.map((each) => each.behaviour).join(', ')}.`,
      );
    }
    mix[behaviour] = positiveNumber(weight);
  }
  return mix;
}
