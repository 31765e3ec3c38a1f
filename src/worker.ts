/** The worker process: message workflows, their activities, and the send workers of all plans. */
import { type NativeConnection, Worker } from '@temporalio/worker';
import type { Log } from './contract/log.ts';
import { DEFAULT_TASK_QUEUE } from './contract/names.ts';
import type { Database, Keyring } from './db/index.ts';
import { createSqlSink } from './events/index.ts';
import { createCampaignEventExporter } from './exporters/index.ts';
import type { ProxySettings } from './hosts/index.ts';
import type { PayloadEncryption } from './payload-encryption/index.ts';
import { SinchPlugin } from './plugin.ts';
import type { Settings } from './settings/index.ts';

export interface StartWorkerOptions {
  /** Stays the caller's. */
  connection: NativeConnection;
  namespace: string;
  /** @default DEFAULT_TASK_QUEUE */
  taskQueue?: string;
  settings: Settings;
  /** Stays the caller's. */
  database: Database;
  /** Opens the secrets of exporters. Absent: this worker exports no campaign events. */
  keyring?: Keyring;
  /** See `SinchPluginOptions`. @default DEFAULT_SWEEP_INTERVAL_MS */
  sweepIntervalMs?: number | false;
  /** Decrypts payloads, and encrypts them where it does that. Absent: they are taken as they are. */
  payloadEncryption?: PayloadEncryption;
  /** Proxies by which Sinch and exporters are reached. @default none */
  proxies?: ProxySettings;
  log: Log;
}

export interface RunningWorker extends AsyncDisposable {
  /** Resolves when the worker has ended, rejects where it failed. */
  done: Promise<void>;
  /** Takes nothing new, finishes the sends under way, and ends. */
  close(): Promise<void>;
}

/** Starts a worker of ours; resolves when it runs. Somebody else's worker takes `SinchPlugin` instead. */
export async function startWorker(options: StartWorkerOptions): Promise<RunningWorker> {
  const { connection, namespace, taskQueue = DEFAULT_TASK_QUEUE, settings, database, keyring, log } = options;
  const { allowPrivateHosts } = settings;
  const proxies = options.proxies === undefined ? {} : { proxies: options.proxies };
  const exporter =
    keyring &&
    createCampaignEventExporter({
      database,
      keyring,
      log,
      ...(allowPrivateHosts === undefined ? {} : { allowPrivateHosts }),
      ...proxies,
    });
  const { payloadEncryption } = options;
  const plugin = new SinchPlugin({
    settings,
    events: createSqlSink(database),
    log,
    ...proxies,
    ...(exporter ? { exporter } : {}),
    ...(options.sweepIntervalMs === undefined ? {} : { sweepIntervalMs: options.sweepIntervalMs }),
    ...(payloadEncryption ? { payloadEncryption } : {}),
  });
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    plugins: [plugin, { name: 'temporal-sinch.begun', runWorker: async (own, next) => (begin(), next(own)) }],
  });
  const done = runToEnd();
  // Whoever waits for the end hears of a failure; nobody may be waiting yet.
  done.catch(() => undefined);
  // The plugin brings the send workers up first, and until it runs a worker cannot be shut down.
  await Promise.race([begun, done]);

  async function runToEnd(): Promise<void> {
    try {
      await worker.run();
    } finally {
      await plugin.close();
      await exporter?.close();
    }
  }

  async function close(): Promise<void> {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    await done;
  }

  return { done, close, [Symbol.asyncDispose]: close };
}
