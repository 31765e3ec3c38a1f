/** Whether a 2xx to POST /batches says that Sinch has the message. */
import { parseJson } from './error-text.ts';
import { type AnswerHeaders, firstOf } from './exchange.ts';
import { batchAnswer } from './schemas.ts';

/** What was sent, by which its batch is known again. */
export interface SentMessage {
  clientReference: string;
  /** Digits. */
  recipient: string;
}

/** What a 2xx is. */
export type BatchAnswer =
  /** Sinch's batch of the message. */
  | { kind: 'batch'; batchId: string }
  /** The beginning of what can only be one. */
  | { kind: 'cut_short' }
  /** A batch of another message, or none at all. */
  | { kind: 'other' };

/** Members of a batch (Batches, "Send", and "Dry run" of what the SDKs read). */
const MEMBERS: ReadonlySet<string> = new Set([
  'id',
  'to',
  'from',
  'canceled',
  'type',
  'body',
  'parameters',
  'created_at',
  'modified_at',
  'delivery_report',
  'send_at',
  'expire_at',
  'callback_url',
  'client_reference',
  'campaign_id',
  'tags',
  'feedback_enabled',
  'flash_message',
  'truncate_concat',
  'max_number_of_message_parts',
  'from_ton',
  'from_npi',
  'udh',
  'strict_validation',
  'subject',
  'dlt_principal_entity_id',
  'dlt_template_id',
]);

/** Reads a 2xx. Sinch answers 201 with the request and an id ("Batches"), and only that is an acceptance. */
export function readBatchAnswer(
  answer: { status: number; headers?: AnswerHeaders; body: string; complete?: boolean },
  sent: SentMessage,
): BatchAnswer {
  const { status, headers = {}, body, complete = true } = answer;
  const json = parseJson(body);
  if (json === undefined) return isCutShort() ? { kind: 'cut_short' } : { kind: 'other' };
  const batch = batchAnswer.safeParse(json).data;
  if (batch === undefined) return { kind: 'other' };
  const { id, clientReference, to } = batch;
  if (clientReference !== undefined && clientReference !== sent.clientReference) return { kind: 'other' };
  const isToRecipient = to?.some((number) => digitsOf(number) === digitsOf(sent.recipient));
  if (isToRecipient === false) return { kind: 'other' };
  // An id alone has every second API. Where it is all there is, it comes with the status of Sinch and nothing strange.
  const isEcho = clientReference !== undefined || isToRecipient === true;
  const isBare = status === 201 && Object.keys(json as object).every((name) => MEMBERS.has(name));
  return isEcho || isBare ? { kind: 'batch', batchId: id } : { kind: 'other' };

  /** JSON of a 201 that has a beginning and no end. */
  function isCutShort(): boolean {
    const type = firstOf(headers['content-type'])?.toLowerCase() ?? '';
    const isJson = type === '' ? body !== '' : /[/+]json\b/.test(type);
    const text = body.trim();
    const isBeginning = text === '' ? !complete : text.startsWith('{') && (!complete || !text.endsWith('}'));
    if (status !== 201 || !isJson || !isBeginning) return false;
    const seen = /"client_reference"\s*:\s*"([^"\\]*)"/.exec(text)?.[1];
    return seen === undefined || seen === sent.clientReference;
  }
}

function digitsOf(number: string): string {
  return number.replace(/\D/g, '').replace(/^00/, '');
}
