/** A cursor that no page of ours gave. */
export class CursorError extends Error {
  readonly code = 'invalid_cursor';

  constructor() {
    super('The cursor is none that a page gave: leave it out to start at the first page');
    this.name = 'CursorError';
  }
}

/** The last row of a page. */
export interface Position {
  requestedAt: string;
  messageId: string;
}

/** Opaque to callers, so that its content may change. */
export function cursorOf({ requestedAt, messageId }: Position): string {
  return Buffer.from(JSON.stringify([requestedAt, messageId])).toString('base64url');
}

/** @throws CursorError */
export function parseCursor(cursor: string): Position {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw new CursorError();
  }
  if (!Array.isArray(parts)) throw new CursorError();
  const [requestedAt, messageId] = parts as unknown[];
  if (typeof requestedAt !== 'string' || typeof messageId !== 'string' || Number.isNaN(Date.parse(requestedAt))) {
    throw new CursorError();
  }
  return { requestedAt, messageId };
}
