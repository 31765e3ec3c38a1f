import { eq } from 'drizzle-orm';
import { exporters, type Orm } from '../db/index.ts';
import { type AdminContext, assertAllowedHost, projectRowOf } from './admin-context.ts';
import { changedMembers } from './changed-members.ts';
import { DEFAULT_REQUESTS_PER_SECOND, exporterChangeBody } from './settings-bodies.ts';
import { invalid, parseBody } from './settings-body.ts';
import { type ExporterView, type SettingsAdmin, SettingsError } from './settings-admin.ts';
import { type ExporterRow, seals, sealText } from './stored-settings.ts';

/** What the audit log names it by: a project has one. */
const SUBJECT = 'exporter';

/** Where a project's campaign events leave to. */
export function createExporterAdmin({
  keyring,
  hosts,
  read,
  change,
}: AdminContext): Pick<SettingsAdmin, 'exporter' | 'changeExporter' | 'removeExporter'> {
  return {
    async exporter(projectId) {
      return read('Reading an exporter', async (orm) => {
        await projectRowOf(orm, projectId);
        const row = await exporterRowOf(orm, projectId);
        if (!row) throw unknownExporter(projectId);
        return viewOf(row);
      });
    },
    async changeExporter(actor, projectId, body) {
      const attempted = `The exporter of project ${projectId} was not changed`;
      const wanted = parseBody(exporterChangeBody, body, attempted);
      const { keySecret, ...open } = wanted;
      if (wanted.baseUrl !== undefined) assertAllowedHost({ hosts }, wanted.baseUrl, attempted);
      return change('Changing an exporter', async ({ orm, at, note }) => {
        await projectRowOf(orm, projectId, 'locked');
        const row = await exporterRowOf(orm, projectId);
        if (!row) {
          const { baseUrl, projectToken, keyId } = wanted;
          if (baseUrl === undefined || projectToken === undefined || keyId === undefined || keySecret === undefined) {
            throw invalid(
              attempted,
              (['baseUrl', 'projectToken', 'keyId', 'keySecret'] as const)
                .filter((name) => wanted[name] === undefined)
                .map((field) => ({ field, message: 'is needed the first time' })),
            );
          }
          const { enabled = true, requestsPerSecond = DEFAULT_REQUESTS_PER_SECOND, statusNames = {} } = wanted;
          const values = {
            baseUrl,
            projectToken,
            keyId,
            enabled,
            requestsPerSecond,
            statusNames: namesOf(statusNames),
          };
          const created: ExporterRow = {
            ...values,
            projectId,
            keySecret: sealText(keyring, keySecret),
            since: at,
            updatedAt: at,
            leaseId: null,
            leaseUntil: null,
          };
          await orm.insert(exporters).values(created);
          note({
            actor,
            projectId,
            action: 'exporter.created',
            subject: SUBJECT,
            after: { ...values, keySecret: 'set' },
          });
          return viewOf(created);
        }
        const { values, before } = changedMembers(row, {
          ...open,
          statusNames: open.statusNames && namesOf(open.statusNames),
        });
        const newSecret = keySecret !== undefined && !seals(keyring, row.keySecret, keySecret);
        if (Object.keys(values).length === 0 && !newSecret) return viewOf(row);
        const changed = {
          ...values,
          ...(newSecret ? { keySecret: sealText(keyring, keySecret) } : {}),
          updatedAt: at,
        };
        await orm.update(exporters).set(changed).where(eq(exporters.projectId, projectId));
        note({
          actor,
          projectId,
          action: 'exporter.changed',
          subject: SUBJECT,
          before,
          after: { ...values, ...(newSecret ? { keySecret: 'changed' } : {}) },
        });
        return viewOf({ ...row, ...changed });
      });
    },
    async removeExporter(actor, projectId) {
      await change('Removing an exporter', async ({ orm, note }) => {
        await projectRowOf(orm, projectId, 'locked');
        const [row] = await orm.delete(exporters).where(eq(exporters.projectId, projectId)).returning();
        if (!row) throw unknownExporter(projectId);
        note({ actor, projectId, action: 'exporter.removed', subject: SUBJECT, before: viewOf(row) });
      });
    },
  };
}

async function exporterRowOf(orm: Orm, projectId: string): Promise<ExporterRow | undefined> {
  const [row] = await orm.select().from(exporters).where(eq(exporters.projectId, projectId));
  return row;
}

function unknownExporter(projectId: string): SettingsError {
  return new SettingsError(
    'unknown_exporter',
    `Project ${projectId} has no exporter: set one up with its address, project token and key`,
  );
}

function namesOf(names: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(names).flatMap(([status, name]) => (name === undefined ? [] : [[status, name]])),
  );
}

function viewOf(row: ExporterRow): ExporterView {
  const { baseUrl, projectToken, keyId, enabled, requestsPerSecond, statusNames, since, updatedAt } = row;
  return { baseUrl, projectToken, keyId, enabled, requestsPerSecond, statusNames, since, updatedAt };
}
