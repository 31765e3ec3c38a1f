/** A signed callback, as its headers tell it apart. */
export interface SignedCallback {
  integrationId: string;
  nonce: string;
  signature: string;
}

/**
 * Signed callbacks that were taken while their signatures hold. Of one process: another one that gets a repeat finds it by
 * the report's own request id.
 */
export interface TakenCallbacks {
  /**
   * `new`: its nonce was not seen. `same_nonce`: it was, under another signature, so the body or the time is another one.
   * `same`: this very callback was taken.
   */
  look(callback: SignedCallback, now: number): 'new' | 'same_nonce' | 'same';
  /** Notes one that was taken to its end, until its signature holds no more. */
  note(callback: SignedCallback, until: number): void;
}

/** Callbacks that are remembered, about 300 bytes each; the one noted first goes first. */
const MOST_TAKEN = 20_000;

/** Makes an empty memory. @param most callbacks that it remembers. @default 20,000 */
export function createTakenCallbacks(most = MOST_TAKEN): TakenCallbacks {
  /** In the order in which they were noted. Only who knows the secret can add to it. */
  const taken = new Map<string, { signature: string; until: number }>();
  const keyOf = ({ integrationId, nonce }: SignedCallback): string => JSON.stringify([integrationId, nonce]);
  return {
    look(callback, now) {
      const before = taken.get(keyOf(callback));
      if (before === undefined || before.until < now) return 'new';
      return before.signature === callback.signature ? 'same' : 'same_nonce';
    },
    note(callback, until) {
      const key = keyOf(callback);
      taken.delete(key);
      taken.set(key, { signature: callback.signature, until });
      for (const oldest of taken.keys()) {
        if (taken.size <= most) break;
        taken.delete(oldest);
      }
    },
  };
}
