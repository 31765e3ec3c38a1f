/**
 * What one process knows of a plan's faults: whether an answer that blames the integration holds the plan, or only its
 * message.
 */
import type { Refusal } from '../contract/send-outcome.ts';

/**
 * Different messages in a row that make their integration the suspect, although a probe may show no fault: not all of
 * them can be to blame.
 */
const MESSAGES_IN_A_ROW = 3;

/** How long after a fault no message of the plan is sent by this process, in milliseconds: until its queue has stopped. */
const PAUSE_MS = 1_000;

/**
 * How long after a fault nothing is sent through its integration, in milliseconds, where that is a suspect and the plan
 * goes on for others: its messages would take up the plan's throughput.
 */
const SUSPECT_PAUSE_MS = 5_000;

export interface PlanFaultsOptions {
  /**
   * Whether the fault is the plan's and not its message's: no integration of the plan works.
   * @param suspects ids of integrations that need no probe, since enough messages met the fault through them
   */
  confirm: (refusal: Refusal, suspects: ReadonlySet<string>) => Promise<boolean>;
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
   * Sinch's answer blames the integration.
   * @returns whether the plan is held
   * @throws where that could not be found out or done
   */
  faulted(message: FaultedMessage, refusal: Refusal): Promise<boolean>;
}

export function createPlanFaults({ confirm, hold, now = Date.now }: PlanFaultsOptions): PlanFaults {
  const inARow = new Map<string, Set<string>>();
  const paused = new Map<string, { refusal: Refusal; at: number }>();
  let held: { refusal: Refusal; at: number } | undefined;
  let holding: Promise<boolean> | undefined;

  const suspects = (): Set<string> =>
    new Set([...inARow].filter(([, messages]) => messages.size >= MESSAGES_IN_A_ROW).map(([id]) => id));

  /** The fault that the plan is held for, as long as its queue may not have stopped. */
  const stopping = (): { refusal: Refusal } | undefined => (held && now() - held.at < PAUSE_MS ? held : undefined);

  async function decide(refusal: Refusal): Promise<boolean> {
    if (!(await confirm(refusal, suspects()))) return false;
    await hold(refusal);
    held = { refusal, at: now() };
    return true;
  }

  return {
    recent(integrationId) {
      const ofPlan = stopping();
      if (ofPlan) return { refusal: ofPlan.refusal, held: true };
      const own = paused.get(integrationId);
      return own && now() - own.at < SUSPECT_PAUSE_MS ? { refusal: own.refusal, held: false } : undefined;
    },
    accepted(integrationId) {
      inARow.delete(integrationId);
      paused.delete(integrationId);
    },
    async faulted({ workflowId, integrationId }, refusal) {
      const messages = inARow.get(integrationId) ?? new Set();
      // More than make it a suspect need not be remembered.
      if (messages.size < MESSAGES_IN_A_ROW) inARow.set(integrationId, messages.add(workflowId));
      if (stopping()) return true;
      // Those that were under way at the same time are one fault.
      holding ??= decide(refusal).finally(() => {
        holding = undefined;
      });
      const isHeld = await holding;
      if (!isHeld && suspects().has(integrationId)) paused.set(integrationId, { refusal, at: now() });
      return isHeld;
    },
  };
}
