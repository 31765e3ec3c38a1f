import type { Integration } from '../settings/index.ts';

/** What a plan's queue may carry: the lowest rate of the enabled integrations that share the plan. */
export function ratesOfPlans(integrations: readonly Integration[]): Map<string, number> {
  const rates = new Map<string, number>();
  for (const { servicePlanId, messagesPerSecond, enabled } of integrations) {
    if (!enabled) continue;
    rates.set(servicePlanId, Math.min(messagesPerSecond, rates.get(servicePlanId) ?? Infinity));
  }
  return rates;
}
