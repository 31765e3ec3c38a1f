import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createKeyring } from '../../src/db/index.ts';
import { createSqlReportStore, listUnmatchedReports, type UnmatchedReport } from '../../src/events/index.ts';
import { withDatabases } from '../helpers/database.ts';

const keyring = createKeyring({ keys: [{ id: 'k', key: randomBytes(32) }], current: 'k' });
const at = (minute: number): string => `2026-11-20T10:${String(minute).padStart(2, '0')}:00.000Z`;
const body = (text: string): Uint8Array => Buffer.from(`the body ${text}`);

withDatabases('the list of unmatched reports', (engine) => {
  test("has what came to a project's integrations, the latest first, and nothing of the bodies", async () => {
    const store = createSqlReportStore(engine.database(), keyring);
    const integrationId = 'main';
    const unmatched = { integrationId, reason: 'unknown_message' } as const;
    await store.keepUnmatched({
      ...unmatched,
      clientReference: 'sinch/shop/m-1',
      rawBody: body('1'),
      receivedAt: at(1),
    });
    await store.keepUnmatched({
      ...unmatched,
      clientReference: 'sinch/shop/m-1',
      rawBody: body('1'),
      receivedAt: at(9),
    });
    await store.keepUnreadable({ integrationId, why: 'The body is not JSON.', rawBody: body('2'), receivedAt: at(2) });
    const foreign = { integrationId, reason: 'foreign_reference' } as const;
    await store.keepUnmatched({
      ...foreign,
      clientReference: 'sinch/other/m-1',
      rawBody: body('3'),
      receivedAt: at(3),
    });
    await store.keepUnmatched({
      ...foreign,
      clientReference: `${'x'.repeat(100)}-447400123456 +44 7400-123456 of 447400123456`,
      rawBody: body('4'),
      receivedAt: at(4),
    });
    await store.keepUnmatched({ integrationId, reason: 'inbound', rawBody: body('5'), receivedAt: at(5) });
    await store.keepUnmatched({ integrationId: 'elsewhere', reason: 'inbound', rawBody: body('6'), receivedAt: at(6) });

    const page = await listUnmatchedReports(engine.database(), {
      projectId: 'shop',
      integrationIds: [integrationId],
      limit: 50,
    });
    const once = (minute: number) => ({ receivedAt: at(minute), lastReceivedAt: at(minute), timesReceived: 1 });
    assert.deepEqual(page, {
      items: [
        { integrationId, reason: 'inbound', ...once(5) },
        {
          integrationId,
          reason: 'foreign_reference',
          reference: `${'x'.repeat(100)}-+44•••••56 +44•••••56 of +4`,
          ...once(4),
        },
        { integrationId, reason: 'foreign_reference', ...once(3) },
        { integrationId, reason: 'unreadable', why: 'The body is not JSON.', ...once(2) },
        {
          integrationId,
          reason: 'unknown_message',
          reference: 'sinch/shop/m-1',
          receivedAt: at(1),
          lastReceivedAt: at(9),
          timesReceived: 2,
        },
      ],
    });
    assert.deepEqual(
      await listUnmatchedReports(engine.database(), { projectId: 'shop', integrationIds: [], limit: 50 }),
      { items: [] },
    );
  });

  test('goes through both tables page by page, also those of one moment', async () => {
    const store = createSqlReportStore(engine.database(), keyring);
    // Ids whose order differs between a language's and that of their bytes.
    const integrationIds = ['Paged-b', 'paged-A', 'paged_a', 'paged.a'];
    for (const [index, integrationId] of [...integrationIds, ...integrationIds, ...integrationIds].entries()) {
      const entry = { integrationId, rawBody: body(String(index)), receivedAt: at(index % 2) };
      if (index % 3 === 0) await store.keepUnreadable({ ...entry, why: 'The body is empty.' });
      else await store.keepUnmatched({ ...entry, reason: 'no_reference' });
    }
    const query = { projectId: 'shop', integrationIds };
    const all = await listUnmatchedReports(engine.database(), { ...query, limit: 50 });
    assert.equal(all.items.length, 12);
    for (const limit of [1, 5, 12]) {
      const found: UnmatchedReport[] = [];
      let cursor: string | undefined;
      do {
        const page = await listUnmatchedReports(engine.database(), {
          ...query,
          limit,
          ...(cursor === undefined ? {} : { cursor }),
        });
        assert.ok(page.items.length <= limit);
        found.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      assert.deepEqual(found, all.items, `pages of ${limit}`);
    }
    await assert.rejects(listUnmatchedReports(engine.database(), { ...query, limit: 1, cursor: 'x' }), {
      code: 'invalid_cursor',
    });
  });
});
