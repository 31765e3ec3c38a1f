import type { z } from 'zod';
import { DEFAULT_EVENT_NAME } from '../contract/campaign-event.ts';
import { COUNTRIES_WITHOUT_REPORTS } from '../countries/index.ts';
import { createHostRules, HOST_NOT_ALLOWED, type HostRules } from '../hosts/index.ts';
import { callbackUrlOf, deriveCallbackSecret, ENDS_IN_SECRET, endsInSecret } from './callback-address.ts';
import { optionError, type OptionPath, spellPath } from './option-error.ts';
import type { CallbackAuth, Integration, ProjectSettings, Settings } from './settings.ts';
import {
  DEFAULT_MESSAGES_PER_SECOND,
  DEFAULT_MMS_COUNTRIES,
  type StaticSettingsOptions,
} from './static-settings-options.ts';
import {
  type ParsedIntegration,
  type ParsedOptions,
  type ParsedProject,
  staticSettingsSchema,
} from './static-settings-schema.ts';

/**
 * Settings that are given once and stay: for embedders, tests and the environment.
 * @throws TypeError that names the first wrong option and what it has to be. Secrets are not in it.
 */
export function staticSettings(options: StaticSettingsOptions): Settings {
  const parsed = parse(options);
  const common = { publicUrl: parsed.publicUrl, hosts: createHostRules(parsed.allowPrivateHosts) };
  const projects = new Map<string, ProjectSettings>();
  const integrations = new Map<string, Integration>();

  for (const [index, project] of parsed.projects.entries()) {
    const path = ['projects', index];
    if (projects.has(project.id)) throw wrong([...path, 'id'], 'has to be unique over all projects', project.id);
    for (const [position, given] of project.integrations.entries()) {
      const place = [...path, 'integrations', position];
      const integration = integrationOf(given, project.id, common, place);
      if (integrations.has(integration.id)) {
        throw wrong(
          [...place, 'id'],
          'has to be unique over all projects, since callback URLs name it alone',
          given.id,
        );
      }
      agreeOnPlan(integration, [...integrations.values()], place);
      integrations.set(integration.id, integration);
    }
    projects.set(project.id, projectOf(project, path));
  }

  const all = Object.freeze([...integrations.values()]);
  return Object.freeze<Settings>({
    project: (projectId) => Promise.resolve(projects.get(projectId)),
    integration: (integrationId) => Promise.resolve(integrations.get(integrationId)),
    integrations: () => Promise.resolve(all),
    ...(parsed.allowPrivateHosts === undefined ? {} : { allowPrivateHosts: parsed.allowPrivateHosts }),
  });
}

function projectOf(project: ParsedProject, path: OptionPath): ProjectSettings {
  const { id, integrations, defaultSender, eventName, countriesWithoutReports } = project;
  const { reportWindowMs, settleMs, waitWhereNoReportsExpected, statusAttribute, bareNumbers, retentionDays } = project;
  const only = integrations.length === 1 ? integrations[0]?.id : undefined;
  const defaultIntegrationId = project.defaultIntegrationId ?? only;
  const ids = integrations.map((integration) => integration.id);
  if (defaultIntegrationId === undefined ? ids.length > 0 : !ids.includes(defaultIntegrationId)) {
    throw wrong(
      [...path, 'defaultIntegrationId'],
      `has to be the id of one of the integrations of project ${id} (${ids.join(', ') || 'it has none'})`,
      defaultIntegrationId,
    );
  }
  return Object.freeze({
    projectId: id,
    ...(defaultIntegrationId === undefined ? {} : { defaultIntegrationId }),
    ...(defaultSender === undefined ? {} : { defaultSender }),
    senders: Object.freeze([]),
    eventName: eventName ?? DEFAULT_EVENT_NAME,
    countriesWithoutReports: Object.freeze([...(countriesWithoutReports ?? COUNTRIES_WITHOUT_REPORTS)]),
    ...(reportWindowMs === undefined ? {} : { reportWindowMs }),
    ...(settleMs === undefined ? {} : { settleMs }),
    ...(waitWhereNoReportsExpected === undefined ? {} : { waitWhereNoReportsExpected }),
    ...(statusAttribute === undefined ? {} : { statusAttribute }),
    ...(bareNumbers === undefined ? {} : { bareNumbers }),
    ...(retentionDays === undefined ? {} : { retentionDays }),
  });
}

function integrationOf(
  given: ParsedIntegration,
  projectId: string,
  { publicUrl, hosts }: { publicUrl: string | undefined; hosts: HostRules },
  place: OptionPath,
): Integration {
  const callbackAuth = callbackAuthOf(given);
  const callbackUrl =
    given.callbackUrl ?? (publicUrl === undefined ? undefined : callbackUrlOf(publicUrl, given.id, callbackAuth));
  if (callbackUrl !== undefined && !endsInSecret(callbackUrl, callbackAuth)) {
    throw wrong(
      [...place, 'callbackUrl'],
      `${ENDS_IN_SECRET}; set callbackAuth, or publicUrl instead of callbackUrl`,
      callbackUrl,
    );
  }
  return Object.freeze({
    id: given.id,
    projectId,
    name: given.name ?? given.id,
    servicePlanId: given.servicePlanId,
    ...formerPlansOf(given, place),
    ...hostOf(given, hosts, place),
    apiToken: given.apiToken,
    messagesPerSecond: given.messagesPerSecond ?? DEFAULT_MESSAGES_PER_SECOND,
    enabled: given.enabled ?? true,
    callbackAuth,
    ...(callbackUrl === undefined ? {} : { callbackUrl }),
    mmsCountries: Object.freeze([...(given.mmsCountries ?? DEFAULT_MMS_COUNTRIES)]),
    hasDefaultOriginator: given.hasDefaultOriginator ?? false,
  });
}

function formerPlansOf(given: ParsedIntegration, place: OptionPath): Pick<Integration, 'formerServicePlanIds'> {
  const former = [...new Set(given.formerServicePlanIds)];
  for (const [index, servicePlanId] of (given.formerServicePlanIds ?? []).entries()) {
    if (servicePlanId !== given.servicePlanId) continue;
    throw wrong(
      [...place, 'formerServicePlanIds', index],
      'has to be another plan than servicePlanId, the present one',
      servicePlanId,
    );
  }
  return former.length === 0 ? {} : { formerServicePlanIds: Object.freeze(former) };
}

function hostOf(
  given: ParsedIntegration,
  hosts: HostRules,
  place: OptionPath,
): Pick<Integration, 'region' | 'baseUrl'> {
  if (given.baseUrl !== undefined && given.region === undefined) {
    if (!hosts.allowsHost(new URL(given.baseUrl).hostname)) {
      throw wrong([...place, 'baseUrl'], HOST_NOT_ALLOWED, given.baseUrl);
    }
    return { region: 'custom', baseUrl: given.baseUrl };
  }
  if (given.region !== undefined && given.baseUrl === undefined) {
    return { region: given.region, baseUrl: `https://${given.region}.sms.api.sinch.com` };
  }
  throw wrong([...place, 'region'], 'has to be given, or else baseUrl, and not both', given.region);
}

function callbackAuthOf(given: ParsedIntegration): CallbackAuth {
  const auth = given.callbackAuth;
  if (auth === undefined) return { type: 'url-secret', secrets: [deriveCallbackSecret(given.apiToken, given.id)] };
  if (auth.type !== 'hmac') return auth;
  const { toleranceMs, ...rest } = auth;
  return toleranceMs === undefined ? rest : { ...rest, toleranceMs };
}

/** The limit and the region belong to the plan, whoever shares it. */
function agreeOnPlan(integration: Integration, others: readonly Integration[], place: OptionPath): void {
  const sharing = others.find((other) => other.servicePlanId === integration.servicePlanId);
  if (sharing === undefined) return;
  for (const option of ['messagesPerSecond', 'baseUrl'] as const) {
    if (sharing[option] === integration[option]) continue;
    throw wrong(
      [...place, option],
      `has to be ${sharing[option]}, as for integration ${sharing.id} of the same service plan`,
      integration[option],
    );
  }
}

function parse(options: StaticSettingsOptions): ParsedOptions {
  const result = staticSettingsSchema.safeParse(options);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw issue === undefined ? wrong([], 'could not be read', options) : wrongBecause(issue, options);
}

function wrongBecause(issue: z.core.$ZodIssue, options: unknown): TypeError {
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => spellPath([...issue.path, key])).join(', ');
    return new TypeError(`staticSettings: there is no option ${names}.`);
  }
  return wrong(issue.path, issue.message, valueAt(options, issue.path));
}

function valueAt(options: unknown, path: OptionPath): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined,
    options,
  );
}

function wrong(path: OptionPath, expected: string, received: unknown): TypeError {
  return optionError('staticSettings', path, expected, received);
}
