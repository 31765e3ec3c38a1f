import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime } from '@temporalio/worker';
import type { NativeConnectionOptions } from '@temporalio/worker';
import type { Log } from './contract/log.ts';

/**
 * Connects the workers of a process of ours to Temporal. The SDK's runtime is set up just before: it keeps the process
 * alive until the last connection is closed, so one that was set up earlier would outlive whatever fails in between.
 */
export async function connectWorker(options: NativeConnectionOptions, log: Log): Promise<NativeConnection> {
  installRuntime(log);
  return NativeConnection.connect(options);
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
