/**
 * Resolves once it holds; what it throws counts as not yet, since part of what is asked may be away at the moment.
 * @param what it is, for the error where it does not come about
 * @param patienceMs much more than it takes, so that a machine that does much else at the moment changes nothing
 */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  patienceMs = 150_000,
): Promise<void> {
  const begun = performance.now();
  let last: unknown;
  while (performance.now() - begun < patienceMs) {
    try {
      if (await holds()) return;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`In ${patienceMs / 1_000} s it did not come about that ${what}`, { cause: last });
}
