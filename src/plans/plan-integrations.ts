import { servesPlan } from '../contract/serves-plan.ts';
import type { Integration } from '../settings/index.ts';

/** The enabled integrations that send what waits in the plan's queue: those that have it, else those that had it. */
export function integrationsOfPlan(integrations: readonly Integration[], servicePlanId: string): Integration[] {
  const serving = integrations.filter((each) => each.enabled && servesPlan(each, servicePlanId));
  const own = serving.filter((each) => each.servicePlanId === servicePlanId);
  return own.length > 0 ? own : serving;
}

/** Token and address: integrations that agree on both are answered the same. Only ever compared. */
export function accessOf({ baseUrl, servicePlanId, apiToken }: Integration): string {
  return JSON.stringify([baseUrl, servicePlanId, apiToken]);
}
