import { and, asc, desc, eq, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { MessageKey } from '../contract/identity.ts';
import {
  asStoreErrors,
  createCoalescer,
  type Database,
  hasNoEvent,
  isOneOf,
  messages,
  StoreError,
} from '../db/index.ts';
import { cursorOf, parseCursor } from './cursor.ts';
import { messageOf } from './register-row.ts';
import type { ListQuery, MessageRegister, RegisterEntry, Registration } from './register.ts';
import { markStarted, registerEntries } from './write-entries.ts';

/** Entries in one write: as many parameters as their rows take are well within PostgreSQL's 65,535. */
const MAX_ENTRIES = 500;

/** Keys in one write. */
const MAX_KEYS = 1_000;

const isolate = (error: unknown): boolean => error instanceof StoreError && error.code === 'store_refused';

/** The register in our own database. Requests that arrive at the same time share statements. */
export function createRegister<Answer>({ orm }: Pick<Database, 'orm'>): MessageRegister<Answer> {
  const entries = createCoalescer<RegisterEntry<Answer>, Registration<Answer>>({
    maxItems: MAX_ENTRIES,
    isolate,
    write: async (portion) => asStoreErrors('Registering messages', async () => registerEntries(orm, portion)),
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

  return {
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
              isNull(messages.startedAt),
              sql`${messages.disposition} = 'send'`,
              lt(requestedAt, olderThan),
              after &&
                sql`(${requestedAt}, ${projectId}, ${messageId}) > (${sql.param(after.requestedAt, requestedAt)}, ${after.projectId}, ${after.messageId})`,
              hasNoEvent(messages),
            ),
          )
          .orderBy(asc(requestedAt), asc(projectId), asc(messageId))
          .limit(limit),
      );
      return rows.flatMap(({ input }) => input ?? []);
    },
    async find(key) {
      const [row] = await asStoreErrors('Looking for a message', async () =>
        orm
          .select()
          .from(messages)
          .where(isOneOf(messages, [key])),
      );
      return row && messageOf<Answer>(row);
    },
    async list(query) {
      const where = whereOf(query);
      const rows = await asStoreErrors('Listing messages', async () =>
        orm
          .select()
          .from(messages)
          .where(where)
          .orderBy(desc(messages.requestedAt), desc(messages.messageId))
          // One more than asked for tells whether there is another page.
          .limit(query.limit + 1),
      );
      const page = rows.slice(0, query.limit);
      const last = page.at(-1);
      return {
        messages: page.map(messageOf<Answer>),
        ...(rows.length > page.length && last ? { nextCursor: cursorOf(last) } : {}),
      };
    },
  };
}

function whereOf({ projectId, campaignId, cursor }: ListQuery): SQL | undefined {
  const after = cursor === undefined ? undefined : parseCursor(cursor);
  return and(
    eq(messages.projectId, projectId),
    campaignId === undefined ? undefined : eq(messages.campaignId, campaignId),
    after &&
      sql`(${messages.requestedAt}, ${messages.messageId}) < (${sql.param(after.requestedAt, messages.requestedAt)}, ${after.messageId})`,
  );
}

function assertOwnEvent<Answer>(entry: RegisterEntry<Answer>): void {
  if (entry.disposition !== 'enqueue_failed') return;
  const { event, projectId, messageId } = entry;
  if (event.status !== 'enqueue_failed' || event.projectId !== projectId || event.messageId !== messageId) {
    throw new TypeError(`The event of ${projectId}/${messageId} must be its own enqueue_failed event`);
  }
}
