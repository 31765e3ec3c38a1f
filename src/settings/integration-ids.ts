import { eq } from 'drizzle-orm';
import { asStoreErrors, type Database, integrations } from '../db/index.ts';
import type { Settings } from './settings.ts';

/**
 * Ids of all integrations of a project: those that the settings have, and archived ones that only the database knows.
 * @throws StoreError
 */
export async function integrationIdsOf(
  { orm }: Pick<Database, 'orm'>,
  settings: Pick<Settings, 'integrations'>,
  projectId: string,
): Promise<readonly string[]> {
  const stored = await asStoreErrors('Looking for integrations', async () =>
    orm.select({ id: integrations.id }).from(integrations).where(eq(integrations.projectId, projectId)),
  );
  const active = (await settings.integrations()).filter((integration) => integration.projectId === projectId);
  return [...new Set([...active, ...stored].map(({ id }) => id))];
}
