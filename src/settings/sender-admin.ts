import { and, asc, count, eq } from 'drizzle-orm';
import { countryName } from '../contract/country-name.ts';
import { parseSender, type SenderKind } from '../contract/sender.ts';
import { senders } from '../db/index.ts';
import { type AdminContext, projectRowOf } from './admin-context.ts';
import { senderBody } from './settings-bodies.ts';
import { parseBody } from './settings-body.ts';
import { type SenderView, type SettingsAdmin, SettingsError } from './settings-admin.ts';
import type { ProjectRow } from './stored-settings.ts';

/** Most predefined senders of a project, as the engagement platform has it. */
export const MOST_SENDERS = 100;

/** Where operators are known to refuse names as senders, so that only numbers and short codes work. */
const COUNTRIES_WITHOUT_NAMES: readonly string[] = ['US', 'CA'];

type SenderRow = typeof senders.$inferSelect;

/** Predefined senders. The project's row is locked while they change: the default sender is always one of them. */
export function createSenderAdmin({
  read,
  change,
}: AdminContext): Pick<SettingsAdmin, 'addSender' | 'senders' | 'removeSender'> {
  return {
    async addSender(actor, projectId, body) {
      const { sender } = parseBody(senderBody, body, `The sender was not added to project ${projectId}`);
      return change('Adding a sender', async ({ orm, at, note }) => {
        const project = await projectRowOf(orm, projectId, 'locked');
        const ofProject = eq(senders.projectId, projectId);
        const [held] = await orm
          .select()
          .from(senders)
          .where(and(ofProject, eq(senders.sender, sender)));
        if (held) return viewOf(held, project);
        const [counted] = await orm.select({ senders: count() }).from(senders).where(ofProject);
        if ((counted?.senders ?? 0) >= MOST_SENDERS) {
          throw new SettingsError(
            'too_many_senders',
            `Project ${projectId} has ${MOST_SENDERS} predefined senders, which is the most there can be: remove one first`,
          );
        }
        const row = { projectId, sender, createdAt: at };
        await orm.insert(senders).values(row);
        note({ actor, projectId, action: 'sender.added', subject: sender, after: { sender } });
        return viewOf(row, project);
      });
    },
    async senders(projectId) {
      return read('Listing senders', async (orm) => {
        const project = await projectRowOf(orm, projectId);
        const rows = await orm
          .select()
          .from(senders)
          .where(eq(senders.projectId, projectId))
          .orderBy(asc(senders.createdAt), asc(senders.sender));
        return rows.map((row) => viewOf(row, project));
      });
    },
    async removeSender(actor, projectId, given) {
      const parsed = parseSender(given);
      const sender = parsed.ok ? parsed.sender : given;
      await change('Removing a sender', async ({ orm, note }) => {
        const project = await projectRowOf(orm, projectId, 'locked');
        if (project.defaultSender === sender) {
          throw new SettingsError(
            'default_sender',
            `"${sender}" is the default sender of project ${projectId}: make another one the default first, or none`,
          );
        }
        const removed = await orm
          .delete(senders)
          .where(and(eq(senders.projectId, projectId), eq(senders.sender, sender)))
          .returning();
        if (removed.length === 0) {
          throw new SettingsError(
            'unknown_sender',
            `"${sender}" is none of the predefined senders of project ${projectId}`,
          );
        }
        note({ actor, projectId, action: 'sender.removed', subject: sender, before: { sender } });
      });
    },
  };
}

function viewOf({ sender, createdAt }: SenderRow, { defaultSender }: ProjectRow): SenderView {
  const parsed = parseSender(sender);
  const kind = parsed.ok ? parsed.kind : 'alphanumeric';
  const warning = warningOf(kind);
  return {
    sender,
    kind,
    isDefault: sender === defaultSender,
    createdAt,
    ...(warning === undefined ? {} : { warning }),
  };
}

function warningOf(kind: SenderKind): string | undefined {
  if (kind !== 'alphanumeric') return undefined;
  const countries = COUNTRIES_WITHOUT_NAMES.map(countryName).join(' and ');
  return `A name does not work as the sender in ${countries}: messages there need a number or a short code`;
}
