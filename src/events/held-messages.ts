import { and, count, desc, eq, isNotNull, or, type SQL, sql } from 'drizzle-orm';
import {
  asStoreErrors,
  cursorOf,
  type Database,
  hasNoEvent,
  messages,
  parseCursor,
  unknownOutcomes,
} from '../db/index.ts';

/** Which held messages to list: those that were requested latest come first. */
export interface HeldMessagesQuery {
  projectId: string;
  /** Service plans that are held. */
  servicePlanIds: readonly string[];
  /** 1 to 1,000 */
  limit: number;
  /** `nextCursor` of the page before. */
  cursor?: string;
}

/** A message that is not sent, and not given up either. */
export interface HeldMessage {
  messageId: string;
  recipient?: string;
  country?: string;
  campaignId?: string;
  integrationId?: string;
  /** The plan in whose queue it waits. */
  servicePlanId?: string;
  /** ISO 8601 */
  requestedAt: string;
  /** ISO 8601: since then it is held as nobody knows whether Sinch took it. Absent: only its plan is held. */
  unknownSince?: string;
}

/** A page of them. */
export interface HeldMessagePage {
  items: HeldMessage[];
  /** Absent on the last page. */
  nextCursor?: string;
}

const PLAN = sql<string | null>`${messages.input} ->> 'servicePlanId'`;

/**
 * Messages without an event that are held: as their outcome is not known and they are not sent twice, or as their plan is
 * held.
 * @throws StoreError; CursorError for a cursor that no page gave
 */
export async function listHeldMessages(
  { orm }: Pick<Database, 'orm'>,
  { projectId, servicePlanIds, limit, cursor }: HeldMessagesQuery,
): Promise<HeldMessagePage> {
  const { requestedAt, messageId } = messages;
  const [time, id] = cursor === undefined ? [] : parseCursor(cursor, 2);
  const rows = await asStoreErrors('Listing held messages', async () =>
    orm
      .select({
        messageId,
        recipient: messages.recipient,
        country: messages.country,
        campaignId: messages.campaignId,
        integrationId: messages.integrationId,
        servicePlanId: PLAN,
        requestedAt,
        unknownSince: unknownOutcomes.at,
      })
      .from(messages)
      .leftJoin(
        unknownOutcomes,
        and(
          eq(unknownOutcomes.projectId, messages.projectId),
          eq(unknownOutcomes.messageId, messageId),
          eq(unknownOutcomes.policy, 'hold'),
        ),
      )
      .where(
        and(
          isWaiting(projectId),
          or(isNotNull(unknownOutcomes.at), isOfPlan(servicePlanIds)),
          time === undefined
            ? undefined
            : sql`(${requestedAt}, ${messageId}) < (${sql.param(time, requestedAt)}, ${id})`,
        ),
      )
      .orderBy(desc(requestedAt), desc(messageId))
      // One more than asked for tells whether there is another page.
      .limit(limit + 1),
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => ({
      messageId: row.messageId,
      requestedAt: row.requestedAt,
      ...(row.recipient === null ? {} : { recipient: row.recipient }),
      ...(row.country === null ? {} : { country: row.country }),
      ...(row.campaignId === null ? {} : { campaignId: row.campaignId }),
      ...(row.integrationId === null ? {} : { integrationId: row.integrationId }),
      ...(row.servicePlanId === null ? {} : { servicePlanId: row.servicePlanId }),
      ...(row.unknownSince === null ? {} : { unknownSince: row.unknownSince }),
    })),
    ...(rows.length > page.length && last ? { nextCursor: cursorOf([last.requestedAt, last.messageId]) } : {}),
  };
}

/**
 * How many messages of a project wait in the queue of each of the plans; those whose outcome is not known are among them.
 * @throws StoreError
 */
export async function countWaiting(
  { orm }: Pick<Database, 'orm'>,
  { projectId, servicePlanIds }: Pick<HeldMessagesQuery, 'projectId' | 'servicePlanIds'>,
): Promise<ReadonlyMap<string, number>> {
  if (servicePlanIds.length === 0) return new Map();
  const rows = await asStoreErrors('Counting messages that wait', async () =>
    orm
      .select({ servicePlanId: PLAN, messages: count() })
      .from(messages)
      .where(and(isWaiting(projectId), isOfPlan(servicePlanIds)))
      .groupBy(PLAN),
  );
  return new Map(rows.map((row) => [row.servicePlanId ?? '', row.messages]));
}

function isWaiting(projectId: string): SQL | undefined {
  return and(eq(messages.projectId, projectId), eq(messages.disposition, 'send'), hasNoEvent(messages));
}

function isOfPlan(servicePlanIds: readonly string[]): SQL {
  return sql`${PLAN} = any(${sql.param([...servicePlanIds])}::text[])`;
}
