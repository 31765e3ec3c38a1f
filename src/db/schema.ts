/**
 * The tables. A message's progress is in none of them: Temporal holds it. Changes are additive, since the previous
 * release has to work on the new schema while it is replaced.
 */
import { sql } from 'drizzle-orm';
import { boolean, index, integer, pgTable, primaryKey } from 'drizzle-orm/pg-core';
import type {
  CampaignEvent,
  CampaignEventPhase,
  CampaignEventStatus,
  LateReport,
  SkipReason,
} from '../contract/campaign-event.ts';
import type { CampaignContext, MessageKind, SendMessageInput } from '../contract/message.ts';
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
    /** Tells a repeated request from another one under the same id. */
    contentHash: text('content_hash').notNull(),
    disposition: text('disposition').$type<Disposition>().notNull(),
    skipReason: text('skip_reason').$type<SkipReason>(),
    /** The workflow's input; null where nothing is to be sent. */
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
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.messageId] }),
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
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.messageId, table.phase] }),
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
    /** Encrypted; null where the report came through the workflow, which keeps no body. */
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
    /** Encrypted. */
    rawBody: text('raw_body').notNull(),
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
    /** Encrypted. */
    rawBody: text('raw_body').notNull(),
    receivedAt: timestamp('received_at').notNull(),
    lastReceivedAt: timestamp('last_received_at').notNull(),
    timesReceived: integer('times_received').notNull().default(1),
  },
  (table) => [
    primaryKey({ columns: [table.integrationId, table.bodyHash] }),
    index('unreadable_callbacks_by_time').on(table.integrationId, table.receivedAt),
  ],
);
