import type { Refusal } from './send-outcome.ts';

/** How often a plan that is held is probed unless told otherwise, in milliseconds. */
export const DEFAULT_PROBE_INTERVAL_MS = 60_000;

/** The input of a hold: the workflow that keeps a plan from sending until its fault is mended. */
export interface HoldPlanInput {
  servicePlanId: string;
  /** The answer that showed the fault. */
  refusal: Refusal;
  /** ISO 8601: when the plan was held. */
  since: string;
  /** Milliseconds between two probes. @default DEFAULT_PROBE_INTERVAL_MS */
  probeIntervalMs?: number;
  /** Probes made by earlier runs. @default 0 */
  probes?: number;
}

/** What is known of a plan that is held. */
export interface PlanHold {
  servicePlanId: string;
  /** ISO 8601 */
  since: string;
  /** The last answer that was none of a plan that works. */
  refusal: Refusal;
}

/** What one probe of a plan saw. */
export type ProbeOutcome =
  /** Sinch takes what the plan has: messages can go on. */
  | { kind: 'open' }
  | ({ kind: 'fault' } & Refusal)
  /** No answer that tells: the plan stays as it is. */
  | ({ kind: 'no_answer' } & Refusal)
  /** No enabled integration has the plan any more, so there is nothing to hold. */
  | { kind: 'gone' };

/** How a hold ended. */
export interface HoldPlanResult {
  servicePlanId: string;
  /** ISO 8601 */
  since: string;
  /** ISO 8601 */
  until: string;
  reason: 'mended' | 'gone';
  probes: number;
}
