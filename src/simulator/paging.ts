import { constraintViolation, invalidFormat } from './answer.ts';
import { parseIsoTime } from './iso-time.ts';
import type { ListFilter } from './store.ts';

const DEFAULT_PAGE_SIZE = 30;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Which page of a list is asked for. */
export interface Page {
  /** From 0. */
  page: number;
  pageSize: number;
}

/** The items of one page with the members that every list of Sinch has. */
export interface PageBody<Item> {
  /** All items, over all pages. */
  count: number;
  page: number;
  /** The items of this page, as Sinch counts it. */
  pageSize: number;
  items: Item[];
}

/** Reads `page` (from 0) and `page_size` (1 to `largest`, default 30). @throws RefusedRequest */
export function parsePage(query: URLSearchParams, largest = 100): Page {
  return {
    page: queryInteger(query, 'page', 0, Number.MAX_SAFE_INTEGER) ?? 0,
    pageSize: queryInteger(query, 'page_size', 1, largest) ?? DEFAULT_PAGE_SIZE,
  };
}

/** Cuts one page out of a list. */
export function pageOf<Item>(all: readonly Item[], { page, pageSize }: Page): PageBody<Item> {
  const items = all.slice(page * pageSize, (page + 1) * pageSize);
  return { count: all.length, page, pageSize: items.length, items };
}

/** Reads `start_date` (default: 24 hours ago), `end_date` and `client_reference`. @throws RefusedRequest */
export function parseListFilter(query: URLSearchParams, now: number): ListFilter {
  return {
    startDate: queryTime(query, 'start_date') ?? now - DAY_MS,
    endDate: queryTime(query, 'end_date'),
    clientReference: query.get('client_reference') ?? undefined,
  };
}

/** Reads a comma-separated list; `undefined` where there is none. */
export function queryList(query: URLSearchParams, name: string): string[] | undefined {
  const words = query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '');
  return words.length === 0 ? undefined : words;
}

/** Reads an integer within the limits, both included. @throws RefusedRequest */
export function queryInteger(
  query: URLSearchParams,
  name: string,
  smallest: number,
  largest: number,
): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  if (!/^-?[0-9]+$/.test(value)) throw invalidFormat(`${name} must be an integer`);
  const number = Number(value);
  if (number < smallest || number > largest) {
    throw constraintViolation(`${name} must be from ${smallest} to ${largest}`);
  }
  return number;
}

function queryTime(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  // An offset's plus sign that was not encoded has become a blank.
  const time = parseIsoTime(value.replace(' ', '+'));
  if (time === undefined) throw invalidFormat(`${name} must be an ISO 8601 time`);
  return time;
}
