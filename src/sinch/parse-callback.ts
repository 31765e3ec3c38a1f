import { type DeliveryReport, isFinalStatus } from '../contract/delivery-report.ts';
import { batchReport, callbackType, looksLikeRecipientReport, recipientReport } from './schemas.ts';

/** A report without the integration, which the receiver knows: the body does not name it. */
export type ReceivedReport = Omit<DeliveryReport, 'integrationId'>;

/** What a callback carries. */
export type ParsedCallback =
  /** None where a batch report lists no status. Intermediate ones come first. */
  | { kind: 'reports'; reports: { clientReference?: string; report: ReceivedReport }[] }
  /** A message from a handset, which is not ours to handle. */
  | { kind: 'inbound' }
  /** `why` is a sentence without anything of the body in it. */
  | { kind: 'unreadable'; why: string };

const RECIPIENT_REPORT_TYPES: ReadonlySet<string> = new Set([
  'recipient_delivery_report_sms',
  'recipient_delivery_report_mms',
]);

const BATCH_REPORT_TYPES: ReadonlySet<string> = new Set(['delivery_report_sms', 'delivery_report_mms']);

/**
 * Reads a callback's body (Webhooks, "Delivery report" and "Inbound"): recipient reports, batch reports, both for SMS
 * and MMS, and inbound messages. A type that Sinch has added since is taken where it has the shape of a recipient report.
 * @param receivedAt ISO 8601: the time of a report that carries none that can be read.
 */
export function parseCallback(json: unknown, receivedAt: string): ParsedCallback {
  const type = callbackType.safeParse(json);
  if (!type.success) return { kind: 'unreadable', why: 'The body is not a JSON object.' };
  if (type.data.startsWith('mo_')) return { kind: 'inbound' };
  if (BATCH_REPORT_TYPES.has(type.data)) return parseBatchReport(json, receivedAt);

  if (!RECIPIENT_REPORT_TYPES.has(type.data) && !looksLikeRecipientReport.safeParse(json).success) {
    return { kind: 'unreadable', why: 'The type is not known, and the shape is not that of a recipient report.' };
  }
  const report = recipientReport.safeParse(json);
  if (!report.success) return { kind: 'unreadable', why: 'A recipient report without a status.' };
  return { kind: 'reports', reports: [withReference(report.data.clientReference, toReport(report.data, receivedAt))] };
}

function parseBatchReport(json: unknown, receivedAt: string): ParsedCallback {
  const parsed = batchReport.safeParse(json);
  if (!parsed.success) return { kind: 'unreadable', why: 'A batch report without a list of statuses.' };
  const { batchId, clientReference, statuses } = parsed.data;
  const reports = statuses.map((status) => toReport({ ...status, batchId }, receivedAt));
  // The first final report settles a message, so that what is only on the way to it has to come before.
  reports.sort((a, b) => Number(isFinalStatus(a.status)) - Number(isFinalStatus(b.status)));
  return { kind: 'reports', reports: reports.map((report) => withReference(clientReference, report)) };
}

/** What the wire's reports have in common. */
interface WireReport {
  status: string;
  at?: string | undefined;
  batchId?: string | undefined;
  statusCode?: number | undefined;
  partCount?: number | undefined;
  operatorStatusAt?: string | undefined;
}

/** A report as we keep it. `fallbackAt` (ISO 8601) stands in for a time that is missing or unreadable. */
export function toReport(wire: WireReport, fallbackAt: string): ReceivedReport {
  const { status, at, batchId, statusCode, partCount, operatorStatusAt } = wire;
  return {
    status,
    at: at ?? fallbackAt,
    ...(batchId === undefined ? {} : { batchId }),
    ...(statusCode === undefined ? {} : { statusCode }),
    // A message has at least one part: 0 stands for a count that Sinch did not make.
    ...(partCount === undefined || partCount < 1 ? {} : { partCount }),
    ...(operatorStatusAt === undefined ? {} : { operatorStatusAt }),
  };
}

function withReference(
  clientReference: string | undefined,
  report: ReceivedReport,
): { clientReference?: string; report: ReceivedReport } {
  return clientReference === undefined ? { report } : { clientReference, report };
}
