/**
 * Spaces the sends of one plan evenly in this process. The server's queue limit is exact on average, but after a second
 * of idleness it lets twice the rate through in the next one; the provider would see that burst.
 */
export interface Pacer {
  /** Throughput of this process, in messages a second. Takes effect with the next send. */
  setRate(messagesPerSecond: number): void;
  /**
   * Waits for the next free slot, but never longer than `longestWaitMs`: the server's limit is the authority, the pacer
   * only smooths it.
   * @returns `false` where `signal` ended the wait: then nothing may be sent.
   */
  turn(signal?: AbortSignal): Promise<boolean>;
}

/** Clock and timer of a pacer, for tests. */
export interface PacerClock {
  now(): number;
  /** Resolves after `ms`, or rejects when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface PacerOptions {
  /** @default 5,000 ms, which leaves the send its own deadline within its time-out */
  longestWaitMs?: number;
  /** @default the real clock */
  clock: PacerClock;
}

/**
 * A slot that is taken late by no more than this, in milliseconds, does not move the next ones: a process that is busy for
 * moments would else never reach its throughput. Later is a pause, after which there is no burst.
 */
const LATE_MS = 250;

/** @param messagesPerSecond above 0 */
export function createPacer(messagesPerSecond: number, { longestWaitMs = 5_000, clock }: PacerOptions): Pacer {
  let intervalMs = 1_000 / messagesPerSecond;
  let nextSlot = 0;
  return {
    setRate(rate) {
      if (rate > 0) intervalMs = 1_000 / rate;
    },
    async turn(signal) {
      if (signal?.aborted) return false;
      const now = clock.now();
      const planned = now - nextSlot > LATE_MS ? now : nextSlot;
      const slot = Math.min(planned, now + longestWaitMs);
      const wait = slot - now;
      nextSlot = slot + intervalMs;
      if (wait <= 0) return true;
      try {
        await clock.sleep(wait, signal);
        return true;
      } catch {
        return false;
      }
    },
  };
}
