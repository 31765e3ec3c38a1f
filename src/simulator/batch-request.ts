import { constraintViolation, forbidden, invalidFormat } from './answer.ts';
import { parseContent } from './batch-content.ts';
import { type JsonObject, isRecord, oneOf, optionalBoolean, optionalString, optionalTime } from './json-members.ts';
import { isHttpUrl } from './options.ts';
import { splitText } from './part-count.ts';

/** The kinds of batches (XMS, "Send"). */
export type BatchType = 'mt_text' | 'mt_binary' | 'mt_media';

/** What callbacks a batch asks for. */
export type DeliveryReportType = 'none' | 'summary' | 'full' | 'per_recipient' | 'per_recipient_final';

/** A batch as it was asked for, checked. */
export interface BatchRequest {
  type: BatchType;
  /** Digits only, each once, in the order of the request. */
  to: string[];
  from?: string;
  deliveryReport: DeliveryReportType;
  /** Milliseconds since the epoch. */
  sendAt?: number;
  expireAt: number;
  callbackUrl?: string;
  clientReference?: string;
  maxParts?: number;
  truncate: boolean;
  /** Values of placeholders by key, then by recipient or `default`. */
  parameters: Record<string, Record<string, string>>;
  /** The text with its placeholders; absent for binary messages and media without text. */
  text?: string;
  /** Members that come back in answers as they were sent. */
  echo: JsonObject;
  /** The body that it was asked for with; what an update changes. */
  asked: JsonObject;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Sinch's default and maximum life of a message, counted from `send_at`. */
const LONGEST_LIFE_MS = 3 * DAY_MS;
/** By how much the sender's clock may be ahead of ours before a life of 3 days counts as too long. */
const CLOCK_TOLERANCE_MS = 60_000;
const MAX_RECIPIENTS = 1000;
const MAX_CHANGED_RECIPIENTS = 100;
const MAX_CLIENT_REFERENCE_CHARACTERS = 2048;
const MAX_URL_CHARACTERS = 2048;
const MAX_PARAMETER_CHARACTERS = 160;
const TYPES: readonly BatchType[] = ['mt_text', 'mt_binary', 'mt_media'];
const REPORT_TYPES: readonly DeliveryReportType[] = ['none', 'summary', 'full', 'per_recipient', 'per_recipient_final'];
const MSISDN = /^[0-9]{5,15}$/;
const GROUP_ID = /^(?=.*[A-Za-z])[A-Za-z0-9_-]{12,26}$/;
const PARAMETER_KEY = /^[A-Za-z0-9._-]{1,16}$/;
const MAX_ALPHANUMERIC_SENDER = 11;
const NUMERIC_SENDER = /^\+?[0-9]{3,18}$/;

/** The canonical spelling of a number: Sinch ignores `+`, `00` and separators, and never gives them back. */
export function digitsOnly(number: string): string {
  return number.replace(/[\s().-]/g, '').replace(/^(\+|00)/, '');
}

/**
 * Checks a batch by the rules of Sinch's reference. Members that it does not know are ignored.
 *
 * @param now Milliseconds since the epoch.
 * @param hasDefaultOriginator Whether the plan lets a message go without `from`.
 * @throws RefusedRequest with Sinch's code
 */
export function parseBatchRequest(body: JsonObject, now: number, hasDefaultOriginator: boolean): BatchRequest {
  const type = oneOf(body, 'type', TYPES, 'mt_text');
  const to = parseRecipients(body['to']);
  const from = parseSender(body['from'], hasDefaultOriginator);
  const deliveryReport = oneOf(body, 'delivery_report', REPORT_TYPES, 'none');
  const sendAt = optionalTime(body, 'send_at');
  const start = Math.max(now, sendAt ?? now);
  const expireAt = optionalTime(body, 'expire_at') ?? start + LONGEST_LIFE_MS;
  if (expireAt <= start) throw constraintViolation('expire_at must be after send_at');
  if (expireAt > start + LONGEST_LIFE_MS + CLOCK_TOLERANCE_MS) {
    throw constraintViolation('expire_at must be at most 3 days after send_at');
  }
  const callbackUrl = optionalString(body, 'callback_url', MAX_URL_CHARACTERS);
  if (callbackUrl !== undefined && !isHttpUrl(callbackUrl)) throw invalidFormat('callback_url must be a valid URL');
  const clientReference = optionalString(body, 'client_reference', MAX_CLIENT_REFERENCE_CHARACTERS);
  const content = parseContent(type, body);
  return {
    type,
    to,
    ...(from !== undefined && { from }),
    deliveryReport,
    ...(sendAt !== undefined && { sendAt }),
    expireAt,
    ...(callbackUrl !== undefined && { callbackUrl }),
    ...(clientReference !== undefined && { clientReference }),
    parameters: parseParameters(type, body['parameters']),
    ...content,
    asked: body,
    echo: { ...content.echo, feedback_enabled: optionalBoolean(body, 'feedback_enabled') ?? false },
  };
}

function parseRecipients(to: unknown, member = 'to', largest = MAX_RECIPIENTS): string[] {
  if (!Array.isArray(to)) throw constraintViolation(`${member} must be a list of 1 to ${largest} recipients`);
  if (to.length === 0 || to.length > largest) {
    throw constraintViolation(`${member} must have 1 to ${largest} entries, it has ${to.length}`);
  }
  const digits = to.map((entry: unknown) => {
    if (typeof entry !== 'string') throw invalidFormat(`${member} must contain strings`);
    const number = digitsOnly(entry);
    if (MSISDN.test(number)) return number;
    if (GROUP_ID.test(entry)) throw forbidden('unknown_group', `A group in ${member} is not known`);
    throw invalidFormat(`${member} contains an entry that is neither an MSISDN nor a group id`);
  });
  return [...new Set(digits)];
}

/**
 * The body that a batch would have been asked for with after an update: what is named replaces what was there, `null`
 * takes it back to its default, `to_add` and `to_remove` change the recipients (Batches, "Update a batch").
 *
 * @throws RefusedRequest
 */
export function updatedBody({ asked, type, to }: BatchRequest, changes: JsonObject): JsonObject {
  const { to_add: toAdd, to_remove: toRemove, ...named } = changes;
  if (named['type'] !== undefined && named['type'] !== type) throw constraintViolation(`type must stay ${type}`);
  const added = isGiven(toAdd) ? parseRecipients(toAdd, 'to_add', MAX_CHANGED_RECIPIENTS) : [];
  const removed = new Set(isGiven(toRemove) ? parseRecipients(toRemove, 'to_remove', MAX_CHANGED_RECIPIENTS) : []);
  const left = [...to.filter((recipient) => !removed.has(recipient)), ...added];
  const { to: _, ...others } = named;
  return { ...asked, ...others, type, to: left };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** The recipients whose delivery a client tells of; none is possible (Batches, "Send delivery feedback"). @throws RefusedRequest */
export function parseFeedback(body: JsonObject): string[] {
  const { recipients } = body;
  if (Array.isArray(recipients) && recipients.length === 0) return [];
  return parseRecipients(recipients, 'recipients');
}

function parseSender(from: unknown, hasDefaultOriginator: boolean): string | undefined {
  if (from === undefined || from === null) {
    if (hasDefaultOriginator) return undefined;
    throw constraintViolation('from is required: the plan has no default originator');
  }
  if (typeof from !== 'string') throw invalidFormat('from must be a string');
  if (NUMERIC_SENDER.test(from)) return digitsOnly(from);
  const isAlphanumeric = from !== '' && from.length <= MAX_ALPHANUMERIC_SENDER && splitText(from).encoding === 'text';
  if (isAlphanumeric) return from;
  throw invalidFormat('from must be an MSISDN, a short code or at most 11 alphanumeric characters');
}

function parseParameters(type: BatchType, parameters: unknown): BatchRequest['parameters'] {
  if (parameters === undefined || parameters === null) return {};
  if (type === 'mt_binary') throw constraintViolation('parameters are not allowed for mt_binary');
  if (!isRecord(parameters)) throw invalidFormat('parameters must be an object');
  return Object.fromEntries(
    Object.entries(parameters).map(([key, values]) => {
      if (!PARAMETER_KEY.test(key)) throw invalidFormat('a key of parameters must be 1 to 16 of A-Za-z0-9.-_');
      if (!isRecord(values)) throw invalidFormat(`parameters.${key} must be an object`);
      const byRecipient = Object.entries(values).map(([recipient, value]): [string, string] => {
        if (typeof value !== 'string') throw invalidFormat(`parameters.${key} must have strings as values`);
        if (value.length > MAX_PARAMETER_CHARACTERS) {
          throw constraintViolation(
            `a value of parameters.${key} has more than ${MAX_PARAMETER_CHARACTERS} characters`,
          );
        }
        return [recipient === 'default' ? recipient : digitsOnly(recipient), value];
      });
      return [key, Object.fromEntries(byRecipient)];
    }),
  );
}
