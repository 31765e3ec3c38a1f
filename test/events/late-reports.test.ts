import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createKeyring } from '../../src/db/index.ts';
import { createSqlReportStore, listLateReports } from '../../src/events/index.ts';
import { withDatabases } from '../helpers/database.ts';

const keyring = createKeyring({ keys: [{ id: 'k', key: randomBytes(32) }], current: 'k' });

withDatabases('the list of late reports', (engine) => {
  test('has those of a project, the latest first, page by page, and nothing of their bodies', async () => {
    const store = createSqlReportStore(engine.database(), keyring);
    // Two of the same time, which the cursor has to tell apart.
    const times = ['10:00', '11:00', '11:00', '12:00', '13:00'].map((time) => `2026-11-20T${time}:00.000Z`);
    for (const [index, receivedAt] of times.entries()) {
      await store.keepLate({
        projectId: 'shop',
        messageId: `m-${index}`,
        integrationId: 'main',
        receivedAt,
        report: { integrationId: 'main', status: 'Delivered', at: receivedAt, statusCode: 0 },
        rawBody: Buffer.from('the body'),
      });
    }
    await store.keepLate({
      projectId: 'other',
      messageId: 'm-9',
      integrationId: 'main',
      receivedAt: '2026-11-20T10:00:00.000Z',
      report: { integrationId: 'main', status: 'Failed', at: '2026-11-20T10:00:00.000Z' },
      rawBody: Buffer.from('the body'),
    });

    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await listLateReports(engine.database(), {
        projectId: 'shop',
        limit: 2,
        ...(cursor === undefined ? {} : { cursor }),
      });
      assert.doesNotMatch(JSON.stringify(page), /the body|rawBody/);
      pages.push(page.items.map(({ messageId }) => messageId));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    assert.deepEqual(pages, [['m-4', 'm-3'], ['m-2', 'm-1'], ['m-0']]);

    const [latest] = (await listLateReports(engine.database(), { projectId: 'shop', limit: 1 })).items;
    assert.deepEqual([latest?.report.status, latest?.timesReceived, latest?.reason], ['Delivered', 1, 'after_end']);
    for (const forged of ['', 'x', Buffer.from('["yesterday","m","h"]').toString('base64url')]) {
      await assert.rejects(listLateReports(engine.database(), { projectId: 'shop', limit: 1, cursor: forged }), {
        code: 'invalid_cursor',
      });
    }
  });
});
