/** The HTTP process: intake, webhook, and what is read of messages. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Client } from '@temporalio/client';
import { createMessageClient, createSweepClient, createWorkflowListing } from './client/index.ts';
import type { Log } from './contract/log.ts';
import { DEFAULT_TASK_QUEUE } from './contract/names.ts';
import type { Database, Keyring } from './db/index.ts';
import type { ProxySettings } from './hosts/index.ts';
import {
  countWaiting,
  createLedgerCheck,
  createSqlReportStore,
  listCampaigns,
  listHeldMessages,
  listLateReports,
  listUnmatchedReports,
  readCampaign,
  readLedger,
  readMessageEvents,
} from './events/index.ts';
import { createErasure, createRetention, startRetention } from './erasure/index.ts';
import { retryRefused } from './exporters/index.ts';
import { createPlanHolds, createQueueStats, type QueueStats } from './plans/index.ts';
import {
  createCountedIntake,
  createIntake,
  createStarts,
  DEFAULT_START_GRACE_MS,
  type IntakeAnswer,
} from './intake/index.ts';
import { createMetrics } from './metrics/index.ts';
import { createApp, type AppDeps, createCallerOf, createFailedLogIns, SHORTEST_API_KEY } from './http/index.ts';
import { createPayloadEncryption } from './payload-encryption/index.ts';
import { createRegister } from './register/index.ts';
import { integrationIdsOf, type Settings, type SettingsAdmin } from './settings/index.ts';
import { createSinchClients, testConnection } from './sinch/index.ts';
import { createWebhook } from './webhook/index.ts';

/** How long a test of a connection waits for each answer of Sinch, in milliseconds. */
const TEST_TIMEOUT_MS = 4_500;

/**
 * How long an idle connection is kept, in milliseconds: longer than load balancers do (60 s), so that they end it and do
 * not send a callback into one that we are just closing.
 */
const KEEP_ALIVE_MS = 65_000;

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
  /** A key for `/metrics` and nothing else, at least as long. @default the deployment key is needed there too */
  metricsKey?: string;
  /** Key for decrypting payloads and nothing else, beside the deployment key. @default none */
  codecKey?: string;
  /** @default 127.0.0.1 */
  host?: string;
  /** 0 for a free one. @default 0 */
  port?: number;
  /** Callbacks under way at once; those beyond are answered 503 and come again. @default DEFAULT_MAX_CONCURRENT, 256 */
  maxConcurrentCallbacks?: number;
  /**
   * Decrypts payloads for whoever has the key for it, and for Temporal's web UI at one of these origins.
   * @default what `keyring` decrypts, for no page of another origin
   */
  payloadCodec?: AppDeps['payloadCodec'];
  /** Proxies by which Sinch is reached when a connection is tested. @default none */
  proxies?: ProxySettings;
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
  for (const [name, key] of [
    ['API key', apiKey],
    ['key of metrics', options.metricsKey],
    ['key of the codec server', options.codecKey],
  ] as const) {
    if (key === undefined || key.length >= SHORTEST_API_KEY) continue;
    throw new TypeError(`Expected the ${name} to have at least ${SHORTEST_API_KEY} characters, got ${key.length}`);
  }
  const messages = createMessageClient({
    client,
    // What is registered is accepted; the intake has refused before.
    refuseNumbersInIds: false,
    ...(options.taskQueue === undefined ? {} : { taskQueue: options.taskQueue }),
    ...(options.searchAttributes === undefined ? {} : { searchAttributes: options.searchAttributes }),
    ...(options.eagerStart === undefined ? {} : { eagerStart: options.eagerStart }),
  });
  const register = createRegister<IntakeAnswer>(database, keyring);
  // For tests of connections alone, one at a time: messages are sent by the workers.
  const sinch = createSinchClients({
    connections: 2,
    connectTimeoutMs: TEST_TIMEOUT_MS,
    lookupTimeoutMs: TEST_TIMEOUT_MS,
    ...(settings.allowPrivateHosts === undefined ? {} : { allowPrivateHosts: settings.allowPrivateHosts }),
    ...(options.proxies === undefined ? {} : { proxies: options.proxies }),
  });
  const planHolds = createPlanHolds({ client, taskQueue: options.taskQueue ?? DEFAULT_TASK_QUEUE });
  const queueStats = createQueueStats({ client, taskQueue: options.taskQueue ?? DEFAULT_TASK_QUEUE, settings });
  const ofQueues = (value: (stats: QueueStats) => number) => async () =>
    (await queueStats.read()).map((stats) => ({
      labels: { queue: stats.queue, kind: stats.kind },
      value: value(stats),
    }));
  const metrics = createMetrics({
    gauges: {
      sinch_queue_backlog: ofQueues(({ backlog }) => backlog),
      sinch_queue_backlog_age_seconds: ofQueues(({ backlogAgeSeconds }) => backlogAgeSeconds),
      sinch_queue_pollers: ofQueues(({ pollers }) => pollers),
      sinch_plan_held: async () =>
        (await planHolds.list()).map(({ servicePlanId }) => ({ labels: { servicePlanId }, value: 1 })),
      sinch_starts_waiting: async () => [
        { value: await register.countUnstarted(new Date(Date.now() - DEFAULT_START_GRACE_MS).toISOString()) },
      ],
    },
    log,
  });
  const starts = createStarts({
    startMessage: (message) => messages.start(message),
    register,
    log,
    counters: metrics,
  });
  const personal = {
    database,
    keyring,
    integrationIdsOf: (projectId: string) => integrationIdsOf(database, settings, projectId),
  };
  const app = createApp({
    settings,
    ...(admin === undefined ? {} : { admin }),
    ...(admin === undefined ? {} : { retryExport: (projectId) => retryRefused(database, projectId) }),
    intake: createCountedIntake(createIntake({ settings, register, starts }), metrics),
    register,
    messages,
    readEvents: (key) => readMessageEvents(database, key),
    readLedger: (scope) => readLedger(database, scope),
    readCampaign: (campaign) => readCampaign(database, campaign),
    listCampaigns: (query) => listCampaigns(database, query),
    listHeldMessages: (query) => listHeldMessages(database, query),
    countWaiting: (scope) => countWaiting(database, scope),
    ledgerCheck: createLedgerCheck({ database, workflows: createWorkflowListing({ client }) }),
    listLateReports: (query) => listLateReports(database, query),
    listUnmatchedReports: (query) => listUnmatchedReports(database, query),
    testConnection: (integration) => testConnection(integration, { clients: sinch }),
    planHolds,
    sweeps: createSweepClient({
      client,
      ...(options.taskQueue === undefined ? {} : { taskQueue: options.taskQueue }),
    }),
    webhook: createWebhook({
      settings,
      signalMessage: (workflowId, report, requestId, signal) =>
        messages.signalReport(workflowId, report, requestId, signal),
      reports: createSqlReportStore(database, keyring),
      ...(options.maxConcurrentCallbacks === undefined ? {} : { maxConcurrent: options.maxConcurrentCallbacks }),
      log,
      counters: metrics,
    }),
    callerOf: createCallerOf({
      deploymentKey: apiKey,
      purposeKeys: {
        ...(options.metricsKey === undefined ? {} : { metrics: options.metricsKey }),
        ...(options.codecKey === undefined ? {} : { codec: options.codecKey }),
      },
      ...(admin === undefined ? {} : { admin }),
    }),
    metrics,
    erasure: createErasure(personal),
    payloadCodec: options.payloadCodec ?? {
      codec: createPayloadEncryption(keyring, { encrypts: false }).codec,
      origins: [],
    },
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
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.listen(options.port ?? 0, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    await Promise.all([starts.close(), sinch.close()]);
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  const retention = startRetention(createRetention({ ...personal, settings, log }), log);
  let closing: Promise<void> | undefined;

  async function stop(): Promise<void> {
    server.close();
    server.closeIdleConnections();
    // Answers take milliseconds; a connection that is still busy after a while hangs on its caller.
    const force = setTimeout(() => server.closeAllConnections(), 5_000);
    await once(server, 'close');
    clearTimeout(force);
    await Promise.all([starts.close(), sinch.close(), retention.close()]);
  }

  const close = (): Promise<void> => (closing ??= stop());
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    close,
    [Symbol.asyncDispose]: close,
  };
}
