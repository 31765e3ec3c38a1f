import { setTimeout as sleep } from 'node:timers/promises';

/** How {@link repeat} does a task again and again. */
export interface RepeatOptions {
  /** The task, with a signal that ends when the repeating does. */
  task: (signal: AbortSignal) => Promise<void>;
  /** Milliseconds from its end to its next begin. */
  everyMs: number;
  /** Milliseconds until its first begin. @default 0 */
  firstAfterMs?: number;
  /** Is told of each failure; the task goes on to be repeated. */
  onFailure: (error: unknown) => void;
}

/** A task that is repeated. */
export interface Repeated {
  /** Ends when `close` is called. */
  signal: AbortSignal;
  /** Lets the task that is under way end, and repeats it no more. */
  close(): Promise<void>;
}

/** Does a task, waits, and does it again, never two at once, until it is closed. */
export function repeat({ task, everyMs, firstAfterMs = 0, onFailure }: RepeatOptions): Repeated {
  const closing = new AbortController();
  const { signal } = closing;
  // Closing ends a wait at once.
  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal }).catch(() => undefined);

  async function run(): Promise<void> {
    if (firstAfterMs > 0) await pause(firstAfterMs);
    while (!signal.aborted) {
      try {
        await task(signal);
      } catch (error) {
        onFailure(error);
      }
      await pause(everyMs);
    }
  }

  const running = run();
  return {
    signal,
    async close() {
      closing.abort();
      await running;
    },
  };
}
