/** When which fault begins, and how long it lasts: decided by the seed alone. */
import { seededFraction } from '../src/simulator/seeded.ts';

/** Faults of the processes that a run is made of. */
export type ProcessFault =
  | 'worker_killed'
  | 'both_workers_killed'
  | 'worker_stalled'
  | 'temporal_killed'
  | 'postgres_stopped'
  | 'postgres_crashed'
  | 'server_killed';

/** Faults of Sinch that concern every message for a while, beside those that single messages meet. */
export type ProviderFault =
  | 'sinch_429'
  | 'sinch_500'
  | 'sinch_500_accepted'
  | 'sinch_503'
  | 'sinch_reset'
  | 'sinch_reset_accepted'
  | 'sinch_silent'
  | 'sinch_silent_accepted'
  | 'reports_lost'
  | 'reports_held';

/** Everything that goes wrong by the clock. */
export type FaultKind = ProcessFault | ProviderFault;

/** One fault of a run. */
export interface ScheduledFault {
  kind: FaultKind;
  /** Milliseconds from the first request. */
  at: number;
  /** Milliseconds until it is put right; a process takes its time to start on top of that. */
  lasts: number;
  /** Which of the two workers, where the kind concerns one. */
  worker: 0 | 1;
}

/** What goes wrong one after the other; what belongs to different lanes overlaps as it happens. */
export interface FaultLane {
  name: 'workers' | 'temporal' | 'postgres' | 'server' | 'sinch' | 'reports';
  faults: readonly ScheduledFault[];
}

/** Everything that happens in a run, and when. */
export interface FaultSchedule {
  /** Milliseconds over which the requests are spread; every fault begins within. */
  spanMs: number;
  lanes: readonly FaultLane[];
}

interface LaneRule {
  name: FaultLane['name'];
  kinds: readonly FaultKind[];
  /** Milliseconds of traffic for each fault: what was put right must have worked again for a while. */
  everyMs: number;
  /** Shortest and longest time until a fault is put right, in milliseconds. */
  lasts: readonly [number, number];
}

const SHORTEST_SPAN_MS = 12_000;
const LONGEST_SPAN_MS = 75_000;
const SPAN_OF_MESSAGE_MS = 36;

/** The part of a lane's time in which its fault may begin; what is left lets it be put right before the next. */
const BEGINS_WITHIN = 0.5;

const RULES: readonly LaneRule[] = [
  {
    name: 'workers',
    kinds: ['worker_killed', 'both_workers_killed', 'worker_stalled'],
    everyMs: 18_000,
    lasts: [500, 3_000],
  },
  { name: 'temporal', kinds: ['temporal_killed'], everyMs: 30_000, lasts: [500, 2_500] },
  { name: 'postgres', kinds: ['postgres_stopped', 'postgres_crashed'], everyMs: 20_000, lasts: [1_000, 4_000] },
  { name: 'server', kinds: ['server_killed'], everyMs: 20_000, lasts: [500, 3_000] },
  {
    name: 'sinch',
    kinds: [
      'sinch_429',
      'sinch_500',
      'sinch_500_accepted',
      'sinch_503',
      'sinch_reset',
      'sinch_reset_accepted',
      'sinch_silent',
      'sinch_silent_accepted',
    ],
    everyMs: 4_000,
    lasts: [300, 1_000],
  },
  { name: 'reports', kinds: ['reports_lost', 'reports_held'], everyMs: 6_000, lasts: [500, 2_500] },
];

/** The schedule of a run: the same for the same seed and number of messages. */
export function scheduleFaults(seed: number, messages: number): FaultSchedule {
  const spanMs = Math.min(LONGEST_SPAN_MS, SHORTEST_SPAN_MS + messages * SPAN_OF_MESSAGE_MS);
  return { spanMs, lanes: RULES.map((rule) => ({ name: rule.name, faults: faultsOf(rule, seed, spanMs) })) };
}

/** How often each kind of fault is in a schedule. */
export function countFaults({ lanes }: FaultSchedule): Partial<Record<FaultKind, number>> {
  const counts: Partial<Record<FaultKind, number>> = {};
  for (const { kind } of lanes.flatMap(({ faults }) => faults)) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function faultsOf({ name, kinds, everyMs, lasts }: LaneRule, seed: number, spanMs: number): ScheduledFault[] {
  const draw = (...parts: string[]): number => seededFraction(seed, 'fault', name, ...parts);
  // Each kind comes once before one comes again.
  const order = kinds
    .map((kind) => ({ kind, place: draw('order', kind) }))
    .sort((a, b) => a.place - b.place)
    .map(({ kind }) => kind);
  const count = Math.max(1, Math.round(spanMs / everyMs));
  const share = spanMs / count;
  const [shortest, longest] = lasts;
  return Array.from({ length: count }, (_, index) => ({
    kind: order[index % order.length] ?? kinds[0]!,
    at: Math.round((index + BEGINS_WITHIN * draw('at', String(index))) * share),
    lasts: Math.round(shortest + draw('lasts', String(index)) * (longest - shortest)),
    worker: draw('worker', String(index)) < 0.5 ? 0 : 1,
  }));
}
