import type { NativeConnectionOptions } from '@temporalio/worker';
import type { Log } from '../contract/log.ts';
import type { AllowPrivateHosts, ProxySettings } from '../hosts/index.ts';
import type { Settings } from '../settings/index.ts';
import type { SimulatorOptions } from '../simulator/index.ts';
import type { TemporalProgress } from './progress-printer.ts';

/** Messages a second that the simulator's plan allows unless told otherwise: Sinch's own starting rate. */
export const DEFAULT_LOCAL_RATE = 30;

/** What a local stack is made of. */
export interface StackOptions {
  /** `TEMPORAL_CLI`, `PATH` and the variables of the cache folder are read from it. */
  env: NodeJS.ProcessEnv;
  /**
   * Folder for the stack's API key and addresses (`stack.json`) and, unless `memory`, for the database and Temporal's
   * data. Made where there is none. Needed unless `memory`.
   */
  dataDir?: string;
  /** Keep messages and events in memory only: they end with the stack. @default false */
  memory?: boolean;
  /** `postgres://…` of a database to use instead of the embedded one. */
  databaseUrl?: string;
  /** A Temporal server that runs already. @default one of the stack's own, with its web UI */
  temporal?: { connectionOptions: NativeConnectionOptions; namespace: string };
  /** Port of the HTTP API and the webhook. @default that of the data folder's last start, else a free one */
  port?: number;
  /** Port of Temporal's gRPC service. @default as for `port` */
  temporalPort?: number;
  /** Port of Temporal's web UI. @default as for `port` */
  uiPort?: number;
  /** How the simulator behaves; the plan is the stack's. @default the simulator's own defaults */
  simulator?: Omit<SimulatorOptions, 'plans'>;
  /**
   * Projects and integrations that cannot be changed, instead of those of the database; the simulator is then not started.
   * @default those of the database, which is made with the project `demo` and its integration `simulator`
   */
  settings?: Settings;
  /** Hosts of private networks that may be reached; see `AllowPrivateHosts`. @default those of this machine */
  allowPrivateHosts?: AllowPrivateHosts;
  /** Proxies by which Sinch is reached; this machine is never reached by one. @default none */
  proxies?: ProxySettings;
  /**
   * Whether payloads are encrypted before they leave for Temporal; those that are there are decrypted in any case. The
   * stack's own web UI then shows them in plain text, Temporal's file does not hold it.
   * @default false
   */
  encryptPayloads?: boolean;
  /** Throughput of the simulator's plan, in messages a second. @default as it was set; DEFAULT_LOCAL_RATE at first */
  messagesPerSecond?: number;
  /** @default the one in the data folder; made on the first run */
  apiKey?: string;
  /** `host:port` where the metrics of the workers are scraped. @default they are not shown */
  metricsAddress?: string;
  log: Log;
  /** Told in a sentence what is otherwise than the last time. */
  onNotice?: (sentence: string) => void;
  /** Told about once a second what is being started. */
  onProgress?: (progress: TemporalProgress) => void;
  /** Gives up the start: what was started is stopped again. */
  signal?: AbortSignal;
}
