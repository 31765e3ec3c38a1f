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

/**
 * Connects the workers of a process of ours to Temporal. The SDK's runtime is set up just before: it keeps the process
 * alive until the last connection is closed, so one that was set up earlier would outlive whatever fails in between.
 * @throws TemporalUnreachableError
 */
export async function connectWorker(options: NativeConnectionOptions, log: Log): Promise<NativeConnection> {
  installRuntime(log);
  try {
    return await NativeConnection.connect(options);
  } catch (error) {
    throw new TemporalUnreachableError(options.address, error);
  }
}

/** What the SDK has to say joins our log, and signals are left to the process, which has requests to finish first. */
function installRuntime(log: Log): void {
  try {
    Runtime.install({
      shutdownSignals: [],
      logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
        // Send workers have no workflows, and need none.
        if (message.startsWith('No workflows registered')) return;
        const { error, ...fields } = meta ?? {};
        const reason: unknown = error instanceof Error ? error.message : error;
        const all = reason === undefined ? fields : { ...fields, error: reason };
        if (level === 'ERROR') log.error(all, message);
        else log.warn(all, message);
      }),
      telemetryOptions: {
        logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} },
      },
    });
  } catch (error) {
    // There is one a process; who was first has decided.
    if (!(error instanceof Error && error.name === 'IllegalStateError')) throw error;
  }
}
