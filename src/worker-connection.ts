import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime } from '@temporalio/worker';
import type { NativeConnectionOptions } from '@temporalio/worker';
import type { Log } from './contract/log.ts';

/** Temporal did not answer a process of ours that was to connect to it. */
export class TemporalUnreachableError extends Error {
  override readonly name = 'TemporalUnreachableError';
  readonly code = 'temporal_unreachable';

  constructor(address: string | undefined, cause: unknown) {
    super(
      `No connection to Temporal at ${address ?? 'localhost:7233'}. Is it running, and are TEMPORAL_ADDRESS and its like right?`,
      { cause },
    );
  }
}

/** Metrics of workers could not be shown at the address. */
export class MetricsAddressError extends Error {
  override readonly name = 'MetricsAddressError';
  readonly code = 'metrics_address_unusable';

  constructor(address: string, cause: unknown) {
    super(
      `Metrics cannot be shown at ${address}: expected an address of this machine with a free port, as METRICS_ADDRESS has it`,
      { cause },
    );
  }
}

/** What the SDK's runtime of a process is set up with. */
export interface WorkerConnectionOptions {
  log: Log;
  /**
   * `host:port` where the SDK's metrics, and those of our workflows and activities, are scraped at `/metrics`, open to all
   * who reach it. @default they are not shown
   */
  metricsAddress?: string | undefined;
}

/**
 * Connects the workers of a process of ours to Temporal. The SDK's runtime is set up just before: it keeps the process
 * alive until the last connection is closed, so one that was set up earlier would outlive whatever fails in between.
 * @throws TemporalUnreachableError; MetricsAddressError
 */
export async function connectWorker(
  options: NativeConnectionOptions,
  { log, metricsAddress }: WorkerConnectionOptions,
): Promise<NativeConnection> {
  installRuntime({ log, metricsAddress });
  try {
    return await NativeConnection.connect(options);
  } catch (error) {
    throw new TemporalUnreachableError(options.address, error);
  }
}

/** What the SDK has to say joins our log, and signals are left to the process, which has requests to finish first. */
function installRuntime({ log, metricsAddress }: WorkerConnectionOptions): void {
  try {
    Runtime.install({
      shutdownSignals: [],
      logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
        // Send workers have no workflows, and need none.
        if (message.startsWith('No workflows registered')) return;
        // A task that cannot be begun is told with all that it carries: numbers and texts, in base64.
        const { error, task: _task, taskEncoded: _taskEncoded, ...fields } = meta ?? {};
        const reason: unknown = error instanceof Error ? error.message : error;
        const all = reason === undefined ? fields : { ...fields, error: reason };
        if (level === 'ERROR') log.error(all, message);
        else log.warn(all, message);
      }),
      telemetryOptions: {
        logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} },
        ...(metricsAddress === undefined
          ? {}
          : { metrics: { prometheus: { bindAddress: metricsAddress, useSecondsForDurations: true } } }),
      },
    });
  } catch (error) {
    // There is one a process; who was first has decided.
    if (error instanceof Error && error.name === 'IllegalStateError') return;
    throw metricsAddress === undefined ? error : new MetricsAddressError(metricsAddress, error);
  }
}
