import { and, eq } from 'drizzle-orm';
import { integrations, type Orm } from '../db/index.ts';
import { projectRowOf } from './admin-context.ts';
import { SettingsError } from './settings-admin.ts';
import type { IntegrationRow } from './stored-settings.ts';

/**
 * The integration, locked against every other change of it until the transaction ends.
 * @throws SettingsError `unknown_project`, `unknown_integration`
 */
export async function lockedIntegrationOf(orm: Orm, projectId: string, integrationId: string): Promise<IntegrationRow> {
  const [row] = await orm
    .select()
    .from(integrations)
    .where(and(eq(integrations.projectId, projectId), eq(integrations.id, integrationId)))
    .for('update');
  if (row) return row;
  await projectRowOf(orm, projectId);
  throw unknownIntegration(projectId, integrationId);
}

export function unknownIntegration(projectId: string, integrationId: string): SettingsError {
  return new SettingsError('unknown_integration', `Project ${projectId} has no integration ${integrationId}`);
}

export function archived(integrationId: string): SettingsError {
  return new SettingsError(
    'integration_archived',
    `Integration ${integrationId} is archived, which is for good: create another one`,
  );
}
