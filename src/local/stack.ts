/** The whole product on one machine, bound to 127.0.0.1: what `up` and the demo bring up. */
import { Client } from '@temporalio/client';
import type { Database } from '../db/index.ts';
import { LOOPBACK_HOSTS } from '../hosts/index.ts';
import { createPayloadEncryption } from '../payload-encryption/index.ts';
import { startServer } from '../server.ts';
import type { Integration, Settings } from '../settings/index.ts';
import type { Simulator } from '../simulator/index.ts';
import { connectWorker } from '../worker-connection.ts';
import { startWorker } from '../worker.ts';
import { claimStackFile } from './claim-stack-file.ts';
import { LOCAL_PROJECT_ID, openLocalSettings, startLocalProject } from './local-project.ts';
import { type ProgressTicker, startProgressTicker } from './progress-ticker.ts';
import { StackError } from './stack-error.ts';
import { DEFAULT_LOCAL_RATE, type StackOptions } from './stack-options.ts';
import { checkSearchAttributes, explainedPort, openStorage, startOwnTemporal } from './stack-parts.ts';
import { chooseStackPorts } from './stack-ports.ts';
import { startUiCodec } from './ui-codec.ts';

const IP = '127.0.0.1';

/** A running local stack. */
export interface Stack extends AsyncDisposable {
  /** Where the HTTP API is, such as `http://127.0.0.1:34567`. */
  readonly url: string;
  /** The project that requests are made for: the first one that has an integration. */
  readonly projectId: string;
  readonly apiKey: string;
  /** Whether this run made the key, so that it has to be shown. */
  readonly apiKeyIsNew: boolean;
  /** Every integration as it is now, and whether it is its project's default. */
  destinations(): Promise<readonly StackDestination[]>;
  /** On the worker's own connection. */
  readonly client: Client;
  readonly database: Database;
  /** Absent where `settings` were given. */
  readonly simulator?: Simulator;
  /** `host:port`; absent where a running server is used. */
  readonly temporalAddress?: string;
  /** Absent where a running server is used. */
  readonly temporalUi?: string;
  /** Resolves when the stack was closed; rejects when a part of it failed, after which it has to be closed. */
  readonly ended: Promise<void>;
  /**
   * Stops everything: no more requests, then what is being sent is finished, then the rest. Can be called again.
   * @throws AggregateError when parts could not be stopped; the others are
   */
  close(): Promise<void>;
}

/** An integration of a stack, without its secrets. */
export type StackDestination = Pick<Integration, 'id' | 'projectId' | 'baseUrl'> & {
  callbackUrl?: string;
  isDefault: boolean;
};

/** What was started, in the order in which it is stopped. */
const PARTS = [
  'file',
  'http',
  'worker',
  'connection',
  'simulator',
  'settings',
  'database',
  'temporal',
  'uiCodec',
  'folder',
] as const;

/** What each part that was started is stopped with. */
type Closers = Map<(typeof PARTS)[number], () => Promise<void>>;

/**
 * Brings up Temporal, the database, the simulator of Sinch, a worker and the HTTP process. When it fails half way, what
 * was started is stopped again.
 *
 * @throws StackError, TemporalNotFoundError, TemporalServerError, DatabaseError and what the parts throw
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { memory = false, dataDir, databaseUrl } = options;
  if (!memory && dataDir === undefined) throw new TypeError('startStack: `dataDir` is needed unless `memory` is true');
  if (memory && databaseUrl !== undefined) throw new TypeError('startStack: `databaseUrl` does not go with `memory`');
  const closers: Closers = new Map();
  using ticker = startProgressTicker(options.onProgress);
  try {
    return await start(options, closers, ticker);
  } catch (error) {
    // What went wrong first is what the person needs to know.
    await closeAll(closers).catch(() => undefined);
    throw error;
  }
}

async function start(options: StackOptions, closers: Closers, ticker: ProgressTicker): Promise<Stack> {
  const { log, signal } = options;
  const claim = await claimStackFile(options.dataDir, options.apiKey);
  const { apiKey, apiKeyIsNew } = claim;
  // Before anything is started: a port that was asked for is taken, or it is not.
  const ports = await chooseStackPorts(IP, options, claim.ports, options.onNotice ?? (() => undefined));

  ticker.show('Opening the database');
  const { database, keyring, lock } = await openStorage(options);
  closers.set('database', () => database.close());
  if (lock) closers.set('folder', () => lock.release());
  signal?.throwIfAborted();

  const payloadEncryption = createPayloadEncryption(keyring, { encrypts: options.encryptPayloads ?? false, log });
  const uiCodec =
    payloadEncryption.encrypts && !options.temporal ? await startUiCodec(IP, payloadEncryption) : undefined;
  if (uiCodec) closers.set('uiCodec', () => uiCodec.close());

  const temporal = await startOwnTemporal(options, ports, ticker, uiCodec?.url);
  if (temporal) closers.set('temporal', () => temporal.close());
  signal?.throwIfAborted();

  ticker.show('Starting the worker');
  const { connectionOptions = { address: temporal?.address ?? '' }, namespace = 'default' } = options.temporal ?? {};
  const connection = await connectWorker(connectionOptions, { log, metricsAddress: options.metricsAddress });
  closers.set('connection', () => connection.close());
  if (!temporal) await checkSearchAttributes(connection, namespace);

  const port = ports.http;
  const stored = options.settings
    ? undefined
    : openLocalSettings(database, keyring, {
        publicUrl: `http://${IP}:${port}`,
        // The simulator's, and whatever else is tried out on this machine.
        allowPrivateHosts: options.allowPrivateHosts ?? LOOPBACK_HOSTS,
        log,
      });
  if (stored) closers.set('settings', () => stored.settings.close());
  const simulator =
    stored &&
    (await startLocalProject({
      ...stored,
      ...(options.simulator === undefined ? {} : { simulator: options.simulator }),
      ...(options.messagesPerSecond === undefined ? {} : { messagesPerSecond: options.messagesPerSecond }),
      defaultRate: DEFAULT_LOCAL_RATE,
    }));
  if (simulator) closers.set('simulator', () => simulator.close());
  const settings: Settings | undefined = options.settings ?? stored?.settings;
  if (!settings) throw new TypeError('There are settings where none were given');

  // The simulator is here, whatever the environment says of proxies.
  const none = [options.proxies?.none ?? '', ...LOOPBACK_HOSTS].join(',');
  const common = { settings, database, keyring, proxies: { ...options.proxies, none }, log };
  const worker = await startWorker({ ...common, connection, namespace, payloadEncryption });
  closers.set('worker', () =>
    worker.close().catch((error: unknown) => log.error({ error: String(error) }, 'The worker ended with a failure')),
  );
  signal?.throwIfAborted();

  // On the worker's connection: a start can then hand over the first task with it, which saves a round trip.
  const client = new Client({ connection, namespace, dataConverter: payloadEncryption.dataConverter() });
  const server = await startServer({
    ...common,
    client,
    ...(stored === undefined ? {} : { admin: stored.admin }),
    payloadCodec: { codec: payloadEncryption.codec, origins: [] },
    apiKey,
    host: IP,
    port,
    eagerStart: true,
  }).catch((error: unknown) => {
    throw explainedPort(error, IP, port);
  });
  closers.set('http', () => server.close());

  const projectId = (options.settings && (await settings.integrations())[0]?.projectId) ?? LOCAL_PROJECT_ID;
  const { url } = server;
  const addresses = {
    ...(temporal === undefined ? {} : { temporalAddress: temporal.address }),
    ...(temporal?.uiUrl === undefined ? {} : { temporalUi: temporal.uiUrl }),
  };
  closers.set('file', () => claim.withdraw());
  await claim.publish({
    projectId,
    // What was not started keeps its port for a start that has it.
    ports: options.temporal ? { ...claim.ports, http: ports.http } : ports,
    url,
    pid: process.pid,
    ...addresses,
    ...(simulator === undefined ? {} : { simulatorUrl: simulator.url }),
  });

  let closing: Promise<void> | undefined;
  let closed: () => void = () => undefined;
  const close = (): Promise<void> => (closing ??= closeAll(closers).finally(() => closed()));
  const parts = {
    'The worker': worker.done,
    'The Temporal server': temporal?.exited,
    'The database': rejecting(database.lost),
    'The data folder': lock && rejecting(lock.lost),
  };
  const ended = Promise.race([
    firstToEnd(parts, () => closing !== undefined),
    new Promise<void>((resolve) => (closed = resolve)),
  ]);
  // Whoever waits for the end hears of a failure; nobody may be waiting.
  ended.catch(() => undefined);
  return {
    url,
    projectId,
    apiKey,
    apiKeyIsNew,
    destinations: () => destinationsOf(settings),
    client,
    database,
    ...(simulator === undefined ? {} : { simulator }),
    ...addresses,
    ended,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function destinationsOf(settings: Settings): Promise<StackDestination[]> {
  return Promise.all(
    (await settings.integrations()).map(async ({ id, projectId, baseUrl, callbackUrl }) => ({
      id,
      projectId,
      baseUrl,
      ...(callbackUrl === undefined ? {} : { callbackUrl }),
      isDefault: (await settings.project(projectId))?.defaultIntegrationId === id,
    })),
  );
}

/** Rejects when a part ends by itself, that is before `isClosing` says that its end was asked for. */
async function firstToEnd(
  parts: Readonly<Record<string, Promise<void> | undefined>>,
  isClosing: () => boolean,
): Promise<void> {
  const never = new Promise<void>(() => undefined);
  await Promise.race(
    Object.entries(parts).map(async ([what, end]) => {
      let cause: unknown;
      await (end ?? never).catch((error: unknown) => (cause = error));
      if (isClosing()) return never;
      const reason = cause instanceof Error ? `: ${cause.message}` : '';
      throw new StackError('part_ended', `${what} ended by itself${reason}. The stack cannot go on.`, { cause });
    }),
  );
}

async function rejecting(failure: Promise<Error>): Promise<never> {
  throw await failure;
}

/** Each part is stopped whatever became of the others, so that nothing is left behind. */
async function closeAll(closers: Closers): Promise<void> {
  const errors: unknown[] = [];
  for (const part of PARTS) {
    try {
      await closers.get(part)?.();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length === 0) return;
  throw new AggregateError(errors, `Stopping the stack failed: ${errors.map(String).join('; ')}`);
}
