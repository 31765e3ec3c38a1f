/**
 * What admins do with settings. Every change is made by somebody, and leaves an audit entry in the same transaction.
 * `sqlSettingsAdmin` implements it over the database; static settings have none.
 */
import type { BareNumbers } from '../countries/index.ts';
import type { CallbackAuth, Region } from './settings.ts';

/** What a key may do: `viewer` reads, `sender` also starts and cancels messages, `admin` also changes settings. */
export type Role = 'admin' | 'sender' | 'viewer';

/** Who makes a change, as the audit log names them. */
export type Actor = { kind: 'key'; keyId: string } | { kind: 'deployment' } | { kind: 'command_line' };

/** Why a change was refused. Stable; the message says what to do. */
export type SettingsErrorCode =
  /** Members that are wrong or unknown; `fields` names each. */
  | 'invalid_settings'
  /** A base URL names this machine or a private network, and the configuration does not allow that. */
  | 'host_not_allowed'
  | 'unknown_project'
  | 'unknown_integration'
  | 'unknown_sender'
  | 'unknown_key'
  | 'unknown_exporter'
  /** The id is taken; ids of integrations are unique over all projects. */
  | 'already_exists'
  /** An id is for good, and plan, region and host are from the first message that Sinch accepts on. */
  | 'fixed_once_created'
  /** The default SMS provider cannot be disabled or archived: make another integration the default first. */
  | 'default_integration'
  /** Only an enabled integration can be the default. */
  | 'integration_not_enabled'
  /** Messages wait to be sent through it: cancel them, or let them leave or expire first. */
  | 'messages_waiting'
  /** Archived is for good. */
  | 'integration_archived'
  /** 100 a project. */
  | 'too_many_senders'
  /** The default sender cannot be removed. */
  | 'default_sender';

/** One wrong member of a settings body. */
export interface FieldError {
  /** Path of the member, such as `callbackAuth.secrets`. */
  field: string;
  /** What was expected. Never the value: it may be a secret. */
  message: string;
}

/** A change of settings was refused; nothing was changed. */
export class SettingsError extends Error {
  readonly code: SettingsErrorCode;
  readonly fields: readonly FieldError[];

  constructor(code: SettingsErrorCode, message: string, fields: readonly FieldError[] = []) {
    super(message);
    this.name = 'SettingsError';
    this.code = code;
    this.fields = fields;
  }
}

/** An integration as admins see it: without its token and secrets. */
export interface IntegrationView {
  id: string;
  projectId: string;
  name: string;
  servicePlanId: string;
  /** Plans that it was given before its plan was corrected; messages requested then are sent through `servicePlanId`. */
  formerServicePlanIds: readonly string[];
  region: Region | 'custom';
  baseUrl: string;
  /** As it was set. */
  messagesPerSecond: number;
  /** Throughput of the plan: the lowest of all enabled integrations that share it. */
  planMessagesPerSecond: number;
  /** Whether other integrations, also of other projects, share the plan, in words; absent where none does. */
  planNote?: string;
  state: 'enabled' | 'disabled' | 'archived';
  isDefault: boolean;
  /** How callbacks prove themselves, and how many secrets are valid. */
  callbackAuth: {
    type: CallbackAuth['type'];
    secrets: number;
    /** Of `hmac`, where it is limited. */ toleranceMs?: number;
  };
  /** For copying into Sinch's dashboard; with a path secret it ends in it. Absent without a public address. */
  callbackUrl?: string;
  mmsCountries: readonly string[];
  hasDefaultOriginator: boolean;
  /** ISO 8601 */
  createdAt: string;
  updatedAt: string;
  archivedAt?: string;
}

/** A new integration. Its id is fixed from then on. */
export interface NewIntegration {
  /** 1 to 64 of `A-Za-z0-9._-`. @default made of the name */
  id?: string;
  name: string;
  servicePlanId: string;
  /** Exactly one of `region` and `baseUrl`. */
  region?: Region;
  /** A region on request: scheme and host; HTTPS, except on this machine. */
  baseUrl?: string;
  apiToken: string;
  /** @default DEFAULT_MESSAGES_PER_SECOND */
  messagesPerSecond?: number;
  /** @default a random path secret */
  callbackAuth?: CallbackAuth;
  /** @default made of the public address */
  callbackUrl?: string;
  /** @default DEFAULT_MMS_COUNTRIES */
  mmsCountries?: readonly string[];
  /** @default false */
  hasDefaultOriginator?: boolean;
  /**
   * `true` makes it the project's default SMS provider in the same go. Otherwise the default stays as it is, also where
   * there is none yet: which provider all campaigns use is never decided in passing.
   * @default false
   */
  isDefault?: boolean;
}

/**
 * What may change of an integration. Plan, region and host may be corrected until Sinch has accepted a message through it;
 * of `region` and `baseUrl` at most one is given, and replaces the other. Path secrets are in the callback URLs of messages that were sent: when you replace
 * one, keep it as the second for 4 days, or their reports are refused.
 */
export type IntegrationChange = Partial<
  Pick<
    NewIntegration,
    | 'name'
    | 'servicePlanId'
    | 'region'
    | 'baseUrl'
    | 'apiToken'
    | 'messagesPerSecond'
    | 'callbackAuth'
    | 'callbackUrl'
    | 'mmsCountries'
    | 'hasDefaultOriginator'
  >
> & {
  /**
   * Largest age of the timestamp of `hmac` signatures, in milliseconds; `null` for no limit. Under 24 hours it may lose
   * reports: Sinch retries for almost a day.
   */
  callbackToleranceMs?: number | null;
  /** Becomes the current secret or password of callbacks; the one before stays valid. Not together with `callbackAuth`. */
  newCallbackSecret?: string;
};

/** A new project. */
export interface NewProject {
  /** 1 to 32 of `a-z`, `0-9` and `-`; fixed from then on. */
  id: string;
  /** For people. @default the id */
  name?: string;
}

/** A new API key. */
export interface NewKey {
  /** What it is for. */
  name: string;
  role: Role;
  /** ISO 8601, in the future. @default never */
  expiresAt?: string;
}

/** What holds for a project, as admins see it. */
export interface ProjectView {
  id: string;
  name: string;
  defaultIntegrationId?: string;
  defaultSender?: string;
  eventName: string;
  /** Absent: the default list. */
  countriesWithoutReports?: readonly string[];
  reportWindowMs?: number;
  settleMs?: number;
  waitWhereNoReportsExpected: boolean;
  statusAttribute: boolean;
  /** How numbers without `+` and `00` are read. Absent: as international ones. */
  bareNumbers?: BareNumbers;
  /** Absent: what identifies people stays. */
  retentionDays?: number;
  createdAt: string;
  updatedAt: string;
}

/** What may change of a project; `null` takes a setting away. */
export interface ProjectChange {
  name?: string;
  defaultIntegrationId?: string;
  /** One of the predefined senders. */
  defaultSender?: string | null;
  eventName?: string;
  countriesWithoutReports?: readonly string[] | null;
  reportWindowMs?: number | null;
  settleMs?: number | null;
  waitWhereNoReportsExpected?: boolean;
  statusAttribute?: boolean;
  bareNumbers?: BareNumbers | null;
  retentionDays?: number | null;
}

/** A predefined sender. */
export interface SenderView {
  sender: string;
  kind: 'number' | 'short_code' | 'alphanumeric';
  isDefault: boolean;
  createdAt: string;
  /** Where it is known not to work, with the countries named. */
  warning?: string;
}

/** An API key, without the key. */
export interface ApiKeyView {
  id: string;
  name: string;
  role: Role;
  createdAt: string;
  expiresAt?: string;
  revokedAt?: string;
  lastUsedAt?: string;
}

/** Who a key is. */
export interface KeyHolder {
  keyId: string;
  projectId: string;
  role: Role;
}

/** One change, in the audit log. */
export interface AuditEntryView {
  id: string;
  at: string;
  /** `key:{id}`, `deployment` or `command_line`. */
  actor: string;
  /** Such as `integration.changed`. */
  action: string;
  subject: string;
  /** Without secrets, which are only named as changed. */
  before?: unknown;
  after?: unknown;
}

/** Where a project's campaign events leave to, without its secret. */
export interface ExporterView {
  baseUrl: string;
  projectToken: string;
  keyId: string;
  enabled: boolean;
  requestsPerSecond: number;
  statusNames: Readonly<Record<string, string>>;
  since: string;
  updatedAt: string;
}

/**
 * The exporter to the engagement platform's tracking API. The first time, address, token and key are needed; events
 * recorded before then are not exported.
 */
export interface ExporterChange {
  baseUrl?: string;
  projectToken?: string;
  keyId?: string;
  keySecret?: string;
  /** @default true */
  enabled?: boolean;
  /** 1 to 100. @default 100 */
  requestsPerSecond?: number;
  /** Names for statuses at the platform, such as `{ "timeout": "no_report" }`. `timeout` leaves only where it is mapped. */
  statusNames?: Readonly<Record<string, string>>;
}

/** One page of a list. */
export interface Page<T> {
  items: T[];
  /** Absent on the last page. */
  nextCursor?: string;
}

/** Which page. */
export interface PageQuery {
  /** 1 to 1,000. */
  limit: number;
  cursor?: string;
}

/**
 * Changes and shows settings. Bodies are `unknown`: each is checked here, unknown members are refused by name. Every
 * method throws `SettingsError` for a refusal and `StoreError` where the database fails.
 */
export interface SettingsAdmin {
  /** @param body a `NewProject` */
  createProject(actor: Actor, body: unknown): Promise<ProjectView>;
  /** All projects, by their ids. */
  projects(query: PageQuery): Promise<Page<ProjectView>>;
  project(projectId: string): Promise<ProjectView>;
  /** @param body a `ProjectChange` */
  changeProject(actor: Actor, projectId: string, body: unknown): Promise<ProjectView>;

  /** @param body a `NewIntegration` */
  createIntegration(actor: Actor, projectId: string, body: unknown): Promise<IntegrationView>;
  integrations(projectId: string, query: PageQuery): Promise<Page<IntegrationView>>;
  integration(projectId: string, integrationId: string): Promise<IntegrationView>;
  /** @param body an `IntegrationChange` */
  changeIntegration(actor: Actor, projectId: string, integrationId: string, body: unknown): Promise<IntegrationView>;
  /** New messages are refused, those that wait stay until it is enabled again or they expire. */
  disableIntegration(actor: Actor, projectId: string, integrationId: string): Promise<IntegrationView>;
  enableIntegration(actor: Actor, projectId: string, integrationId: string): Promise<IntegrationView>;
  /** For good. Its credentials are kept until the last report window has ended. */
  archiveIntegration(actor: Actor, projectId: string, integrationId: string): Promise<IntegrationView>;

  /** @param body `{ sender }`; one that is there already stays as it is. */
  addSender(actor: Actor, projectId: string, body: unknown): Promise<SenderView>;
  senders(projectId: string): Promise<SenderView[]>;
  removeSender(actor: Actor, projectId: string, sender: string): Promise<void>;

  /**
   * The key is in this answer and never again.
   * @param body a `NewKey`
   */
  createKey(actor: Actor, projectId: string, body: unknown): Promise<ApiKeyView & { key: string }>;
  keys(projectId: string, query: PageQuery): Promise<Page<ApiKeyView>>;
  revokeKey(actor: Actor, projectId: string, keyId: string): Promise<ApiKeyView>;
  /** Who holds the key, or `undefined` for one that is unknown, expired or revoked. Notes when it was used last. */
  holderOf(key: string): Promise<KeyHolder | undefined>;

  exporter(projectId: string): Promise<ExporterView>;
  /** @param body an `ExporterChange` */
  changeExporter(actor: Actor, projectId: string, body: unknown): Promise<ExporterView>;
  removeExporter(actor: Actor, projectId: string): Promise<void>;

  audit(projectId: string, query: PageQuery): Promise<Page<AuditEntryView>>;
}
