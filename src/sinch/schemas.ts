/**
 * Sinch's wire format, the only place with its spelling. Members that we do not read are tolerated everywhere: Sinch
 * declares its lists of members, statuses and codes open-ended (REST guide, "Backwards compatibility").
 */
import { z } from 'zod';
import { normaliseTime } from './iso-time.ts';
import type { Submission } from './client.ts';

/**
 * Longest life of a message at Sinch, in milliseconds (`expire_at`: at most 3 days after `send_at`), less a minute by
 * which our clock may be ahead: whether Sinch cuts or refuses a later time is not documented.
 */
const MAX_LIFE_MS = (3 * 24 * 60 - 1) * 60 * 1000;

/** An id or reference: old samples have numbers where strings are documented. Never empty. */
const identifier = z.union([z.string().min(1), z.number().transform(String)]);

/** Absent, null or of another form: as if it were not there. */
const optionalIdentifier = identifier.optional().catch(undefined);

/** A number that may be written as a string; anything else is as if it were not there. */
const optionalInteger = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\s*\d{1,15}\s*$/)
      .transform(Number),
  ])
  .optional()
  .catch(undefined);

const optionalTime = z.unknown().optional().transform(normaliseTime);

/** `true` or, in old samples, the string `"True"`. */
const flag = z
  .unknown()
  .optional()
  .transform((value) => String(value).toLowerCase() === 'true');

/** The body of POST /batches for one message. */
export function toBatchRequest(submission: Submission, now: number): Record<string, unknown> {
  const { recipient, sender, content, maxParts, clientReference, callbackUrl, expireAt } = submission;
  const common = {
    to: [recipient],
    ...(sender === undefined ? {} : { from: sender }),
    delivery_report: 'per_recipient_final',
    client_reference: clientReference,
    ...(callbackUrl === undefined ? {} : { callback_url: callbackUrl }),
    expire_at: new Date(Math.min(Date.parse(expireAt), now + MAX_LIFE_MS)).toISOString(),
  };
  switch (content.kind) {
    case 'sms':
      // Without a maximum the reports carry no number of parts.
      return { type: 'mt_text', ...common, body: content.text, max_number_of_message_parts: maxParts };
    case 'mms': {
      const { mediaUrl, subject, text } = content;
      const body = {
        url: mediaUrl,
        ...(text === undefined ? {} : { message: text }),
        ...(subject === undefined ? {} : { subject }),
      };
      return { type: 'mt_media', ...common, body };
    }
  }
}

/** The query of a page of GET /batches or GET /delivery_reports; without a reference, of all there are. */
export function toListQuery(query: {
  clientReference?: string;
  since: string;
  page: number;
  pageSize: number;
}): string {
  return new URLSearchParams({
    ...(query.clientReference === undefined ? {} : { client_reference: query.clientReference }),
    start_date: query.since,
    page: String(query.page),
    page_size: String(query.pageSize),
  }).toString();
}

/** The answer to POST /batches; `to` only as a list, as Sinch gives it. */
export const batchAnswer = z
  .object({
    id: identifier,
    client_reference: optionalIdentifier,
    to: z.array(identifier).optional().catch(undefined),
  })
  .transform(({ id, client_reference: clientReference, to }) => ({ id, clientReference, to }));

/** The answer to POST /batches/dry_run. */
export const dryRunAnswer = z.object({ number_of_recipients: z.int(), number_of_messages: z.int() });

/** The answer to DELETE /batches/{id}. */
export const canceledBatch = z.object({ id: identifier });

/** A batch as GET /batches lists it. Without an id it could not be adopted, so that then the list counts as unreadable. */
const listedBatch = z
  .object({ id: identifier, client_reference: optionalIdentifier, created_at: optionalTime, canceled: flag })
  .transform((batch) => ({
    id: batch.id,
    clientReference: batch.client_reference,
    createdAt: batch.created_at,
    canceled: batch.canceled,
  }));

/** A recipient report, by callback or by GET, or as one of GET /delivery_reports. */
export const recipientReport = z
  .object({
    batch_id: optionalIdentifier,
    status: z.string().trim().min(1),
    at: optionalTime,
    code: optionalInteger,
    client_reference: optionalIdentifier,
    operator_status_at: optionalTime,
    number_of_message_parts: optionalInteger,
  })
  .transform((report) => ({
    batchId: report.batch_id,
    status: report.status,
    at: report.at,
    statusCode: report.code,
    clientReference: report.client_reference,
    operatorStatusAt: report.operator_status_at,
    partCount: report.number_of_message_parts,
  }));

/** A recipient report in all but its type: what a report of a type that Sinch has added since must look like. */
export const looksLikeRecipientReport = z.object({
  batch_id: identifier,
  status: z.string().trim().min(1),
  at: z.unknown().refine((at) => at !== undefined && at !== null),
});

const batchStatus = z
  .object({ status: z.string().trim().min(1), code: optionalInteger })
  .transform(({ status, code }) => ({ status, statusCode: code }));

/** A batch report, summary or full. Entries without a status say nothing and are left out. */
export const batchReport = z
  .object({
    batch_id: optionalIdentifier,
    client_reference: optionalIdentifier,
    statuses: z.array(z.unknown()),
  })
  .transform((report) => ({
    batchId: report.batch_id,
    clientReference: report.client_reference,
    statuses: report.statuses.flatMap((entry) => batchStatus.safeParse(entry).data ?? []),
  }));

/** What a callback says that it is. */
export const callbackType = z
  .object({ type: z.string().optional().catch(undefined) })
  .transform(({ type }) => type ?? '');

const page = { count: optionalInteger, page: optionalInteger, page_size: optionalInteger };

/**
 * Sinch omits null members, so that an empty list may be absent; a count of 0 on a page of Sinch's then says that it is
 * empty. A count alone says nothing: any gateway has one, and an empty list counts as proof that a message is not there.
 */
function itemsOf<T>(
  { count, page, page_size: pageSize }: Partial<Record<'count' | 'page' | 'page_size', number | undefined>>,
  items: T[] | null | undefined,
  context: z.RefinementCtx,
): T[] {
  const isEmptyPage = count === 0 && page !== undefined && pageSize !== undefined;
  if (!items && !isEmptyPage) context.addIssue("neither a list nor an empty page of Sinch's");
  return items ?? [];
}

/** A page of GET /batches. */
export const batchPage = z
  .object({ ...page, batches: z.array(listedBatch).nullish() })
  .transform(({ batches, ...page }, context) => ({ count: page.count, items: itemsOf(page, batches, context) }));

/** A page of GET /delivery_reports. */
export const deliveryReportPage = z
  .object({ ...page, delivery_reports: z.array(recipientReport).nullish() })
  .transform(({ delivery_reports: reports, ...page }, context) => ({
    count: page.count,
    items: itemsOf(page, reports, context),
  }));

/** A page of GET /delivery_reports of whatever messages: one item that cannot be read must not hide the others. */
export const mixedReportPage = z
  .object({ ...page, delivery_reports: z.array(z.unknown()).nullish() })
  .transform(({ delivery_reports: reports, ...page }, context) => ({
    count: page.count,
    items: itemsOf(page, reports, context),
  }));

const text = z.string().min(1).optional().catch(undefined);
/** A code is a word: some bodies repeat the HTTP status there. */
const word = z
  .string()
  .regex(/^[A-Za-z][\w.-]{0,99}$/)
  .optional()
  .catch(undefined);

const plainError = z.object({ code: word, status: word, text, message: text, detail: text, title: text });

/**
 * The shapes of error bodies: `{code, text}` as documented, with `message` or `detail` for `text`, the same within
 * `error`, problem JSON, and `{error}` alone. `error` without a code of its own is a text.
 */
export const errorBody = z
  .object({
    ...plainError.shape,
    error: z
      .union([z.string().min(1), plainError])
      .optional()
      .catch(undefined),
    error_description: text,
  })
  .transform((body) => {
    const inner = typeof body.error === 'object' ? body.error : body;
    return {
      code: inner.code ?? inner.status,
      text:
        inner.text ??
        inner.message ??
        inner.detail ??
        body.error_description ??
        inner.title ??
        (typeof body.error === 'string' ? body.error : undefined),
    };
  });
