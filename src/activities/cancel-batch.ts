import { Context } from '@temporalio/activity';
import type { MessageActivities } from '../contract/activities.ts';
import { workflowIdOf } from '../contract/identity.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { beforeAnyBatchOf } from './find-message.ts';

/** Asks Sinch to cancel a message that it has. Whether that was in time, the delivery report tells. */
export function createCancelBatch(deps: ActivityDependencies): Pick<MessageActivities, 'cancelBatch'> {
  return {
    async cancelBatch(message, batchId) {
      const signal = Context.current().cancellationSignal;
      const integration = await deps.settings.integration(message.integrationId);
      if (!integration) {
        throw new Error(`Cannot cancel ${workflowIdOf(message)}: no integration ${message.integrationId} is set up`);
      }
      const sinch = deps.sinch(integration);
      const batchIds = batchId
        ? [batchId]
        : (await sinch.findBatches(workflowIdOf(message), beforeAnyBatchOf(message), signal)).map(({ id }) => id);
      for (const id of batchIds) await sinch.cancelBatch(id, signal);
    },
  };
}
