import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, CommandError } from '../commands/index.ts';

/** How long a request is made again, and how long is waited before, in milliseconds: a busy machine is not a broken one. */
const PATIENCE_MS = 5 * 60_000;
const REPEAT_AFTER_MS = 250;

/**
 * Asks as the engagement platform does: after 503 and where no answer came, the same request is made again. Whatever is
 * asked for may be asked for twice.
 * @throws what `ask` throws for any other reason, or five minutes long; the signal's reason
 */
export async function askAgain<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      if (!mayPass(error) || Date.now() > deadline) throw error;
      await delay(REPEAT_AFTER_MS, undefined, { signal });
    }
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 503;
  return error instanceof CommandError && error.code === 'stack_unreachable';
}
