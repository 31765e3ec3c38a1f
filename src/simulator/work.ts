/** Counts what the simulator still has to do, so that somebody can wait for the end of it without polling. */
export interface WorkTracker {
  /** Notes one more thing to do; the returned function says that it is done and may be called again without harm. */
  begin(): () => void;
  /** How many things are still to be done. */
  readonly open: number;
  /** Resolves as soon as nothing is open. Rejects when the simulator is closed before that. */
  whenNone(): Promise<void>;
  /** Rejects everybody who waits. */
  abandon(reason: Error): void;
}

/** Makes a tracker with nothing open. */
export function createWorkTracker(): WorkTracker {
  let open = 0;
  let waiting: { resolve: () => void; reject: (reason: Error) => void }[] = [];
  return {
    begin() {
      open += 1;
      let done = false;
      return () => {
        if (done) return;
        done = true;
        open -= 1;
        if (open > 0) return;
        const released = waiting;
        waiting = [];
        for (const waiter of released) waiter.resolve();
      };
    },
    get open() {
      return open;
    },
    whenNone() {
      if (open === 0) return Promise.resolve();
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    abandon(reason) {
      const abandoned = waiting;
      waiting = [];
      for (const waiter of abandoned) waiter.reject(reason);
    },
  };
}
