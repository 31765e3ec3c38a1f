import type { MessageActivities, PlanActivities } from '../contract/activities.ts';
import { createCancelBatch } from './cancel-batch.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { createFindMessage, createFindReport } from './find-message.ts';
import { createPlanActivities } from './plan-activities.ts';
import { createRecordCampaignEvents } from './record-campaign-events.ts';

export type {
  ExportActivities,
  MessageActivities,
  PlanActivities,
  SendActivities,
  SweepActivities,
} from '../contract/activities.ts';
export type { ActivityDependencies } from './dependencies.ts';
export { createExportActivities } from './export-batch.ts';
export { createSendActivities, type SendDependencies } from './send.ts';
export { type SuspensionWatch, watchSuspension } from './suspension.ts';
export { createSweepActivities, type SweepDependencies } from './sweep-reports.ts';

/** The activities of the workflow's own queue; those of the plans' queues come from `createSendActivities`. */
export function createActivities(deps: ActivityDependencies): MessageActivities & PlanActivities {
  return {
    ...createFindMessage(deps),
    ...createFindReport(deps),
    ...createCancelBatch(deps),
    ...createRecordCampaignEvents(deps),
    ...createPlanActivities(deps),
  };
}
