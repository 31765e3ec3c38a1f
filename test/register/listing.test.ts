import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createSqlSink } from '../../src/events/index.ts';
import { createRegister, type ListQuery, type MessageRegister, type RegisterEntry } from '../../src/register/index.ts';
import { withDatabases } from '../helpers/database.ts';
import { sampleEvent, sampleMessage, sampleRecord } from '../helpers/messages.ts';

const minute = (number: number): string => `2026-11-20T10:0${number}:00.000Z`;

withDatabases('a filtered list of requests', (engine) => {
  let register: MessageRegister<string>;

  /** What became of each message, as its workflow wrote it. */
  const fates = {
    waiting: [],
    accepted: ['enqueued'],
    delivered: ['enqueued', 'delivered'],
    rejected: ['enqueued', 'rejected'],
    failed: ['enqueued', 'failed'],
    timeout: ['enqueued', 'timeout'],
    unsent: ['enqueue_failed'],
  } as const;

  before(async () => {
    const database = engine.database();
    register = createRegister<string>(database);
    for (const [index, [messageId, statuses]] of Object.entries(fates).entries()) {
      const integrationId = index % 2 === 0 ? 'even' : 'odd';
      const requestedAt = minute(index);
      const input = sampleMessage({ projectId: 'shop', messageId, integrationId, requestedAt });
      const { recipient, reportsExpected } = input;
      await register.register({
        projectId: 'shop',
        messageId,
        contentHash: messageId,
        answer: 'the answer',
        requestedAt,
        integrationId,
        recipient,
        reportsExpected,
        disposition: 'send',
        input,
      });
      if (statuses.length === 0) continue;
      const events = statuses.map((status) => sampleEvent(input, { status }));
      await createSqlSink(database).record(sampleRecord(input, { events }));
    }
    const common = { projectId: 'shop', answer: 'the answer', reportsExpected: true, requestedAt: minute(8) };
    const impossible = sampleMessage({ projectId: 'shop', messageId: 'impossible' });
    const entries: RegisterEntry<string>[] = [
      { ...common, messageId: 'nobody', contentHash: '1', disposition: 'skipped', skipReason: 'no_recipient' },
      {
        ...common,
        messageId: 'impossible',
        contentHash: '2',
        disposition: 'enqueue_failed',
        event: sampleEvent(impossible, { status: 'enqueue_failed', error: 'invalid_recipient' }),
      },
    ];
    for (const result of await register.registerMany(entries)) assert.equal(result.status, 'fulfilled');
  });

  async function listed(query: Partial<ListQuery>): Promise<string[]> {
    const { messages } = await register.list({ projectId: 'shop', limit: 100, ...query });
    return messages.map(({ messageId }) => messageId).sort();
  }

  test('tells of each what is recorded of it', async () => {
    const { messages } = await register.list({ projectId: 'shop', limit: 100 });
    assert.deepEqual(Object.fromEntries(messages.map(({ messageId, status }) => [messageId, status])), {
      waiting: 'waiting_to_send',
      accepted: 'accepted',
      delivered: 'delivered',
      rejected: 'rejected',
      failed: 'failed',
      timeout: 'timeout',
      unsent: 'enqueue_failed',
      nobody: 'skipped',
      impossible: 'enqueue_failed',
    });
  });

  test('has those of one status, disposition, integration or time', async () => {
    assert.deepEqual(await listed({ status: 'accepted' }), ['accepted']);
    assert.deepEqual(await listed({ status: 'enqueue_failed' }), ['impossible', 'unsent']);
    assert.deepEqual(await listed({ status: 'waiting_to_send' }), ['waiting']);
    assert.deepEqual(await listed({ disposition: 'enqueue_failed' }), ['impossible']);
    assert.deepEqual(await listed({ integrationId: 'odd' }), ['accepted', 'rejected', 'timeout']);
    assert.deepEqual(await listed({ integrationId: 'odd', status: 'rejected' }), ['rejected']);
    assert.deepEqual(await listed({ requestedSince: minute(5) }), ['impossible', 'nobody', 'timeout', 'unsent']);
    assert.deepEqual(await listed({ requestedUntil: minute(2) }), ['accepted', 'waiting']);
    assert.deepEqual(await listed({ requestedSince: minute(1), requestedUntil: minute(3) }), ['accepted', 'delivered']);
    assert.deepEqual(await listed({ projectId: 'other' }), []);
  });

  test('is read page by page, each message once', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await register.list({
        projectId: 'shop',
        limit: 2,
        integrationId: 'even',
        ...(cursor === undefined ? {} : { cursor }),
      });
      assert.ok(page.messages.length <= 2);
      seen.push(...page.messages.map(({ messageId }) => messageId));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    assert.deepEqual(seen, ['unsent', 'failed', 'delivered', 'waiting']);
  });

  test('finds many at once, without those that are not there', async () => {
    const keyOf = (messageId: string) => ({ projectId: 'shop', messageId });
    const found = await register.findMany(['failed', 'none', 'waiting', 'nobody'].map(keyOf));
    assert.deepEqual(found.map(({ messageId }) => messageId).sort(), ['failed', 'nobody', 'waiting']);
    assert.deepEqual(await register.findMany([]), []);
  });
});
