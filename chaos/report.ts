/** What a run found, in words and as JSON. */
import { type Comparison, ZEROS } from './compare.ts';
import type { FaultKind } from './fault-schedule.ts';
import { FAULT_WORDS } from './inject-faults.ts';
import type { Books } from './system.ts';

/** A run and what it found. */
export interface ChaosResult extends Comparison, Pick<Books, 'held' | 'wrong'> {
  messages: number;
  seed: number;
  faults: Partial<Record<FaultKind, number>>;
  /** Requests that were not answered with success, however often they were made. */
  untaken: number;
  /** Reports that the sweep brought; `undefined` where there is no sweep. */
  swept: number | undefined;
  seconds: number;
}

/** What the last line of `--json` has of it. */
export type ResultLine = Pick<
  ChaosResult,
  'messages' | 'seed' | 'faults' | (typeof ZEROS)[number] | 'resentByPolicy' | 'held' | 'recovered' | 'seconds'
>;

/** Most differing messages that are named. */
const NAMED = 20;

/** What each count means, in the order in which they are shown. */
const MEANING: Readonly<Record<(typeof ZEROS)[number] | 'resentByPolicy' | 'held' | 'recovered', string>> = {
  acceptedTwice: 'accepted twice by Sinch',
  lost: 'lost',
  wrongFinal: 'ended otherwise than in truth',
  eventsDoubled: 'with an event twice',
  resentByPolicy: 'sent twice knowingly, as their policy is, since Sinch did not show them',
  held: 'held, since nobody could tell whether Sinch had them',
  recovered: 'known although the answer or the callback was lost',
};

/** Whether nothing was sent twice or lost, and all is recorded as it is. */
export function isRight(result: ChaosResult): boolean {
  return ZEROS.every((count) => result[count] === 0) && result.wrong.length === 0 && result.untaken === 0;
}

/** The result as the last line of standard output. */
export function jsonOf(result: ChaosResult): ResultLine {
  const { messages, seed, faults, acceptedTwice, lost, wrongFinal, eventsDoubled, resentByPolicy } = result;
  const { held, recovered, seconds } = result;
  return {
    messages,
    seed,
    faults,
    acceptedTwice,
    lost,
    wrongFinal,
    eventsDoubled,
    resentByPolicy,
    held,
    recovered,
    seconds,
  };
}

/** The result for people. */
export function linesOf(result: ChaosResult, what: string): string[] {
  const { messages, seed, faults, seconds, swept, wrong } = result;
  const happened = Object.entries(faults) as [FaultKind, number][];
  return [
    `${what}: ${messages} messages, seed ${seed}, ${seconds} s`,
    '',
    ...happened.map(([kind, times]) => `  ${String(times).padStart(6)}  × ${FAULT_WORDS[kind]}`),
    '',
    ...Object.entries(MEANING).map(
      ([count, meaning]) => `  ${String(result[count as keyof typeof MEANING]).padStart(6)}  ${meaning}`,
    ),
    ...(swept === undefined ? [] : [`  ${String(swept).padStart(6)}  reports brought by the sweep at the end`]),
    '',
    ...(wrong.length === 0 ? ['The ledger adds up.'] : []),
    ...faultLines(result),
  ];
}

/** What is wrong, beside the counts: requests that were not taken, the ledger, and each message that differs, and why. */
export function faultLines(result: Pick<ChaosResult, 'differing' | 'untaken' | 'wrong'>): string[] {
  const { untaken, wrong } = result;
  return [
    ...(untaken === 0 ? [] : [`${untaken} requests were not taken, however often they were made.`]),
    ...(wrong.length === 0 ? [] : [`The ledger does not add up: ${wrong.join('; ')}.`]),
    ...differingLines(result),
  ];
}

/** Each message that differs, and why. */
function differingLines({ differing }: Pick<Comparison, 'differing'>): string[] {
  const named = differing
    .slice(0, NAMED)
    .map(({ messageId, difference, why }) => `  ${messageId}  ${difference}: ${why}`);
  const rest = differing.length - named.length;
  return [...named, ...(rest > 0 ? [`  and ${rest} more`] : [])];
}
