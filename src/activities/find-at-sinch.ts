/** What Sinch shows of a message: its batches and reports, by their reference. */
import { type DeliveryReport, isFinalStatus } from '../contract/delivery-report.ts';
import { workflowIdOf } from '../contract/identity.ts';
import type { SendMessageInput } from '../contract/message.ts';
import type { SinchClient } from '../sinch/index.ts';

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

/** Batches first; then reports of finished messages, a second and later proof. */
export async function findAtSinch(
  sinch: SinchClient,
  message: SendMessageInput,
  signal: AbortSignal,
): Promise<{ batchId?: string; at: string; report?: FoundReport } | undefined> {
  const reference = workflowIdOf(message);
  const since = beforeAnyBatchOf(message);
  const [batch] = await sinch.findBatches(reference, since, signal);
  if (batch) return { batchId: batch.id, at: batch.createdAt ?? new Date().toISOString() };
  const report = await finalReport(sinch, message, signal);
  return report && { at: report.at, report, ...(report.batchId === undefined ? {} : { batchId: report.batchId }) };
}
