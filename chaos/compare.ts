/** What was recorded beside what is true: the counts of a run, and each message that differs, with the reason. */
import type { FinalStatus } from '../src/contract/campaign-event.ts';
import { meaningOfStatus } from '../src/contract/delivery-report.ts';
import {
  type Behaviour,
  MAGIC_RECIPIENTS,
  type MagicRecipient,
  type SimulatedMessage,
} from '../src/simulator/index.ts';
import { CHAOS_REFUSALS, type ChaosRequest } from './requests.ts';

/** From the last look for a message until a send of it is accepted it may take so long, in milliseconds. */
const ON_ITS_WAY_MS = 20_000;

/** One recorded event. */
export interface RecordedEvent {
  messageId: string;
  phase: 'admission' | 'final';
  status: string;
  /** Why, where the status alone does not say it. */
  error?: string;
}

/** Everything that is compared. */
export interface RunFacts {
  requests: readonly ChaosRequest[];
  /** Ids of the requests that were answered with success. */
  taken: ReadonlySet<string>;
  events: readonly RecordedEvent[];
  /** Messages with events that contradict each other. */
  contradicted: readonly string[];
  /** When it was decided to send a message again, ISO 8601, of those of which that is recorded. */
  resent: ReadonlyMap<string, string>;
  /** Everything that the simulator accepted, in that order. */
  accepted: readonly SimulatedMessage[];
  /** For how long a message of unknown outcome is looked for, in milliseconds. */
  settleMs: number;
  /** From when on no answer was waited for, in milliseconds since the epoch: a look-up after that is a last look. */
  skippedAt: number;
}

/** The counts that have to be 0. */
export const ZEROS = ['acceptedTwice', 'lost', 'wrongFinal', 'eventsDoubled'] as const;

/** What can be wrong with a message. */
export type Difference = (typeof ZEROS)[number];

/** A message that is not as it has to be. */
export interface DifferingMessage {
  messageId: string;
  difference: Difference;
  /** In words, with what the simulator did to it. */
  why: string;
}

/** What a comparison finds. */
export interface Comparison extends Record<Difference, number> {
  /** Sent twice knowingly: looked for through the settle time, and Sinch did not show it. */
  resentByPolicy: number;
  /** Known at the end although the answer or the callback that would have told it was lost. */
  recovered: number;
  differing: readonly DifferingMessage[];
}

const DEFINITIONS = new Map<Behaviour, MagicRecipient>(
  MAGIC_RECIPIENTS.map((entry): [Behaviour, MagicRecipient] => [entry.behaviour, entry]),
);

/** Compares what was recorded with what is true. */
export function compare(facts: RunFacts): Comparison {
  const { requests, taken, events, contradicted, accepted } = facts;
  const eventsOf = groupBy(events, ({ messageId }) => messageId);
  const acceptedOf = groupBy(accepted, ({ clientReference = '' }) => clientReference);
  const isContradicted = new Set(contradicted);
  const differing: DifferingMessage[] = [];
  let resentByPolicy = 0;
  let recovered = 0;

  for (const request of requests) {
    const { messageId, clientReference } = request;
    const own = eventsOf.get(messageId) ?? [];
    const atSinch = acceptedOf.get(clientReference) ?? [];
    const differ = (difference: Difference, why: string): void => {
      differing.push({ messageId, difference, why: `${why}${circumstances(request, atSinch)}` });
    };

    if (atSinch.length > 1) {
      const reason = whyNotByPolicy(request, atSinch, facts);
      if (reason === undefined) resentByPolicy += 1;
      else differ('acceptedTwice', `Sinch accepted it ${atSinch.length} times: ${reason}`);
    }

    for (const phase of ['admission', 'final'] as const) {
      const statuses = own.filter((event) => event.phase === phase).map(({ status }) => status);
      if (statuses.length > 1) differ('eventsDoubled', `${statuses.length} ${phase} events: ${statuses.join(', ')}`);
    }
    if (isContradicted.has(messageId)) differ('eventsDoubled', 'its events contradict each other');

    const isRegistered = taken.has(messageId) || atSinch.length > 0 || own.length > 0;
    if (!isRegistered) continue;
    const problem = atSinch.length > 0 ? acceptedProblem(own, atSinch) : unacceptedProblem(own, request);
    if (problem !== undefined) differ(problem.difference, problem.why);
    else if (wasRecovered(atSinch, facts.skippedAt)) recovered += 1;
  }
  const count = (difference: Difference): number =>
    new Set(differing.filter((each) => each.difference === difference).map(({ messageId }) => messageId)).size;
  return {
    acceptedTwice: count('acceptedTwice'),
    lost: count('lost'),
    wrongFinal: count('wrongFinal'),
    eventsDoubled: count('eventsDoubled'),
    resentByPolicy,
    recovered,
    differing,
  };
}

/** The final statuses that a message accepted by Sinch may end with: several only where Sinch itself contradicts itself. */
export function rightFinals(atSinch: readonly SimulatedMessage[]): Set<FinalStatus> {
  return new Set(
    atSinch.flatMap(({ finalStatus, behaviour }) => {
      if (finalStatus === undefined) return ['timeout' as const];
      // Whichever of its words came first is the one that counts.
      const words = behaviour === 'contradicting' ? reportedWords(behaviour) : [finalStatus];
      return words.map(finalOf);
    }),
  );
}

/** Why a second acceptance was not the knowing decision of the policy; `undefined` where it was. */
function whyNotByPolicy(
  { messageId, onUnknownOutcome }: ChaosRequest,
  atSinch: readonly SimulatedMessage[],
  { resent, settleMs }: Pick<RunFacts, 'resent' | 'settleMs'>,
): string | undefined {
  if (onUnknownOutcome === 'hold') return 'it was to be held';
  const decidedAt = resent.get(messageId);
  if (decidedAt === undefined) return 'nobody has decided to send it again';
  const told = atSinch.find(({ toldAt }) => toldAt !== undefined && toldAt < decidedAt);
  if (told) return 'a callback had told of it before it was decided';
  for (const [index, later] of atSinch.entries()) {
    for (const earlier of atSinch.slice(0, index)) {
      const lagMs = Date.parse(earlier.visibleAt) - Date.parse(earlier.acceptedAt);
      if (lagMs <= settleMs) return `look-ups showed it after ${lagMs} ms, within the ${settleMs} ms of looking`;
      if (earlier.shownAt !== undefined && earlier.shownAt < later.acceptedAt) return 'a look-up had shown it before';
      const secondAt = Date.parse(later.acceptedAt);
      const afterMs = secondAt - Date.parse(earlier.acceptedAt);
      if (afterMs < settleMs) return `it was sent again after ${afterMs} ms, within the ${settleMs} ms of looking`;
      const shownMs = secondAt - Date.parse(earlier.visibleAt);
      if (shownMs > ON_ITS_WAY_MS) return `a look-up would have shown it for ${shownMs} ms by then`;
    }
  }
  return undefined;
}

interface Problem {
  difference: 'lost' | 'wrongFinal';
  why: string;
}

function acceptedProblem(own: readonly RecordedEvent[], atSinch: readonly SimulatedMessage[]): Problem | undefined {
  const admissions = own.filter(({ phase }) => phase === 'admission');
  if (!admissions.some(({ status }) => status === 'enqueued')) {
    const instead = admissions.map(({ status, error }) => (error === undefined ? status : `${status} (${error})`));
    return { difference: 'lost', why: `Sinch accepted it, recorded is ${instead.join(', ') || 'nothing'}` };
  }
  const finals = own.filter(({ phase }) => phase === 'final');
  if (finals.length === 0) return { difference: 'lost', why: 'it never ended' };
  const right = rightFinals(atSinch);
  const wrong = finals.find(({ status }) => !right.has(status as FinalStatus));
  return wrong && { difference: 'wrongFinal', why: `ended as ${wrong.status}, in truth ${[...right].join(' or ')}` };
}

function unacceptedProblem(own: readonly RecordedEvent[], request: ChaosRequest): Problem | undefined {
  if (own.length === 0) return { difference: 'lost', why: 'it was taken, and never ended' };
  const wrong = own.find(({ status }) => status !== 'enqueue_failed');
  if (wrong !== undefined) return { difference: 'wrongFinal', why: `${wrong.status}, but Sinch never accepted it` };
  const mayFail = ({ error = '' }: RecordedEvent): boolean =>
    CHAOS_REFUSALS.has(error) || (error === 'outcome_unknown' && request.onUnknownOutcome === 'hold');
  const givenUp = own.find((event) => !mayFail(event));
  return (
    givenUp && { difference: 'wrongFinal', why: `given up as ${givenUp.error ?? 'failed'}, though it was to be sent` }
  );
}

/** Whether a look-up or a sweep told what an answer or a callback would have. */
function wasRecovered(atSinch: readonly SimulatedMessage[], skippedAt: number): boolean {
  const isFoundByLooking = atSinch.some(({ shownAt }) => shownAt !== undefined && Date.parse(shownAt) < skippedAt);
  const isFinal = atSinch.some(({ finalStatus }) => finalStatus !== undefined && isDefinite(finalStatus));
  const isToldByCallback = atSinch.some(({ callbacks }) => callbacks.answered > 0);
  return isFoundByLooking || (isFinal && !isToldByCallback);
}

function isDefinite(status: string): boolean {
  return finalOf(status) !== 'timeout';
}

function reportedWords(behaviour: Behaviour): string[] {
  const reports = DEFINITIONS.get(behaviour)?.reports ?? [];
  return reports.map(({ status }) => status).filter((status) => meaningOfStatus(status) !== 'intermediate');
}

function finalOf(status: string): FinalStatus {
  const meaning = meaningOfStatus(status);
  return meaning === 'no_receipt' || meaning === 'intermediate' ? 'timeout' : meaning;
}

function circumstances({ onUnknownOutcome }: ChaosRequest, atSinch: readonly SimulatedMessage[]): string {
  const [first] = atSinch;
  const { sent = 0, answered = 0, lost = 0 } = first?.callbacks ?? {};
  return first === undefined
    ? ` [${onUnknownOutcome}; never accepted]`
    : ` [${onUnknownOutcome}; ${first.behaviour}, accepted at ${first.acceptedAt}, callbacks: ${sent} sent, ${answered} taken, ${lost} lost]`;
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
