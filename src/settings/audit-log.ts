import { and, desc, eq, lt } from 'drizzle-orm';
import { auditEntries } from '../db/index.ts';
import { type AdminContext, projectRowOf } from './admin-context.ts';
import { pageOf, positionOf, rowsToRead } from './pages.ts';
import type { AuditEntryView, SettingsAdmin } from './settings-admin.ts';

/** Who changed what, the latest change first. */
export function createAuditLog({ read }: AdminContext): Pick<SettingsAdmin, 'audit'> {
  return {
    async audit(projectId, query) {
      const limit = rowsToRead(query);
      const after = positionOf(query, /^\d{1,15}$/);
      return read('Reading the audit log', async (orm) => {
        await projectRowOf(orm, projectId);
        const rows = await orm
          .select()
          .from(auditEntries)
          .where(
            and(
              eq(auditEntries.projectId, projectId),
              after === undefined ? undefined : lt(auditEntries.id, Number(after)),
            ),
          )
          .orderBy(desc(auditEntries.id))
          .limit(limit);
        return pageOf(rows, query, ({ id }) => String(id), rows.map(viewOf));
      });
    },
  };
}

function viewOf({ id, at, actor, action, subject, before, after }: typeof auditEntries.$inferSelect): AuditEntryView {
  return {
    id: String(id),
    at,
    actor,
    action,
    subject,
    ...(before === null ? {} : { before }),
    ...(after === null ? {} : { after }),
  };
}
