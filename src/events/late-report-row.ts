import { createHash } from 'node:crypto';
import type { LateReport } from '../contract/campaign-event.ts';
import type { DeliveryReport } from '../contract/delivery-report.ts';
import { type lateReports, withoutNulls } from '../db/index.ts';
import { integerOrNull } from './campaign-event-row.ts';

/** A report that came after the message had its outcome, and when and how often it came. */
export interface KeptLateReport extends LateReport {
  /** ISO 8601 */
  receivedAt: string;
  /** ISO 8601 */
  lastReceivedAt: string;
  timesReceived: number;
}

/** A row of `late_reports` as it is written. */
export type NewLateReportRow = Omit<typeof lateReports.$inferSelect, 'timesReceived'>;

/**
 * The late report as a row.
 * @param received when and, from the webhook, as what encrypted body
 */
export function lateReportRowOf(
  { projectId, messageId, report, reason }: LateReport,
  received: { at: string; rawBody: string | null },
): NewLateReportRow {
  return {
    projectId,
    messageId,
    reportHash: hashOf(report),
    reason,
    integrationId: report.integrationId,
    status: report.status,
    at: report.at,
    batchId: report.batchId ?? null,
    statusCode: integerOrNull(report.statusCode),
    partCount: integerOrNull(report.partCount),
    operatorStatusAt: report.operatorStatusAt ?? null,
    rawBody: received.rawBody,
    receivedAt: received.at,
    lastReceivedAt: received.at,
  };
}

/**
 * What tells a message's reports apart. Not their times: a batch report has none, and gets the time of its receipt
 * each time that it is repeated.
 */
function hashOf({ integrationId, status, batchId, statusCode }: DeliveryReport): string {
  const parts = [integrationId, status.toLowerCase(), batchId ?? null, statusCode ?? null];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** The late report that a row of `late_reports` holds. */
export function keptLateReportOf({
  projectId,
  messageId,
  reason,
  receivedAt,
  lastReceivedAt,
  timesReceived,
  reportHash: _reportHash,
  rawBody: _rawBody,
  ...report
}: typeof lateReports.$inferSelect): KeptLateReport {
  return { projectId, messageId, reason, report: withoutNulls(report), receivedAt, lastReceivedAt, timesReceived };
}
