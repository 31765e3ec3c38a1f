import { Client, Connection } from '@temporalio/client';
import type { Command } from 'commander';
import { readServerConfig } from '../config.ts';
import { createLogger } from '../log.ts';
import { reasonOf } from '../contract/reason.ts';
import { loadKeyring, openDatabase } from '../db/index.ts';
import { createPayloadEncryption } from '../payload-encryption/index.ts';
import { startServer } from '../server.ts';
import { type CommandContext, note, printJson } from './context.ts';
import { CONFIG_HELP, SERVER_CONFIG_HELP } from './config-help.ts';
import { openSettings } from './open-settings.ts';
import { listenForStop } from './stop-signal.ts';

/**
 * Longest wait before Temporal is tried again, in milliseconds. The library would wait two minutes after an outage, while
 * every callback is answered 503.
 */
const LONGEST_RECONNECT_MS = 2_000;

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
      const log = createLogger(config.logLevel, context.env);
      const keyring = await loadKeyring(config.encryption);
      const payloadEncryption = createPayloadEncryption(keyring, { encrypts: config.encryptPayloads, log });
      await using database = await openDatabase({ url: config.databaseUrl, log });
      const { namespace = 'default', connectionOptions } = config.temporal;
      const connection = Connection.lazy({
        ...connectionOptions,
        channelArgs: { 'grpc.max_reconnect_backoff_ms': LONGEST_RECONNECT_MS },
      });
      // Without Temporal too requests are taken, and Sinch is told to send its reports again.
      connection.ensureConnected().catch((error: unknown) => {
        log.warn(
          {
            address: connectionOptions.address ?? 'localhost:7233',
            error: reasonOf(error),
          },
          'Temporal does not answer: messages are registered, and started once it does. Is it running, and are TEMPORAL_ADDRESS and its like right?',
        );
      });
      try {
        const {
          taskQueue,
          searchAttributes,
          apiKey,
          metricsKey,
          codecKey,
          host,
          port,
          maxConcurrentCallbacks,
          codecOrigins,
        } = config;
        await using source = await openSettings(config, { database, log });
        await using server = await startServer({
          taskQueue,
          searchAttributes,
          settings: source.settings,
          proxies: config.proxies,
          ...(source.admin === undefined ? {} : { admin: source.admin }),
          apiKey,
          ...(metricsKey === undefined ? {} : { metricsKey }),
          ...(codecKey === undefined ? {} : { codecKey }),
          host,
          port,
          ...(maxConcurrentCallbacks === undefined ? {} : { maxConcurrentCallbacks }),
          database,
          keyring,
          log,
          client: new Client({ connection, namespace, dataConverter: payloadEncryption.dataConverter() }),
          payloadCodec: { codec: payloadEncryption.codec, origins: codecOrigins },
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
