/**
 * Joins what is asked for again while it is under way to the first: whoever gave up waiting and repeats a large request
 * would else have all of it done once more, and again not in time.
 */
export function joinRepeats<T>(): (key: string, work: () => Promise<T>) => Promise<T> {
  const underWay = new Map<string, Promise<T>>();
  return (key, work) => {
    const first = underWay.get(key);
    if (first) return first;
    const doing = work().finally(() => underWay.delete(key));
    underWay.set(key, doing);
    return doing;
  };
}
