/** Where the simulator's time comes from: report delays, retries of callbacks, visibility and time stamps. */
export interface SimulatorClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `fn` once after `ms` milliseconds (0 or more, no upper limit) and returns what cancels that. */
  setTimer(fn: () => void, ms: number): () => void;
}

/** A clock that stands still until it is told to go on. */
export interface ManualClock extends SimulatorClock {
  /** Lets `ms` milliseconds pass: every timer that becomes due meanwhile is called, in the order of its time. */
  advance(ms: number): void;
  /** How many timers are waiting. */
  readonly pendingTimers: number;
}

/** `setTimeout` takes 32 signed bits and treats more as 1 ms. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The machine's own time. */
export function createRealClock(): SimulatorClock {
  return {
    now: () => Date.now(),
    setTimer(fn, ms) {
      let left = ms;
      let handle: NodeJS.Timeout;
      const arm = (): void => {
        const step = Math.min(left, LONGEST_TIMEOUT_MS);
        left -= step;
        handle = setTimeout(() => (left > 0 ? arm() : fn()), step);
      };
      arm();
      return () => clearTimeout(handle);
    },
  };
}

/**
 * A clock for tests.
 *
 * @param startMs Its first time, in milliseconds since the epoch. @default the machine's time at the call
 */
export function createManualClock(startMs: number = Date.now()): ManualClock {
  interface Timer {
    due: number;
    fn: () => void;
  }
  let now = startMs;
  // Insertion order decides between timers that are due at the same time.
  const timers = new Set<Timer>();

  const nextDue = (limit: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.due <= limit && (next === undefined || timer.due < next.due)) next = timer;
    }
    return next;
  };

  return {
    now: () => now,
    setTimer(fn, ms) {
      const timer: Timer = { due: now + Math.max(0, ms), fn };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance(ms) {
      if (!Number.isFinite(ms) || ms < 0) throw new TypeError(`advance: expected 0 or more milliseconds, got ${ms}`);
      const target = now + ms;
      for (let timer = nextDue(target); timer !== undefined; timer = nextDue(target)) {
        timers.delete(timer);
        now = timer.due;
        timer.fn();
      }
      now = target;
    },
    get pendingTimers() {
      return timers.size;
    },
  };
}

/** The timers of one simulator on a clock that others may share, so that closing cancels them and no others. */
export interface TimerGroup extends SimulatorClock {
  /** Cancels every timer; later ones are never called either. */
  cancelAll(): void;
}

/** Makes a group of timers on `clock`. */
export function createTimerGroup(clock: SimulatorClock): TimerGroup {
  const cancels = new Set<() => void>();
  let ended = false;
  return {
    now: () => clock.now(),
    setTimer(fn, ms) {
      if (ended) return () => undefined;
      const cancelTimer = clock.setTimer(() => {
        cancels.delete(cancel);
        fn();
      }, ms);
      const cancel = (): void => {
        cancels.delete(cancel);
        cancelTimer();
      };
      cancels.add(cancel);
      return cancel;
    },
    cancelAll() {
      ended = true;
      for (const cancel of cancels) cancel();
    },
  };
}
