import { CommandError, EXIT } from './command-error.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Waits to be told to stop. */
export interface StopSignal extends Disposable {
  /** Aborted at the first signal, with a CommandError `stopped` as its reason that names the signal. */
  readonly signal: AbortSignal;
  /** Resolves at the first signal. */
  readonly received: Promise<void>;
}

/**
 * Takes over Ctrl-C and its like until the first one comes or it is disposed. From then on they have their usual effect:
 * a second Ctrl-C ends the process at once.
 */
export function listenForStop(): StopSignal {
  const controller = new AbortController();
  let resolve: () => void = () => undefined;
  const received = new Promise<void>((done) => (resolve = done));
  const release = (): void => {
    for (const name of SIGNALS) process.off(name, stop);
  };
  function stop(name: NodeJS.Signals): void {
    release();
    controller.abort(new CommandError('stopped', `Stopped by ${name}`, { exitCode: EXIT.interrupted }));
    resolve();
  }
  for (const name of SIGNALS) process.on(name, stop);
  return { signal: controller.signal, received, [Symbol.dispose]: release };
}
