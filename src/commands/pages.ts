import type { Page } from '../settings/index.ts';

/** The most that a page holds. */
const LIMIT = '1000';

/** Every item of a list that is read page by page. */
export async function allPages<Item>(
  read: (query: { limit: string; cursor: string | undefined }) => Promise<Page<Item>>,
): Promise<Item[]> {
  const all: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await read({ limit: LIMIT, cursor });
    all.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return all;
}
