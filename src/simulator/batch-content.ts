import { constraintViolation, invalidFormat } from './answer.ts';
import type { BatchRequest, BatchType } from './batch-request.ts';
import { type JsonObject, isRecord, optionalBoolean, optionalInteger, optionalString } from './json-members.ts';
import { isHttpUrl } from './options.ts';

const MAX_BODY_CHARACTERS = 2000;
const MAX_BINARY_BYTES = 140;

/** What depends on a batch's type. */
export type BatchContent = Pick<BatchRequest, 'text' | 'maxParts' | 'truncate' | 'echo'>;

/** Checks the content of a batch of this type. @throws RefusedRequest */
export function parseContent(type: BatchType, body: JsonObject): BatchContent {
  if (type === 'mt_media') return parseMedia(body);
  return type === 'mt_text' ? parseText(body) : parseBinary(body);
}

function parseText(body: JsonObject): BatchContent {
  const text = body['body'];
  if (text === undefined || text === null) throw constraintViolation('body is required');
  if (typeof text !== 'string') throw invalidFormat('body must be a string');
  if (text.length > MAX_BODY_CHARACTERS) {
    throw constraintViolation(`body must have at most ${MAX_BODY_CHARACTERS} characters, it has ${text.length}`);
  }
  const maxParts = optionalInteger(body, 'max_number_of_message_parts', 1, Number.MAX_SAFE_INTEGER);
  const truncate = optionalBoolean(body, 'truncate_concat');
  return {
    text,
    truncate: truncate ?? false,
    ...(maxParts !== undefined && { maxParts }),
    echo: {
      body: text,
      ...(body['parameters'] !== undefined && { parameters: body['parameters'] }),
      flash_message: optionalBoolean(body, 'flash_message') ?? false,
      ...(truncate !== undefined && { truncate_concat: truncate }),
      ...(maxParts !== undefined && { max_number_of_message_parts: maxParts }),
      ...dltIds(body),
      ...originatorType(body),
    },
  };
}

/** India's (Distributed Ledger Technology); Sinch documents no form for them. */
function dltIds(body: JsonObject): Record<string, string> {
  const entity = optionalString(body, 'dlt_principal_entity_id', Number.MAX_SAFE_INTEGER);
  const template = optionalString(body, 'dlt_template_id', Number.MAX_SAFE_INTEGER);
  return {
    ...(entity !== undefined && { dlt_principal_entity_id: entity }),
    ...(template !== undefined && { dlt_template_id: template }),
  };
}

function parseBinary(body: JsonObject): BatchContent {
  const { body: data, udh } = body;
  if (typeof data !== 'string' || typeof udh !== 'string') throw constraintViolation('body and udh are required');
  const bytes = Buffer.from(data, 'base64');
  if (bytes.toString('base64').replace(/=+$/, '') !== data.replace(/=+$/, '')) {
    throw invalidFormat('body must be base64');
  }
  if (!/^([0-9A-Fa-f]{2})*$/.test(udh)) throw invalidFormat('udh must be hexadecimal');
  if (bytes.length + udh.length / 2 > MAX_BINARY_BYTES) {
    throw constraintViolation(`body and udh must have at most ${MAX_BINARY_BYTES} bytes together`);
  }
  return { truncate: false, echo: { body: data, udh, ...originatorType(body) } };
}

function parseMedia(body: JsonObject): BatchContent {
  const media = body['body'];
  if (!isRecord(media)) throw constraintViolation('body must be an object with the url of the media');
  if (media['url'] === undefined) throw constraintViolation('body.url is required');
  if (!isHttpUrl(media['url'])) throw invalidFormat('body.url must be an http or https URL');
  const message = optionalString(media, 'message', Number.MAX_SAFE_INTEGER);
  const subject = optionalString(media, 'subject', Number.MAX_SAFE_INTEGER);
  const strict = optionalBoolean(body, 'strict_validation');
  return {
    truncate: false,
    ...(message !== undefined && { text: message }),
    echo: {
      body: {
        url: media['url'],
        ...(message !== undefined && { message }),
        ...(subject !== undefined && { subject }),
      },
      ...(body['parameters'] !== undefined && { parameters: body['parameters'] }),
      strict_validation: strict ?? false,
    },
  };
}

function originatorType(body: JsonObject): Record<string, number> {
  const ton = optionalInteger(body, 'from_ton', 0, 6);
  const npi = optionalInteger(body, 'from_npi', 0, 18);
  return { ...(ton !== undefined && { from_ton: ton }), ...(npi !== undefined && { from_npi: npi }) };
}
