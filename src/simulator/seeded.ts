import { createHash } from 'node:crypto';

/**
 * A number from 0 (inclusive) to 1 (exclusive) that depends on `seed` and `parts` alone. What is drawn for a message is
 * therefore the same in every run and for every repetition, in whatever order requests arrive.
 */
export function seededFraction(seed: number, ...parts: readonly string[]): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, ...parts]))
    .digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}

/**
 * Spreads a delay as operators do: never under 0.6 of `meanMs`, `meanMs` on average, now and then up to three times it.
 *
 * @param fraction 0 (inclusive) to 1 (exclusive)
 */
export function spreadDelay(meanMs: number, fraction: number): number {
  return Math.round(meanMs * Math.min(3, 0.6 - 0.4 * Math.log(1 - fraction)));
}
