import { and, asc, eq, sql } from 'drizzle-orm';
import type { CampaignEventStatus } from '../contract/campaign-event.ts';
import type { MessageKey } from '../contract/identity.ts';
import type { ListedWorkflow, WorkflowListing } from '../contract/workflow-listing.ts';
import { asStoreErrors, campaignEvents, type Database, isOneOf, keyOf, messages, withoutNulls } from '../db/index.ts';
import { countsAgree } from './counts-agree.ts';
import { type CheckPosition, type CheckPositionOf, checkCursorOf, parseCheckCursor } from './check-cursor.ts';

/** What does not add up about a message. Stable: callers may decide on it. */
export type LedgerFindingCode =
  /** Registered, and its workflow was never started. */
  | 'not_started'
  /** Started, without an end, and Temporal does not know it. */
  | 'lost'
  /** The workflow has closed, and no end is recorded. */
  | 'closed_without_end'
  /** An end is recorded, and the workflow runs on. */
  | 'runs_after_end'
  /** Temporal or the events have it, and the register does not. */
  | 'not_registered'
  /** A final event, but none that says that it was enqueued. */
  | 'final_without_enqueued'
  /** Skipped, and yet with an event. */
  | 'skipped_with_event'
  /** Refused at the request, but without the event that says so. */
  | 'refused_without_event';

/** A message that does not add up. */
export interface LedgerFinding {
  messageId: string;
  code: LedgerFindingCode;
  /** What does not add up, and what to do, in a person's words. */
  explanation: string;
}

/** One page of a check. */
export interface LedgerCheckPage {
  findings: LedgerFinding[];
  /** Messages of the register that this page has looked at. */
  checked: number;
  /** Of them: with a workflow once, and an end. Temporal may have forgotten those, which is no fault. */
  ended: number;
  /** Workflows of messages with an end that Temporal still knows. */
  endedKnown: number;
  /** Only on the first page: whether the counts of the evaluation are those of the rows. See `recountCampaigns`. */
  countsAgree?: boolean;
  /** Absent on the last page. */
  nextCursor?: string;
}

export interface LedgerCheckOptions {
  database: Pick<Database, 'orm'>;
  workflows: WorkflowListing;
  /**
   * How young a request, an end or a close may be and not yet be a fault, in milliseconds: a start, a record and
   * visibility each take their time. @default 60,000
   */
  graceMs?: number;
  /** Rows or workflows of one page. @default 500 */
  pageSize?: number;
  /** @default the time */
  now?: () => number;
}

/** The ledger of a campaign against what Temporal knows, page by page. */
export interface LedgerCheck {
  /**
   * First every request against its events and its workflow, then events without a request, then Temporal's own list. Follow
   * `nextCursor` to the end.
   * @throws StoreError; CursorError for a cursor that no page gave; ServiceError where Temporal cannot be asked
   */
  page(query: { projectId: string; campaignId: string; cursor?: string }): Promise<LedgerCheckPage>;
}

const DEFAULT_GRACE_MS = 60_000;

/** Questions to Temporal about single messages. */
const AT_ONCE = 20;

const DEFAULT_PAGE_SIZE = 500;

/** What the database has of a message. */
interface Books extends MessageKey {
  /** Absent where it is not registered. */
  disposition?: 'send' | 'skipped' | 'enqueue_failed';
  requestedAt?: string;
  /** Whether it ever had a workflow. */
  hadInput: boolean;
  started: boolean;
  admission?: CampaignEventStatus;
  final?: CampaignEventStatus;
  /** ISO 8601: when the end was recorded. */
  endedAt?: string;
}

type Campaign = { projectId: string; campaignId: string };

export function createLedgerCheck(options: LedgerCheckOptions): LedgerCheck {
  const { workflows, graceMs = DEFAULT_GRACE_MS, pageSize = DEFAULT_PAGE_SIZE, now = Date.now } = options;
  const { orm } = options.database;

  const isYoung = (time: string | undefined): boolean => time !== undefined && now() - Date.parse(time) < graceMs;

  async function page(query: Campaign & { cursor?: string }): Promise<LedgerCheckPage> {
    const position = query.cursor === undefined ? ({ stage: 'requests' } as const) : parseCheckCursor(query.cursor);
    switch (position.stage) {
      case 'requests':
        return checkRequests(query, position);
      case 'events':
        return checkEvents(query, position);
      case 'workflows':
        return checkWorkflows(query, position);
    }
  }

  /** Every request of the campaign, in the order of their times. */
  async function checkRequests(
    { projectId, campaignId }: Campaign,
    { after }: CheckPositionOf<'requests'>,
  ): Promise<LedgerCheckPage> {
    const { requestedAt, messageId } = messages;
    const rows = await asStoreErrors('Checking the requests of a campaign', async () =>
      orm
        .select({ messageId, requestedAt })
        .from(messages)
        .where(
          and(
            eq(messages.projectId, projectId),
            eq(messages.campaignId, campaignId),
            after &&
              sql`(${requestedAt}, ${messageId}) > (${sql.param(after.requestedAt, requestedAt)}, ${after.messageId})`,
          ),
        )
        .orderBy(asc(requestedAt), asc(messageId))
        .limit(pageSize),
    );
    const books = await readBooks(rows.map((row) => ({ projectId, messageId: row.messageId })));
    const findings = [...books.flatMap(ownFault), ...(await unfinished(books.filter((each) => !isEnded(each))))];
    const last = rows.at(-1);
    return {
      findings,
      checked: rows.length,
      ended: books.filter((each) => isEnded(each) && each.hadInput).length,
      endedKnown: 0,
      ...(after ? {} : { countsAgree: await countsAgree(options.database, { projectId, campaignId }) }),
      nextCursor: checkCursorOf(
        rows.length === pageSize && last ? { stage: 'requests', after: last } : { stage: 'events', phase: 'admission' },
      ),
    };
  }

  /** Messages that have an event and no request: started past the register, or the register lost them. */
  async function checkEvents(
    { projectId, campaignId }: Campaign,
    { phase, after }: CheckPositionOf<'events'>,
  ): Promise<LedgerCheckPage> {
    const { messageId } = campaignEvents;
    const rows = await asStoreErrors('Checking the events of a campaign', async () =>
      orm
        .select({ messageId, status: campaignEvents.status })
        .from(campaignEvents)
        .where(
          and(
            eq(campaignEvents.projectId, projectId),
            eq(campaignEvents.campaignId, campaignId),
            eq(campaignEvents.phase, phase),
            after && sql`(${campaignEvents.status}, ${messageId}) > (${after.status}, ${after.messageId})`,
          ),
        )
        .orderBy(asc(campaignEvents.status), asc(messageId))
        .limit(pageSize),
    );
    const keys = rows.map((row) => ({ projectId, messageId: row.messageId }));
    const known = new Set(await registeredOf(keys));
    const books = await readBooks(keys.filter((key) => !known.has(key.messageId)));
    // A final event's message has been named with its admission event, where it has one.
    const news = books.filter((each) => phase === 'admission' || each.admission === undefined);
    const findings = [
      ...news.flatMap(ownFault),
      ...news.map((each) => finding(each, 'not_registered')),
      ...(await unfinished(news.filter((each) => !isEnded(each)))),
    ];
    const last = rows.at(-1);
    const next: CheckPosition =
      rows.length === pageSize && last
        ? { stage: 'events', phase, after: last }
        : phase === 'admission'
          ? { stage: 'events', phase: 'final' }
          : { stage: 'workflows' };
    return { findings, checked: 0, ended: 0, endedKnown: 0, nextCursor: checkCursorOf(next) };
  }

  /** Temporal's own list. What has no end has been looked at from the other side. */
  async function checkWorkflows(campaign: Campaign, { token }: CheckPositionOf<'workflows'>): Promise<LedgerCheckPage> {
    const listed = await workflows.ofCampaign(campaign, { size: pageSize, ...(token === undefined ? {} : { token }) });
    const books = new Map((await readBooks(listed.workflows)).map((each) => [each.messageId, each]));
    const findings = await inPortions(listed.workflows, async (workflow) => {
      const book = books.get(workflow.messageId);
      if (book?.disposition === undefined && !(book && hasEvent(book))) {
        return isYoung(workflow.startedAt) ? [] : [finding(workflow, 'not_registered', workflow)];
      }
      if (!workflow.running || !isEnded(book) || isYoung(book.endedAt)) return [];
      // Visibility may lag behind the close.
      return (await workflows.describe(workflow))?.running === true ? [finding(book, 'runs_after_end')] : [];
    });
    const endedKnown = [...books.values()].filter((book) => isEnded(book) && book.hadInput).length;
    return {
      findings,
      checked: 0,
      ended: 0,
      endedKnown,
      ...(listed.nextToken === undefined
        ? {}
        : { nextCursor: checkCursorOf({ stage: 'workflows', token: listed.nextToken }) }),
    };
  }

  /** Of messages without an end, those that nothing will bring to one. */
  async function unfinished(books: readonly Books[]): Promise<LedgerFinding[]> {
    const listed = new Map((await workflows.find(books)).map((each) => [each.messageId, each]));
    const doubtful = books.filter((book) => listed.get(book.messageId)?.running !== true && !isYoung(book.requestedAt));
    return inPortions(doubtful, async (book) => {
      // What visibility says may be old, in both directions; so may the books that were read before it.
      const workflow = await workflows.describe(book);
      if (workflow?.running === true || isYoung(workflow?.closedAt)) return [];
      const [latest] = await readBooks([book]);
      if (!latest || isEnded(latest)) return [];
      if (workflow) return [finding(latest, 'closed_without_end', workflow)];
      return [finding(latest, latest.started || hasEvent(latest) ? 'lost' : 'not_started')];
    });
  }

  async function registeredOf(keys: readonly MessageKey[]): Promise<string[]> {
    if (keys.length === 0) return [];
    const rows = await asStoreErrors('Looking for requests', async () =>
      orm.select({ messageId: messages.messageId }).from(messages).where(isOneOf(messages, keys)),
    );
    return rows.map(({ messageId }) => messageId);
  }

  async function readBooks(keys: readonly MessageKey[]): Promise<Books[]> {
    if (keys.length === 0) return [];
    const [requests, events] = await asStoreErrors('Reading messages and their events', async () =>
      Promise.all([
        orm
          .select({
            messageId: messages.messageId,
            disposition: messages.disposition,
            requestedAt: messages.requestedAt,
            startedAt: messages.startedAt,
            skippedAt: messages.skippedAt,
            hadInput: sql<boolean>`${messages.input} is not null`,
          })
          .from(messages)
          .where(isOneOf(messages, keys)),
        orm
          .select({
            messageId: campaignEvents.messageId,
            phase: campaignEvents.phase,
            status: campaignEvents.status,
            recordedAt: campaignEvents.recordedAt,
          })
          .from(campaignEvents)
          .where(isOneOf(campaignEvents, keys)),
      ]),
    );
    const requestOf = new Map(requests.map((row) => [row.messageId, withoutNulls(row)]));
    const eventOf = new Map(events.map((row) => [`${row.messageId}/${row.phase}`, row]));
    return keys.map(({ projectId, messageId }) => {
      const request = requestOf.get(messageId);
      const admission = eventOf.get(`${messageId}/admission`);
      const final = eventOf.get(`${messageId}/final`);
      const end = final ?? (admission?.status === 'enqueue_failed' ? admission : undefined);
      const endedAt = end?.recordedAt ?? request?.skippedAt;
      return {
        projectId,
        messageId,
        ...(request === undefined ? {} : { disposition: request.disposition, requestedAt: request.requestedAt }),
        hadInput: request?.hadInput === true,
        started: request?.startedAt !== undefined,
        ...(admission === undefined ? {} : { admission: admission.status }),
        ...(final === undefined ? {} : { final: final.status }),
        ...(endedAt === undefined ? {} : { endedAt }),
      };
    });
  }

  return { page };
}

/** One after another in portions, each of which is done at once: a page full of doubts is still answered in time. */
async function inPortions<T, Result>(items: readonly T[], work: (item: T) => Promise<Result[]>): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(work))).flat());
  }
  return results;
}

/** Whether it has an end that is recorded, or needs none. */
function isEnded({ disposition, admission, final }: Books): boolean {
  return (
    final !== undefined ||
    admission === 'enqueue_failed' ||
    (disposition !== undefined && disposition !== 'send' && admission === undefined)
  );
}

function hasEvent({ admission, final }: Books): boolean {
  return admission !== undefined || final !== undefined;
}

/** What the database alone tells to be wrong: the faults that the ledger counts. */
function ownFault(books: Books): LedgerFinding[] {
  const { disposition, admission, final } = books;
  return [
    ...(final !== undefined && admission !== 'enqueued' ? [finding(books, 'final_without_enqueued')] : []),
    ...(disposition === 'skipped' && hasEvent(books) ? [finding(books, 'skipped_with_event')] : []),
    ...(disposition === 'enqueue_failed' && admission !== 'enqueue_failed'
      ? [finding(books, 'refused_without_event')]
      : []),
  ];
}

function finding(message: MessageKey, code: LedgerFindingCode, workflow?: ListedWorkflow): LedgerFinding {
  return { messageId: message.messageId, code, explanation: explain(code, keyOf(message), workflow) };
}

function explain(code: LedgerFindingCode, key: string, workflow: ListedWorkflow | undefined): string {
  const id = `sinch/${key}`;
  switch (code) {
    case 'not_started':
      return 'Registered, but its workflow was never started. The HTTP process starts such messages by itself every few seconds: see whether one runs and reaches Temporal.';
    case 'lost':
      return 'It was started and has no end, and Temporal does not know it any more: the namespace was emptied or its retention is shorter than a message lives. Ask Sinch by its client reference what became of it; it is not sent again.';
    case 'closed_without_end':
      return `Its workflow ended as ${workflow?.state ?? 'closed'}, but no end is recorded. Look at ${id} in Temporal's web UI for the reason; where the workflow failed, reset it to let it record its end.`;
    case 'runs_after_end':
      return `Its end is recorded, but its workflow still runs. Look at ${id} in Temporal's web UI: a worker may be missing, or its workflow task fails.`;
    case 'not_registered':
      return workflow === undefined
        ? 'It has events, but no request in the register: it was started past the HTTP API, or the register was restored from an older copy. Its events count, its request does not.'
        : `Temporal has the workflow ${id} (${workflow.state}), but neither the register nor the events know it: it was started past the HTTP API, or this is another database's.`;
    case 'final_without_enqueued':
      return 'It has a final event, but none that says it was enqueued: it counts as ended and not as sent. The enqueued event was deleted, or written to another database.';
    case 'skipped_with_event':
      return 'It counts as skipped and yet has an event. Sinch may have taken it although it was cancelled: the event is right.';
    case 'refused_without_event':
      return 'It was refused at the request, but the event that says so is missing: it was deleted, or replaced by another one.';
  }
}
