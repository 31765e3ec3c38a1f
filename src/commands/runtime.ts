import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import type { Log } from '../contract/log.ts';

/**
 * Sets up the SDK's runtime, once in a process and before any worker: what it has to say joins our log, and signals are
 * left to the command, which has requests to finish before the worker may drain.
 */
export function installRuntime(log: Log): void {
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
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} } },
  });
}
