import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { workflowIdOf } from '../../src/contract/identity.ts';
import { ACTIVITY, sendQueueOf } from '../../src/contract/names.ts';
import { createMessageClient, type MessageClient } from '../../src/client/index.ts';
import { type Database, openDatabase } from '../../src/db/index.ts';
import { type MessageEvents, readMessageEvents } from '../../src/events/index.ts';
// By file and not by the folder's index, which would load the whole local stack.
import { startTemporalServer, type TemporalServer } from '../../src/local/temporal-server.ts';
import type { StaticSettingsOptions } from '../../src/settings/index.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/index.ts';
import { type Child, startChild } from './child.ts';
import { type PostgresServer, startPostgres } from './postgres.ts';
import { findTestTemporal } from './temporal.ts';

/** The project, its integration, its plan and the plan's token. */
export const PROJECT = 'shop';
const INTEGRATION = 'main';
export const PLAN = 'plan-main';
const TOKEN = 'token-main';
const CALLBACK_SECRET = 'path-secret-of-22-chars-or-more';
const API_KEY = 'key-of-the-deployment-0123';

/** `TASK_QUEUE_TYPE_ACTIVITY` of the server's API. */
const ACTIVITY_QUEUE = 2;
/** `PENDING_ACTIVITY_STATE_STARTED`. */
const STARTED = 2;

/** What a message is unless its test says otherwise. */
const REQUEST = { recipient: '+447400120000', text: 'Hello Ada' };

/** Where callbacks of the deployment come in. */
export const CALLBACK_PATH = `/webhooks/sinch/${INTEGRATION}/${CALLBACK_SECRET}`;

/** The platform is to be answered within 1 s and Sinch within 5 s, by deadlines of the process; a busy machine adds to them. */
export const AT_ONCE_MS = 9_000;

/** A whole deployment: PostgreSQL and the processes of ours are real ones that can be stopped by themselves. */
export interface Deployment extends AsyncDisposable {
  readonly client: Client;
  /** The Temporal server: `goAway` ends it; `comeBack` starts it again at its address, with what it kept if `durable`. */
  readonly temporal: { goAway(): Promise<void>; comeBack(): Promise<void> };
  readonly postgres: PostgresServer;
  readonly databaseUrl: string;
  readonly simulator: Simulator;
  readonly messages: MessageClient;
  /** For looking; of this process and not of those under test. */
  readonly database: Database;
  /** Address that the next `server` listens at. */
  readonly serverUrl: string;
  /** Starts the real worker; resolves once it runs. */
  startWorker(): Promise<Child>;
  /** Whether the server has had a poll of the worker's for the plan's sends, and so may hand it one. */
  pollsForSends(worker: Child): Promise<boolean>;
  /** Whether the message's send has been handed to the worker and not come back. */
  hasSend(worker: Child, messageId: string): Promise<boolean>;
  /** Starts the real HTTP process; resolves once it listens. */
  startServer(settings?: Readonly<Record<string, string>>): Promise<Child>;
  /** Asks for messages as the platform does, each by a request of its own. */
  ask(message: Record<string, unknown>): Promise<{ status: number; json: Record<string, unknown>; ms: number }>;
  /** Asks for many at once. */
  askMany(messages: readonly Record<string, unknown>[]): Promise<void>;
  /** Brings a report as Sinch does. */
  report(messageId: string, more?: Record<string, unknown>): Promise<{ status: number; ms: number }>;
  events(messageId: string): Promise<MessageEvents>;
  /** How often Sinch took the message. */
  accepted(messageId: string): number;
}

export interface DeploymentOptions {
  /** Folder of PostgreSQL's programs. */
  bin: string;
  simulator?: Omit<SimulatorOptions, 'plans'>;
  /** Of the plan. @default 200 */
  messagesPerSecond?: number;
  /** How long a message of unknown outcome is looked for, in milliseconds. @default the project's own */
  settleMs?: number;
  /** Whether the Temporal server keeps what it has while it is away. @default false */
  durable?: boolean;
}

/** Brings up everything but the processes under test, which each test starts. Closing stops those too. */
export async function startDeployment(options: DeploymentOptions): Promise<Deployment> {
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
  { bin, messagesPerSecond = 200, ...options }: DeploymentOptions,
  closers: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<Deployment> {
  const folder = mkdtempSync(path.join(tmpdir(), 'temporal-sinch-deployment-'));
  closers.push(() => Promise.resolve(rmSync(folder, { recursive: true, force: true })));
  const temporalPort = await freePort();
  const address = `127.0.0.1:${temporalPort}`;
  const executable = await findTestTemporal();
  let temporalServer: TemporalServer | undefined;
  const temporal: Deployment['temporal'] = {
    async comeBack() {
      temporalServer = await startTemporalServer({
        executable,
        env: process.env,
        ui: false,
        port: temporalPort,
        ...(options.durable === true ? { dbFilename: path.join(folder, 'temporal.db') } : {}),
      });
    },
    async goAway() {
      await temporalServer?.close();
    },
  };
  await temporal.comeBack();
  closers.push(temporal.goAway);
  const connection = Connection.lazy({ address, channelArgs: { 'grpc.max_reconnect_backoff_ms': 500 } });
  closers.push(() => connection.close());
  const client = new Client({ connection });

  const postgres = await startPostgres(bin);
  closers.push(() => postgres.stop());
  const databaseUrl = await postgres.createDatabase();
  const database = await openDatabase({ url: databaseUrl });
  closers.push(() => database.close());
  const simulator = await startSimulator({
    reportDelayMs: 20,
    callbackRetryMs: 100,
    ...options.simulator,
    plans: [{ servicePlanId: PLAN, apiToken: TOKEN }],
  });
  closers.push(() => simulator.close());

  const port = await freePort();
  const serverUrl = `http://127.0.0.1:${port}`;
  const settingsFile = path.join(folder, 'settings.json');
  const staticOptions: StaticSettingsOptions = {
    publicUrl: serverUrl,
    projects: [
      {
        id: PROJECT,
        defaultIntegrationId: INTEGRATION,
        defaultSender: 'Shop',
        ...(options.settleMs === undefined ? {} : { settleMs: options.settleMs }),
        integrations: [
          {
            id: INTEGRATION,
            servicePlanId: PLAN,
            apiToken: TOKEN,
            baseUrl: simulator.url,
            messagesPerSecond,
            callbackAuth: { type: 'url-secret', secrets: [CALLBACK_SECRET] },
          },
        ],
      },
    ],
  };
  writeFileSync(settingsFile, JSON.stringify(staticOptions));
  const settings = {
    DATABASE_URL: databaseUrl,
    ENCRYPTION_KEYS: Buffer.alloc(32, 7).toString('base64'),
    LOG_LEVEL: 'warn',
    PORT: String(port),
    // The simulator is on this machine.
    ALLOW_PRIVATE_HOSTS: '127.0.0.1',
    SINCH_API_KEY: API_KEY,
    SINCH_SETTINGS_FILE: settingsFile,
    TEMPORAL_ADDRESS: address,
  };
  const run = async (command: string, more: Readonly<Record<string, string>> = {}): Promise<Child> => {
    const child = startChild('src/cli.ts', [command, '--json'], { ...settings, ...more });
    closers.push(async () => {
      // Also one that a test has suspended.
      child.signal('SIGKILL');
      await child.exited;
    });
    await child.firstLine();
    return child;
  };

  return {
    client,
    temporal,
    postgres,
    databaseUrl,
    simulator,
    database,
    serverUrl,
    messages: createMessageClient({ client }),
    startWorker: () => run('worker'),
    async pollsForSends(worker) {
      const { pollers } = await client.workflowService.describeTaskQueue({
        namespace: client.options.namespace,
        taskQueue: { name: sendQueueOf(PLAN) },
        taskQueueType: ACTIVITY_QUEUE,
      });
      return pollers?.some(({ identity }) => isOf(worker, identity)) ?? false;
    },
    async hasSend(worker, messageId) {
      const handle = client.workflow.getHandle(workflowIdOf({ projectId: PROJECT, messageId }));
      const { pendingActivities } = (await handle.describe()).raw;
      return (
        pendingActivities?.some(
          (each) =>
            each.activityType?.name === ACTIVITY.send &&
            each.state === STARTED &&
            isOf(worker, each.lastWorkerIdentity),
        ) === true
      );
    },
    startServer: (more) => run('server', more),
    async ask(message) {
      const begun = performance.now();
      const response = await fetch(`${serverUrl}/v1/projects/${PROJECT}/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': API_KEY },
        body: JSON.stringify({ ...REQUEST, ...message }),
      });
      const json = (await response.json()) as Record<string, unknown>;
      return { status: response.status, json, ms: performance.now() - begun };
    },
    async askMany(many) {
      const response = await fetch(`${serverUrl}/v1/projects/${PROJECT}/messages/batch`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': API_KEY },
        body: JSON.stringify(many.map((message) => ({ ...REQUEST, ...message }))),
      });
      const answer = await response.text();
      if (!response.ok || answer.includes('"success":false')) throw new Error(`The batch was answered ${answer}`);
    },
    async report(messageId, more = {}) {
      const begun = performance.now();
      const response = await fetch(`${serverUrl}${CALLBACK_PATH}`, { method: 'POST', body: reportOf(messageId, more) });
      await response.arrayBuffer();
      return { status: response.status, ms: performance.now() - begun };
    },
    events: (messageId) => readMessageEvents(database, { projectId: PROJECT, messageId }),
    accepted: (messageId) => simulator.accepted(workflowIdOf({ projectId: PROJECT, messageId })),
    [Symbol.asyncDispose]: close,
  };
}

/** The SDK's identity of a worker is its process and its machine. */
function isOf({ pid }: Child, identity: string | null | undefined): boolean {
  return identity?.startsWith(`${pid}@`) === true;
}

/** A recipient report as Sinch sends it. */
export function reportOf(messageId: string, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    type: 'recipient_delivery_report_sms',
    batch_id: '01JHFFHQ0P99JPPNQPJDV7JTBP',
    recipient: '447400120000',
    code: 0,
    status: 'Delivered',
    at: '2026-11-24T09:59:58.123Z',
    client_reference: workflowIdOf({ projectId: PROJECT, messageId }),
    ...more,
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
