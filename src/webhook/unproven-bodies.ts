/** Reads bodies of callers that have proved nothing yet: of a signed callback, whose signature is made over its body. */
export interface UnprovenBodies {
  /**
   * Reads one more. Where as many as there is room for are being read, the one that began first is given up: so bodies
   * that do not end keep none waiting that does, and take no more memory than there is room for.
   * @param read ends with its signal
   * @returns `given_up` where it made room for another one
   */
  read<T>(signal: AbortSignal, read: (signal: AbortSignal) => Promise<T>): Promise<T | 'given_up'>;
}

/** Makes room for `most` bodies at once. */
export function createUnprovenBodies(most: number): UnprovenBodies {
  // In the order in which they began.
  const underWay = new Set<AbortController>();

  return {
    async read(signal, read) {
      const [first] = underWay;
      if (first !== undefined && underWay.size >= most) {
        underWay.delete(first);
        first.abort();
      }
      const own = new AbortController();
      underWay.add(own);
      try {
        return await read(AbortSignal.any([signal, own.signal]));
      } catch (error) {
        if (own.signal.aborted) return 'given_up';
        throw error;
      } finally {
        underWay.delete(own);
      }
    },
  };
}
