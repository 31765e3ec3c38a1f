/** How often the process looks at the clock, in milliseconds. */
const TICK_MS = 500;

/**
 * From how long on a gap counts, in milliseconds: what one attempt has to spare beyond its waits, its POST and its note.
 * Less than that, and an attempt that began in the gap is still within the time that the server gives it.
 */
const LEAST_GAP_MS = 5_000;

/** Notices that this process stood still: it was stopped, its machine slept, or it was starved of the processor. */
export interface SuspensionWatch {
  /** When the process last went on after standing still, in milliseconds since 1970; `undefined` where it never did. */
  resumedAt: () => number | undefined;
  close(): void;
}

/**
 * Watches the process from now on. What it holds of the server's answers after a gap may be as old as the gap is long: an
 * attempt that seems to begin now may have been given up, and followed by another, long ago.
 */
export function watchSuspension(now: () => number = Date.now): SuspensionWatch {
  let seenAt = now();
  let resumedAt: number | undefined;

  function look(): void {
    const at = now();
    if (at - seenAt >= LEAST_GAP_MS) resumedAt = at;
    seenAt = at;
  }

  const timer = setInterval(look, TICK_MS);
  timer.unref();
  return {
    resumedAt() {
      // The first to run after a gap need not be the timer.
      look();
      return resumedAt;
    },
    close() {
      clearInterval(timer);
    },
  };
}
