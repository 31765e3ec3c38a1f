import { Context } from '@temporalio/activity';
import type { MessageActivities } from '../contract/activities.ts';
import type { CampaignEvent } from '../contract/campaign-event.ts';
import { isFinalStatus } from '../contract/delivery-report.ts';
import { workflowIdOf } from '../contract/identity.ts';
import type { SendMessageInput } from '../contract/message.ts';
import { reasonOf } from '../contract/reason.ts';
import type { FindOutcome, ReportOutcome } from '../contract/send-outcome.ts';
import { NOTE_TIMEOUT_MS } from '../contract/send-timeouts.ts';
import { withDeadline } from '../timing/index.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { finalReport, findAtSinch } from './find-at-sinch.ts';
import { integrationOfMessage } from './message-integration.ts';
import { noteAcceptance } from './note-acceptance.ts';

/** One look for a message whose send got no clear answer. */
export function createFindMessage(deps: ActivityDependencies): Pick<MessageActivities, 'findMessage'> {
  return {
    async findMessage(message): Promise<FindOutcome> {
      const signal = Context.current().cancellationSignal;
      const note = await ownNote(deps, message, signal);
      if (note?.status === 'enqueued') {
        return {
          kind: 'found',
          at: note.at,
          recorded: true,
          ...(note.batchId === undefined ? {} : { batchId: note.batchId }),
        };
      }
      const asked = await integrationOfMessage(deps.settings, message);
      if ('why' in asked) return { kind: 'failed', comment: asked.why };
      const shown = await findAtSinch(deps, asked.integration, message, signal);
      if (shown.kind !== 'found') return shown;
      return { ...shown, recorded: await noteAcceptance(deps, message, shown.at, shown.batchId) };
    },
  };
}

/**
 * One look for the final report of a message that Sinch has. By its batch first; then by its reference, which finds the
 * report of another batch too, where the message was sent again.
 */
export function createFindReport(deps: ActivityDependencies): Pick<MessageActivities, 'findReport'> {
  return {
    async findReport(message, batchId): Promise<ReportOutcome> {
      const signal = Context.current().cancellationSignal;
      const asked = await integrationOfMessage(deps.settings, message);
      if ('why' in asked) return { kind: 'failed', comment: asked.why };
      const { integration } = asked;
      try {
        const sinch = deps.sinch(integration);
        const ofBatch = batchId === null ? undefined : await sinch.deliveryReport(batchId, message.recipient, signal);
        const report = ofBatch && isFinalStatus(ofBatch.status) ? ofBatch : await finalReport(sinch, message, signal);
        return report ? { kind: 'report', report: { ...report, integrationId: integration.id } } : { kind: 'none' };
      } catch (error) {
        return { kind: 'failed', comment: reasonOf(error) };
      }
    },
  };
}

/** Our own note is proof where there is one; a store that cannot be asked leaves the question to Sinch. */
async function ownNote(
  { events, log }: ActivityDependencies,
  message: SendMessageInput,
  signal: AbortSignal,
): Promise<CampaignEvent | undefined> {
  try {
    // A store that hangs must not take the time in which Sinch can be asked.
    return await withDeadline(NOTE_TIMEOUT_MS, async (late) =>
      events.admission?.(message, AbortSignal.any([signal, late])),
    );
  } catch (error) {
    log.warn(
      {
        workflowId: workflowIdOf(message),
        error: reasonOf(error),
      },
      'The store could not be asked for the note of acceptance; asking Sinch',
    );
    return undefined;
  }
}
