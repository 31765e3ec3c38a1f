import { reasonOf } from '../../src/contract/reason.ts';

/** Longest time that one round counts for, in milliseconds: in more, this process or its machine stood still. */
const LONGEST_ROUND_MS = 5_000;

/**
 * Resolves once it holds; what it throws counts as not yet, since part of what is asked may be away at the moment.
 * @param what it is, for the error where it does not come about
 * @param holds throws, where it knows, how things stand instead: the error then says it
 * @param patienceMs much more than it takes, so that a machine that does much else at the moment changes nothing; time in
 * which nothing could be asked does not count
 */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  patienceMs = 150_000,
): Promise<void> {
  let waitedMs = 0;
  let last: unknown;
  while (waitedMs < patienceMs) {
    const begun = performance.now();
    try {
      if (await holds()) return;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    waitedMs += Math.min(performance.now() - begun, LONGEST_ROUND_MS);
  }
  const instead = last === undefined ? '' : `: ${reasonOf(last)}`;
  throw new Error(`In ${patienceMs / 1_000} s it did not come about that ${what}${instead}`, { cause: last });
}
