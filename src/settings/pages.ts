import { invalid } from './settings-body.ts';
import type { Page, PageQuery } from './settings-admin.ts';

const MOST_ITEMS = 1_000;

/** Rows that a page query reads: one more than asked for tells whether there is another page. */
export function rowsToRead({ limit }: PageQuery): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST_ITEMS) return limit + 1;
  throw invalid('Nothing was listed', [
    { field: 'limit', message: `has to be a whole number from 1 to ${MOST_ITEMS}` },
  ]);
}

/**
 * The key of the last row of the page before, or `undefined` for the first page.
 * @param key what keys of the list look like
 */
export function positionOf({ cursor }: PageQuery, key = /./s): string | undefined {
  if (cursor === undefined) return undefined;
  const [prefix, ...rest] = Buffer.from(cursor, 'base64url').toString().split(':');
  const position = rest.join(':');
  if (prefix === PREFIX && key.test(position) && cursorOf(position) === cursor) return position;
  throw invalid('Nothing was listed', [
    { field: 'cursor', message: 'is none that a page gave: leave it out to start at the first page' },
  ]);
}

/** Makes a page of the rows that were read, in their order. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  { limit }: PageQuery,
  keyOf: (row: Row) => string,
  items: readonly Item[],
): Page<Item> {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { items: items.slice(0, limit), ...(last === undefined ? {} : { nextCursor: cursorOf(keyOf(last)) }) };
}

const PREFIX = 'after';

/** Opaque to callers, so that its content may change. */
function cursorOf(position: string): string {
  return Buffer.from(`${PREFIX}:${position}`).toString('base64url');
}
