/** The HTTP process: intake, webhook, and what is read of messages. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Client } from '@temporalio/client';
import { createMessageClient, createWorkflowListing } from './client/index.ts';
import type { Log } from './contract/log.ts';
import type { Database, Keyring } from './db/index.ts';
import {
  createLedgerCheck,
  createSqlReportStore,
  listCampaigns,
  listLateReports,
  readCampaign,
  readLedger,
  readMessageEvents,
} from './events/index.ts';
import { retryRefused } from './exporters/index.ts';
import { createApp, createCallerOf, createFailedLogIns, SHORTEST_API_KEY } from './http/index.ts';
import { createIntake, createStarts, type IntakeAnswer } from './intake/index.ts';
import { createRegister } from './register/index.ts';
import type { Settings, SettingsAdmin } from './settings/index.ts';
import { createSinchClients, testConnection } from './sinch/index.ts';
import { createWebhook } from './webhook/index.ts';

/** How long a test of a connection waits for each answer of Sinch, in milliseconds. */
const TEST_TIMEOUT_MS = 4_500;

export interface ServerOptions {
  /** For the namespace of the workers; stays the caller's. */
  client: Client;
  /** The workers' task queue. @default DEFAULT_TASK_QUEUE */
  taskQueue?: string;
  /** `false` where the namespace has none of the search attributes. @default true */
  searchAttributes?: boolean;
  /** @default false */
  eagerStart?: boolean;
  settings: Settings;
  /** Changes and shows what `settings` reads. @default none: settings that are given once cannot be changed over HTTP */
  admin?: SettingsAdmin;
  /** Stays the caller's. */
  database: Database;
  keyring: Keyring;
  /** The deployment key: makes projects, and is an admin of each. At least `SHORTEST_API_KEY` characters. */
  apiKey: string;
  /** @default 127.0.0.1 */
  host?: string;
  /** 0 for a free one. @default 0 */
  port?: number;
  log: Log;
}

export interface RunningServer extends AsyncDisposable {
  url: string;
  port: number;
  /** Answers what is under way, then stops. */
  close(): Promise<void>;
}

/** @throws TypeError for an API key that is too short; the listening error where the port is taken. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { client, settings, admin, database, keyring, apiKey, host = '127.0.0.1', log } = options;
  if (apiKey.length < SHORTEST_API_KEY) {
    throw new TypeError(`Expected the API key to have at least ${SHORTEST_API_KEY} characters, got ${apiKey.length}`);
  }
  const messages = createMessageClient({
    client,
    ...(options.taskQueue === undefined ? {} : { taskQueue: options.taskQueue }),
    ...(options.searchAttributes === undefined ? {} : { searchAttributes: options.searchAttributes }),
    ...(options.eagerStart === undefined ? {} : { eagerStart: options.eagerStart }),
  });
  const register = createRegister<IntakeAnswer>(database);
  // For tests of connections alone, one at a time: messages are sent by the workers.
  const sinch = createSinchClients({
    connections: 2,
    connectTimeoutMs: TEST_TIMEOUT_MS,
    lookupTimeoutMs: TEST_TIMEOUT_MS,
  });
  const starts = createStarts({ startMessage: (message) => messages.start(message), register, log });
  const app = createApp({
    settings,
    ...(admin === undefined ? {} : { admin }),
    ...(admin === undefined ? {} : { retryExport: (projectId) => retryRefused(database, projectId) }),
    intake: createIntake({ settings, register, starts }),
    register,
    messages,
    readEvents: (key) => readMessageEvents(database, key),
    readLedger: (scope) => readLedger(database, scope),
    readCampaign: (campaign) => readCampaign(database, campaign),
    listCampaigns: (query) => listCampaigns(database, query),
    ledgerCheck: createLedgerCheck({ database, workflows: createWorkflowListing({ client }) }),
    listLateReports: (query) => listLateReports(database, query),
    testConnection: (integration) => testConnection(integration, { clients: sinch }),
    webhook: createWebhook({
      settings,
      signalMessage: (workflowId, report, requestId, signal) =>
        messages.signalReport(workflowId, report, requestId, signal),
      reports: createSqlReportStore(database, keyring),
      log,
    }),
    callerOf: createCallerOf(apiKey, admin),
    failedLogIns: createFailedLogIns(),
    readiness: {
      database: () => database.ping(),
      temporal: async () => {
        await client.withDeadline(Date.now() + 1_500, () =>
          client.workflowService.describeNamespace({ namespace: client.options.namespace }),
        );
      },
    },
    log,
  });

  const listener = getRequestListener(app.fetch);
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  server.listen(options.port ?? 0, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    await Promise.all([starts.close(), sinch.close()]);
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;

  async function stop(): Promise<void> {
    server.close();
    server.closeIdleConnections();
    // Answers take milliseconds; a connection that is still busy after a while hangs on its caller.
    const force = setTimeout(() => server.closeAllConnections(), 5_000);
    await once(server, 'close');
    clearTimeout(force);
    await Promise.all([starts.close(), sinch.close()]);
  }

  const close = (): Promise<void> => (closing ??= stop());
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    close,
    [Symbol.asyncDispose]: close,
  };
}
