import { safeText } from './safe-text.ts';
import { errorBody } from './schemas.ts';

/** What the body of a failed request says. */
export interface ErrorText {
  /** Sinch's error code, such as `syntax_invalid_json`. */
  code?: string;
  /** Sinch's words, masked and cut. */
  comment?: string;
}

/** Reads the body of a failed request in whatever shape it comes: JSON of several forms, plain text, a gateway's page, nothing. */
export function readErrorText(body: string): ErrorText {
  const json = parseJson(body);
  if (json === undefined) return withComment({}, isMarkup(body) ? titleOf(body) : body);
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

function isMarkup(body: string): boolean {
  return body.trimStart().startsWith('<');
}

function titleOf(page: string): string {
  return /<title[^>]*>([^<]*)/i.exec(page)?.[1] ?? '';
}
