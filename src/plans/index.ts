export { createPlanHolds, type PlanHolds, type PlanHoldsOptions } from './plan-holds.ts';
export {
  createPlanFaults,
  type FaultDecision,
  type FaultedMessage,
  type PlanFaults,
  type PlanFaultsOptions,
  type Responsible,
} from './plan-faults.ts';
export { accessOf, integrationsOfPlan } from './plan-integrations.ts';
export { createPlanRate, type PlanRate } from './plan-rate.ts';
export { probeIntegrations, probePlan } from './probe-plan.ts';
export { ratesOfPlans } from './rates-of-plans.ts';
export { createQueueStats, type QueueStats } from './queue-stats.ts';
