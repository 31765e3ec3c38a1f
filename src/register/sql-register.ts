import { and, asc, count, desc, eq, getTableColumns, gte, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { MessageKey } from '../contract/identity.ts';
import {
  asStoreErrors,
  campaignEvents,
  createCoalescer,
  cursorOf,
  type Database,
  hasNoEvent,
  isOneOf,
  isToNumber,
  type Keyring,
  messages,
  parseCursor,
  StoreError,
} from '../db/index.ts';
import { messageOf } from './register-row.ts';
import type {
  ListedStatus,
  ListQuery,
  MessageRegister,
  RegisteredMessage,
  RegisterEntry,
  Registration,
} from './register.ts';
import { markStarted, registerEntries } from './write-entries.ts';

/** Entries in one write: as many parameters as their rows take are well within PostgreSQL's 65,535. */
const MAX_ENTRIES = 500;

/** Keys in one write. */
const MAX_KEYS = 1_000;

/**
 * The message's last event tells it best; without one, what its request came to. Tables are named in the text: of columns
 * that are selected Drizzle leaves their table's name out, and both tables have them.
 */
const STATUS = sql<ListedStatus>`coalesce((
  select case event.status when 'enqueued' then 'accepted' else event.status end
  from ${campaignEvents} as event
  where event.project_id = ${messages}.project_id and event.message_id = ${messages}.message_id
  order by event.phase desc limit 1
), case ${messages}.disposition when 'send' then 'waiting_to_send' else ${messages}.disposition end)`;

const isolate = (error: unknown): boolean => error instanceof StoreError && error.code === 'store_refused';

/**
 * The register in our own database. Requests that arrive at the same time share statements.
 * @param keyring tells whether a request is that of an erased message; without one such an id is taken by another request
 */
export function createRegister<Answer>(
  { orm }: Pick<Database, 'orm'>,
  keyring?: Pick<Keyring, 'matches'>,
): MessageRegister<Answer> {
  const isSame = (contentHash: string, held: string): boolean =>
    held === contentHash || (keyring?.matches(contentHash, held) ?? false);

  const entries = createCoalescer<RegisterEntry<Answer>, Registration<Answer>>({
    maxItems: MAX_ENTRIES,
    isolate,
    write: async (portion) => asStoreErrors('Registering messages', async () => registerEntries(orm, portion, isSame)),
  });
  const starts = createCoalescer<MessageKey, void>({
    maxItems: MAX_KEYS,
    isolate,
    async write(keys) {
      await asStoreErrors('Noting that messages were started', async () => markStarted(orm, keys));
      return keys.map(() => undefined);
    },
  });

  async function register(entry: RegisterEntry<Answer>): Promise<Registration<Answer>> {
    assertOwnEvent(entry);
    return entries.add(entry);
  }

  async function find(keys: readonly MessageKey[]): Promise<RegisteredMessage<Answer>[]> {
    if (keys.length === 0) return [];
    const rows = await asStoreErrors('Looking for messages', async () =>
      orm.select().from(messages).where(isOneOf(messages, keys)),
    );
    return rows.map(messageOf<Answer>);
  }

  return {
    isSame,
    register,
    registerMany: async (many) => Promise.allSettled(many.map(register)),
    async markStarted(keys) {
      await Promise.all(keys.map(async (key) => starts.add(key)));
    },
    async unstarted({ olderThan, limit, after }) {
      const { projectId, messageId, requestedAt } = messages;
      const rows = await asStoreErrors('Looking for messages that were not started', async () =>
        orm
          .select({ input: messages.input })
          .from(messages)
          .where(
            and(
              isUnstarted(olderThan),
              after &&
                sql`(${requestedAt}, ${projectId}, ${messageId}) > (${sql.param(after.requestedAt, requestedAt)}, ${after.projectId}, ${after.messageId})`,
            ),
          )
          .orderBy(asc(requestedAt), asc(projectId), asc(messageId))
          .limit(limit),
      );
      return rows.flatMap(({ input }) => input ?? []);
    },
    async countUnstarted(olderThan) {
      const [row] = await asStoreErrors('Counting messages that were not started', async () =>
        orm.select({ messages: count() }).from(messages).where(isUnstarted(olderThan)),
      );
      return row?.messages ?? 0;
    },
    async find(key) {
      const [found] = await find([key]);
      return found;
    },
    findMany: find,
    async list(query) {
      const where = whereOf(query);
      const rows = await asStoreErrors('Listing messages', async () =>
        orm
          .select({ ...getTableColumns(messages), status: STATUS })
          .from(messages)
          .where(where)
          .orderBy(desc(messages.requestedAt), desc(messages.messageId))
          // One more than asked for tells whether there is another page.
          .limit(query.limit + 1),
      );
      const page = rows.slice(0, query.limit);
      const last = page.at(-1);
      return {
        messages: page.map(({ status, ...row }) => ({ ...messageOf<Answer>(row), status })),
        ...(rows.length > page.length && last ? { nextCursor: cursorOf([last.requestedAt, last.messageId]) } : {}),
      };
    },
  };
}

/** In the words of a partial index. */
function isUnstarted(olderThan: string): SQL | undefined {
  return and(
    isNull(messages.startedAt),
    sql`${messages.disposition} = 'send'`,
    lt(messages.requestedAt, olderThan),
    hasNoEvent(messages),
  );
}

function whereOf({ projectId, cursor, ...filters }: ListQuery): SQL | undefined {
  const { campaignId, integrationId, disposition, status, recipient, requestedSince, requestedUntil } = filters;
  const [requestedAt, messageId] = cursor === undefined ? [] : parseCursor(cursor, 2);
  return and(
    eq(messages.projectId, projectId),
    campaignId === undefined ? undefined : eq(messages.campaignId, campaignId),
    integrationId === undefined ? undefined : eq(messages.integrationId, integrationId),
    disposition === undefined ? undefined : eq(messages.disposition, disposition),
    status === undefined ? undefined : sql`${STATUS} = ${status}`,
    recipient && isToNumber(projectId, recipient),
    requestedSince === undefined ? undefined : gte(messages.requestedAt, requestedSince),
    requestedUntil === undefined ? undefined : lt(messages.requestedAt, requestedUntil),
    requestedAt === undefined
      ? undefined
      : sql`(${messages.requestedAt}, ${messages.messageId}) < (${sql.param(requestedAt, messages.requestedAt)}, ${messageId})`,
  );
}

function assertOwnEvent<Answer>(entry: RegisterEntry<Answer>): void {
  if (entry.disposition !== 'enqueue_failed') return;
  const { event, projectId, messageId } = entry;
  if (event.status !== 'enqueue_failed' || event.projectId !== projectId || event.messageId !== messageId) {
    throw new TypeError(`The event of ${projectId}/${messageId} must be its own enqueue_failed event`);
  }
}
