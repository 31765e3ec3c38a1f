import { type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { MessageKey } from '../contract/identity.ts';
import { campaignEvents } from './schema.ts';

/** The condition that a row belongs to one of the messages. */
export function isOneOf(columns: { projectId: AnyPgColumn; messageId: AnyPgColumn }, keys: readonly MessageKey[]): SQL {
  const projectIds = sql.param(keys.map(({ projectId }) => projectId));
  const messageIds = sql.param(keys.map(({ messageId }) => messageId));
  // Not `in ((…), (…))`: PostgreSQL makes a condition of its own of every pair, and PGlite then takes minutes over a thousand.
  return sql`(${columns.projectId}, ${columns.messageId}) in (select * from unnest(${projectIds}::text[], ${messageIds}::text[]))`;
}

/** The condition that nothing has been recorded of the row's message. */
export function hasNoEvent(columns: { projectId: AnyPgColumn; messageId: AnyPgColumn }): SQL {
  const { projectId, messageId } = campaignEvents;
  return sql`not exists (select from ${campaignEvents} where ${projectId} = ${columns.projectId} and ${messageId} = ${columns.messageId})`;
}

/** A message's key as one string: its parts have no slash. */
export function keyOf({ projectId, messageId }: MessageKey): string {
  return `${projectId}/${messageId}`;
}

/**
 * Orders rows by their key. Every statement that writes several rows does so in this order, in whatever process: two
 * that wait for each other's rows would be a deadlock.
 */
export function byKey(a: MessageKey, b: MessageKey): number {
  return compare(a.projectId, b.projectId) || compare(a.messageId, b.messageId);
}

/** The same order in a statement: byte by byte, whatever language the database sorts by. */
export function inKeyOrder(columns: { projectId: AnyPgColumn; messageId: AnyPgColumn }): SQL {
  return sql`${columns.projectId} collate "C", ${columns.messageId} collate "C"`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
