/** `npm run demo`: the main job on this machine, from end to end. */
import { Command, CommanderError } from 'commander';
import { EXIT, ignoreBrokenPipes, listenForStop, logOf, wholeNumber } from './commands/index.ts';
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
  )
  .exitOverride();

ignoreBrokenPipes();
process.exitCode = await main();

async function main(): Promise<number> {
  try {
    program.parse();
    const log = logOf(process.env);
    using stop = listenForStop();
    const { env, stdout, stderr } = process;
    const isRight = await runDemo(program.opts<DemoOptions>(), { env, stdout, stderr, log, signal: stop.signal });
    return isRight ? EXIT.done : EXIT.failed;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'demo_failed';
    if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
    process.stderr.write(`Error: ${message}\n`);
    return EXIT.failed;
  }
}
