import { and, eq, ne, sql } from 'drizzle-orm';
import { asStoreErrors, type Database, integrations, type Keyring, KeyringError, projects } from '../db/index.ts';
import type { CallbackAuth } from './settings.ts';
import { afterlifeMs, type IntegrationRow, openCallbackAuth, sealCallbackAuth } from './stored-settings.ts';

/** What is stored in place of a token that nobody needs any more. */
export const FORGOTTEN = '';

/**
 * Removes the token and the secrets of integrations whose last report window has ended since they were archived; the rest
 * of them stays for the record.
 * @returns how many were removed
 * @throws StoreError
 */
export async function forgetArchivedSecrets(
  { orm }: Pick<Database, 'orm'>,
  keyring: Keyring,
  now: Date,
): Promise<number> {
  return asStoreErrors('Removing the secrets of archived integrations', async () => {
    const rows = await orm
      .select({ row: integrations, reportWindowMs: projects.reportWindowMs })
      .from(integrations)
      .leftJoin(projects, eq(projects.projectId, integrations.projectId))
      .where(and(eq(integrations.state, 'archived'), ne(integrations.apiToken, FORGOTTEN)));
    let forgotten = 0;
    for (const { row, reportWindowMs } of rows) {
      if (row.archivedAt === null || Date.parse(row.archivedAt) + afterlifeMs({ reportWindowMs }) > now.getTime()) {
        continue;
      }
      await orm
        .update(integrations)
        .set({
          apiToken: FORGOTTEN,
          callbackAuth: sealCallbackAuth(keyring, withoutSecrets(row, keyring)),
          callbackUrl: sql`null`,
        })
        .where(eq(integrations.id, row.id));
      forgotten += 1;
    }
    return forgotten;
  });
}

function withoutSecrets(row: IntegrationRow, keyring: Keyring): CallbackAuth {
  try {
    const auth = openCallbackAuth(keyring, row);
    return auth.type === 'basic' ? { ...auth, passwords: [] } : { ...auth, secrets: [] };
  } catch (error) {
    if (error instanceof KeyringError) return { type: 'url-secret', secrets: [] };
    throw error;
  }
}
