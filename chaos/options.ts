/** What a chaos run is told on its command line. */
import { Command, Option } from 'commander';
import { wholeNumber } from '../src/commands/index.ts';

/** How a chaos run runs. */
export interface ChaosOptions {
  /** How many messages are requested. */
  messages: number;
  /** Decides the requests, the faults with their times, and what becomes of each message at the simulator. */
  seed: number;
  /** Whether the naive variant runs in place of this package. */
  naive: boolean;
  /** Whether the last line of standard output is the result as JSON, and everything else goes to standard error. */
  json: boolean;
  /** Where the run's folder is made. @default the system's folder for temporary files */
  dir?: string;
  /** Whether the run's folder is kept although everything was right. */
  keep: boolean;
}

const MOST_MESSAGES = 20_000;
const LARGEST_SEED = 2 ** 31 - 1;

/** Reads a seed. */
export const seedNumber = wholeNumber(0, LARGEST_SEED);

/** Reads a number of messages. */
export const messageNumber = wholeNumber(1, MOST_MESSAGES);

/** The command, whose options are `ChaosOptions`. */
export function chaosCommand(): Command {
  return new Command('npm run chaos --')
    .description(
      'Runs the whole system against a simulator of Sinch while its processes are killed and Sinch misbehaves, all by a ' +
        'schedule that the seed decides, and compares what was recorded with what the simulator knows to be true. Nothing ' +
        'is sent to anybody. Needs PostgreSQL (initdb) beside the Temporal server. Ends with exit code 1 where a message ' +
        'was sent twice or lost, ended otherwise than in truth, or has an event twice.',
    )
    .option('--messages <n>', 'how many messages are requested', messageNumber, 500)
    .option('--seed <n>', 'decides the messages, the faults and their times', seedNumber, 1)
    .option('--naive', 'run a variant without the care of this package: plain retries, no look-up', false)
    .addOption(
      new Option(
        '--json',
        'the last line of standard output is the result as JSON; everything else goes to standard error',
      ).default(false),
    )
    .option('--dir <folder>', "where the run's folder is made, such as /dev/shm (default: that for temporary files)")
    .option('--keep', "keep the run's folder with the logs, though everything was right", false)
    .addHelpText(
      'after',
      '\nExamples:\n  npm run chaos\n  npm run chaos -- --messages 2000 --seed 7 --json\n  npm run chaos -- --messages 200 --naive',
    );
}
