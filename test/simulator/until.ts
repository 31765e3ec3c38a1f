/** Resolves when `condition` holds; looked at every few milliseconds. The test runner's own time-out ends it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
