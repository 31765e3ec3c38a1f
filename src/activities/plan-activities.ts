import { Context } from '@temporalio/activity';
import type { PlanActivities } from '../contract/activities.ts';
import {
  createPlanHolds,
  createPlanRate,
  integrationsOfPlan,
  type PlanRate,
  probePlan,
  ratesOfPlans,
} from '../plans/index.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** What a hold does to its plan. */
export function createPlanActivities({ settings, sinch }: ActivityDependencies): PlanActivities {
  return {
    async stopPlan(servicePlanId) {
      await planRate().set(servicePlanId, 0);
    },
    async resumePlan(servicePlanId) {
      const rate = ratesOfPlans(await settings.integrations()).get(servicePlanId);
      // Without one the send workers give the queue its throughput when the plan is enabled again.
      if (rate !== undefined) await planRate().set(servicePlanId, rate);
    },
    async probePlan(servicePlanId, refusal) {
      // What an admin has just changed is what is to be tried.
      await settings.refresh?.();
      const integrations = integrationsOfPlan(await settings.integrations(), servicePlanId);
      return integrations.length === 0 ? { kind: 'gone' } : probePlan(integrations, refusal, sinch);
    },
    async planRefusal(servicePlanId) {
      const { client, info } = Context.current();
      const hold = await createPlanHolds({ client, taskQueue: info.taskQueue }).find(servicePlanId);
      return hold?.refusal ?? null;
    },
  };
}

function planRate(): PlanRate {
  const { connection, options } = Context.current().client;
  return createPlanRate(connection, options.namespace);
}
