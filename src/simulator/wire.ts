import { hasOperatorTime } from './status.ts';
import { isoMinute, isoTime } from './iso-time.ts';
import type { StoredBatch, StoredMessage } from './store.ts';

/** A status of a message as a report tells it. */
export interface ReportedStatus {
  status: string;
  code: number;
  /** Milliseconds since the epoch. */
  at: number;
}

/** A batch as answers show it (Batches, "Response"): the request and what was filled in. */
export function batchBody(batch: StoredBatch): Record<string, unknown> {
  const { request } = batch;
  return {
    id: batch.id,
    to: request.to,
    ...(request.from !== undefined && { from: request.from }),
    canceled: batch.canceled,
    ...request.echo,
    type: request.type,
    created_at: isoTime(batch.createdAt),
    modified_at: isoTime(batch.modifiedAt),
    delivery_report: request.deliveryReport,
    ...(request.sendAt !== undefined && { send_at: isoTime(request.sendAt) }),
    expire_at: isoTime(request.expireAt),
    ...(request.callbackUrl !== undefined && { callback_url: request.callbackUrl }),
    ...(request.clientReference !== undefined && { client_reference: request.clientReference }),
  };
}

/**
 * A recipient's delivery report, the same by callback and by look-up (Delivery reports, "Recipient delivery report").
 *
 * @param appliedOriginator The plan's default originator, where the message named no sender.
 */
export function recipientReportBody(
  message: StoredMessage,
  { status, code, at }: ReportedStatus,
  appliedOriginator?: string,
): Record<string, unknown> {
  const { batch, recipient, partCount } = message;
  const { type, clientReference, maxParts, from } = batch.request;
  return {
    at: isoTime(at),
    ...(from === undefined && appliedOriginator !== undefined && { applied_originator: appliedOriginator }),
    batch_id: batch.id,
    ...(clientReference !== undefined && { client_reference: clientReference }),
    code,
    // Only where a maximum was set does Sinch tell the number.
    ...(maxParts !== undefined && { number_of_message_parts: partCount }),
    ...(hasOperatorTime(status) && { operator_status_at: isoMinute(at) }),
    recipient,
    status,
    type: `recipient_delivery_report_${type === 'mt_media' ? 'mms' : 'sms'}`,
  };
}

/** Which recipients a batch report counts. */
export interface BatchReportFilter {
  statuses?: readonly string[] | undefined;
  codes?: readonly number[] | undefined;
}

/** A report on all recipients of a batch; `full` names them (Delivery reports, "Batch delivery report"). */
export function batchReportBody(
  batch: StoredBatch,
  kind: 'summary' | 'full',
  { statuses, codes }: BatchReportFilter = {},
): Record<string, unknown> {
  const groups = new Map<string, { code: number; status: string; count: number; recipients: string[] }>();
  for (const { status, code, recipient } of batch.messages) {
    if (statuses !== undefined && !statuses.includes(status.toLowerCase())) continue;
    if (codes !== undefined && !codes.includes(code)) continue;
    const key = `${status} ${code}`;
    const group = groups.get(key) ?? { code, status, count: 0, recipients: [] };
    group.count += 1;
    group.recipients.push(recipient);
    groups.set(key, group);
  }
  const { type, clientReference } = batch.request;
  return {
    batch_id: batch.id,
    ...(clientReference !== undefined && { client_reference: clientReference }),
    statuses: [...groups.values()].map(({ recipients, ...counted }) =>
      kind === 'full' ? { ...counted, recipients } : counted,
    ),
    total_message_count: batch.messages.length,
    type: `delivery_report_${type === 'mt_media' ? 'mms' : 'sms'}`,
  };
}
