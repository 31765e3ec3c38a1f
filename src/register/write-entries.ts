import { getTableColumns, sql } from 'drizzle-orm';
import type { MessageKey } from '../contract/identity.ts';
import {
  byKey,
  campaignEvents,
  inKeyOrder,
  isOneOf,
  keyOf,
  messages,
  type Orm,
  StoreError,
  valuesOf,
} from '../db/index.ts';
import { type NewEventRow, rowOf as eventRowOf } from '../events/index.ts';
import { rowOf } from './register-row.ts';
import type { RegisterEntry, Registration } from './register.ts';

const EVENT_COLUMNS = Object.entries(getTableColumns(campaignEvents));

/** What an event brings: all but the time of its recording, which is the database's, and what becomes of its export. */
const EVENT_NAMES = EVENT_COLUMNS.flatMap(([name]) => (isBrought(name) ? [name] : []));

/** An insert from a select takes the table's columns in their order. */
const EVENT_VALUES = sql.join(
  EVENT_COLUMNS.map(([name, column]) =>
    isBrought(name) ? sql`given.${sql.identifier(column.name)}` : name === 'recordedAt' ? sql`now()` : sql`null`,
  ),
  sql`, `,
);

function isBrought(name: string): name is keyof NewEventRow {
  return !['recordedAt', 'exportState', 'exportReason', 'exportedAt'].includes(name);
}

/** Registers the entries and gives one result for each, in their order; the first of the same id in `entries` wins. */
export async function registerEntries<Answer>(
  orm: Orm,
  entries: readonly RegisterEntry<Answer>[],
  isSame: (contentHash: string, held: string) => boolean,
): Promise<Registration<Answer>[]> {
  const firsts = new Map<string, RegisterEntry<Answer>>();
  for (const entry of entries) {
    const key = keyOf(entry);
    if (!firsts.has(key)) firsts.set(key, entry);
  }
  const registered = await insertFree(orm, [...firsts.values()].sort(byKey));
  const isNew = (entry: RegisterEntry<Answer>): boolean =>
    firsts.get(keyOf(entry)) === entry && registered.has(keyOf(entry));

  const held = await findHeld(
    orm,
    entries.filter((entry) => !isNew(entry)),
  );
  return entries.map((entry) => {
    if (isNew(entry)) return { registered: true };
    const row = held.get(keyOf(entry));
    if (!row) throw new StoreError('store_unavailable', `The row of ${keyOf(entry)} was removed meanwhile; try again`);
    return { registered: false, same: isSame(entry.contentHash, row.contentHash), answer: row.answer as Answer };
  });
}

/** Notes that the messages' workflows are there; the time of an earlier note stays. */
export async function markStarted(orm: Orm, keys: readonly MessageKey[]): Promise<void> {
  const { projectId, messageId, startedAt } = messages;
  const open = orm.$with('open').as(
    orm
      .select({ projectId, messageId })
      .from(messages)
      .where(sql`${isOneOf(messages, keys)} and ${startedAt} is null`)
      .orderBy(inKeyOrder(messages))
      // Not `for update`: whoever writes an event of one only sees to it that the row stays.
      .for('no key update'),
  );
  await orm
    .with(open)
    .update(messages)
    .set({ startedAt: sql`now()` })
    .where(sql`(${projectId}, ${messageId}) in (select project_id, message_id from ${open})`);
}

/** One statement for rows and events: a refused request is never registered without the event that says so. */
async function insertFree<Answer>(orm: Orm, entries: readonly RegisterEntry<Answer>[]): Promise<Set<string>> {
  const { projectId, messageId } = messages;
  const registered = orm.$with('registered').as(
    orm
      .insert(messages)
      .values(entries.map(rowOf))
      .onConflictDoNothing({ target: [projectId, messageId] })
      .returning({ projectId, messageId }),
  );
  const events = entries.flatMap((entry) => (entry.disposition === 'enqueue_failed' ? [eventRowOf(entry.event)] : []));
  if (events.length === 0) return keysOf(await orm.with(registered).select().from(registered));

  const noted = orm.$with('noted').as(
    orm
      .insert(campaignEvents)
      .select(
        sql`select ${EVENT_VALUES} from ${valuesOf(campaignEvents, EVENT_NAMES, events)} join ${registered} using (project_id, message_id)`,
      )
      .onConflictDoNothing()
      .returning({ messageId: campaignEvents.messageId }),
  );
  return keysOf(await orm.with(registered, noted).select().from(registered));
}

function keysOf(rows: readonly MessageKey[]): Set<string> {
  return new Set(rows.map(keyOf));
}

async function findHeld(
  orm: Orm,
  keys: readonly MessageKey[],
): Promise<Map<string, { contentHash: string; answer: unknown }>> {
  if (keys.length === 0) return new Map();
  const { projectId, messageId, contentHash, answer } = messages;
  const rows = await orm
    .select({ projectId, messageId, contentHash, answer })
    .from(messages)
    .where(isOneOf(messages, keys));
  return new Map(rows.map((row) => [keyOf(row), row]));
}
