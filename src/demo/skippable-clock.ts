import { createRealClock, type SimulatorClock } from '../simulator/index.ts';

/** The machine's time, which can be moved ahead. */
export interface SkippableClock extends SimulatorClock {
  /** Moves `ms` milliseconds ahead: what was to happen meanwhile happens at once, in order. */
  skip(ms: number): void;
}

/** Makes a clock for the simulator, so that its days pass together with those of the messages. */
export function createSkippableClock(real: SimulatorClock = createRealClock()): SkippableClock {
  interface Timer {
    due: number;
    fn: () => void;
    cancel: () => void;
  }
  let offset = 0;
  const timers = new Set<Timer>();
  const now = (): number => real.now() + offset;
  const arm = (timer: Timer): void => {
    timer.cancel = real.setTimer(
      () => {
        timers.delete(timer);
        timer.fn();
      },
      Math.max(timer.due - now(), 0),
    );
  };
  return {
    now,
    setTimer(fn, ms) {
      const timer: Timer = { due: now() + ms, fn, cancel: () => undefined };
      timers.add(timer);
      arm(timer);
      return () => {
        timers.delete(timer);
        timer.cancel();
      };
    },
    skip(ms) {
      offset += ms;
      for (const timer of [...timers].sort((a, b) => a.due - b.due)) {
        timer.cancel();
        arm(timer);
      }
    },
  };
}
