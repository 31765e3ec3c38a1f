import { and, asc, eq, gt, sql } from 'drizzle-orm';
import { integrations, type Orm, projects, senders, withoutNulls } from '../db/index.ts';
import { type AdminContext, projectRowOf } from './admin-context.ts';
import { noteOfChange } from './change-note.ts';
import { changedMembers } from './changed-members.ts';
import { unknownIntegration } from './integration-row.ts';
import { pageOf, positionOf, rowsToRead } from './pages.ts';
import { newProjectBody, projectChangeBody } from './settings-bodies.ts';
import { parseBody } from './settings-body.ts';
import { type ProjectView, type SettingsAdmin, SettingsError } from './settings-admin.ts';
import type { ProjectRow } from './stored-settings.ts';
import { storedReportWindow, storedSettle } from './waiting-limits.ts';

/** The database's own word that the default SMS provider is enabled, also where requests come at the same time. */
export const DEFAULT_IS_ENABLED = 'projects_default_integration_is_enabled';

const PROJECT_ID = /^[a-z0-9-]{1,32}$/;

/** A database's own order of texts is that of its language. */
const byBytes = sql<string>`${projects.projectId} collate "C"`;

/** Projects and what holds for all of their messages. */
export function createProjectAdmin({
  read,
  change,
}: AdminContext): Pick<SettingsAdmin, 'createProject' | 'projects' | 'project' | 'changeProject'> {
  return {
    async createProject(actor, body) {
      const { id, name = id } = parseBody(newProjectBody, body, 'The project was not created');
      return change('Creating a project', async ({ orm, at, note }) => {
        const [row] = await orm
          .insert(projects)
          .values({ projectId: id, name, createdAt: at, updatedAt: at })
          .onConflictDoNothing({ target: projects.projectId })
          .returning();
        if (!row) throw new SettingsError('already_exists', `There is a project ${id} already: choose another id`);
        note({ actor, projectId: id, action: 'project.created', subject: id, after: { name } });
        return viewOf(row);
      });
    },
    async projects(query) {
      const limit = rowsToRead(query);
      const after = positionOf(query, PROJECT_ID);
      const rows = await read('Listing projects', async (orm) =>
        orm
          .select()
          .from(projects)
          .where(after === undefined ? undefined : gt(byBytes, after))
          .orderBy(asc(byBytes))
          .limit(limit),
      );
      return pageOf(rows, query, ({ projectId }) => projectId, rows.map(viewOf));
    },
    async project(projectId) {
      return read('Reading a project', async (orm) => viewOf(await projectRowOf(orm, projectId)));
    },
    async changeProject(actor, projectId, body) {
      const wanted = parseBody(projectChangeBody, body, `Project ${projectId} was not changed`);
      const { defaultIntegrationId, defaultSender } = wanted;
      return change(
        'Changing a project',
        async ({ orm, at, note }) => {
          const row = await projectRowOf(orm, projectId, 'locked');
          const { values, before } = changedMembers(row, wanted);
          if (Object.keys(values).length === 0) return viewOf(row);
          if (defaultIntegrationId !== undefined) await assertEnabled(orm, projectId, defaultIntegrationId);
          if (typeof defaultSender === 'string') await assertPredefined(orm, projectId, defaultSender);
          const [changed] = await orm
            .update(projects)
            .set({ ...values, updatedAt: at })
            .where(eq(projects.projectId, projectId))
            .returning();
          note({ actor, projectId, action: 'project.changed', subject: projectId, before, after: values });
          const reach = noteOfChange(Object.keys(values));
          return { ...viewOf(changed ?? row), ...(reach === undefined ? {} : { note: reach }) };
        },
        { [DEFAULT_IS_ENABLED]: () => notEnabled(defaultIntegrationId ?? '') },
      );
    },
  };
}

async function assertEnabled(orm: Orm, projectId: string, integrationId: string): Promise<void> {
  const [integration] = await orm
    .select({ state: integrations.state })
    .from(integrations)
    .where(and(eq(integrations.projectId, projectId), eq(integrations.id, integrationId)));
  if (!integration) throw unknownIntegration(projectId, integrationId);
  if (integration.state !== 'enabled') throw notEnabled(integrationId);
}

async function assertPredefined(orm: Orm, projectId: string, sender: string): Promise<void> {
  const [found] = await orm
    .select({ sender: senders.sender })
    .from(senders)
    .where(and(eq(senders.projectId, projectId), eq(senders.sender, sender)));
  if (found) return;
  throw new SettingsError(
    'unknown_sender',
    `"${sender}" is none of the predefined senders of project ${projectId}: add it, then make it the default`,
  );
}

function notEnabled(integrationId: string): SettingsError {
  return new SettingsError(
    'integration_not_enabled',
    `Integration ${integrationId} is not enabled and cannot be the default SMS provider: enable it, or choose another`,
  );
}

function viewOf(row: ProjectRow): ProjectView {
  const { projectId, defaultIsEnabled: _, ...rest } = row;
  const reportWindowMs = storedReportWindow(row.reportWindowMs) ?? null;
  const settleMs = storedSettle(row.settleMs) ?? null;
  return { id: projectId, ...withoutNulls({ ...rest, reportWindowMs, settleMs }) };
}
