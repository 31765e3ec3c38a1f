import type { Integration } from '../settings/index.ts';
import { integrationsOfPlan } from './plan-integrations.ts';

/** What each plan's queue may carry: the lowest rate of the enabled integrations that send what waits in it. */
export function ratesOfPlans(integrations: readonly Integration[]): Map<string, number> {
  const enabled = integrations.filter((each) => each.enabled);
  const servicePlanIds = new Set([
    ...enabled.map(({ servicePlanId }) => servicePlanId),
    ...enabled.flatMap(({ formerServicePlanIds = [] }) => formerServicePlanIds),
  ]);
  return new Map(
    [...servicePlanIds].map((servicePlanId) => {
      const rates = integrationsOfPlan(enabled, servicePlanId).map(({ messagesPerSecond }) => messagesPerSecond);
      return [servicePlanId, Math.min(...rates)];
    }),
  );
}
