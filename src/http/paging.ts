import { z } from '@hono/zod-openapi';
import type { Page, PageQuery } from '../settings/index.ts';

const LIMIT = 'a whole number from 1 to 1000';

/** Longer ones no page gives. */
const LONGEST_CURSOR = 4096;

const CURSOR = `one that a page gave, of at most ${LONGEST_CURSOR} characters`;

/** Where a list goes on. */
export const cursor = z
  .string(CURSOR)
  .max(LONGEST_CURSOR, CURSOR)
  .optional()
  .openapi({ description: '`nextCursor` of the page before.' });

/** Query parameters of every list. */
export const pageQuery = z.object({
  limit: z
    .string(LIMIT)
    .regex(/^(?:[1-9]\d{0,2}|1000)$/, LIMIT)
    .transform(Number)
    .default(50)
    .openapi({ type: 'integer', minimum: 1, maximum: 1000, default: 50, description: 'Most items of the page.' }),
  cursor,
});

/** Without the members that are not given: absent and `undefined` are not the same to what is asked. */
export function pageQueryOf({ limit, cursor }: z.output<typeof pageQuery>): PageQuery {
  return { limit, ...(cursor === undefined ? {} : { cursor }) };
}

/** A page of a list under the list's own name. */
export function pageSchema<Name extends string, Item extends z.ZodType>(name: Name, item: Item) {
  return z.object({
    ...({ [name]: z.array(item) } as Record<Name, z.ZodArray<Item>>),
    nextCursor: z.string().optional().openapi({ description: 'Absent on the last page.' }),
  });
}

/** The page as it is answered. */
export function pageOf<Name extends string, T>(
  name: Name,
  { items, nextCursor }: Page<T>,
): Record<Name, T[]> & { nextCursor?: string } {
  const named = { [name]: items } as Record<Name, T[]>;
  return nextCursor === undefined ? named : { ...named, nextCursor };
}
