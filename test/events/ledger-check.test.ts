import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'drizzle-orm';
import type { MessageKey } from '../../src/contract/identity.ts';
import type { ListedWorkflow, WorkflowListing } from '../../src/contract/workflow-listing.ts';
import { createLedgerCheck, type LedgerCheckPage } from '../../src/events/index.ts';
import { withDatabases } from '../helpers/database.ts';
import { campaignBooks } from './campaign-books.ts';

const CLOSED_AT = '2026-11-20T11:00:00.000Z';

/** Workflows as a test has put them, of one project; visibility may say otherwise than the workflow itself. */
function listing(projectId: string) {
  const actual = new Map<string, ListedWorkflow>();
  const visible = new Map<string, ListedWorkflow>();
  const asked: string[] = [];
  const of = (messageId: string, state: string): ListedWorkflow => ({
    projectId,
    messageId,
    running: state === 'RUNNING',
    state,
    startedAt: '2026-11-20T10:00:00.000Z',
    ...(state === 'RUNNING' ? {} : { closedAt: CLOSED_AT }),
  });
  const workflows: WorkflowListing = {
    ofCampaign: (_campaign, { size, token = '0' }) => {
      const all = [...visible.values()];
      const from = Number(token);
      return Promise.resolve({
        workflows: all.slice(from, from + size),
        ...(from + size < all.length ? { nextToken: String(from + size) } : {}),
      });
    },
    find: (keys) => Promise.resolve(keys.flatMap(({ messageId }) => visible.get(messageId) ?? [])),
    describe: ({ messageId }) => {
      asked.push(messageId);
      return Promise.resolve(actual.get(messageId));
    },
  };
  return {
    workflows,
    asked,
    put({ messageId }: MessageKey, state: string, seenAs = state): void {
      actual.set(messageId, of(messageId, state));
      visible.set(messageId, of(messageId, seenAs));
    },
  };
}

withDatabases('the check of a ledger against Temporal', (engine) => {
  const ENQUEUED = { status: 'enqueued' } as const;

  function setUp(projectId: string, { pageSize = 500 }: { pageSize?: number } = {}) {
    const books = campaignBooks(engine.database(), projectId);
    const temporal = listing(projectId);
    // Well after everything that the tests write.
    let clock = Date.now() + 3_600_000;
    const check = createLedgerCheck({
      database: engine.database(),
      workflows: temporal.workflows,
      pageSize,
      now: () => clock,
    });
    return {
      ...temporal,
      books,
      at: (time: number) => (clock = time),
      async check() {
        const pages: LedgerCheckPage[] = [];
        let cursor: string | undefined;
        do {
          const page = await check.page({ projectId, campaignId: 'welcome', ...(cursor ? { cursor } : {}) });
          pages.push(page);
          cursor = page.nextCursor;
        } while (cursor !== undefined);
        return {
          named: pages.flatMap(({ findings }) => findings.map(({ messageId, code }) => `${messageId} ${code}`)),
          explained: pages.flatMap(({ findings }) => findings.map(({ explanation }) => explanation)),
          checked: pages.reduce((sum, page) => sum + page.checked, 0),
          ended: pages.reduce((sum, page) => sum + page.ended, 0),
          endedKnown: pages.reduce((sum, page) => sum + page.endedKnown, 0),
          countsAgree: pages.map((page) => page.countsAgree).filter((agree) => agree !== undefined),
        };
      },
    };
  }

  test('names nothing where every message is where it should be, also where Temporal has forgotten the ended ones', async () => {
    const { books, put, check } = setUp('check-fine', { pageSize: 2 });
    put(await books.send({}), 'RUNNING');
    put(await books.send({}, ENQUEUED), 'RUNNING');
    put(await books.send({}, ENQUEUED, { status: 'delivered' }), 'COMPLETED');
    put(await books.send({}, { status: 'enqueue_failed' }), 'COMPLETED');
    await books.send({}, ENQUEUED, { status: 'timeout' });
    await books.refuse(books.message());
    await books.skip(books.message());
    const cancelled = await books.send({});
    await books.cancel(cancelled);
    put(cancelled, 'COMPLETED');
    const { explained: _none, ...result } = await check();
    assert.deepEqual(result, { named: [], checked: 8, ended: 4, endedKnown: 3, countsAgree: [true] });
  });

  test('names what nothing will bring to an end', async () => {
    const { books, put, check } = setUp('check-stuck', { pageSize: 3 });
    const unstarted = await books.send({});
    const lost = await books.send({});
    await books.markStarted(lost);
    const lostAccepted = await books.send({}, ENQUEUED);
    const failed = await books.send({}, ENQUEUED);
    put(failed, 'FAILED');
    const terminated = await books.send({});
    put(terminated, 'TERMINATED');
    const { named, explained } = await check();
    assert.deepEqual(
      named.sort(),
      [
        `${failed.messageId} closed_without_end`,
        `${lost.messageId} lost`,
        `${lostAccepted.messageId} lost`,
        `${terminated.messageId} closed_without_end`,
        `${unstarted.messageId} not_started`,
      ].sort(),
    );
    assert.ok(explained.some((sentence) => /ended as TERMINATED.*sinch\/check-stuck\/welcome-5/.test(sentence)));
  });

  test('names a workflow that runs although its end is recorded', async () => {
    const { books, put, check } = setUp('check-runs');
    const message = await books.send({}, ENQUEUED, { status: 'delivered' });
    put(message, 'RUNNING');
    assert.deepEqual((await check()).named, [`${message.messageId} runs_after_end`]);
  });

  test('believes the workflow itself where visibility lags behind', async () => {
    const { books, put, check, asked } = setUp('check-lag');
    const started = await books.send({});
    put(started, 'RUNNING', 'COMPLETED');
    const ended = await books.send({}, ENQUEUED, { status: 'delivered' });
    put(ended, 'COMPLETED', 'RUNNING');
    assert.deepEqual((await check()).named, []);
    assert.deepEqual(asked.sort(), [started.messageId, ended.messageId].sort());
  });

  test('does not name what is too young to be wrong', async () => {
    const { books, put, check, at } = setUp('check-young');
    const requestedAt = new Date().toISOString();
    await books.send({ requestedAt });
    put(await books.send({ requestedAt }, ENQUEUED, { status: 'delivered' }), 'RUNNING');
    const closed = await books.send({}, ENQUEUED);
    put(closed, 'COMPLETED');
    at(Date.parse(CLOSED_AT) + 59_000);
    assert.deepEqual((await check()).named, []);
    at(Date.now() + 61_000);
    assert.equal((await check()).named.length, 3);
  });

  test('names what the register does not have', async () => {
    const { books, put, check } = setUp('check-stranger', { pageSize: 2 });
    const past = books.message();
    await books.record(past, ENQUEUED, { status: 'delivered' });
    put(past, 'COMPLETED');
    const unfinished = books.message();
    await books.record(unfinished, ENQUEUED);
    put(unfinished, 'FAILED');
    const stranger = books.message();
    put(stranger, 'RUNNING');
    const finalOnly = books.message();
    await books.record(finalOnly, { status: 'failed' });
    const { named } = await check();
    assert.deepEqual(
      named.sort(),
      [
        `${finalOnly.messageId} final_without_enqueued`,
        `${finalOnly.messageId} not_registered`,
        `${past.messageId} not_registered`,
        `${stranger.messageId} not_registered`,
        `${unfinished.messageId} closed_without_end`,
        `${unfinished.messageId} not_registered`,
      ].sort(),
    );
  });

  test('names each message of the faults that the ledger counts', async () => {
    const { books, put, check } = setUp('check-faults');
    const final = await books.send({}, { status: 'delivered' });
    put(final, 'COMPLETED');
    const skipped = books.message();
    await books.skip(skipped);
    await books.record(skipped, ENQUEUED, { status: 'delivered' });
    const refused = books.message();
    await books.refuse(refused);
    await engine
      .database()
      .orm.execute(
        sql`delete from campaign_events where message_id = ${refused.messageId} and project_id = 'check-faults'`,
      );
    const { named, countsAgree } = await check();
    assert.deepEqual(
      named.sort(),
      [
        `${final.messageId} final_without_enqueued`,
        `${refused.messageId} refused_without_event`,
        `${skipped.messageId} skipped_with_event`,
      ].sort(),
    );
    // The event that was deleted by hand is still counted.
    assert.deepEqual(countsAgree, [false]);
  });

  test('a cursor that no page gave is refused', async () => {
    const check = createLedgerCheck({ database: engine.database(), workflows: listing('p').workflows });
    for (const cursor of ['x', Buffer.from('{"stage":"moon"}').toString('base64url')]) {
      await assert.rejects(check.page({ projectId: 'p', campaignId: 'c', cursor }), { code: 'invalid_cursor' });
    }
  });
});
