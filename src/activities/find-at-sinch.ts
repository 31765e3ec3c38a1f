/** What Sinch shows of a message: its batches and reports, by their reference. */
import { type DeliveryReport, isFinalStatus } from '../contract/delivery-report.ts';
import { workflowIdOf } from '../contract/identity.ts';
import type { SendMessageInput } from '../contract/message.ts';
import { reasonOf } from '../contract/reason.ts';
import type { FindOutcome } from '../contract/send-outcome.ts';
import type { Integration } from '../settings/index.ts';
import type { SinchClient } from '../sinch/index.ts';
import type { ActivityDependencies } from './dependencies.ts';

/**
 * How far Sinch's clock may be behind ours before a look-up would miss the batch. Plenty, since lists are asked for one
 * reference; less than the shortest retention, after which an id may be another message's.
 */
const CLOCK_DIFFERENCE_MS = 3_600_000;

/**
 * A time before any batch of the message, on Sinch's clock too. The request's own time lies before the first POST on
 * every clock, also where a test has skipped the workflow's.
 */
export function beforeAnyBatchOf(message: SendMessageInput): string {
  return new Date(Date.parse(message.requestedAt) - CLOCK_DIFFERENCE_MS).toISOString();
}

type FoundReport = Omit<DeliveryReport, 'integrationId'>;

/** The first final report with the message's reference. */
export async function finalReport(
  sinch: SinchClient,
  message: SendMessageInput,
  signal: AbortSignal,
): Promise<FoundReport | undefined> {
  const reports = await sinch.findDeliveryReports(workflowIdOf(message), beforeAnyBatchOf(message), signal);
  return reports
    .filter(({ status }) => isFinalStatus(status))
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))[0];
}

/** What one look at Sinch shows; as in `FindOutcome`, but for what our own store has. */
export type ShownAtSinch =
  Exclude<FindOutcome, { kind: 'found' }> | Omit<Extract<FindOutcome, { kind: 'found' }>, 'recorded'>;

/** One look at Sinch for the message: at its batches first; then at reports of finished messages, a second and later proof. */
export async function findAtSinch(
  deps: Pick<ActivityDependencies, 'sinch'>,
  integration: Integration,
  message: SendMessageInput,
  signal: AbortSignal,
): Promise<ShownAtSinch> {
  try {
    const sinch = deps.sinch(integration);
    const [batch] = await sinch.findBatches(workflowIdOf(message), beforeAnyBatchOf(message), signal);
    if (batch) return { kind: 'found', batchId: batch.id, at: batch.createdAt ?? new Date().toISOString() };
    const report = await finalReport(sinch, message, signal);
    if (report) {
      return {
        kind: 'found',
        at: report.at,
        report: { ...report, integrationId: integration.id },
        ...(report.batchId === undefined ? {} : { batchId: report.batchId }),
      };
    }
  } catch (error) {
    return { kind: 'failed', comment: reasonOf(error) };
  }
  // Of a message from before the plan was corrected, the plan that it may have been sent through is not asked.
  return integration.servicePlanId === message.servicePlanId
    ? { kind: 'absent' }
    : {
        kind: 'failed',
        comment: `Plan ${integration.servicePlanId} does not show it, which proves nothing of ${message.servicePlanId}`,
      };
}
