/**
 * What one process knows of a plan's faults: whether an answer that blames the integration holds the plan, or only its
 * message.
 */
import type { Refusal } from '../contract/send-outcome.ts';

/** Different messages in a row that hold a plan although a probe shows no fault: not all of them can be to blame. */
const MESSAGES_IN_A_ROW = 3;

/** How long after a fault no message of the plan is sent by this process, in milliseconds: until its queue has stopped. */
const PAUSE_MS = 1_000;

export interface PlanFaultsOptions {
  /** Whether a probe shows the fault too: then it is the plan's and not its message's. */
  confirm: (refusal: Refusal) => Promise<boolean>;
  /** Stops the plan's queue until the fault is mended. */
  hold: (refusal: Refusal) => Promise<void>;
  /** @default Date.now */
  now?: () => number;
}

/** The faults of one plan in one process. */
export interface PlanFaults {
  /** Why nothing is to be sent at this moment: the fault was seen just now, and the queue is about to stop. */
  recent(): Refusal | undefined;
  /** Sinch took a message of the plan. */
  accepted(): void;
  /**
   * Sinch's answer blames the integration.
   * @returns whether the plan is held
   * @throws where that could not be found out or done
   */
  faulted(workflowId: string, refusal: Refusal): Promise<boolean>;
}

export function createPlanFaults({ confirm, hold, now = Date.now }: PlanFaultsOptions): PlanFaults {
  const inARow = new Set<string>();
  let held: { refusal: Refusal; at: number } | undefined;
  let holding: Promise<boolean> | undefined;

  const recent = (): Refusal | undefined => (held && now() - held.at < PAUSE_MS ? held.refusal : undefined);

  async function decide(refusal: Refusal): Promise<boolean> {
    if (inARow.size < MESSAGES_IN_A_ROW && !(await confirm(refusal))) return false;
    await hold(refusal);
    held = { refusal, at: now() };
    return true;
  }

  return {
    recent,
    accepted() {
      inARow.clear();
    },
    async faulted(workflowId, refusal) {
      inARow.add(workflowId);
      if (recent()) return true;
      // Those that were under way at the same time are one fault.
      holding ??= decide(refusal).finally(() => {
        holding = undefined;
      });
      return holding;
    },
  };
}
