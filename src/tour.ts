/** `npm run tour`: what a deployment does on its first day, over HTTP alone. */
import { Command, CommanderError } from 'commander';
import { EXIT, ignoreBrokenPipes, listenForStop, logOf } from './commands/index.ts';
import { runTour } from './tour/index.ts';

const program = new Command('npm run tour --')
  .description(
    'Brings up Temporal, the database, a simulator of Sinch with two service plans, a stand-in for the tracking API, a ' +
      'worker and the HTTP API, and does over HTTP alone what a deployment does on its first day: projects, keys, ' +
      'integrations, senders, sending at two throughputs, a plan whose provider hangs, and an exporter under faults. ' +
      'Nothing is sent to anybody. Ends with exit code 1 where a step fails.',
  )
  .option(
    '--json',
    'the last line of standard output is the result as JSON; everything else goes to standard error',
    false,
  )
  .addHelpText('after', '\nExamples:\n  npm run tour\n  npm run tour -- --json')
  .exitOverride();

ignoreBrokenPipes();
process.exitCode = await main();

async function main(): Promise<number> {
  try {
    program.parse();
    const { json } = program.opts<{ json: boolean }>();
    using stop = listenForStop();
    const { env, stdout, stderr } = process;
    // Refusals are part of it: what is warned of there is no news.
    const log = logOf({ ...env, LOG_LEVEL: env['LOG_LEVEL'] || 'error' });
    const isRight = await runTour({ json }, { env, stdout, stderr, log, signal: stop.signal });
    return isRight ? EXIT.done : EXIT.failed;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'tour_failed';
    if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
    process.stderr.write(`Error: ${message}\n`);
    return EXIT.failed;
  }
}
