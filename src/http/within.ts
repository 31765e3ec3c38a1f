import { Problem } from './problem.ts';

/**
 * Ends the wait, not the work: what has begun goes on, and a request that was registered after its answer is found by
 * its repeat.
 * @throws Problem `unavailable` when the time is over
 */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Problem('unavailable', `No answer within ${Math.round(ms)} ms; try again`)),
      ms,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
