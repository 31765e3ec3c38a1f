/** What is to be stopped at the end, the latest first; one that fails does not keep the others from it. */
export interface Cleanups extends AsyncDisposable {
  add(cleanup: () => unknown): void;
}

/** Makes an empty list. */
export function createCleanups(): Cleanups {
  const cleanups: (() => unknown)[] = [];
  return {
    add: (cleanup) => void cleanups.push(cleanup),
    async [Symbol.asyncDispose]() {
      const failures: unknown[] = [];
      for (const cleanup of cleanups.reverse()) {
        try {
          await cleanup();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, 'Not everything of the run could be stopped');
    },
  };
}
