import type { DeliveryTimes } from './evaluation.ts';

/** Ratio of a bucket's ends in `campaign_delays`. */
const GROWTH = 1.05;

/** Largest relative error of a bucket's middle. */
const RESOLUTION = 0.025;

/** Delivered messages by how long they took. */
export interface DelayBucket {
  /** Holds `GROWTH ** bucket` to `GROWTH ** (bucket + 1)` milliseconds. */
  bucket: number;
  messages: number;
}

/**
 * Percentiles by nearest rank. Each is the middle of the bucket that it lies in, so at most 2.5% off.
 * @param buckets in ascending order
 */
export function deliveryTimesOf(buckets: readonly DelayBucket[]): DeliveryTimes | undefined {
  const messages = buckets.reduce((sum, each) => sum + each.messages, 0);
  if (messages === 0) return undefined;
  const percentile = (share: number): number => {
    let left = Math.ceil(share * messages);
    const found = buckets.find((each) => (left -= each.messages) <= 0);
    return Math.round(GROWTH ** ((found?.bucket ?? 0) + 0.5));
  };
  return {
    messages,
    p50: percentile(0.5),
    p90: percentile(0.9),
    p95: percentile(0.95),
    p99: percentile(0.99),
    resolution: RESOLUTION,
  };
}
