/** `npm run demo`: the main job on this machine, from end to end. */
import { Command } from 'commander';
import { logOf, runProgram, wholeNumber } from './commands/index.ts';
import { type DemoOptions, runDemo } from './demo/index.ts';

const MOST_MESSAGES = 100_000;

const program = new Command('npm run demo --')
  .description(
    'Brings up Temporal, the database, a simulator of Sinch, a worker and the HTTP API in memory; sends a campaign; ' +
      'receives the signed delivery reports; lets four days pass; prints the ledger and compares every number with what ' +
      'the simulator counted. Nothing is sent to anybody. Ends with exit code 1 where a number is not right.',
  )
  .option(
    '--messages <n>',
    'so many generated people (default: the 60 of examples/welcome-campaign.csv)',
    wholeNumber(1, MOST_MESSAGES),
  )
  .option('--seed <n>', 'decides the generated people and their outcomes', wholeNumber(0, 2 ** 31 - 1), 1)
  .option(
    '--json',
    'the last line of standard output is the result as JSON; everything else goes to standard error',
    false,
  )
  .option('--keep', "leave everything running until Ctrl-C, Temporal's web UI included", false)
  .addHelpText(
    'after',
    '\nExamples:\n  npm run demo\n  npm run demo -- --keep\n  npm run demo -- --messages 500 --json',
  );

process.exitCode = await runProgram(program, 'demo_failed', (context) =>
  runDemo(program.opts<DemoOptions>(), { ...context, log: logOf(context.env) }),
);
