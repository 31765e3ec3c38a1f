import type { SimulatorClock } from './clock.ts';

/** A plan's queue: first in, first out, at the plan's throughput. */
export interface PlanQueue<Item> {
  push(item: Item): void;
  /** Takes an item out that has not left yet; it uses no throughput. */
  remove(item: Item): void;
  /** Looks at the throughput again after it was changed. */
  rateChanged(): void;
}

/**
 * Makes an empty queue.
 *
 * @param messagesPerSecond Asked before each item; `undefined` lets everything through at once.
 * @param dispatch Gets each item when its turn comes; answers whether the item used throughput.
 */
export function createPlanQueue<Item>(
  clock: SimulatorClock,
  messagesPerSecond: () => number | undefined,
  dispatch: (item: Item) => boolean,
): PlanQueue<Item> {
  const waiting = new Set<Item>();
  let nextFreeAt = 0;
  let cancelTimer: (() => void) | undefined;

  const drain = (): void => {
    cancelTimer = undefined;
    for (const item of waiting) {
      const wait = nextFreeAt - clock.now();
      if (wait > 0) {
        cancelTimer = clock.setTimer(drain, wait);
        return;
      }
      waiting.delete(item);
      const rate = messagesPerSecond();
      // Not counted from now: a timer that fires late must not lower the throughput.
      if (dispatch(item) && rate !== undefined) nextFreeAt += 1000 / rate;
    }
  };

  return {
    push(item) {
      if (waiting.size === 0) nextFreeAt = Math.max(nextFreeAt, clock.now());
      waiting.add(item);
      if (cancelTimer === undefined) drain();
    },
    remove: (item) => void waiting.delete(item),
    rateChanged() {
      cancelTimer?.();
      nextFreeAt = clock.now();
      drain();
    },
  };
}
