import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { bundleWorkflowCode, Worker, type WorkerOptions } from '@temporalio/worker';
import { createMessageClient, type MessageClient, type MessageStatus } from '../../src/client/index.ts';
import type { MessageOutcome } from '../../src/contract/message-outcome.ts';
import { workflowIdOf } from '../../src/contract/identity.ts';
import type { Log } from '../../src/contract/log.ts';
import { DEFAULT_LIFE_MS, type SendMessageInput } from '../../src/contract/message.ts';
import { DEFAULT_TASK_QUEUE } from '../../src/contract/names.ts';
import { createKeyring, type Database, openDatabase } from '../../src/db/index.ts';
import {
  type CampaignEventSink,
  createSqlReportStore,
  createSqlSink,
  type MessageEvents,
  readMessageEvents,
} from '../../src/events/index.ts';
import { LOOPBACK_HOSTS } from '../../src/hosts/index.ts';
import type { PayloadEncryption } from '../../src/payload-encryption/index.ts';
import { SinchPlugin, type SinchPluginOptions } from '../../src/plugin.ts';
import { type Settings, staticSettings } from '../../src/settings/index.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/index.ts';
import { createNodeListener, createWebhook, type Webhook } from '../../src/webhook/index.ts';
import { sampleMessage } from './messages.ts';
import { createTestEnvironment, type TestEnvironment } from './temporal.ts';

/** What a test file wants otherwise. */
export interface MessageStackOptions {
  /** Names of the integrations; each has a plan of its own, `plan-{name}`. @default main */
  integrations?: readonly string[];
  /** @default reports after about 20 ms */
  simulator?: Omit<SimulatorOptions, 'plans'>;
  /** Stands between the plugin and the store. @default nothing does */
  sink?: (store: CampaignEventSink) => CampaignEventSink;
  settings?: (settings: Settings) => Settings;
  plugin?: Pick<SinchPluginOptions, 'sends' | 'probeIntervalMs' | 'sweepIntervalMs'>;
  /** Of the worker, the send workers and the client. @default payloads are as they are */
  payloadEncryption?: PayloadEncryption;
  /** File of the Temporal server. @default memory only */
  dbFilename?: string;
  /** What the plugin and the webhook write. @default nobody reads it */
  log?: Log;
  worker?: Partial<WorkerOptions>;
  /** Identity of the client that starts messages, as histories show it. @default the SDK's */
  clientIdentity?: string;
}

/** Everything that a message passes through, each part real but Sinch, which is the simulator. */
export interface MessageStack extends AsyncDisposable {
  readonly environment: TestEnvironment;
  readonly temporal: Client;
  readonly messages: MessageClient;
  readonly simulator: Simulator;
  readonly database: Database;
  readonly plugin: SinchPlugin;
  readonly settings: Settings;
  /** A message of the project `shop` through the integration `main`, requested now. */
  message(messageId: string, overrides?: Partial<SendMessageInput>): SendMessageInput;
  /** Starts such a message. */
  start(messageId: string, overrides?: Partial<SendMessageInput>): Promise<SendMessageInput>;
  /** Starts it and waits for its end. */
  send(messageId: string, overrides?: Partial<SendMessageInput>): Promise<MessageOutcome>;
  outcome(messageId: string): Promise<MessageOutcome>;
  events(messageId: string): Promise<MessageEvents>;
  /** Statuses of the events, in their order. */
  statuses(messageId: string): Promise<string[]>;
  /** How often Sinch took the message. */
  accepted(messageId: string): number;
  /** Its workflow, and its client reference at Sinch. */
  workflowId(messageId: string): string;
  /** Waits until the message's status is such. */
  untilStatus(messageId: string, holds: (status: MessageStatus) => boolean): Promise<MessageStatus>;
  /** Stops the worker and its send workers; what runs is finished. */
  stopWorker(): Promise<void>;
  startWorker(): Promise<void>;
}

const workflowsPath = fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url));

/**
 * Brings up a Temporal server, a database in memory, the simulator, the webhook over HTTP and a worker with the plugin.
 * Closing stops all of them.
 */
export async function startMessageStack(options: MessageStackOptions = {}): Promise<MessageStack> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).toReversed()) await closer();
  };
  try {
    return await bringUp(options, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function bringUp(
  options: MessageStackOptions,
  closers: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<MessageStack> {
  const { integrations = ['main'], log = { warn: nothing, error: nothing } } = options;
  const { payloadEncryption, clientIdentity, dbFilename } = options;
  const environment = await createTestEnvironment({
    client: {
      ...(clientIdentity === undefined ? {} : { identity: clientIdentity }),
      ...(payloadEncryption === undefined ? {} : { dataConverter: payloadEncryption.dataConverter() }),
    },
    ...(dbFilename === undefined ? {} : { dbFilename }),
  });
  closers.push(() => environment.teardown());
  const database = await openDatabase({ memory: true });
  closers.push(() => database.close());

  const host = await startWebhookHost();
  closers.push(host.close);
  const simulator = await startSimulator({
    reportDelayMs: 20,
    ...options.simulator,
    plans: integrations.map((name) => ({ servicePlanId: `plan-${name}`, apiToken: `token-${name}` })),
  });
  closers.push(() => simulator.close());

  const given = staticSettings({
    publicUrl: host.url,
    allowPrivateHosts: LOOPBACK_HOSTS,
    projects: [
      {
        id: 'shop',
        defaultIntegrationId: integrations[0] ?? 'main',
        integrations: integrations.map((name) => ({
          id: name,
          servicePlanId: `plan-${name}`,
          baseUrl: simulator.url,
          apiToken: `token-${name}`,
          messagesPerSecond: 200,
        })),
      },
    ],
  });
  const settings = options.settings?.(given) ?? given;
  const store = createSqlSink(database);
  const events = options.sink?.(store) ?? store;
  const messages = createMessageClient({ client: environment.client });
  const keyring = createKeyring({ keys: [{ id: 'test', key: randomBytes(32) }], current: 'test' });
  host.mount(
    createWebhook({
      settings,
      signalMessage: messages.signalReport,
      reports: createSqlReportStore(database, keyring),
      log,
    }),
  );

  const plugin = new SinchPlugin({
    settings,
    events,
    log,
    ...(payloadEncryption === undefined ? {} : { payloadEncryption }),
    ...options.plugin,
  });
  closers.push(() => plugin.close());
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: silent, plugins: [plugin] });

  let running: { worker: Worker; run: Promise<void> } | undefined;
  const startWorker = async (): Promise<void> => {
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue: DEFAULT_TASK_QUEUE,
      workflowBundle: { code },
      ...options.worker,
      plugins: [plugin],
    });
    const run = worker.run();
    running = { worker, run };
    // The plugin starts the send workers first, and a worker that does not run yet cannot be stopped.
    while (worker.getState() === 'INITIALIZED') {
      await Promise.race([run, new Promise((resolve) => setTimeout(resolve, 5))]);
    }
  };
  const stopWorker = async (): Promise<void> => {
    const stopping = running;
    running = undefined;
    if (!stopping) return;
    stopping.worker.shutdown();
    await stopping.run;
  };
  await startWorker();
  closers.push(stopWorker);

  const keyOf = (messageId: string) => ({ projectId: 'shop', messageId });
  const stack: MessageStack = {
    environment,
    temporal: environment.client,
    messages,
    simulator,
    database,
    plugin,
    settings,
    message(messageId, overrides = {}) {
      const integrationId = overrides.integrationId ?? integrations[0] ?? 'main';
      const now = Date.now();
      return sampleMessage({
        messageId,
        integrationId,
        servicePlanId: `plan-${integrationId}`,
        requestedAt: new Date(now).toISOString(),
        expiresAt: new Date(now + DEFAULT_LIFE_MS).toISOString(),
        ...overrides,
      });
    },
    async start(messageId, overrides) {
      const message = stack.message(messageId, overrides);
      await messages.start(message);
      return message;
    },
    async send(messageId, overrides) {
      await stack.start(messageId, overrides);
      return stack.outcome(messageId);
    },
    outcome: (messageId) => messages.outcome(keyOf(messageId)),
    events: (messageId) => readMessageEvents(database, keyOf(messageId)),
    async statuses(messageId) {
      return (await stack.events(messageId)).events.map(({ status }) => status);
    },
    accepted: (messageId) => simulator.accepted(workflowIdOf(keyOf(messageId))),
    workflowId: (messageId) => workflowIdOf(keyOf(messageId)),
    async untilStatus(messageId, holds) {
      for (;;) {
        const status = await messages.status(keyOf(messageId));
        if (status !== undefined && holds(status)) return status;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    stopWorker,
    startWorker,
    [Symbol.asyncDispose]: close,
  };
  return stack;
}

/** A real HTTP server for a webhook that is made later, since its address is part of the settings. */
async function startWebhookHost(): Promise<{ url: string; mount(webhook: Webhook): void; close(): Promise<void> }> {
  let mounted: Webhook | undefined;
  const listener = createNodeListener((request) => mounted?.(request) ?? new Response(null, { status: 503 }));
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    mount(webhook) {
      mounted = webhook;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const nothing = (): void => undefined;
/** The bundler's own progress is of no use in a test's output. */
const silent = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
