/** Rows of settings and what they stand for. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { DEFAULT_EVENT_NAME } from '../contract/campaign-event.ts';
import { DEFAULT_LIFE_MS, DEFAULT_REPORT_WINDOW_MS } from '../contract/message.ts';
import { COUNTRIES_WITHOUT_REPORTS } from '../countries/index.ts';
import { type exporters, type integrations, type Keyring, KeyringError, type projects } from '../db/index.ts';
import { callbackUrlOf } from './callback-address.ts';
import type { CallbackAuth, Integration, ProjectSettings } from './settings.ts';

export type IntegrationRow = typeof integrations.$inferSelect;
export type ProjectRow = typeof projects.$inferSelect;
export type ExporterRow = typeof exporters.$inferSelect;

/** Where a project's campaign events leave to, as the exporter reads it. */
export interface ExporterSettings {
  projectId: string;
  /** Scheme and host of the tracking API. */
  baseUrl: string;
  /** Identifier of the project in the tracking API's paths. */
  projectToken: string;
  /** User name of HTTP Basic. */
  keyId: string;
  /** Password of HTTP Basic. */
  keySecret: string;
  enabled: boolean;
  requestsPerSecond: number;
  /** Name of the campaign event at the platform. */
  eventName: string;
  /** Names for statuses at the platform; `timeout` leaves only where it is mapped. */
  statusNames: Readonly<Record<string, string>>;
  /** ISO 8601; events recorded before are not exported. */
  since: string;
}

/** A secret as it is stored. */
export function sealText(keyring: Keyring, plain: string): string {
  return keyring.encrypt(Buffer.from(plain));
}

/** @throws KeyringError */
export function openText(keyring: Keyring, sealed: string): string {
  return Buffer.from(keyring.decrypt(sealed)).toString();
}

/** Whether `sealed` holds `plain`; not, where no key decrypts it. */
export function seals(keyring: Keyring, sealed: string, plain: string): boolean {
  try {
    return timingSafeEqual(digestOf(openText(keyring, sealed)), digestOf(plain));
  } catch (error) {
    if (error instanceof KeyringError) return false;
    throw error;
  }
}

/** Digests have the same length, which `timingSafeEqual` demands and which hides the secret's. */
function digestOf(value: string): Buffer {
  return createHash('sha256').update(value, 'utf8').digest();
}

export function sealCallbackAuth(keyring: Keyring, auth: CallbackAuth): string {
  return sealText(keyring, JSON.stringify(auth));
}

/** @throws KeyringError */
export function openCallbackAuth(
  keyring: Keyring,
  { callbackAuth }: Pick<IntegrationRow, 'callbackAuth'>,
): CallbackAuth {
  // What was sealed is ours.
  return JSON.parse(openText(keyring, callbackAuth)) as CallbackAuth;
}

/** @throws KeyringError */
export function integrationOf(row: IntegrationRow, keyring: Keyring, publicUrl: string | undefined): Integration {
  const { id, projectId, name, servicePlanId, region, baseUrl, messagesPerSecond, hasDefaultOriginator } = row;
  const callbackAuth = openCallbackAuth(keyring, row);
  const callbackUrl = callbackUrlOfRow(row, callbackAuth, keyring, publicUrl);
  return Object.freeze({
    id,
    projectId,
    name,
    servicePlanId,
    ...(row.formerServicePlanIds.length === 0
      ? {}
      : { formerServicePlanIds: Object.freeze([...row.formerServicePlanIds]) }),
    region,
    baseUrl,
    apiToken: openText(keyring, row.apiToken),
    messagesPerSecond,
    enabled: row.state === 'enabled',
    callbackAuth,
    ...(callbackUrl === undefined ? {} : { callbackUrl }),
    mmsCountries: Object.freeze([...row.mmsCountries]),
    hasDefaultOriginator,
  });
}

/** The URL that Sinch calls: the one that was set, else one made of the public address. */
export function callbackUrlOfRow(
  row: Pick<IntegrationRow, 'id' | 'callbackUrl'>,
  auth: CallbackAuth,
  keyring: Keyring,
  publicUrl: string | undefined,
): string | undefined {
  if (row.callbackUrl !== null) return openText(keyring, row.callbackUrl);
  return publicUrl === undefined ? undefined : callbackUrlOf(publicUrl, row.id, auth);
}

export function projectOf(row: ProjectRow, senders: readonly string[]): ProjectSettings {
  const { projectId, defaultIntegrationId, defaultSender, eventName, countriesWithoutReports } = row;
  const { reportWindowMs, settleMs, waitWhereNoReportsExpected, statusAttribute, bareNumbers, retentionDays } = row;
  return Object.freeze({
    projectId,
    ...(defaultIntegrationId === null ? {} : { defaultIntegrationId }),
    ...(defaultSender === null ? {} : { defaultSender }),
    senders: Object.freeze([...senders]),
    eventName,
    countriesWithoutReports: Object.freeze([...(countriesWithoutReports ?? COUNTRIES_WITHOUT_REPORTS)]),
    ...(reportWindowMs === null ? {} : { reportWindowMs }),
    ...(settleMs === null ? {} : { settleMs }),
    waitWhereNoReportsExpected,
    statusAttribute,
    ...(bareNumbers === null ? {} : { bareNumbers }),
    ...(retentionDays === null ? {} : { retentionDays }),
  });
}

/** @throws KeyringError */
export function exporterOf(row: ExporterRow, keyring: Keyring, project: ProjectRow | undefined): ExporterSettings {
  const { projectId, baseUrl, projectToken, keyId, enabled, requestsPerSecond, statusNames, since } = row;
  return Object.freeze({
    projectId,
    baseUrl,
    projectToken,
    keyId,
    keySecret: openText(keyring, row.keySecret),
    enabled,
    requestsPerSecond,
    eventName: project?.eventName ?? DEFAULT_EVENT_NAME,
    statusNames: Object.freeze({ ...statusNames }),
    since,
  });
}

/**
 * How long after its archiving an integration is still needed: a message accepted at the end of its life waits for its
 * report a window long. Messages carry the window of their request, so a window that was made shorter since counts no less
 * than the default.
 */
export function afterlifeMs(project: Pick<ProjectRow, 'reportWindowMs'> | undefined): number {
  return DEFAULT_LIFE_MS + Math.max(project?.reportWindowMs ?? 0, DEFAULT_REPORT_WINDOW_MS);
}
