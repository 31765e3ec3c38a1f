import { Client, Connection } from '@temporalio/client';
import type { Command } from 'commander';
import { createLogger, readServerConfig } from '../config.ts';
import { loadKeyring, openDatabase } from '../db/index.ts';
import { startServer } from '../server.ts';
import { TemporalUnreachableError } from '../worker-connection.ts';
import { type CommandContext, note, printJson } from './context.ts';
import { CONFIG_HELP, SERVER_CONFIG_HELP } from './config-help.ts';
import { openSettings } from './open-settings.ts';
import { listenForStop } from './stop-signal.ts';

/** `server`: an HTTP process, set up by the environment. */
export function addServerCommand(program: Command, context: CommandContext): void {
  program
    .command('server')
    .summary('an HTTP process, set up by the environment')
    .description(
      'Runs the HTTP API, which takes messages and tells what became of them, and the webhook for delivery reports. Set ' +
        'up by the environment. Ctrl-C or SIGTERM answers what was asked; a second one stops at once.',
    )
    .option('--json', 'a line of JSON once it listens')
    .addHelpText('after', `${CONFIG_HELP}\n${SERVER_CONFIG_HELP}`)
    .action(async (options: { json?: boolean }) => {
      const config = readServerConfig(context.env);
      using stop = listenForStop();
      const log = createLogger(config.logLevel);
      const keyring = await loadKeyring(config.encryption);
      await using database = await openDatabase({ url: config.databaseUrl, log });
      const { namespace = 'default', connectionOptions } = config.temporal;
      const connection = await Connection.connect(connectionOptions).catch((error: unknown) => {
        throw new TemporalUnreachableError(connectionOptions.address, error);
      });
      try {
        const { taskQueue, searchAttributes, apiKey, host, port } = config;
        await using source = await openSettings(config, { database, log });
        await using server = await startServer({
          taskQueue,
          searchAttributes,
          settings: source.settings,
          ...(source.admin === undefined ? {} : { admin: source.admin }),
          apiKey,
          host,
          port,
          database,
          keyring,
          log,
          client: new Client({ connection, namespace }),
        });
        if (options.json) printJson(context, { running: 'server', url: server.url });
        else note(context, `The HTTP API and the webhook listen on ${server.url}.`);
        await stop.received;
        note(context, 'Stopping: answering what was asked. Ctrl-C again stops at once.');
      } finally {
        await connection.close();
      }
    });
}
