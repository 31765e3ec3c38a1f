import { withDeadline } from '../timing/index.ts';
import { Problem } from './problem.ts';

/**
 * Ends the wait, not the work: what has begun goes on, and a request that was registered after its answer is found by
 * its repeat.
 * @throws Problem `unavailable` when the time is over
 */
export function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = (): Problem => new Problem('unavailable', `No answer within ${Math.round(ms)} ms; try again`);
  return withDeadline(ms, () => work, late);
}
