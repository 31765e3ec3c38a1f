/** One person's data taken out of a project, in portions, as often as it is asked for. */
import { and, isNull, type SQL, sql } from 'drizzle-orm';
import { ulid } from 'ulid';
import type { NumberSpellings } from '../contract/msisdn.ts';
import { isStorableText } from '../contract/storable-value.ts';
import {
  asStoreErrors,
  auditEntries,
  CursorError,
  type Database,
  isToNumber,
  type Keyring,
  messages,
  type Orm,
} from '../db/index.ts';
import { BODY_TABLES, type BodyPosition, type BodyTable, eraseBodiesOf } from './callback-bodies.ts';
import { countMessages, eraseMessages } from './erase-messages.ts';
import { createNumberSearch } from './number-search.ts';

/** Messages in one transaction, and bodies in one look. */
const PORTION = 500;

/** What {@link createErasure} needs. */
export interface ErasureOptions {
  /** Stays the caller's. */
  database: Pick<Database, 'orm' | 'transaction'>;
  /** Of the bodies of callbacks, and of the fingerprints by which repeated requests are known. */
  keyring: Keyring;
  /** Those of a project, archived ones too. */
  integrationIdsOf: (projectId: string) => Promise<readonly string[]>;
  /** @default the real clock */
  now?: () => Date;
}

/** Whose data is to go. */
export interface ErasureRequest {
  projectId: string;
  number: NumberSpellings;
  /** Only counts what would be erased: nothing is changed, the audit log included. */
  dryRun?: boolean;
  /** As the audit log names who asks. */
  actor: string;
  /** `nextCursor` of the answer before, to go on there. */
  cursor?: string;
  /** Time after which it stops between two portions, in milliseconds. */
  budgetMs: number;
}

/** What a request came to. */
export interface ErasureAnswer {
  /** `true`: nothing was changed, and the numbers are what would be erased. */
  dryRun: boolean;
  /** As the audit log has it; absent in a dry run, which it does not have. */
  erasureId?: string;
  /**
   * `false`: what was given is no number that a message could go to, so that only what holds exactly its digits was looked
   * for.
   */
  validNumber: boolean;
  /** `false`: the time was up; the same request, with `nextCursor`, goes on. */
  complete: boolean;
  nextCursor?: string;
  /** Messages that were erased. */
  messages: number;
  /** Campaign events of theirs. */
  events: number;
  /** Callbacks that named the number, in their body or a reference of somebody else's, and belonged to no message. */
  bodies: number;
  /** Erased messages whose workflow may still run: Temporal holds their number and text until they end, and keeps its history for its own retention. */
  underWay: number;
  /** Messages that wait to be started, which needs their number and text: erased within minutes of their start. */
  waitingToStart: number;
  /** Bodies that no key decrypts or that unpack to too much, so that nobody can tell whose they are. */
  undecryptable: number;
}

/** Erases. */
export interface Erasure {
  /**
   * Takes one person out of a project's messages, events and callbacks. Idempotent, and audited without the number.
   * @throws CursorError for a cursor that no answer gave; StoreError, and what was erased before stays so
   */
  eraseRecipient(request: ErasureRequest): Promise<ErasureAnswer>;
}

export function createErasure({
  database,
  keyring,
  integrationIdsOf,
  now = () => new Date(),
}: ErasureOptions): Erasure {
  async function countAll(
    request: ErasureRequest,
    from: Place | undefined,
    answer: ErasureAnswer,
    isLate: () => boolean,
  ): Promise<void> {
    const { waitingToStart, ...counts } = await countMessages(
      database.orm,
      isToNumber(request.projectId, request.number),
    );
    answer.waitingToStart = waitingToStart;
    // With a cursor the others were counted before: none of them is gone since.
    if (from === undefined) Object.assign(answer, counts);
    await eraseBodies(request, from, answer, isLate);
  }

  async function eraseAll(
    request: ErasureRequest,
    from: Place | undefined,
    answer: ErasureAnswer,
    isLate: () => boolean,
  ): Promise<void> {
    const theirs = isToNumber(request.projectId, request.number);
    for (;;) {
      const portion = await database.transaction(async (orm) =>
        eraseMessages(
          orm,
          { where: theirs, order: sql`${messages.messageId}`, limit: PORTION },
          { keyring, at: now().toISOString() },
        ),
      );
      answer.messages += portion.messages;
      answer.events += portion.events;
      answer.underWay += portion.underWay;
      if (portion.messages < PORTION) break;
      if (isLate()) return;
    }
    answer.waitingToStart = await markWaiting(database.orm, theirs, now().toISOString());
    await eraseBodies(request, from, answer, isLate);
  }

  async function eraseBodies(
    { projectId, number, dryRun = false }: ErasureRequest,
    from: Place | undefined,
    answer: ErasureAnswer,
    isLate: () => boolean,
  ): Promise<void> {
    answer.complete = number.unmistakable.length === 0;
    if (answer.complete) return;
    const integrationIds = await integrationIdsOf(projectId);
    const search = createNumberSearch(number);
    let place = from;
    for (const table of BODY_TABLES.slice(place === undefined ? 0 : BODY_TABLES.indexOf(place.table))) {
      let after = place?.after;
      place = undefined;
      for (;;) {
        const scope = { table, integrationIds, search, dryRun, limit: PORTION, ...(after ? { after } : {}) };
        const portion = await eraseBodiesOf(database.orm, scope, keyring);
        answer.bodies += portion.erased;
        answer.undecryptable += portion.undecryptable;
        after = portion.next;
        if (!after) break;
        if (!isLate()) continue;
        answer.nextCursor = cursorOfPlace({ table, after });
        return;
      }
    }
    answer.complete = true;
  }

  return {
    async eraseRecipient(request) {
      const begun = performance.now();
      const from = request.cursor === undefined ? undefined : parsePlace(request.cursor);
      const { projectId, actor, dryRun = false, number } = request;
      const answer: ErasureAnswer = {
        dryRun,
        ...(dryRun ? {} : { erasureId: ulid() }),
        validNumber: number.msisdn !== undefined,
        complete: false,
        messages: 0,
        events: 0,
        bodies: 0,
        underWay: 0,
        waitingToStart: 0,
        undecryptable: 0,
      };
      await asStoreErrors('Erasing a recipient', async () => {
        const isLate = (): boolean => performance.now() - begun > request.budgetMs;
        const { erasureId: subject } = answer;
        if (subject === undefined) return countAll(request, from, answer, isLate);
        await eraseAll(request, from, answer, isLate);
        const { dryRun: _dryRun, erasureId: _erasureId, nextCursor: _nextCursor, ...after } = answer;
        await database.orm
          .insert(auditEntries)
          .values({ projectId, at: now().toISOString(), actor, action: 'recipient.erased', subject, after });
      });
      return answer;
    },
  };
}

/** Leaves word to erase what could not be erased yet. @returns how many messages wait */
async function markWaiting(orm: Orm, theirs: SQL, at: string): Promise<number> {
  const { erasedAt, erasureRequestedAt } = messages;
  const waiting = await orm
    .update(messages)
    .set({ erasureRequestedAt: sql`coalesce(${erasureRequestedAt}, ${sql.param(at, erasureRequestedAt)})` })
    .where(and(theirs, isNull(erasedAt)))
    .returning({ messageId: messages.messageId });
  return waiting.length;
}

interface Place {
  table: BodyTable;
  after: BodyPosition;
}

function cursorOfPlace({ table, after }: Place): string {
  return Buffer.from(JSON.stringify([table, after.integrationId, after.bodyHash])).toString('base64url');
}

function parsePlace(cursor: string): Place {
  try {
    const [table, integrationId, bodyHash] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    const known = BODY_TABLES.find((name) => name === table);
    if (known && isText(integrationId) && isText(bodyHash)) {
      return { table: known, after: { integrationId, bodyHash } };
    }
  } catch {
    // Said below.
  }
  throw new CursorError();
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && isStorableText(value);
}
