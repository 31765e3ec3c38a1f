/** A start that waits for its turn. */
export interface WaitingStart {
  /** 1 is the most urgent. */
  priority: number;
  begin(): Promise<void>;
  /** It is left to the sweeper. */
  leave(): void;
}

/** Starts in the order of their turns: the more urgent first, those of one priority as they came. */
export interface WaitingStarts {
  /**
   * Takes a start where there is room, or where the last of the least urgent ones makes room for it, which is then left.
   * @returns whether it was taken
   */
  add(start: WaitingStart): boolean;
  next(): WaitingStart | undefined;
  readonly size: number;
}

/** Makes an empty list. @param most how many may wait */
export function createWaitingStarts(most: number): WaitingStarts {
  const lists = new Map<number, WaitingStart[]>();
  let size = 0;

  function add(start: WaitingStart): boolean {
    if (size >= most) {
      const least = Math.max(...lists.keys());
      if (least <= start.priority) return false;
      remove(least, 'pop')?.leave();
    }
    const list = lists.get(start.priority);
    if (list) list.push(start);
    else lists.set(start.priority, [start]);
    size += 1;
    return true;
  }

  function remove(priority: number, end: 'shift' | 'pop'): WaitingStart | undefined {
    const list = lists.get(priority);
    const start = list?.[end]();
    if (list?.length === 0) lists.delete(priority);
    if (start) size -= 1;
    return start;
  }

  return {
    add,
    next: () => (size === 0 ? undefined : remove(Math.min(...lists.keys()), 'shift')),
    get size() {
      return size;
    },
  };
}
