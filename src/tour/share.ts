import { throughputOf } from './arrivals.ts';

/** Most pairs that are measured. */
const MOST_ROUNDS = 4;

/** What a plan had beside another one whose provider hangs, and without that. */
export interface MeasuredShare {
  /** Messages a second without the fault: what the machine gives. */
  alone: number;
  /** The same beside the fault. */
  beside: number;
  /** The second over the first. */
  share: number;
  rounds: number;
}

/**
 * Measures arrivals without a fault and beside it, in turns, until the share is as large as it has to be. What else the
 * machine does can only take throughput away, and seldom from every round: so the best of each kind is compared. A fault
 * that does reach the plan takes from every round.
 *
 * @param arrive gives the times of arrival of one measurement, in milliseconds, oldest first
 */
export async function measureShare(
  leastShare: number,
  arrive: (kind: 'alone' | 'beside', round: number) => Promise<readonly number[]>,
): Promise<MeasuredShare> {
  let alone = 0;
  let beside = 0;
  for (let rounds = 1; ; rounds += 1) {
    alone = Math.max(alone, throughputOf(await arrive('alone', rounds)));
    beside = Math.max(beside, throughputOf(await arrive('beside', rounds)));
    const share = alone === 0 ? 0 : beside / alone;
    if (share >= leastShare || rounds === MOST_ROUNDS) return { alone, beside, share, rounds };
  }
}
