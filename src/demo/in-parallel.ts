/** Does `work` for each item, at most `limit` at a time. Rejects with the first failure, and begins nothing after it. */
export async function inParallel<T>(
  limit: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: Math.min(limit, items.length) }, async () => {
      for (const item of left) {
        try {
          await work(item);
        } catch (error) {
          // An iterator that has ended ends all who share it.
          left.return?.();
          throw error;
        }
      }
    }),
  );
}
