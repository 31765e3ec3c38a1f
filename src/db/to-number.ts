import { type SQL, sql } from 'drizzle-orm';
import type { NumberSpellings } from '../contract/msisdn.ts';
import { campaignEvents, messages } from './schema.ts';

/**
 * The condition that a message of a project went to the number, or was refused for a spelling of it. Digits that are kept
 * of what was refused may be another's valid number, so they count for refused ones alone.
 */
export function isToNumber(projectId: string, { stored, refused }: NumberSpellings): SQL {
  const spellings = sql.param([...refused, ...stored]);
  const isNumber = sql`${messages.recipient} = any(${sql.param(stored)}::text[])`;
  const wasRefused = sql`exists (select from ${campaignEvents} where ${campaignEvents.projectId} = ${messages.projectId}
    and ${campaignEvents.messageId} = ${messages.messageId} and ${campaignEvents.error} = 'invalid_recipient')`;
  return sql`(${messages.projectId} = ${projectId} and ${messages.recipient} = any(${spellings}::text[])
    and (${isNumber} or ${wasRefused}))`;
}
