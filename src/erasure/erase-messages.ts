/**
 * Takes what identifies a person out of the rows of messages. Ids, statuses, times, countries, senders and codes stay, and
 * with them every count: the ledger and the evaluation say the same afterwards.
 *
 * What is taken out of events, contradictions and reports is written in the database, as triggers that ask whether their
 * message is erased (the migration `0004_erasure`): so it holds for what is written later too.
 */
import { and, count, eq, isNull, not, type SQL, sql } from 'drizzle-orm';
import {
  campaignEvents,
  contradictedEvents,
  hasNoEvent,
  inKeyOrder,
  isOneOf,
  type Keyring,
  lateReports,
  messages,
  type Orm,
  valuesOf,
} from '../db/index.ts';

/** What one portion of messages came to. */
export interface ErasedMessages {
  messages: number;
  events: number;
  /** Those of the messages whose workflow may still run: it holds their number and text until it ends. */
  underWay: number;
}

/** What the evaluation counts by; the workflow has its own copy of the rest. */
const WHAT_IS_COUNTED_BY = sql`case when ${messages.input} is null then null else jsonb_strip_nulls(jsonb_build_object(
  'sender', ${messages.input} -> 'sender',
  'campaign', jsonb_build_object('campaignName', ${messages.input} -> 'campaign' -> 'campaignName'))) end`;

/** One that is still to be started needs its input. Its start may be known by its event alone. */
const NEEDS_NO_INPUT = sql`(${messages.disposition} <> 'send' or ${messages.startedAt} is not null or not (${hasNoEvent(messages)}))`;

/**
 * Erases a portion of the messages for which a condition holds. Within a transaction: what is erased is erased whole.
 * @param order which come first
 */
export async function eraseMessages(
  orm: Orm,
  { where, order, limit }: { where: SQL; order: SQL; limit: number },
  { keyring, at }: { keyring: Keyring; at: string },
): Promise<ErasedMessages> {
  const { projectId, messageId, contentHash, erasedAt } = messages;
  const due = isDue(where);
  const rows = await orm
    .select({ projectId, messageId, contentHash })
    .from(messages)
    .where(
      sql`(${projectId}, ${messageId}) in (select ${projectId}, ${messageId} from ${messages} where ${due} order by ${order} limit ${limit}) and ${due}`,
    )
    // In the order of all statements that lock messages. Whoever writes an event of one waits from here on.
    .orderBy(inKeyOrder(messages))
    .for('update');
  if (rows.length === 0) return { messages: 0, events: 0, underWay: 0 };
  const underWay = await countUnderWay(orm, isOneOf(messages, rows));
  // A hash of what was asked for can be found by trying every number.
  const given = valuesOf(
    messages,
    ['projectId', 'messageId', 'contentHash'],
    rows.map((row) => ({ ...row, contentHash: keyring.fingerprint(row.contentHash) })),
  );
  await orm.execute(sql`
    update ${messages} set content_hash = given.content_hash, recipient = null, input = ${WHAT_IS_COUNTED_BY},
      erased_at = ${sql.param(at, erasedAt)}
    from ${given}
    where ${projectId} = given.project_id and ${messageId} = given.message_id`);
  // The triggers do the rest.
  const events = await orm
    .update(campaignEvents)
    .set({ recipient: 'erased' })
    .where(isOneOf(campaignEvents, rows))
    .returning({ messageId: campaignEvents.messageId });
  await orm
    .update(contradictedEvents)
    .set({ event: sql`${contradictedEvents.event}` })
    .where(isOneOf(contradictedEvents, rows));
  await orm.update(lateReports).set({ rawBody: null }).where(isOneOf(lateReports, rows));
  return { messages: rows.length, events: events.length, underWay };
}

/** Counts what {@link eraseMessages} would erase of the messages for which a condition holds, and changes nothing. */
export async function countMessages(orm: Orm, where: SQL): Promise<ErasedMessages & { waitingToStart: number }> {
  const { projectId, messageId, erasedAt } = messages;
  const due = isDue(where);
  const [events] = await orm
    .select({ count: count() })
    .from(messages)
    .innerJoin(campaignEvents, and(eq(campaignEvents.projectId, projectId), eq(campaignEvents.messageId, messageId)))
    .where(due);
  return {
    messages: await orm.$count(messages, due),
    events: events?.count ?? 0,
    underWay: await countUnderWay(orm, due),
    waitingToStart: await orm.$count(messages, and(where, isNull(erasedAt), not(NEEDS_NO_INPUT))),
  };
}

function isDue(where: SQL): SQL {
  return and(where, isNull(messages.erasedAt), NEEDS_NO_INPUT) ?? where;
}

async function countUnderWay(orm: Orm, where: SQL): Promise<number> {
  const { projectId, messageId, disposition } = messages;
  return orm.$count(
    messages,
    sql`${where} and ${disposition} = 'send' and not exists (
      select from ${campaignEvents} where ${campaignEvents.projectId} = ${projectId}
        and ${campaignEvents.messageId} = ${messageId} and ${campaignEvents.status} <> 'enqueued')`,
  );
}
