/**
 * Fails at once while a store is known to be away. A local activity that hangs holds a workflow-task slot, and three
 * hundred of them made new messages wait for seconds.
 */
export interface Breaker {
  /** @throws StoreAwayError at once while open, or what `task` throws. */
  run<T>(task: () => Promise<T>): Promise<T>;
}

/** The store failed a moment ago and is not asked again yet. */
export class StoreAwayError extends Error {
  readonly code = 'store_away';
  constructor() {
    super('The store of campaign events failed a moment ago and is not asked again yet; the server retries');
    this.name = 'StoreAwayError';
  }
}

export interface BreakerOptions {
  /** Failures in a row that open it. @default 3 */
  failures?: number;
  /** How long it stays open before one call may try, in milliseconds. @default 2,000 */
  openMs?: number;
  /** @default Date.now */
  now?: () => number;
}

export function createBreaker({ failures = 3, openMs = 2_000, now = Date.now }: BreakerOptions = {}): Breaker {
  let inARow = 0;
  let openUntil = 0;
  return {
    async run(task) {
      if (inARow >= failures) {
        if (now() < openUntil) throw new StoreAwayError();
        // This call tries; the others go on failing for as long again.
        openUntil = now() + openMs;
      }
      try {
        const result = await task();
        inARow = 0;
        return result;
      } catch (error) {
        // A store that refuses one record has answered, and says nothing of the others.
        inARow = isRefusedRecord(error) ? 0 : inARow + 1;
        openUntil = now() + openMs;
        throw error;
      }
    },
  };
}

function isRefusedRecord(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'store_refused';
}
