import { setTimeout as delay } from 'node:timers/promises';
import { StepFailure } from './steps.ts';

const POLL_MS = 100;

/** Asks again until there is an answer. @throws StepFailure where none comes in time */
export async function until<T>(
  what: string,
  limitMs: number,
  signal: AbortSignal,
  ask: () => Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    signal.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new StepFailure(`${what} did not happen within ${limitMs / 1000} s`);
    await delay(POLL_MS, undefined, { signal });
  }
}
