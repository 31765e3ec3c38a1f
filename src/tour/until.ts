import { setTimeout as delay } from 'node:timers/promises';
import { StepFailure } from './steps.ts';

const POLL_MS = 100;

/**
 * How long nothing may move before it counts as not to come, in milliseconds: far longer than anything here takes on a
 * machine that does much else.
 */
const STUCK_AFTER_MS = 120_000;

/** Asks again until there is an answer. @throws StepFailure where none comes in two minutes */
export async function until<T>(
  what: string,
  signal: AbortSignal,
  ask: () => Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + STUCK_AFTER_MS;
  for (;;) {
    signal.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new StepFailure(`${what} did not happen within ${STUCK_AFTER_MS / 1000} s`);
    await delay(POLL_MS, undefined, { signal });
  }
}

/**
 * Counts again until there are as many as wanted, however slow the machine is.
 * @returns the last count
 * @throws StepFailure where none is added for two minutes
 */
export async function untilCounted(
  what: string,
  wanted: number,
  signal: AbortSignal,
  count: () => Promise<number>,
): Promise<number> {
  let most = -1;
  let movedAt = Date.now();
  for (;;) {
    signal.throwIfAborted();
    const counted = await count();
    if (counted >= wanted) return counted;
    if (counted > most) movedAt = Date.now();
    most = Math.max(most, counted);
    if (Date.now() - movedAt > STUCK_AFTER_MS) {
      throw new StepFailure(`${what}: ${most} of ${wanted}, and none was added for ${STUCK_AFTER_MS / 1000} s`);
    }
    await delay(POLL_MS, undefined, { signal });
  }
}
