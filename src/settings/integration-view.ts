import { and, inArray, ne } from 'drizzle-orm';
import { integrations, type Keyring, type Orm } from '../db/index.ts';
import { type AdminContext, projectRowOf } from './admin-context.ts';
import type { IntegrationView } from './settings-admin.ts';
import type { CallbackAuth } from './settings.ts';
import { callbackUrlOfRow, type IntegrationRow, openCallbackAuth, type ProjectRow } from './stored-settings.ts';

type Sharing = Pick<IntegrationRow, 'id' | 'projectId' | 'servicePlanId' | 'messagesPerSecond' | 'state'>;

/** Integrations of one project as admins see them. */
export async function integrationViewsOf(
  orm: Orm,
  { keyring, publicUrl }: Pick<AdminContext, 'keyring' | 'publicUrl'>,
  projectId: string,
  rows: readonly IntegrationRow[],
): Promise<IntegrationView[]> {
  const project = await projectRowOf(orm, projectId);
  const sharing: Sharing[] = await orm
    .select({
      id: integrations.id,
      projectId: integrations.projectId,
      servicePlanId: integrations.servicePlanId,
      messagesPerSecond: integrations.messagesPerSecond,
      state: integrations.state,
    })
    .from(integrations)
    .where(
      and(
        inArray(
          integrations.servicePlanId,
          rows.map(({ servicePlanId }) => servicePlanId),
        ),
        ne(integrations.state, 'archived'),
      ),
    );
  return rows.map((row) =>
    viewOf(row, {
      keyring,
      publicUrl,
      project,
      sharing: sharing.filter(({ servicePlanId }) => servicePlanId === row.servicePlanId),
    }),
  );
}

/** What the audit log and the views say of how callbacks prove themselves. */
export function summaryOf(auth: CallbackAuth): IntegrationView['callbackAuth'] {
  const { length: secrets } = auth.type === 'basic' ? auth.passwords : auth.secrets;
  const toleranceMs = auth.type === 'hmac' ? auth.toleranceMs : undefined;
  return { type: auth.type, secrets, ...(toleranceMs === undefined ? {} : { toleranceMs }) };
}

interface ViewContext {
  keyring: Keyring;
  publicUrl: string | undefined;
  project: ProjectRow;
  sharing: readonly Sharing[];
}

function viewOf(row: IntegrationRow, { keyring, publicUrl, project, sharing }: ViewContext): IntegrationView {
  const { id, projectId, name, servicePlanId, region, baseUrl, messagesPerSecond, state } = row;
  const auth = openCallbackAuth(keyring, row);
  // Without its secrets an address would only mislead.
  const callbackUrl = summaryOf(auth).secrets === 0 ? undefined : callbackUrlOfRow(row, auth, keyring, publicUrl);
  const rates = sharing.filter((each) => each.state === 'enabled').map((each) => each.messagesPerSecond);
  const planMessagesPerSecond = rates.length === 0 ? messagesPerSecond : Math.min(...rates);
  const planNote = planNoteOf(row, sharing, planMessagesPerSecond);
  return {
    id,
    projectId,
    name,
    servicePlanId,
    formerServicePlanIds: row.formerServicePlanIds,
    region,
    baseUrl,
    messagesPerSecond,
    planMessagesPerSecond,
    ...(planNote === undefined ? {} : { planNote }),
    state,
    isDefault: project.defaultIntegrationId === id,
    callbackAuth: summaryOf(auth),
    ...(callbackUrl === undefined ? {} : { callbackUrl }),
    mmsCountries: row.mmsCountries,
    hasDefaultOriginator: row.hasDefaultOriginator,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    ...(row.archivedAt === null ? {} : { archivedAt: row.archivedAt }),
  };
}

/** Names the project's own integrations and counts those of others, whose names are not its admin's business. */
function planNoteOf(row: IntegrationRow, sharing: readonly Sharing[], rate: number): string | undefined {
  const others = sharing.filter(({ id }) => id !== row.id);
  if (others.length === 0) return undefined;
  const own = others.filter(({ projectId }) => projectId === row.projectId).map(({ id }) => id);
  const foreign = others.length - own.length;
  const names = [
    ...(own.length === 0 ? [] : [own.sort().join(', ')]),
    ...(foreign === 0
      ? []
      : [foreign === 1 ? '1 integration of another project' : `${foreign} integrations of other projects`]),
  ];
  return `Service plan ${row.servicePlanId} is shared with ${names.join(' and ')}. They share one queue, which sends at the lowest rate of those that are enabled: ${rate} messages a second.`;
}
