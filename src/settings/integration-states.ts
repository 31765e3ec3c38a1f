import { and, eq, gt, sql } from 'drizzle-orm';
import { campaignEvents, integrations, type IntegrationState, messages, type Orm } from '../db/index.ts';
import { type AdminContext, projectRowOf } from './admin-context.ts';
import { archived, lockedIntegrationOf } from './integration-row.ts';
import { integrationViewsOf } from './integration-view.ts';
import { DEFAULT_IS_ENABLED } from './project-admin.ts';
import { type Actor, type IntegrationView, type SettingsAdmin, SettingsError } from './settings-admin.ts';
import { afterlifeMs, type ProjectRow } from './stored-settings.ts';

/** How far beyond their life and window waiting messages are looked for, in milliseconds. */
const MARGIN_MS = 24 * 60 * 60 * 1000;

/** Disabling, enabling and archiving integrations. */
export function createIntegrationStates(
  context: AdminContext,
): Pick<SettingsAdmin, 'disableIntegration' | 'enableIntegration' | 'archiveIntegration'> {
  async function changeTo(
    state: IntegrationState,
    { actor, projectId, integrationId }: { actor: Actor; projectId: string; integrationId: string },
  ): Promise<IntegrationView> {
    return context.change(
      'Changing the state of an integration',
      async ({ orm, at, note }) => {
        const row = await lockedIntegrationOf(orm, projectId, integrationId);
        let changed = row;
        if (row.state !== state) {
          if (row.state === 'archived') throw archived(integrationId);
          const project = await projectRowOf(orm, projectId);
          if (project.defaultIntegrationId === integrationId) throw isDefault(state, integrationId);
          if (state === 'archived') await assertNothingWaits(orm, project, integrationId, at);
          const values = { state, updatedAt: at, ...(state === 'archived' ? { archivedAt: at } : {}) };
          await orm.update(integrations).set(values).where(eq(integrations.id, integrationId));
          note({
            actor,
            projectId,
            action: `integration.${state}`,
            subject: integrationId,
            before: { state: row.state },
            after: { state },
          });
          changed = { ...row, ...values, isEnabled: state === 'enabled' };
        }
        const [view] = await integrationViewsOf(orm, context, projectId, [changed]);
        if (!view) throw new Error('Every row has a view');
        return view;
      },
      { [DEFAULT_IS_ENABLED]: () => isDefault(state, integrationId) },
    );
  }

  return {
    disableIntegration: (actor, projectId, integrationId) => changeTo('disabled', { actor, projectId, integrationId }),
    enableIntegration: (actor, projectId, integrationId) => changeTo('enabled', { actor, projectId, integrationId }),
    archiveIntegration: (actor, projectId, integrationId) => changeTo('archived', { actor, projectId, integrationId }),
  };
}

/** Messages that are older than a life and a window have their events, whatever they waited for. */
async function assertNothingWaits(orm: Orm, project: ProjectRow, integrationId: string, at: string): Promise<void> {
  const { projectId } = project;
  const oldest = new Date(Math.max(0, Date.parse(at) - afterlifeMs(project) - MARGIN_MS)).toISOString();
  const [waiting] = await orm
    .select({ messageId: messages.messageId })
    .from(messages)
    .where(
      and(
        eq(messages.projectId, projectId),
        gt(messages.requestedAt, oldest),
        eq(messages.integrationId, integrationId),
        eq(messages.disposition, 'send'),
        sql`not exists (
          select from ${campaignEvents}
          where ${campaignEvents.projectId} = ${messages.projectId}
            and ${campaignEvents.messageId} = ${messages.messageId}
            and ${campaignEvents.phase} = 'admission'
        )`,
      ),
    )
    .limit(1);
  if (!waiting) return;
  throw new SettingsError(
    'messages_waiting',
    `Messages wait to be sent through integration ${integrationId}, such as ${waiting.messageId}: disable it so that no more come, and cancel them, or let them leave or expire, then archive it`,
  );
}

function isDefault(state: IntegrationState, integrationId: string): SettingsError {
  return new SettingsError(
    'default_integration',
    `Integration ${integrationId} is the project's default SMS provider and cannot be ${state}: make another one the default first`,
  );
}
