import type { MessageActivities } from '../contract/activities.ts';
import { createCancelBatch } from './cancel-batch.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { createFindMessage } from './find-message.ts';
import { createRecordCampaignEvents } from './record-campaign-events.ts';

export type { ExportActivities, MessageActivities, SendActivities } from '../contract/activities.ts';
export type { ActivityDependencies } from './dependencies.ts';
export { createExportActivities } from './export-batch.ts';
export { createSendActivities, type SendDependencies } from './send.ts';

/** The activities of the workflow's own queue; those of the plans' queues come from `createSendActivities`. */
export function createActivities(deps: ActivityDependencies): MessageActivities {
  return { ...createFindMessage(deps), ...createCancelBatch(deps), ...createRecordCampaignEvents(deps) };
}
