/** `npm run tour`: what a deployment does on its first day, over HTTP alone. */
import { Command } from 'commander';
import { logOf, runProgram } from './commands/index.ts';
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
  .addHelpText('after', '\nExamples:\n  npm run tour\n  npm run tour -- --json');

process.exitCode = await runProgram(program, 'tour_failed', (context) => {
  const { env } = context;
  // Refusals are part of it: what is warned of there is no news.
  const log = logOf({ ...env, LOG_LEVEL: env['LOG_LEVEL'] || 'error' });
  return runTour(program.opts<{ json: boolean }>(), { ...context, log });
});
