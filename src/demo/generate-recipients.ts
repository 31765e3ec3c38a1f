import type { Behaviour } from '../simulator/index.ts';
import type { DemoRecipient } from './recipient.ts';

/** Weights of what the simulator does with generated people in countries that send reports. */
export const GENERATED_MIX: Readonly<Partial<Record<Behaviour, number>>> = {
  delivered: 900,
  failed: 25,
  rejected: 15,
  unroutable: 5,
  expired: 10,
  unknown: 10,
  no_report: 10,
  late_report: 3,
  duplicate_report: 5,
  out_of_order: 3,
  intermediate_first: 3,
  report_before_response: 3,
  constraint_violation: 6,
  unavailable_once: 2,
};

/** How many of 100 people are in a country without reports, have no number, or have one that is none. */
const SHARES = { withoutReports: 8, withoutNumber: 2, withBadNumber: 2 } as const;

/** Number prefixes and how many digits follow: blocks that are not given to anybody, or look like it. */
const ORDINARY = [
  ['447400', 6],
  ['1202555', 4],
  ['3363998', 4],
  ['34600000', 3],
  ['46701740', 3],
  ['61491570', 3],
  ['39320000', 4],
  ['48500000', 3],
] as const;

/** Countries without reports: Germany, Brazil, Mexico, Indonesia. */
const WITHOUT_REPORTS = ['49171000', '551190000', '52550000', '62811000'] as const;

/** The simulator's ending for "dispatched, and nothing is ever heard of it again". */
const NO_REPORT_SUFFIX = '9907';

/** Where no network takes a name as the sender. */
const NUMBER_AS_SENDER = '+18005550199';

/** `count` made-up people, the same for the same seed. What becomes of most is drawn by the simulator. */
export function generateRecipients(count: number, seed: number): DemoRecipient[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const messageId = `generated-${String(index + 1).padStart(6, '0')}`;
    const text = `Hello number ${index + 1}, welcome to Larkspur!`;
    const recipient = numberOf(random);
    const sender = recipient?.startsWith('+1') ? { sender: NUMBER_AS_SENDER } : {};
    return { messageId, text, ...(recipient === undefined ? {} : { recipient }), ...sender };
  });
}

function numberOf(random: () => number): string | undefined {
  let left = random() * 100;
  if ((left -= SHARES.withoutNumber) < 0) return undefined;
  if ((left -= SHARES.withBadNumber) < 0) return '+4474';
  if ((left -= SHARES.withoutReports) < 0) return `+${pick(WITHOUT_REPORTS, random)}${NO_REPORT_SUFFIX}`;
  const [prefix, digits] = pick(ORDINARY, random);
  const rest = String(Math.floor(random() * 10 ** digits)).padStart(digits, '0');
  // Endings from 9900 on would be magic.
  return `+${prefix}${rest.replace(/99(\d\d)$/, '98$1')}`;
}

function pick<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)] ?? items[0];
  if (item === undefined) throw new TypeError('There is nothing to pick from');
  return item;
}

/** Numbers from 0 to below 1, a sequence for each seed (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
