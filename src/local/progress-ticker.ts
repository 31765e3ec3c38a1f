import type { TemporalProgress } from './progress-printer.ts';

const TICK_MS = 1_000;

/** Reports the phase of one piece of work, with the seconds since it began. */
export interface ProgressTicker extends Disposable {
  show(phase: string, detail?: string): void;
}

/** Repeats what was last shown each second until it is disposed, so that a long phase is seen to be alive. */
export function startProgressTicker(onProgress: ((progress: TemporalProgress) => void) | undefined): ProgressTicker {
  const startedAt = performance.now();
  let current: { phase: string; detail?: string } | undefined;
  const report = (): void => {
    if (current === undefined) return;
    onProgress?.({ ...current, elapsedSeconds: (performance.now() - startedAt) / 1_000 });
  };
  const timer = setInterval(report, TICK_MS);
  return {
    show(phase, detail) {
      const isNewPhase = current?.phase !== phase;
      current = { phase, ...(detail === undefined ? {} : { detail }) };
      if (isNewPhase) report();
    },
    [Symbol.dispose]() {
      clearInterval(timer);
    },
  };
}
