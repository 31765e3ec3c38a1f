import { randomBytes } from 'node:crypto';
import { createKeyring, type Database } from '../../src/db/index.ts';
import { type Actor, sqlSettingsAdmin, type SqlSettingsAdminOptions } from '../../src/settings/index.ts';

export const keyring = createKeyring({ keys: [{ id: 'k1', key: randomBytes(32) }], current: 'k1' });

export const admin: Actor = { kind: 'key', keyId: 'the-admin' };

export const PUBLIC_URL = 'https://sms.example';

export const TOKEN = 'token-that-nobody-may-see';

/** The admin of a suite's database. */
export function adminOf(database: Database, more: Partial<SqlSettingsAdminOptions> = {}) {
  return sqlSettingsAdmin({ database, keyring, publicUrl: PUBLIC_URL, ...more });
}

/** A body for `createIntegration`, on a plan of its own. */
export function integrationBody(id: string, more: object = {}): object {
  return { id, name: `Name of ${id}`, servicePlanId: `plan-${id}`, region: 'eu', apiToken: TOKEN, ...more };
}

/** Pages through a whole list. */
export async function allOf<T>(
  list: (query: { limit: number; cursor?: string }) => Promise<{ items: T[]; nextCursor?: string }>,
  limit: number,
): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await list({ limit, ...(cursor === undefined ? {} : { cursor }) });
    all.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return all;
}
