import { campaignEventOf } from '../contract/campaign-event-of.ts';
import { workflowIdOf } from '../contract/identity.ts';
import type { SendMessageInput } from '../contract/message.ts';
import { reasonOf } from '../contract/reason.ts';
import { NOTE_TIMEOUT_MS } from '../contract/send-timeouts.ts';
import { withDeadline } from '../timing/index.ts';
import type { ActivityDependencies } from './dependencies.ts';

/**
 * Writes `enqueued` in time for the receipt, or reports that it did not: a slow store must not turn a known acceptance
 * into an unknown one.
 */
export async function noteAcceptance(
  { events, log }: ActivityDependencies,
  message: SendMessageInput,
  at: string,
  batchId: string | undefined,
): Promise<boolean> {
  const { projectId, messageId } = message;
  const event = campaignEventOf(message, { status: 'enqueued', at, ...(batchId === undefined ? {} : { batchId }) });
  try {
    await withDeadline(NOTE_TIMEOUT_MS, (signal) =>
      events.record({ projectId, messageId, events: [event], lateReports: [] }, signal),
    );
    return true;
  } catch (error) {
    log.warn(
      {
        workflowId: workflowIdOf(message),
        error: reasonOf(error),
      },
      'The store did not take the note of acceptance; it is written with the final event',
    );
    return false;
  }
}
