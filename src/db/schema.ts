/**
 * The tables. A message's progress is in none of them: Temporal holds it. Changes are additive, since the previous
 * release has to work on the new schema while it is replaced.
 */
import { type SQL, sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  check,
  doublePrecision,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  unique,
} from 'drizzle-orm/pg-core';
import type {
  CampaignEvent,
  CampaignEventPhase,
  CampaignEventStatus,
  LateReport,
  SkipReason,
} from '../contract/campaign-event.ts';
import type { CampaignContext, MessageKind, SendMessageInput, UnknownOutcomePolicy } from '../contract/message.ts';
import type { BareNumbers } from '../countries/index.ts';
import { json, jsonb, text, timestamp } from './columns.ts';

/**
 * What became of a request when it was registered: `send` has a workflow, or will have; `skipped` and `enqueue_failed`
 * have none, except that a message cancelled before Sinch had it becomes `skipped`.
 */
export type Disposition = 'send' | 'skipped' | 'enqueue_failed';

/** The register of requests: what was asked for, the authority for duplicates and for the count of requests. */
export const messages = pgTable(
  'messages',
  {
    projectId: text('project_id').notNull(),
    messageId: text('message_id').notNull(),
    /** Tells a repeated request from another one under the same id; of an erased one a keyed fingerprint of it. */
    contentHash: text('content_hash').notNull(),
    disposition: text('disposition').$type<Disposition>().notNull(),
    skipReason: text('skip_reason').$type<SkipReason>(),
    /** The workflow's input; null where nothing is to be sent. Of an erased one what the evaluation counts by. */
    input: jsonb('input').$type<SendMessageInput>(),
    /** What the request was answered, so that a repeat is answered the same. */
    answer: json('answer').notNull(),
    campaignId: text('campaign_id'),
    integrationId: text('integration_id'),
    recipient: text('recipient'),
    country: text('country'),
    reportsExpected: boolean('reports_expected').notNull(),
    requestedAt: timestamp('requested_at').notNull(),
    /** The workflow's start is confirmed. While null, the sweeper looks at the row. */
    startedAt: timestamp('started_at'),
    skippedAt: timestamp('skipped_at'),
    /** What identified a person was taken out of the row: at their request, or since it was old enough. */
    erasedAt: timestamp('erased_at'),
    /** It is to be erased as soon as it is started, which needs its input. */
    erasureRequestedAt: timestamp('erasure_requested_at'),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.messageId] }),
    index('messages_by_recipient').on(table.projectId, table.recipient),
    index('messages_to_age_out')
      .on(table.projectId, table.requestedAt)
      .where(sql`${table.erasedAt} is null`),
    index('messages_to_erase')
      .on(table.projectId, table.messageId)
      .where(sql`${table.erasureRequestedAt} is not null and ${table.erasedAt} is null`),
    index('messages_by_time').on(table.projectId, table.requestedAt, table.messageId),
    index('messages_by_campaign').on(table.projectId, table.campaignId, table.requestedAt, table.messageId),
    index('messages_unstarted')
      .on(table.requestedAt)
      .where(sql`${table.startedAt} is null and ${table.disposition} = 'send'`),
  ],
);

/** Campaign events. The key makes writing one twice writing it once. */
export const campaignEvents = pgTable(
  'campaign_events',
  {
    projectId: text('project_id').notNull(),
    messageId: text('message_id').notNull(),
    phase: text('phase').$type<CampaignEventPhase>().notNull(),
    /** `{projectId}/{messageId}/{phase}`: the same for whoever exports the event, however often. */
    eventId: text('event_id').notNull(),
    status: text('status').$type<CampaignEventStatus>().notNull(),
    at: timestamp('at').notNull(),
    integrationId: text('integration_id').notNull(),
    kind: text('kind').$type<MessageKind>().notNull(),
    /** Digits, or `erased`. */
    recipient: text('recipient').notNull(),
    sender: text('sender'),
    country: text('country'),
    reportsExpected: boolean('reports_expected').notNull(),
    campaignId: text('campaign_id'),
    campaign: jsonb('campaign').$type<CampaignContext>().notNull(),
    batchId: text('batch_id'),
    statusCode: integer('status_code'),
    error: text('error'),
    comment: text('comment'),
    partCount: integer('part_count'),
    partCountEstimated: boolean('part_count_estimated'),
    recordedAt: timestamp('recorded_at')
      .notNull()
      .default(sql`now()`),
    /** Null: still to leave, where the project has an exporter. The events themselves are the outbox. */
    exportState: text('export_state').$type<'exported' | 'left_out' | 'refused'>(),
    /** Why the engagement platform refused it for good. */
    exportReason: text('export_reason'),
    exportedAt: timestamp('exported_at'),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.messageId, table.phase] }),
    index('campaign_events_to_export')
      .on(table.projectId, table.recordedAt, table.messageId, table.phase)
      .where(sql`${table.exportState} is null`),
    index('campaign_events_export_refused')
      .on(table.projectId, table.exportedAt, table.messageId, table.phase)
      .where(sql`${table.exportState} = 'refused'`),
    index('campaign_events_by_campaign').on(
      table.projectId,
      table.campaignId,
      table.phase,
      table.status,
      table.messageId,
    ),
  ],
);

/** Events that say something else than the one recorded first under the same key: kept aside, never in its place. */
export const contradictedEvents = pgTable(
  'contradicted_events',
  {
    projectId: text('project_id').notNull(),
    messageId: text('message_id').notNull(),
    phase: text('phase').$type<CampaignEventPhase>().notNull(),
    status: text('status').$type<CampaignEventStatus>().notNull(),
    event: jsonb('event').$type<CampaignEvent>().notNull(),
    recordedAt: timestamp('recorded_at')
      .notNull()
      .default(sql`now()`),
  },
  (table) => [primaryKey({ columns: [table.projectId, table.messageId, table.phase, table.status] })],
);

/**
 * What was decided about sends whose outcome could not be found out: sent again, or held. A fact and no progress: whether
 * a held message was proved since, its events tell.
 */
export const unknownOutcomes = pgTable(
  'unknown_outcomes',
  {
    projectId: text('project_id').notNull(),
    messageId: text('message_id').notNull(),
    policy: text('policy').$type<UnknownOutcomePolicy>().notNull(),
    campaignId: text('campaign_id'),
    at: timestamp('at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.messageId, table.policy] }),
    index('unknown_outcomes_by_campaign').on(table.projectId, table.campaignId, table.policy),
  ],
);

/** Final reports that came after the message had its outcome. */
export const lateReports = pgTable(
  'late_reports',
  {
    projectId: text('project_id').notNull(),
    messageId: text('message_id').notNull(),
    /** Hash of what the report says: the workflow and the webhook may both bring the same one. */
    reportHash: text('report_hash').notNull(),
    reason: text('reason').$type<LateReport['reason']>().notNull(),
    integrationId: text('integration_id').notNull(),
    status: text('status').notNull(),
    at: timestamp('at').notNull(),
    batchId: text('batch_id'),
    statusCode: integer('status_code'),
    partCount: integer('part_count'),
    operatorStatusAt: timestamp('operator_status_at'),
    /** Encrypted; null where the report came through the workflow, which keeps no body, or the message is erased. */
    rawBody: text('raw_body'),
    receivedAt: timestamp('received_at').notNull(),
    lastReceivedAt: timestamp('last_received_at').notNull(),
    timesReceived: integer('times_received').notNull().default(1),
  },
  (table) => [primaryKey({ columns: [table.projectId, table.messageId, table.reportHash] })],
);

/** Authentic callbacks that belong to no message of ours. */
export const unmatchedReports = pgTable(
  'unmatched_reports',
  {
    integrationId: text('integration_id').notNull(),
    bodyHash: text('body_hash').notNull(),
    reason: text('reason').$type<'unknown_message' | 'foreign_reference' | 'no_reference' | 'inbound'>().notNull(),
    clientReference: text('client_reference'),
    /** Encrypted; null since what identified a person was taken out. */
    rawBody: text('raw_body'),
    receivedAt: timestamp('received_at').notNull(),
    lastReceivedAt: timestamp('last_received_at').notNull(),
    timesReceived: integer('times_received').notNull().default(1),
  },
  (table) => [
    primaryKey({ columns: [table.integrationId, table.bodyHash] }),
    index('unmatched_reports_by_time').on(table.integrationId, table.receivedAt),
  ],
);

/** Authentic callbacks that could not be read. */
export const unreadableCallbacks = pgTable(
  'unreadable_callbacks',
  {
    integrationId: text('integration_id').notNull(),
    bodyHash: text('body_hash').notNull(),
    why: text('why').notNull(),
    /** Encrypted; null since what identified a person was taken out. */
    rawBody: text('raw_body'),
    receivedAt: timestamp('received_at').notNull(),
    lastReceivedAt: timestamp('last_received_at').notNull(),
    timesReceived: integer('times_received').notNull().default(1),
  },
  (table) => [
    primaryKey({ columns: [table.integrationId, table.bodyHash] }),
    index('unreadable_callbacks_by_time').on(table.integrationId, table.receivedAt),
  ],
);

/**
 * How often the settings below were changed, in one row: whoever holds them in memory asks for it and reads them again
 * when it grew. Every change adds one as the last statement of its transaction; since the row is locked from then on, no
 * change can show itself under a number that was already read.
 */
export const settingsVersions = pgTable('settings_versions', {
  /** Always `settings`. */
  what: text('what').primaryKey(),
  version: bigint('version', { mode: 'number' }).notNull(),
});

/** Whether an integration takes and sends messages. `archived` is for good; reports are still taken while any may come. */
export type IntegrationState = 'enabled' | 'disabled' | 'archived';

/** Projects and what holds for every message of theirs. */
export const projects = pgTable(
  'projects',
  {
    projectId: text('project_id').primaryKey(),
    name: text('name').notNull(),
    /** The default SMS provider; null until an admin has set one. */
    defaultIntegrationId: text('default_integration_id'),
    /** Always true: makes the reference below one to an integration that is enabled. */
    defaultIsEnabled: boolean('default_is_enabled').notNull().default(true),
    defaultSender: text('default_sender'),
    /** Name of the campaign event at the engagement platform. */
    eventName: text('event_name').notNull().default('campaign'),
    /** Null: the default list. */
    countriesWithoutReports: jsonb('countries_without_reports').$type<string[]>(),
    reportWindowMs: doublePrecision('report_window_ms'),
    settleMs: doublePrecision('settle_ms'),
    waitWhereNoReportsExpected: boolean('wait_where_no_reports_expected').notNull().default(true),
    statusAttribute: boolean('status_attribute').notNull().default(true),
    /** How numbers without `+` and `00` are read: `international`, `refused`, or as national ones of a country by its code; null: the default. */
    bareNumbers: text('bare_numbers').$type<BareNumbers>(),
    /** Whole days after which what identifies a person is taken out of messages and events; null: never. */
    retentionDays: integer('retention_days'),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
  },
  (table) => [
    // A default that is disabled or archived cannot be: the database refuses it to concurrent requests too.
    foreignKey({
      name: 'projects_default_integration_is_enabled',
      columns: [table.projectId, table.defaultIntegrationId, table.defaultIsEnabled],
      foreignColumns: [integrations.projectId, integrations.id, integrations.isEnabled],
    }),
    check('projects_default_is_enabled_is_true', sql`${table.defaultIsEnabled}`),
  ],
);

/** Integrations: a project's connections to Sinch service plans. */
export const integrations = pgTable(
  'integrations',
  {
    /** Unique over all projects: the callback URL names it alone. */
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    name: text('name').notNull(),
    servicePlanId: text('service_plan_id').notNull(),
    /** Plans that it was given before its plan was corrected: messages requested then wait in their queues. */
    formerServicePlanIds: jsonb('former_service_plan_ids')
      .$type<string[]>()
      .notNull()
      .default(sql`'[]'`),
    region: text('region').$type<'us' | 'eu' | 'au' | 'br' | 'ca' | 'custom'>().notNull(),
    baseUrl: text('base_url').notNull(),
    /** Encrypted; the key's id is in it. */
    apiToken: text('api_token').notNull(),
    messagesPerSecond: doublePrecision('messages_per_second').notNull(),
    /** Encrypted JSON of `CallbackAuth`. */
    callbackAuth: text('callback_auth').notNull(),
    /** Encrypted, since it may end in a path secret; null: made of the public address. */
    callbackUrl: text('callback_url'),
    mmsCountries: jsonb('mms_countries').$type<string[]>().notNull(),
    hasDefaultOriginator: boolean('has_default_originator').notNull(),
    state: text('state').$type<IntegrationState>().notNull(),
    isEnabled: boolean('is_enabled')
      .notNull()
      .generatedAlwaysAs((): SQL => sql`state = 'enabled'`),
    createdAt: timestamp('created_at').notNull(),
    updatedAt: timestamp('updated_at').notNull(),
    archivedAt: timestamp('archived_at'),
  },
  (table) => [
    unique('integrations_by_project_and_enabled').on(table.projectId, table.id, table.isEnabled),
    index('integrations_by_plan').on(table.servicePlanId),
  ],
);

/** Predefined senders, at most 100 a project. */
export const senders = pgTable(
  'senders',
  {
    projectId: text('project_id').notNull(),
    sender: text('sender').notNull(),
    createdAt: timestamp('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.projectId, table.sender] })],
);

/** API keys of projects. The key itself is shown once and not kept. */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    projectId: text('project_id').notNull(),
    name: text('name').notNull(),
    role: text('role').$type<'admin' | 'sender' | 'viewer'>().notNull(),
    /** SHA-256 of the key in hexadecimal: 192 random bits need no slower hash. */
    keyHash: text('key_hash').notNull(),
    createdAt: timestamp('created_at').notNull(),
    expiresAt: timestamp('expires_at'),
    revokedAt: timestamp('revoked_at'),
    lastUsedAt: timestamp('last_used_at'),
  },
  (table) => [unique('api_keys_by_hash').on(table.keyHash), index('api_keys_by_project').on(table.projectId)],
);

/** Who changed what in the settings. */
export const auditEntries = pgTable(
  'audit_entries',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    projectId: text('project_id').notNull(),
    at: timestamp('at').notNull(),
    /** `key:{id}`, `deployment` or `command_line`. */
    actor: text('actor').notNull(),
    /** Such as `integration.changed`. */
    action: text('action').notNull(),
    /** Id of what was changed. */
    subject: text('subject').notNull(),
    /** Without secrets: those are named as changed or not. */
    before: jsonb('before'),
    after: jsonb('after'),
  },
  (table) => [index('audit_entries_by_project').on(table.projectId, table.id)],
);

/** Where a project's campaign events leave to: a tracking API of the engagement platform. */
export const exporters = pgTable('exporters', {
  projectId: text('project_id').primaryKey(),
  baseUrl: text('base_url').notNull(),
  projectToken: text('project_token').notNull(),
  keyId: text('key_id').notNull(),
  /** Encrypted. */
  keySecret: text('key_secret').notNull(),
  enabled: boolean('enabled').notNull(),
  requestsPerSecond: doublePrecision('requests_per_second').notNull(),
  /** Names for statuses at the platform; `timeout` leaves only where it is mapped. */
  statusNames: jsonb('status_names').$type<Record<string, string>>().notNull(),
  /** Events recorded before are not exported. */
  since: timestamp('since').notNull(),
  updatedAt: timestamp('updated_at').notNull(),
  /** Who sends a batch at the moment: two at a time would send the same events twice. */
  leaseId: text('lease_id'),
  /** When others may send again, whatever became of the holder. */
  leaseUntil: timestamp('lease_until'),
});
