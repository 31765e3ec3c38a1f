import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { createLogger } from '../log.ts';
import { openDatabase } from '../db/index.ts';
import { connectWorker } from '../worker-connection.ts';
import { startWorker } from '../worker.ts';
import { type CommandContext, note, printJson } from './context.ts';
import { CONFIG_HELP } from './config-help.ts';
import { openPayloadEncryption } from './open-payload-encryption.ts';
import { openSettings } from './open-settings.ts';
import { listenForStop } from './stop-signal.ts';

/** `worker`: a worker process, set up by the environment. */
export function addWorkerCommand(program: Command, context: CommandContext): void {
  program
    .command('worker')
    .summary('a worker process, set up by the environment')
    .description(
      'Runs a worker: the workflow of each message, its activities, and the sending of every plan at its rate. Set up by ' +
        'the environment. Ctrl-C or SIGTERM finishes the sends under way; a second one stops at once.',
    )
    .option('--json', 'a line of JSON once it runs')
    .addHelpText('after', CONFIG_HELP)
    .action(async (options: { json?: boolean }) => {
      const config = readConfig(context.env);
      using stop = listenForStop();
      const log = createLogger(config.logLevel, context.env);
      const { namespace = 'default', connectionOptions } = config.temporal;
      const payloadEncryption = await openPayloadEncryption(config, log);
      await using database = await openDatabase({ url: config.databaseUrl, log });
      await using source = await openSettings(config, { database, log });
      const connection = await connectWorker(connectionOptions, { log, metricsAddress: config.metricsAddress });
      try {
        const worker = await startWorker({
          connection,
          namespace,
          database,
          log,
          taskQueue: config.taskQueue,
          settings: source.settings,
          sweepIntervalMs: config.sweepIntervalMs,
          proxies: config.proxies,
          ...(source.keyring === undefined ? {} : { keyring: source.keyring }),
          ...(payloadEncryption === undefined ? {} : { payloadEncryption }),
        });
        try {
          if (options.json) printJson(context, { running: 'worker', namespace, task_queue: config.taskQueue });
          else note(context, `The worker runs on queue ${config.taskQueue} of namespace ${namespace}.`);
          await Promise.race([stop.received, worker.done]);
          note(context, 'Stopping: finishing the sends under way. Ctrl-C again stops at once.');
        } finally {
          await worker.close();
        }
      } finally {
        await connection.close();
      }
    });
}
