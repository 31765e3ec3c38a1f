import { safeText } from './safe-text.ts';
import { errorBody } from './schemas.ts';

/** What the body of a failed request says. */
export interface ErrorText {
  /** The error code, such as `syntax_invalid_json`; whether it is one of Sinch's, `isSinchsWord` tells. */
  code?: string;
  /** The words, masked and cut. */
  comment?: string;
}

/** Codes that are known of Sinch ("Status codes"; the list is open-ended). */
const KNOWN_CODES: ReadonlySet<string> = new Set([
  'syntax_invalid_json',
  'syntax_invalid_parameter_format',
  'syntax_constraint_violation',
  'missing_callback_url',
  'unknown_group',
  'unknown_campaign',
  'illegal_number_type',
  'llegal_number_type',
  'blocked_account',
  'conflict_group_name',
  'batch_already_dispatched',
  'conflict_send_at',
]);

/** All that are known are words in snake case. Gateways have `ACCESS_DENIED`, `Forbidden`, `E403` and numbers. */
const CODE_OF_SINCH = /^[a-z]+(?:_[a-z0-9]+)+$/;

/**
 * Whether a body is an error in Sinch's own form: `{code, text}` with a code as Sinch makes them. Where the text is called
 * otherwise, as in every second gateway, or the two are within `error`, the code has to be one that is known.
 */
export function isSinchsWord(body: string): boolean {
  const json = parseJson(body);
  if (!isObject(json)) return false;
  const { code, text, error } = json;
  if (typeof code === 'string') return KNOWN_CODES.has(code) || (CODE_OF_SINCH.test(code) && typeof text === 'string');
  return isObject(error) && typeof error.code === 'string' && KNOWN_CODES.has(error.code);
}

const FRAMEWORK_MEMBERS: ReadonlySet<string> = new Set(['timestamp', 'status', 'error', 'path', 'message']);

/** Whether a body is the error of the framework that Sinch's API is made with, as for a plan id that cannot be one. */
export function isFrameworkError(body: string): boolean {
  const json = parseJson(body);
  if (!isObject(json) || !Object.keys(json).every((name) => FRAMEWORK_MEMBERS.has(name))) return false;
  return typeof json.status === 'number' && typeof json.error === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads the body of a failed request in whatever shape it comes: JSON of several forms, plain text, a gateway's page, nothing. */
export function readErrorText(body: string): ErrorText {
  const json = parseJson(body);
  if (json === undefined) return withComment({}, isPage(body) ? titleOf(body) : body);
  if (typeof json === 'string') return withComment({}, json);
  const parsed = errorBody.safeParse(json);
  if (!parsed.success) return {};
  const { code, text } = parsed.data;
  return withComment(code === undefined ? {} : { code }, text ?? '');
}

/** The value, or `undefined` where the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function withComment(said: ErrorText, text: string): ErrorText {
  const comment = safeText(text);
  return comment === undefined ? said : { ...said, comment };
}

/** Whether the body is a page and not an answer of an API. */
export function isPage(body: string): boolean {
  return /^\s*</.test(body);
}

/** What a page calls itself; empty where it does not. */
export function titleOf(page: string): string {
  return /<title[^>]*>([^<]*)/i.exec(page)?.[1] ?? '';
}
