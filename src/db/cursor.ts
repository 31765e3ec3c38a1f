import { isStorableText, storableTime } from '../contract/storable-value.ts';

/** A cursor that no page of ours gave. */
export class CursorError extends Error {
  readonly code = 'invalid_cursor';

  constructor() {
    super('The cursor is none that a page gave: leave it out to start at the first page');
    this.name = 'CursorError';
  }
}

/** The place of a page's last row: a time, then what tells apart rows of the same time. */
export type Position = readonly [time: string, ...rest: string[]];

/** Opaque to callers, so that its content may change. */
export function cursorOf(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/**
 * @param length of the position
 * @throws CursorError
 */
export function parseCursor(cursor: string, length: number): Position {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw new CursorError();
  }
  if (!Array.isArray(parts)) throw new CursorError();
  const [time, ...rest] = parts as unknown[];
  const isPosition =
    parts.length === length &&
    typeof time === 'string' &&
    storableTime(time) === time &&
    rest.every((part): part is string => typeof part === 'string' && isStorableText(part));
  // Base64 has many spellings of one content, of which a page gave one.
  if (!isPosition || cursorOf([time, ...rest]) !== cursor) throw new CursorError();
  return [time, ...rest];
}
