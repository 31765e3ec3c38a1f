/**
 * The Temporal plugin. It implements the SDK's plugin interfaces itself: `SimplePlugin` would replace the user's
 * workflows path and payload codecs and drop some of their interceptors.
 *
 * A plugin may be applied more than once (the SDK appends a connection's plugins to every worker on it and does not
 * look for repeats), so every hook here can be called again without harm.
 */
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ClientOptions, ClientPlugin } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type {
  BundlerPlugin,
  BundleOptions,
  NativeConnection,
  NativeConnectionPlugin,
  ReplayWorkerOptions,
  Worker,
  WorkerOptions,
  WorkerPlugin,
} from '@temporalio/worker';
import { createActivities, createExportActivities, createSweepActivities } from './activities/index.ts';
import { createMessageClient } from './client/index.ts';
import { explainEnd } from './codes/index.ts';
import type { Log } from './contract/log.ts';
import { sendQueueOf } from './contract/names.ts';
import { DEFAULT_SWEEP_INTERVAL_MS } from './contract/sweep.ts';
import type { CampaignEventSink } from './events/index.ts';
import { type CampaignEventExporter, keepExporting } from './exporters/index.ts';
import type { ProxySettings } from './hosts/index.ts';
import type { PayloadEncryption } from './payload-encryption/index.ts';
import { type SendWorkers, startSendWorkers } from './send-workers/index.ts';
import { missingSearchAttributes, registerCommand } from './search-attributes.ts';
import type { Settings } from './settings/index.ts';
import { createSinchClients, type SinchClients } from './sinch/index.ts';
import { keepSweeping } from './sweeps/index.ts';

/**
 * How long one call into the workflows' sandbox may take, where the worker does not say it. The SDK's 5 s are of the wall
 * clock: a process that stood still so long in the middle of such a call is over the limit when it goes on, and what is
 * broken off there with the hooks of `AsyncLocalStorage` on ends the whole process (seen with Node 20.20 and SDK 1.24:
 * "async hook stack has become corrupted"). The option is not in the SDK's types.
 */
const WORKFLOW_CALL_LIMIT = { isolateExecutionTimeout: '1h' } as const;

/** Options of {@link SinchPlugin}. */
export interface SinchPluginOptions {
  /** Integrations and what holds for a project: `staticSettings({…})`, or an implementation of your own. */
  settings: Settings;
  /** Where campaign events are written: `createSqlSink(db)`, or any implementation of `CampaignEventSink`. */
  events: CampaignEventSink;
  /**
   * Whether workers that carry the plugin also send, each through a worker of its own per service plan. `false` leaves
   * that to other processes with the plugin; messages wait until one runs.
   * @default true
   */
  sends?: boolean;
  /**
   * Sends campaign events on to the engagement platform: `createCampaignEventExporter({…})`. Workers that carry the plugin
   * then keep an export running for each project that has an exporter set up. Stays the caller's.
   * @default nothing is exported
   */
  exporter?: CampaignEventExporter;
  /**
   * How often a plan is probed that Sinch refuses, in milliseconds; 1,000 or more. It is probed at once when its integration
   * was changed.
   * @default DEFAULT_PROBE_INTERVAL_MS, one minute
   */
  probeIntervalMs?: number;
  /**
   * How often each plan's finished delivery reports are read at Sinch, in milliseconds, so that those whose callbacks
   * were lost reach their messages; 10,000 or more. Workers that carry the plugin keep a Temporal schedule for it, one
   * per plan with an integration that is enabled; where they differ, the one that starts last decides. `false` takes the
   * schedules away.
   * @default DEFAULT_SWEEP_INTERVAL_MS, 15 minutes
   */
  sweepIntervalMs?: number | false;
  /**
   * Encrypts what leaves for Temporal: `createPayloadEncryption(keyring)`. The worker, its send workers, its exports, and
   * every client that carries the plugin then use it, with the codecs they have; a client without the plugin is given
   * `dataConverter: payloadEncryption.dataConverter()`, and `createMessageClient` takes that client.
   * @default payloads are as they are: whoever may read the namespace reads numbers and texts
   */
  payloadEncryption?: PayloadEncryption;
  /**
   * Proxies by which Sinch is reached: `proxySettingsOf(process.env)` for those of `HTTPS_PROXY`, `HTTP_PROXY` and
   * `NO_PROXY`. Temporal's connection is the caller's, and goes its own way.
   * @default none
   */
  proxies?: ProxySettings;
  /** Where the plugin reports what a person has to know. @default the console */
  log?: Log;
}

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const workflowsPath = fileURLToPath(new URL(`./workflows/index.${extension}`, import.meta.url));
const mergedPath = fileURLToPath(new URL(`./workflows/with-user-workflows.${extension}`, import.meta.url));
const LEAST_SWEEP_INTERVAL_MS = 10_000;
const LEAST_PROBE_INTERVAL_MS = 1_000;
const USER_WORKFLOWS = 'temporal-sinch-user-workflows';
const SEND_QUEUE_PREFIX = sendQueueOf('');

const consoleLog: Log = {
  warn: (fields, message) => console.warn(message, fields),
  error: (fields, message) => console.error(message, fields),
};

/** The send workers of one connection and namespace, shared by all workers of the process that carry the plugin. */
interface SharedSendWorkers {
  users: number;
  started: Promise<SendWorkers>;
}

/**
 * Adds the message workflow, its activities, and the send workers of all plans to a worker. The worker's own workflows,
 * activities, codecs and interceptors stay as they are. Plugins of its connection apply to the send workers as well: the
 * SDK gives them to every worker on the connection, and what they run around a worker they run around each of these.
 *
 * Every worker that carries it must reach the same `settings` and `events`. Close it when the workers have ended: it
 * owns the connections to Sinch; `settings` and `events` stay the caller's.
 *
 * @throws TypeError from the constructor where an option is missing or wrong.
 */
export class SinchPlugin implements ClientPlugin, WorkerPlugin, BundlerPlugin, NativeConnectionPlugin {
  readonly name = 'temporal-sinch.SinchPlugin';
  readonly #options: SinchPluginOptions;
  readonly #log: Log;
  readonly #sweepIntervalMs: number | false;
  readonly #sinch: SinchClients;
  readonly #activities: object;
  readonly #sendWorkers = new Map<NativeConnection, Map<string, SharedSendWorkers>>();
  readonly #running = new WeakSet<Worker>();

  constructor(options: SinchPluginOptions) {
    for (const name of ['settings', 'events'] as const) {
      if (typeof options?.[name] !== 'object') {
        throw new TypeError(`SinchPlugin: expected option \`${name}\` to be an object, got ${typeof options?.[name]}`);
      }
    }
    this.#options = options;
    this.#log = options.log ?? consoleLog;
    const { allowPrivateHosts } = options.settings;
    this.#sinch = createSinchClients({
      ...(allowPrivateHosts === undefined ? {} : { allowPrivateHosts }),
      ...(options.proxies === undefined ? {} : { proxies: options.proxies }),
    });
    this.#sweepIntervalMs = options.sweepIntervalMs ?? DEFAULT_SWEEP_INTERVAL_MS;
    if (this.#sweepIntervalMs !== false) {
      checkInterval('sweepIntervalMs', this.#sweepIntervalMs, LEAST_SWEEP_INTERVAL_MS, ', or false');
    }
    if (options.probeIntervalMs !== undefined) {
      checkInterval('probeIntervalMs', options.probeIntervalMs, LEAST_PROBE_INTERVAL_MS);
    }
    this.#activities = {
      ...createActivities(this.#dependencies()),
      ...createSweepActivities({
        ...this.#dependencies(),
        signalReport: (client, ...report) => createMessageClient({ client }).signalReport(...report),
      }),
      ...(options.exporter ? createExportActivities(options.exporter) : {}),
    };
  }

  configureClient(options: Omit<ClientOptions, 'plugins'>): Omit<ClientOptions, 'plugins'> {
    return this.#withEncryption(options);
  }

  configureWorker(given: WorkerOptions): WorkerOptions {
    const options = this.#withEncryption(given);
    if (options.taskQueue.startsWith(SEND_QUEUE_PREFIX)) return options;
    return {
      ...WORKFLOW_CALL_LIMIT,
      ...options,
      activities: this.#withActivities(options.activities),
      ...(options.workflowBundle === undefined && options.workflowsPath === undefined ? { workflowsPath } : {}),
    };
  }

  configureReplayWorker(given: ReplayWorkerOptions): ReplayWorkerOptions {
    const options = this.#withEncryption(given);
    return options.workflowBundle === undefined && options.workflowsPath === undefined
      ? { ...options, workflowsPath }
      : options;
  }

  configureBundler(given: BundleOptions): BundleOptions {
    const converter = this.#options.payloadEncryption?.dataConverter().failureConverterPath;
    const options =
      given.failureConverterPath === undefined && converter !== undefined
        ? { ...given, failureConverterPath: converter }
        : given;
    const theirs = options.workflowsPath;
    if (theirs === workflowsPath || theirs === mergedPath) return options;
    // The bundler checks only the path it is given, and that will be ours.
    statSync(theirs);
    const previous = options.webpackConfigHook;
    return {
      ...options,
      workflowsPath: mergedPath,
      webpackConfigHook(config) {
        const hooked = previous ? previous(config) : config;
        const alias = hooked.resolve?.alias;
        return {
          ...hooked,
          resolve: {
            ...hooked.resolve,
            alias: Array.isArray(alias)
              ? [...alias, { name: USER_WORKFLOWS, alias: theirs, onlyModule: true }]
              : { ...alias, [`${USER_WORKFLOWS}$`]: theirs },
          },
        };
      },
    };
  }

  async runWorker(worker: Worker, next: (worker: Worker) => Promise<void>): Promise<void> {
    const { taskQueue, namespace } = worker.options;
    const { connection } = worker;
    if (taskQueue.startsWith(SEND_QUEUE_PREFIX) || this.#running.has(worker) || !connection) return next(worker);
    this.#running.add(worker);
    try {
      await this.#beside(worker, connection, namespace ?? 'default', next);
    } finally {
      this.#running.delete(worker);
    }
  }

  /** Runs the worker with all that belongs to it. */
  async #beside(
    worker: Worker,
    connection: NativeConnection,
    namespace: string,
    next: (worker: Worker) => Promise<void>,
  ): Promise<void> {
    const closers: (() => Promise<void>)[] = [];
    try {
      if (this.#options.sends !== false) {
        await this.#warnOfMissingSearchAttributes(connection, namespace);
        closers.push(await this.#useSendWorkers(connection, namespace, worker));
      }
      const { exporter, settings } = this.#options;
      const { taskQueue, dataConverter, identity } = worker.options;
      const beside = { connection, namespace, taskQueue, dataConverter, identity, log: this.#log };
      const sweeps = keepSweeping({ ...beside, settings, intervalMs: this.#sweepIntervalMs });
      closers.push(() => sweeps.close());
      if (exporter) {
        const exports = keepExporting({ ...beside, exporter });
        closers.push(() => exports.close());
      }
      await next(worker);
    } finally {
      for (const close of closers.toReversed()) await close();
    }
  }

  /** Ends the connections to Sinch. Call it when the workers that carry the plugin have ended. */
  async close(): Promise<void> {
    await this.#sinch.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #dependencies() {
    return {
      settings: this.#options.settings,
      events: this.#options.events,
      sinch: this.#sinch.for,
      log: this.#log,
      explainEnd,
    };
  }

  async #warnOfMissingSearchAttributes(connection: NativeConnection, namespace: string): Promise<void> {
    const missing = await missingSearchAttributes(connection, namespace);
    if (missing.length === 0) return;
    this.#log.warn(
      { namespace, missing, command: registerCommand(namespace, missing) },
      'The namespace lacks search attributes, so messages cannot be started with them: run the command, or start messages with `searchAttributes: false`',
    );
  }

  /** The options, with payloads encrypted where that is asked for. */
  #withEncryption<Options extends { dataConverter?: DataConverter }>(options: Options): Options {
    const { payloadEncryption } = this.#options;
    return payloadEncryption
      ? { ...options, dataConverter: payloadEncryption.dataConverter(options.dataConverter) }
      : options;
  }

  #withActivities(theirs: WorkerOptions['activities']): object {
    const clash = Object.entries(this.#activities).find(([name, ours]) => {
      const existing: unknown = theirs && Object.hasOwn(theirs, name) ? Reflect.get(theirs, name) : undefined;
      return existing !== undefined && existing !== ours;
    });
    if (clash) {
      throw new TypeError(
        `SinchPlugin: the worker already has an activity named \`${clash[0]}\`, which temporal-sinch adds: rename yours`,
      );
    }
    return { ...theirs, ...this.#activities };
  }

  async #startSendWorkers(connection: NativeConnection, namespace: string, worker: Worker): Promise<SendWorkers> {
    const { dataConverter, identity, taskQueue } = worker.options;
    const { probeIntervalMs } = this.#options;
    return startSendWorkers({
      ...this.#dependencies(),
      connection,
      namespace,
      taskQueue,
      ...(probeIntervalMs === undefined ? {} : { probeIntervalMs }),
      workerOptions: {
        ...(dataConverter ? { dataConverter } : {}),
        identity,
        interceptors: { activity: await interceptorsBesideConnection(worker, connection) },
      },
    });
  }

  /** Two workers of one process must not both poll a plan's queue with the same connection: the SDK refuses that. */
  async #useSendWorkers(connection: NativeConnection, namespace: string, worker: Worker): Promise<() => Promise<void>> {
    const ofConnection = this.#sendWorkers.get(connection) ?? new Map<string, SharedSendWorkers>();
    this.#sendWorkers.set(connection, ofConnection);
    const shared = ofConnection.get(namespace) ?? {
      users: 0,
      started: this.#startSendWorkers(connection, namespace, worker),
    };
    ofConnection.set(namespace, shared);
    shared.users += 1;
    const release = async (): Promise<void> => {
      shared.users -= 1;
      if (shared.users > 0) return;
      ofConnection.delete(namespace);
      await (await shared.started).close();
    };
    try {
      await shared.started;
    } catch (error) {
      shared.users -= 1;
      ofConnection.delete(namespace);
      throw error;
    }
    return release;
  }
}

/**
 * The worker's activity interceptors, less those that the plugins of its connection bring: the SDK has these plugins add
 * them to every worker on the connection, and so to the send workers too.
 */
async function interceptorsBesideConnection(worker: Worker, connection: NativeConnection) {
  let added: WorkerOptions = { taskQueue: SEND_QUEUE_PREFIX };
  for (const plugin of connection.plugins) {
    added = (await (plugin as WorkerPlugin).configureWorker?.(added)) ?? added;
  }
  const brought = new Set(added.interceptors?.activity);
  return worker.options.interceptors.activity.filter((interceptor) => !brought.has(interceptor));
}

function checkInterval(option: string, value: number, least: number, orFalse = ''): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new TypeError(
    `SinchPlugin: expected option \`${option}\` to be a whole number of ${least} or more${orFalse}, got ${value}`,
  );
}
