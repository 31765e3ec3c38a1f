import type { BatchRequest } from './batch-request.ts';
import { splitText, truncateToOnePart } from './part-count.ts';

/** A batch's text as one recipient gets it. */
export interface RenderedText {
  body: string;
  /** 1 for what is no text. */
  partCount: number;
  encoding: 'text' | 'unicode';
  /** Whether a placeholder has neither a value for the recipient nor a default. */
  unmatchedParameter: boolean;
}

const PLACEHOLDER = /\$\{([A-Za-z0-9._-]{1,16})\}/g;

/**
 * Puts the recipient's values into the text, shortens it where that is asked for, and counts its parts. A placeholder is one
 * also where the batch has no `parameters` at all (Message info, "Parameterization"): it has no value then.
 */
export function renderText(request: BatchRequest, recipient: string): RenderedText {
  const { parameters } = request;
  let unmatchedParameter = false;
  const filled = (request.text ?? '').replace(PLACEHOLDER, (placeholder, key: string) => {
    const values = new Map(Object.hasOwn(parameters, key) ? Object.entries(parameters[key] ?? {}) : []);
    const value = values.get(recipient) ?? values.get('default');
    if (value === undefined) unmatchedParameter = true;
    return value ?? placeholder;
  });
  const body = request.truncate ? truncateToOnePart(filled) : filled;
  const { count, encoding } = splitText(body);
  return { body, partCount: request.type === 'mt_text' ? count : 1, encoding, unmatchedParameter };
}
