import { isIPv6 } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the first failure of an address waits, in milliseconds; each further one waits twice as long. */
const FIRST_DELAY_MS = 100;

/** What a failure waits at most, in milliseconds: a platform whose key is wrong gives up after a second, and should see the 401. */
const LONGEST_DELAY_MS = 800;

/** An address that did not fail for so long starts anew, in milliseconds. */
const FORGET_MS = 10 * 60_000;

/** Addresses that are remembered; the one that failed longest ago goes first. */
const MOST_ADDRESSES = 10_000;

export interface FailedLogInsOptions {
  /** Milliseconds since 1970. @default Date.now */
  now?: () => number;
  /** @default real time */
  wait?: (ms: number) => Promise<unknown>;
}

/**
 * Slows guessing of keys: a failed log-in is answered late, the later the more there were from its address. Good
 * requests never wait, and nobody is locked out: the platform may share its address with whoever guesses.
 */
export interface FailedLogIns {
  /** Waits as long as the address has earned; then the failure may be answered. */
  slow(address: string): Promise<void>;
}

export function createFailedLogIns(options: FailedLogInsOptions = {}): FailedLogIns {
  const { now = Date.now, wait = (ms) => sleep(ms) } = options;
  /** In the order of their last failure. */
  const failures = new Map<string, { count: number; at: number }>();
  return {
    async slow(address) {
      const source = networkOf(address);
      const before = failures.get(source);
      const count = before !== undefined && now() - before.at < FORGET_MS ? before.count + 1 : 1;
      failures.delete(source);
      failures.set(source, { count, at: now() });
      for (const oldest of failures.keys()) {
        if (failures.size <= MOST_ADDRESSES) break;
        failures.delete(oldest);
      }
      // Not beyond what the longest delay needs: 2 to the power of a large count is Infinity.
      await wait(Math.min(FIRST_DELAY_MS * 2 ** Math.min(count - 1, 10), LONGEST_DELAY_MS));
    },
  };
}

/** Whoever has an IPv6 address has the 2^64 of its network too. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address;
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const groups = head.split(':').filter((group) => group !== '');
  const behind = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: Math.max(8 - groups.length - behind.length, 0) }, () => '0');
  return [...groups, ...(tail === undefined ? [] : zeros), ...behind].slice(0, 4).join(':');
}
