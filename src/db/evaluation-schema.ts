/**
 * What the evaluation of campaigns reads: counts of the rows of `messages` and `campaign_events`, so that an evaluation
 * costs the same at a hundred messages and at a million.
 *
 * Triggers on the two tables add to them within the statement that inserts the rows (see the migration that makes the
 * functions `count_requests` and `count_events`): a row that is written once is counted once, whoever writes it, the
 * previous release included. Every transaction adds in a shard of its own, so none waits for another's counts; readers
 * sum over the shards. `recount_campaigns` makes them anew. What was counted stays when rows are deleted.
 */
import { bigint, index, integer, pgTable, primaryKey, smallint } from 'drizzle-orm/pg-core';
import { text, timestamp } from './columns.ts';

const count = (name: string) => bigint(name, { mode: 'number' }).notNull().default(0);

/** Campaigns that have a message. */
export const campaigns = pgTable(
  'campaigns',
  {
    projectId: text('project_id').notNull(),
    campaignId: text('campaign_id').notNull(),
    /** The name that its first message brought. */
    name: text('name'),
    /** Time of its first request or event as it was counted first; never changed, since lists are ordered by it. */
    startedAt: timestamp('started_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.campaignId] }),
    index('campaigns_by_time').on(table.projectId, table.startedAt, table.campaignId),
  ],
);

/** Counts of a campaign's messages: of all, of each country, and of each sender. */
export const campaignCounts = pgTable(
  'campaign_counts',
  {
    projectId: text('project_id').notNull(),
    campaignId: text('campaign_id').notNull(),
    dimension: text('dimension').$type<'all' | 'country' | 'sender'>().notNull(),
    /** The country's code or the sender; empty where there is none, and for `all`. */
    value: text('value').notNull(),
    shard: smallint('shard').notNull(),
    requested: count('requested'),
    skipped: count('skipped'),
    /** Requests of disposition `send`. */
    toSend: count('to_send'),
    /** Those of them that have an admission event. */
    admitted: count('admitted'),
    enqueued: count('enqueued'),
    enqueueFailed: count('enqueue_failed'),
    /** Enqueued messages that have a final event. */
    ended: count('ended'),
    delivered: count('delivered'),
    rejected: count('rejected'),
    failed: count('failed'),
    timeout: count('timeout'),
    /** Enqueued, and either the country is not listed as sending no reports or a report with a receipt came. */
    ableToReport: count('able_to_report'),
    /** Parts of enqueued messages, and how many of them are our own count. */
    parts: count('parts'),
    estimatedParts: count('estimated_parts'),
    firstEventAt: timestamp('first_event_at'),
    lastEventAt: timestamp('last_event_at'),
  },
  (table) => [
    primaryKey({
      name: 'campaign_counts_pk',
      columns: [table.projectId, table.campaignId, table.dimension, table.value, table.shard],
    }),
  ],
);

/** How many events carry a status code or an error. */
export const campaignCodes = pgTable(
  'campaign_codes',
  {
    projectId: text('project_id').notNull(),
    campaignId: text('campaign_id').notNull(),
    status: text('status').notNull(),
    /** -1 where the event has none: no provider's code is negative. */
    statusCode: integer('status_code').notNull(),
    /** Empty where the event has none. */
    error: text('error').notNull(),
    shard: smallint('shard').notNull(),
    events: count('events'),
  },
  (table) => [
    primaryKey({
      // PostgreSQL cuts names at 63 characters, and the one made of the columns' names is longer.
      name: 'campaign_codes_pk',
      columns: [table.projectId, table.campaignId, table.status, table.statusCode, table.error, table.shard],
    }),
  ],
);

/** Events over time, at three widths, so that a campaign of an hour and one of years are read in as few rows. */
export const campaignTimes = pgTable(
  'campaign_times',
  {
    projectId: text('project_id').notNull(),
    campaignId: text('campaign_id').notNull(),
    width: text('width').$type<'minute' | 'hour' | 'day'>().notNull(),
    /** In UTC. */
    startsAt: timestamp('starts_at').notNull(),
    shard: smallint('shard').notNull(),
    enqueued: count('enqueued'),
    enqueueFailed: count('enqueue_failed'),
    delivered: count('delivered'),
    rejected: count('rejected'),
    failed: count('failed'),
    timeout: count('timeout'),
  },
  (table) => [
    primaryKey({
      name: 'campaign_times_pk',
      columns: [table.projectId, table.campaignId, table.width, table.startsAt, table.shard],
    }),
  ],
);

/** How long delivered messages took from Sinch's acceptance: a histogram. */
export const campaignDelays = pgTable(
  'campaign_delays',
  {
    projectId: text('project_id').notNull(),
    campaignId: text('campaign_id').notNull(),
    /** Bucket i holds 1.05^i to 1.05^(i+1) milliseconds; 0 also what is shorter. */
    bucket: smallint('bucket').notNull(),
    shard: smallint('shard').notNull(),
    messages: count('messages'),
  },
  (table) => [primaryKey({ columns: [table.projectId, table.campaignId, table.bucket, table.shard] })],
);
