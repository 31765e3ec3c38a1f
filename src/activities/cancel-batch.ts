import { ApplicationFailure, Context } from '@temporalio/activity';
import type { MessageActivities } from '../contract/activities.ts';
import { workflowIdOf } from '../contract/identity.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { beforeAnyBatchOf } from './find-at-sinch.ts';
import { integrationOfMessage } from './message-integration.ts';

/** Asks Sinch to cancel a message that it has. Whether that was in time, the delivery report tells. */
export function createCancelBatch(deps: ActivityDependencies): Pick<MessageActivities, 'cancelBatch'> {
  return {
    async cancelBatch(message, batchId) {
      const signal = Context.current().cancellationSignal;
      const asked = await integrationOfMessage(deps.settings, message);
      if ('why' in asked) throw new Error(`Cannot cancel ${workflowIdOf(message)}: ${asked.why}`);
      const sinch = deps.sinch(asked.integration);
      const batchIds = batchId
        ? [batchId]
        : (await sinch.findBatches(workflowIdOf(message), beforeAnyBatchOf(message), signal)).map(({ id }) => id);
      // Sinch may not show it yet.
      if (batchIds.length === 0) throw new Error(`Sinch shows no batch of ${workflowIdOf(message)} to cancel`);
      try {
        for (const id of batchIds) await sinch.cancelBatch(id, signal);
      } catch (error) {
        throw isRefusal(error) ? ApplicationFailure.fromError(error, { nonRetryable: true }) : error;
      }
    },
  };
}

/**
 * Whether asking again would be answered the same. A 404 may come of a batch that Sinch does not show yet (community
 * article 14163).
 */
function isRefusal(error: unknown): boolean {
  if (error instanceof Error && 'isStrangers' in error && error.isStrangers === true) return false;
  const statusCode: unknown = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return (
    typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 && ![404, 408, 429].includes(statusCode)
  );
}
