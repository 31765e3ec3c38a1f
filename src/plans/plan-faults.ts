/**
 * What one process knows of a plan's faults: whether an answer that blames the integration holds the plan, or only its
 * message. Nothing is lost by an attempt that meets a fault, so that the plan stops where a probe shows the fault, and
 * only much later where none does: one recipient that Sinch refuses so is no reason to keep the others waiting.
 */
import type { Refusal } from '../contract/send-outcome.ts';

/** What a probe makes responsible. */
export type Responsible =
  /** No integration of the plan works. */
  | 'plan'
  /** The message's own integration does not work, and another one of the plan does. */
  | 'integration'
  /** The integration works, or nobody can tell: as far as is known, the message is to blame. */
  | 'message';

/** What follows from a fault that a message met. */
export type FaultDecision =
  /** The plan's queue is stopped until the fault is mended. */
  | 'held'
  /** The message is tried again by itself, after pauses that grow. */
  | 'alone'
  /** The same, and it was met again and again by this message while Sinch took others of the same integration. */
  | 'alone_again';

/**
 * Messages in a row that are refused for the first time, and how long the row lasts in milliseconds, before the plan is
 * held although its probes show no fault. Rather many than few: those in a row may all be to blame, as recipients of one
 * range are that a list is sorted by. Where little is sent, fewer in a longer time.
 */
const LONG_ROW = { messages: 30, ms: 10_000 };
const SLOW_ROW = { messages: 5, ms: 300_000 };

/** The same for a long row after one has held the plan and a probe found it open: the row may just have been longer. */
const LATER_LONG_ROW_MS = 30_000;

/** How often a message meets the fault, others being taken meanwhile, before it counts as met again and again. */
const TIMES_AGAIN = 3;

/** Messages with a fault of their own that are remembered; one that is forgotten is only found out anew. */
const MOST_REMEMBERED = 10_000;

/** How long after a fault no message of the plan is sent by this process, in milliseconds: until its queue has stopped. */
const PAUSE_MS = 1_000;

/**
 * How long after a fault nothing is sent through its integration, in milliseconds, where that is to blame and the plan
 * goes on for others: its messages would take up the plan's throughput.
 */
const INTEGRATION_PAUSE_MS = 5_000;

export interface PlanFaultsOptions {
  /** Probes the plan's integrations for the fault that the refusal shows. */
  examine: (refusal: Refusal, integrationId: string) => Promise<Responsible>;
  /** Stops the plan's queue until the fault is mended. */
  hold: (refusal: Refusal) => Promise<void>;
  /** @default Date.now */
  now?: () => number;
}

/** A message that met a fault. */
export interface FaultedMessage {
  workflowId: string;
  integrationId: string;
}

/** The faults of one plan in one process. */
export interface PlanFaults {
  /**
   * Why nothing is to be sent through the integration at this moment: a fault was seen just now. `held` where the plan's
   * queue is about to stop, and not only its own messages wait.
   */
  recent(integrationId: string): { refusal: Refusal; held: boolean } | undefined;
  /** Sinch took a message of the integration. */
  accepted(integrationId: string): void;
  /**
   * An answer blames the integration.
   * @throws where what follows could not be found out or done
   */
  faulted(message: FaultedMessage, refusal: Refusal): Promise<FaultDecision>;
}

/** Messages of an integration that met a fault one after the other, each for the first time. */
interface Row {
  since: number;
  messages: Set<string>;
}

/** How often a message met a fault of its own, and how many of others Sinch had taken by then. */
interface Met {
  times: number;
  taken: number;
}

export function createPlanFaults({ examine, hold, now = Date.now }: PlanFaultsOptions): PlanFaults {
  const rows = new Map<string, Row>();
  const met = new Map<string, Met>();
  const taken = new Map<string, number>();
  const paused = new Map<string, { refusal: Refusal; at: number }>();
  const examining = new Map<string, Promise<Responsible>>();
  let held: { refusal: Refusal; at: number } | undefined;
  let holding: Promise<void> | undefined;
  let heldForRow = false;

  /** The fault that the plan is held for, as long as its queue may not have stopped. */
  const stopping = (): { refusal: Refusal } | undefined => (held && now() - held.at < PAUSE_MS ? held : undefined);

  /** Those that were under way at the same time are one fault. */
  function examined(refusal: Refusal, integrationId: string): Promise<Responsible> {
    const underWay = examining.get(integrationId);
    if (underWay) return underWay;
    const begun = examine(refusal, integrationId).finally(() => examining.delete(integrationId));
    examining.set(integrationId, begun);
    return begun;
  }

  async function holdFor(refusal: Refusal): Promise<'held'> {
    if (stopping()) return 'held';
    holding ??= stop(refusal).finally(() => {
      holding = undefined;
    });
    await holding;
    return 'held';
  }

  async function stop(refusal: Refusal): Promise<void> {
    await hold(refusal);
    held = { refusal, at: now() };
    rows.clear();
  }

  /** Adds the message to its integration's row. @returns whether the row is reason enough to hold the plan */
  function lengthen({ workflowId, integrationId }: FaultedMessage): boolean {
    const row = rows.get(integrationId) ?? { since: now(), messages: new Set() };
    rows.set(integrationId, row);
    // A row that goes on and on need not be remembered in full.
    if (row.messages.size < MOST_REMEMBERED) row.messages.add(workflowId);
    const lasted = now() - row.since;
    const longMs = heldForRow ? LATER_LONG_ROW_MS : LONG_ROW.ms;
    return (
      (row.messages.size >= LONG_ROW.messages && lasted >= longMs) ||
      (row.messages.size >= SLOW_ROW.messages && lasted >= SLOW_ROW.ms)
    );
  }

  function remember(workflowId: string, seen: Met): void {
    met.delete(workflowId);
    met.set(workflowId, seen);
    const [oldest = workflowId] = met.keys();
    if (met.size > MOST_REMEMBERED) met.delete(oldest);
  }

  /** Whether Sinch takes messages of the plan's other integrations. */
  function othersAreTaken(integrationId: string): boolean {
    return [...taken.keys()].some((id) => id !== integrationId && !rows.has(id));
  }

  return {
    recent(integrationId) {
      const ofPlan = stopping();
      if (ofPlan) return { refusal: ofPlan.refusal, held: true };
      const own = paused.get(integrationId);
      return own && now() - own.at < INTEGRATION_PAUSE_MS ? { refusal: own.refusal, held: false } : undefined;
    },
    accepted(integrationId) {
      rows.delete(integrationId);
      paused.delete(integrationId);
      taken.set(integrationId, (taken.get(integrationId) ?? 0) + 1);
    },
    async faulted(message, refusal) {
      const { workflowId, integrationId } = message;
      if (stopping()) return 'held';
      const responsible = await examined(refusal, integrationId);
      if (responsible === 'plan') {
        heldForRow = false;
        return holdFor(refusal);
      }
      if (responsible === 'integration') {
        paused.set(integrationId, { refusal, at: now() });
        return 'alone';
      }
      const before = met.get(workflowId);
      const takenByNow = taken.get(integrationId) ?? 0;
      if (before === undefined) {
        remember(workflowId, { times: 1, taken: takenByNow });
        // Those that have met it before prove nothing new: they would hold the plan again after each probe.
        if (!lengthen(message)) return 'alone';
        if (!othersAreTaken(integrationId)) {
          heldForRow = true;
          return holdFor(refusal);
        }
        paused.set(integrationId, { refusal, at: now() });
        return 'alone';
      }
      // Only where others were taken meanwhile does it tell anything of the message.
      const times = takenByNow > before.taken ? before.times + 1 : before.times;
      remember(workflowId, { times, taken: takenByNow });
      return times >= TIMES_AGAIN ? 'alone_again' : 'alone';
    },
  };
}
