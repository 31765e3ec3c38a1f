import { z } from '@hono/zod-openapi';
import type { PlanHold } from '../contract/plan-hold.ts';
import { describeRefusal } from '../contract/send-outcome.ts';
import type { PlanHolds } from '../plans/index.ts';
import { within } from './within.ts';

/** How long Temporal may take to tell which plans are held, in milliseconds: an answer is given without it too. */
const HOLDS_DEADLINE_MS = 1_500;

/** Why a plan sends nothing. */
export interface PlanHoldView {
  since: string;
  status_code?: number;
  error?: string;
  comment?: string;
}

export const planHoldView = z
  .object({
    since: z.iso.datetime(),
    status_code: z.number().int().optional().openapi({ description: 'HTTP status of the last refusal.' }),
    error: z.string().optional(),
    comment: z.string().optional(),
  })
  .openapi('PlanHold', { description: 'Sinch refuses the plan: nothing is sent through it until that is mended.' });

export function holdViewOf({ since, refusal: { statusCode, error, comment } }: PlanHold): PlanHoldView {
  return {
    since,
    ...(statusCode === undefined ? {} : { status_code: statusCode }),
    ...(error === undefined ? {} : { error }),
    ...(comment === undefined ? {} : { comment }),
  };
}

/** Why in words, such as `HTTP 401, Sinch does not take the API token`. */
export function refusalInWords({ refusal }: PlanHold): string {
  return describeRefusal(refusal, 'no reason is known');
}

/** The plans that are held; none where Temporal cannot be asked, which other parts of the answer say. */
export async function heldPlans(planHolds: Pick<PlanHolds, 'list'>): Promise<ReadonlyMap<string, PlanHold>> {
  const holds = await within(HOLDS_DEADLINE_MS, planHolds.list()).catch(() => []);
  return new Map(holds.map((hold) => [hold.servicePlanId, hold]));
}

/** Has a plan probed that may be held; whoever asks for something else does not wait for it, nor fail with it. */
export function probeLater(planHolds: Pick<PlanHolds, 'probe'>, servicePlanId: string): void {
  planHolds.probe(servicePlanId).catch(() => undefined);
}
