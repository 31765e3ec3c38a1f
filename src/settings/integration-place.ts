/** Where an integration sends: its plan, and the region or host where that lives. */
import { and, eq, gt, ne } from 'drizzle-orm';
import { campaignEvents, integrations, messages, type Orm } from '../db/index.ts';
import { type AdminContext, assertAllowedHost } from './admin-context.ts';
import { SettingsError } from './settings-admin.ts';
import { invalid } from './settings-body.ts';
import type { Region } from './settings.ts';
import type { IntegrationRow } from './stored-settings.ts';

type Place = Pick<IntegrationRow, 'servicePlanId' | 'formerServicePlanIds' | 'region' | 'baseUrl'>;

/** What is given of it. */
interface WantedPlace {
  servicePlanId?: string | undefined;
  region?: Region | undefined;
  baseUrl?: string | undefined;
}

/** How far the clocks of processes may be apart, in milliseconds. */
const CLOCK_MARGIN_MS = 60 * 60 * 1000;

/** @throws SettingsError `invalid_settings` unless exactly one of `region` and `baseUrl` is given. */
export function hostOf(
  { region, baseUrl }: Pick<WantedPlace, 'region' | 'baseUrl'>,
  attempted: string,
): Pick<IntegrationRow, 'region' | 'baseUrl'> {
  if (baseUrl !== undefined && region === undefined) return { region: 'custom', baseUrl };
  if (region !== undefined && baseUrl === undefined) {
    return { region, baseUrl: `https://${region}.sms.api.sinch.com` };
  }
  throw invalid(attempted, [{ field: 'region', message: 'has to be given, or else baseUrl, and not both' }]);
}

/** A plan lives in one region. One at the wrong place would have its faults hold the queue of all that share the plan. */
export async function assertOnePlace(
  orm: Orm,
  { id, servicePlanId, baseUrl }: { id?: string } & Pick<IntegrationRow, 'servicePlanId' | 'baseUrl'>,
  attempted: string,
): Promise<void> {
  const [elsewhere] = await orm
    .select({ baseUrl: integrations.baseUrl })
    .from(integrations)
    .where(
      and(
        eq(integrations.servicePlanId, servicePlanId),
        ne(integrations.state, 'archived'),
        ne(integrations.baseUrl, baseUrl),
        id === undefined ? undefined : ne(integrations.id, id),
      ),
    )
    .limit(1);
  if (!elsewhere) return;
  throw invalid(attempted, [
    {
      field: 'region',
      message: `has to be that of ${elsewhere.baseUrl}, where another integration has service plan ${servicePlanId}: a plan lives in one region`,
    },
  ]);
}

/**
 * The members that a correction of plan, region or host changes; none where all that is given is as it is.
 * @throws SettingsError `fixed_once_created` where Sinch has accepted a message, `invalid_settings`, `host_not_allowed`
 */
export async function correctedPlace(
  orm: Orm,
  context: Pick<AdminContext, 'hosts'>,
  row: IntegrationRow,
  { servicePlanId, region, baseUrl }: WantedPlace,
  attempted: string,
): Promise<Partial<Place>> {
  const isNewPlan = servicePlanId !== undefined && servicePlanId !== row.servicePlanId;
  const isNewRegion = region !== undefined && region !== row.region;
  const isNewHost = baseUrl !== undefined && baseUrl !== row.baseUrl;
  if (!isNewPlan && !isNewRegion && !isNewHost) return {};
  await assertNothingAccepted(orm, row, isNewPlan ? 'servicePlanId' : isNewRegion ? 'region' : 'baseUrl');
  const host = isNewRegion || isNewHost ? hostOf({ region, baseUrl }, attempted) : undefined;
  if (host) assertAllowedHost(context, host.baseUrl, attempted);
  const corrected: Partial<Place> = {
    ...host,
    ...(isNewPlan
      ? {
          servicePlanId,
          formerServicePlanIds: [
            ...row.formerServicePlanIds.filter((former) => former !== servicePlanId),
            row.servicePlanId,
          ],
        }
      : {}),
  };
  await assertOnePlace(orm, { ...row, ...corrected }, attempted);
  return corrected;
}

async function assertNothingAccepted(
  orm: Orm,
  { projectId, id, createdAt }: IntegrationRow,
  field: 'servicePlanId' | 'region' | 'baseUrl',
): Promise<void> {
  const [accepted] = await orm
    .select({ messageId: messages.messageId })
    .from(messages)
    .innerJoin(
      campaignEvents,
      and(
        eq(campaignEvents.projectId, messages.projectId),
        eq(campaignEvents.messageId, messages.messageId),
        eq(campaignEvents.phase, 'admission'),
        eq(campaignEvents.status, 'enqueued'),
      ),
    )
    .where(
      and(
        eq(messages.projectId, projectId),
        gt(messages.requestedAt, new Date(Date.parse(createdAt) - CLOCK_MARGIN_MS).toISOString()),
        eq(messages.integrationId, id),
      ),
    )
    .limit(1);
  if (!accepted) return;
  throw new SettingsError(
    'fixed_once_created',
    `${field} of integration ${id} is fixed: Sinch has accepted messages through it, such as ${accepted.messageId}, and their reports and look-ups belong to its plan. Create another integration and make it the default`,
    [{ field, message: 'is fixed once Sinch has accepted a message through the integration' }],
  );
}
