import { isDeepStrictEqual } from 'node:util';
import { and, asc, eq, gt } from 'drizzle-orm';
import { integrations, KeyringError, type Orm, projects } from '../db/index.ts';
import { type AdminContext, assertAllowedHost, projectRowOf } from './admin-context.ts';
import { ENDS_IN_SECRET, endsInSecret, randomCallbackSecret } from './callback-address.ts';
import { changedMembers } from './changed-members.ts';
import { idsOfName } from './integration-id.ts';
import { assertOnePlace, correctedPlace, hostOf } from './integration-place.ts';
import { archived, lockedIntegrationOf, unknownIntegration } from './integration-row.ts';
import { integrationViewsOf, summaryOf } from './integration-view.ts';
import { pageOf, positionOf, rowsToRead } from './pages.ts';
import { type IntegrationView, type SettingsAdmin, SettingsError } from './settings-admin.ts';
import { integrationChangeBody, newIntegrationBody } from './settings-bodies.ts';
import { limitedAuth, rotatedAuth, rotatedUrl } from './rotated-auth.ts';
import { invalid, parseBody } from './settings-body.ts';
import type { CallbackAuth } from './settings.ts';
import { DEFAULT_MESSAGES_PER_SECOND, DEFAULT_MMS_COUNTRIES } from './static-settings-options.ts';
import {
  type IntegrationRow,
  openCallbackAuth,
  openText,
  sealCallbackAuth,
  seals,
  sealText,
} from './stored-settings.ts';

/** Integrations: made, read and changed. */
export function createIntegrationAdmin(
  context: AdminContext,
): Pick<SettingsAdmin, 'createIntegration' | 'integrations' | 'integration' | 'changeIntegration'> {
  const { keyring, read, change } = context;

  async function viewOf(orm: Orm, row: IntegrationRow): Promise<IntegrationView> {
    const [view] = await integrationViewsOf(orm, context, row.projectId, [row]);
    if (!view) throw new Error('Every row has a view');
    return view;
  }

  return {
    async createIntegration(actor, projectId, body) {
      const attempted = `The integration was not created in project ${projectId}`;
      const wanted = parseBody(newIntegrationBody, body, attempted);
      const { id: givenId, name, servicePlanId, isDefault = false } = wanted;
      const host = hostOf(wanted, attempted);
      assertAllowedHost(context, host.baseUrl, attempted);
      const auth: CallbackAuth = plainAuth(wanted.callbackAuth) ?? {
        type: 'url-secret',
        secrets: [randomCallbackSecret()],
      };
      assertEndsInSecret(wanted.callbackUrl, auth, attempted);
      return change('Creating an integration', async ({ orm, at, note }) => {
        const project = await projectRowOf(orm, projectId, isDefault ? 'locked' : 'unlocked');
        await assertOnePlace(orm, { servicePlanId, baseUrl: host.baseUrl }, attempted);
        const values = {
          ...host,
          projectId,
          name,
          servicePlanId,
          messagesPerSecond: wanted.messagesPerSecond ?? DEFAULT_MESSAGES_PER_SECOND,
          mmsCountries: wanted.mmsCountries ?? [...DEFAULT_MMS_COUNTRIES],
          hasDefaultOriginator: wanted.hasDefaultOriginator ?? false,
          state: 'enabled' as const,
        };
        const row = await insertUnderFreeId(orm, givenId === undefined ? idsOfName(name) : [givenId], {
          ...values,
          apiToken: sealText(keyring, wanted.apiToken),
          callbackAuth: sealCallbackAuth(keyring, auth),
          callbackUrl: wanted.callbackUrl === undefined ? null : sealText(keyring, wanted.callbackUrl),
          createdAt: at,
          updatedAt: at,
        });
        const { projectId: _, ...shown } = values;
        note({
          actor,
          projectId,
          action: 'integration.created',
          subject: row.id,
          after: {
            ...shown,
            apiToken: 'set',
            callbackAuth: summaryOf(auth),
            ...(wanted.callbackUrl === undefined ? {} : { callbackUrl: 'set' }),
          },
        });
        if (isDefault) {
          await orm
            .update(projects)
            .set({ defaultIntegrationId: row.id, updatedAt: at })
            .where(eq(projects.projectId, projectId));
          note({
            actor,
            projectId,
            action: 'project.changed',
            subject: projectId,
            before: { defaultIntegrationId: project.defaultIntegrationId },
            after: { defaultIntegrationId: row.id },
          });
        }
        return viewOf(orm, row);
      });
    },
    async integrations(projectId, query) {
      const limit = rowsToRead(query);
      const after = positionOf(query);
      return read('Listing integrations', async (orm) => {
        const rows = await orm
          .select()
          .from(integrations)
          .where(
            and(eq(integrations.projectId, projectId), after === undefined ? undefined : gt(integrations.id, after)),
          )
          .orderBy(asc(integrations.id))
          .limit(limit);
        return pageOf(rows, query, ({ id }) => id, await integrationViewsOf(orm, context, projectId, rows));
      });
    },
    async integration(projectId, integrationId) {
      return read('Reading an integration', async (orm) => {
        const [row] = await orm
          .select()
          .from(integrations)
          .where(and(eq(integrations.projectId, projectId), eq(integrations.id, integrationId)));
        if (row) return viewOf(orm, row);
        await projectRowOf(orm, projectId);
        throw unknownIntegration(projectId, integrationId);
      });
    },
    async changeIntegration(actor, projectId, integrationId, body) {
      const attempted = `Integration ${integrationId} was not changed`;
      const { apiToken, callbackAuth, callbackUrl, callbackToleranceMs, newCallbackSecret, ...wanted } = parseBody(
        integrationChangeBody,
        body,
        attempted,
      );
      const { id, servicePlanId, region, baseUrl, ...open } = wanted;
      return change('Changing an integration', async ({ orm, at, note }) => {
        const row = await lockedIntegrationOf(orm, projectId, integrationId);
        if (row.state === 'archived') throw archived(integrationId);
        if (id !== undefined && id !== integrationId) throw idIsFixed(integrationId);
        const place = await correctedPlace(orm, context, row, { servicePlanId, region, baseUrl }, attempted);
        const authBefore = authOf(row);
        const withSecrets =
          newCallbackSecret === undefined
            ? (plainAuth(callbackAuth) ?? authBefore)
            : rotatedAuth(callbackAuth === undefined ? authBefore : undefined, newCallbackSecret, attempted);
        const auth =
          callbackToleranceMs === undefined ? withSecrets : limitedAuth(withSecrets, callbackToleranceMs, attempted);
        const newAuth = auth !== undefined && !isDeepStrictEqual(auth, authBefore) ? auth : undefined;
        const newToken = apiToken !== undefined && !seals(keyring, row.apiToken, apiToken) ? apiToken : undefined;
        const sameUrl =
          row.callbackUrl !== null && callbackUrl !== undefined && seals(keyring, row.callbackUrl, callbackUrl);
        const urlBefore = (): string | undefined =>
          row.callbackUrl === null ? undefined : openText(keyring, row.callbackUrl);
        const newUrl = sameUrl
          ? undefined
          : (callbackUrl ?? (newCallbackSecret === undefined ? undefined : rotatedUrl(urlBefore(), authBefore, auth)));
        if (auth && (newAuth ?? newUrl) !== undefined) {
          const url = newUrl ?? urlBefore();
          assertEndsInSecret(url, auth, attempted);
        }

        const { values, before } = changedMembers(row, { ...open, ...place });
        const secrets = {
          ...(newToken === undefined ? {} : { apiToken: sealText(keyring, newToken) }),
          ...(newAuth === undefined ? {} : { callbackAuth: sealCallbackAuth(keyring, newAuth) }),
          ...(newUrl === undefined ? {} : { callbackUrl: sealText(keyring, newUrl) }),
        };
        if (Object.keys({ ...values, ...secrets }).length === 0) return viewOf(orm, row);
        const [changed] = await orm
          .update(integrations)
          .set({ ...values, ...secrets, updatedAt: at })
          .where(eq(integrations.id, integrationId))
          .returning();
        note({
          actor,
          projectId,
          action: 'integration.changed',
          subject: integrationId,
          before: { ...before, ...(newAuth && authBefore ? { callbackAuth: summaryOf(authBefore) } : {}) },
          after: {
            ...values,
            ...(newToken === undefined ? {} : { apiToken: 'changed' }),
            ...(newAuth === undefined ? {} : { callbackAuth: { ...summaryOf(newAuth), changed: true } }),
            ...(newUrl === undefined ? {} : { callbackUrl: 'changed' }),
          },
        });
        return viewOf(orm, changed ?? row);
      });
    },
  };

  function authOf(row: IntegrationRow): CallbackAuth | undefined {
    try {
      return openCallbackAuth(keyring, row);
    } catch (error) {
      // Secrets that no key decrypts can be replaced.
      if (error instanceof KeyringError) return undefined;
      throw error;
    }
  }
}

type ParsedAuth = NonNullable<ReturnType<typeof newIntegrationBody.parse>['callbackAuth']>;

/** As it is read back: without members that are `undefined`. */
function plainAuth(auth: ParsedAuth | undefined): CallbackAuth | undefined {
  if (auth?.type !== 'hmac') return auth;
  const { toleranceMs, ...rest } = auth;
  return toleranceMs === undefined ? rest : { ...rest, toleranceMs };
}

function assertEndsInSecret(callbackUrl: string | undefined, auth: CallbackAuth, attempted: string): void {
  if (callbackUrl === undefined || endsInSecret(callbackUrl, auth)) return;
  throw invalid(attempted, [{ field: 'callbackUrl', message: `${ENDS_IN_SECRET}; give both together` }]);
}

async function insertUnderFreeId(
  orm: Orm,
  ids: readonly string[],
  values: Omit<typeof integrations.$inferInsert, 'id'>,
): Promise<IntegrationRow> {
  for (const id of ids) {
    const [row] = await orm
      .insert(integrations)
      .values({ ...values, id })
      .onConflictDoNothing({ target: integrations.id })
      .returning();
    if (row) return row;
  }
  throw new SettingsError(
    'already_exists',
    `There is an integration ${ids[0]} already, here or in another project: choose another id`,
  );
}

function idIsFixed(id: string): SettingsError {
  return new SettingsError(
    'fixed_once_created',
    `id of integration ${id} is fixed, since requests and the callback URL name it: another id is another integration, so create one and make it the default`,
    [{ field: 'id', message: 'is fixed once the integration is created' }],
  );
}
