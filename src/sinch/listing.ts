import type { z } from 'zod';
import type { PlanConnection } from './plan-connection.ts';
import { toListQuery } from './schemas.ts';
import { SinchRequestError } from './sinch-request-error.ts';

/** Sinch's maximum (`page_size`). */
export const PAGE_SIZE = 100;

/** So many items belong to one reference only where Sinch did not filter by it. */
const MAX_PAGES = 20;

/** A list of which what has one client reference is wanted. */
export interface ListingQuery<Item extends { clientReference?: string | undefined }> {
  path: string;
  /** What is listed, for errors. */
  what: string;
  schema: z.ZodType<{ count: number | undefined; items: Item[] }>;
  clientReference: string;
  /** ISO 8601. Sinch's own default is the last 24 hours. */
  since: string;
  signal?: AbortSignal | undefined;
}

/**
 * Reads all pages of a list and keeps what has exactly the client reference: whether Sinch's filter looks for equality,
 * or for a beginning, or without case, is not documented.
 */
export function createListing(plan: PlanConnection, deadlineMs: number) {
  return async <Item extends { clientReference?: string | undefined }>(query: ListingQuery<Item>): Promise<Item[]> => {
    const { clientReference, since, signal, what } = query;
    const found: Item[] = [];
    let seen = 0;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const attempt = `list the ${what} of ${clientReference}`;
      const { status, json } = await plan.query({
        method: 'GET',
        path: `${query.path}?${toListQuery({ clientReference, since, page, pageSize: PAGE_SIZE })}`,
        deadlineMs,
        signal,
        attempt,
      });
      const parsed = query.schema.safeParse(json);
      if (!parsed.success) {
        throw new SinchRequestError(`Sinch did not ${attempt}: its answer is no list. Try again`, {
          statusCode: status,
        });
      }
      const { count, items } = parsed.data;
      seen += items.length;
      found.push(...items.filter((item) => item.clientReference === clientReference));
      // Counted by what came: a host with a smaller page than we ask for has more pages.
      if (items.length === 0 || (count !== undefined && seen >= count)) return found;
    }
    // A part of the list proves that something is there, but not that nothing is.
    if (found.length > 0) return found;
    throw new SinchRequestError(
      `Sinch did not list the ${what} of ${clientReference}: ${MAX_PAGES} pages were all of others. The filter by client reference does not hold there`,
    );
  };
}
