import { StoreError } from './store-error.ts';

/** Items that wait in memory unless told otherwise: what a store that hangs for its time-out makes wait at a busy moment. */
const MOST_WAITING = 20_000;

/** Writes of many callers at once in few statements. */
export interface Coalescer<Item, Result> {
  /**
   * @param signal ends the wait. An item still waiting for its turn is then not written; one on its way may be.
   * @throws StoreError `store_unavailable` at once where `maxWaiting` items wait already; what `write` throws
   */
  add(item: Item, signal?: AbortSignal): Promise<Result>;
}

export interface CoalescerOptions<Item, Result> {
  /** Items in one write. */
  maxItems: number;
  /** Writes the items and gives one result for each, in their order. */
  write: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Whether one item may be to blame for a failed write, so that each deserves a try of its own. */
  isolate: (error: unknown) => boolean;
  /** Items that wait for their turn, so that a store which hangs does not fill the memory. @default 20,000 */
  maxWaiting?: number;
}

interface Waiting<Item, Result> {
  item: Item;
  signal: AbortSignal | undefined;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * One write at a time; what arrives meanwhile goes into the next one. So an idle store is asked at once, and a busy one
 * is asked in larger portions instead of more often.
 */
export function createCoalescer<Item, Result>({
  maxItems,
  write,
  isolate,
  maxWaiting = MOST_WAITING,
}: CoalescerOptions<Item, Result>): Coalescer<Item, Result> {
  let queue: Waiting<Item, Result>[] = [];
  let running = false;

  async function run(): Promise<void> {
    // Lets the other callers of the same burst join the first write.
    await Promise.resolve();
    while (queue.length > 0) {
      const portion = queue.slice(0, maxItems);
      queue = queue.slice(maxItems);
      const wanted = portion.filter(({ signal }) => signal?.aborted !== true);
      if (wanted.length > 0) await settle(wanted);
    }
    running = false;
  }

  async function settle(portion: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await write(portion.map(({ item }) => item));
      portion.forEach(({ resolve }, index) => resolve(results[index] as Result));
    } catch (error) {
      if (portion.length > 1 && isolate(error)) {
        for (const waiting of portion) await settle([waiting]);
      } else {
        for (const { reject } of portion) reject(error);
      }
    }
  }

  return {
    async add(item, signal) {
      signal?.throwIfAborted();
      if (queue.length >= maxWaiting) {
        throw new StoreError(
          'store_unavailable',
          `The database does not keep up: ${queue.length} writes of this kind wait already; try again`,
        );
      }
      const result = new Promise<Result>((resolve, reject) => {
        const onAbort = (): void => reject(signal?.reason);
        signal?.addEventListener('abort', onAbort, { once: true });
        const done = (): void => signal?.removeEventListener('abort', onAbort);
        queue.push({
          item,
          signal,
          resolve: (value) => (done(), resolve(value)),
          reject: (error) => (done(), reject(error)),
        });
      });
      if (!running) {
        running = true;
        void run();
      }
      return result;
    },
  };
}
