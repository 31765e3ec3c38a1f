import assert from 'node:assert/strict';
import { test } from 'node:test';
import { and, eq } from 'drizzle-orm';
import { campaignEvents, StoreError } from '../../src/db/index.ts';
import { contentHashOf, createRegister, type RegisterEntry } from '../../src/register/index.ts';
import { withDatabases, withPostgres } from '../helpers/database.ts';
import { sampleEvent, sampleMessage } from '../helpers/messages.ts';
import { collide } from '../helpers/postgres.ts';

interface Answer {
  success: boolean;
  messageId: string;
}

function toSend(
  projectId: string,
  messageId: string,
  overrides: Partial<RegisterEntry<Answer>> = {},
): RegisterEntry<Answer> {
  const input = sampleMessage({ projectId, messageId });
  const { recipient, integrationId, requestedAt, reportsExpected } = input;
  return {
    projectId,
    messageId,
    contentHash: 'hash',
    answer: { success: true, messageId },
    campaignId: 'welcome',
    integrationId,
    recipient,
    country: 'DE',
    reportsExpected,
    requestedAt,
    disposition: 'send',
    input,
    ...overrides,
  } as RegisterEntry<Answer>;
}

function refused(projectId: string, messageId: string, contentHash = 'hash'): RegisterEntry<Answer> {
  const message = sampleMessage({ projectId, messageId });
  return {
    projectId,
    messageId,
    contentHash,
    answer: { success: false, messageId },
    reportsExpected: true,
    requestedAt: message.requestedAt,
    disposition: 'enqueue_failed',
    event: sampleEvent(message, { status: 'enqueue_failed', error: 'impossible_number' }),
  };
}

withDatabases('the register', (engine) => {
  const eventsOf = async (projectId: string, messageId: string) =>
    engine
      .database()
      .orm.select({ status: campaignEvents.status, error: campaignEvents.error, at: campaignEvents.at })
      .from(campaignEvents)
      .where(and(eq(campaignEvents.projectId, projectId), eq(campaignEvents.messageId, messageId)));

  test('gives a request back as it was registered', async () => {
    const register = createRegister<Answer>(engine.database());
    const entry = toSend('whole', 'm-1');
    assert.deepEqual(await register.register(entry), { registered: true });
    assert.deepEqual(await register.find(entry), entry);
    assert.equal(await register.find({ projectId: 'whole', messageId: 'm-2' }), undefined);
  });

  test('answers a repeat the same, members in their order, and refuses other content under the id', async () => {
    const register = createRegister<Answer>(engine.database());
    const entry = toSend('repeat', 'm-1');
    await register.register(entry);
    const repeat = await register.register({ ...entry, answer: { success: true, messageId: 'other' } });
    assert.deepEqual(repeat, { registered: false, same: true, answer: entry.answer });
    assert.ok(!repeat.registered);
    assert.equal(JSON.stringify(repeat.answer), JSON.stringify(entry.answer));
    const conflict = await register.register({ ...entry, contentHash: 'other' });
    assert.deepEqual(conflict, { registered: false, same: false, answer: entry.answer });
    assert.equal((await register.find(entry))?.contentHash, 'hash');
  });

  test('an id requested twenty times at once is registered once', async () => {
    const registers = [1, 2, 3, 4].map(() => createRegister<Answer>(engine.database()));
    const results = await Promise.all(
      Array.from({ length: 20 }, async (_, number) => registers[number % 4]?.register(toSend('at-once', 'm-1'))),
    );
    assert.equal(results.filter((result) => result?.registered).length, 1);
    assert.ok(results.every((result) => result?.registered === true || result?.same === true));
    assert.equal((await registers[0]?.list({ projectId: 'at-once', limit: 10 }))?.messages.length, 1);
  });

  test('an id of another project is another message', async () => {
    const register = createRegister<Answer>(engine.database());
    assert.deepEqual(await register.register(toSend('mine', 'm-1')), { registered: true });
    assert.deepEqual(await register.register(toSend('yours', 'm-1')), { registered: true });
  });

  test('a refused request comes with its event, and only if it got the id', async () => {
    const register = createRegister<Answer>(engine.database());
    assert.deepEqual(await register.register(refused('refused', 'm-1')), { registered: true });
    assert.deepEqual(await eventsOf('refused', 'm-1'), [
      { status: 'enqueue_failed', error: 'impossible_number', at: '2026-11-20T10:00:01.234Z' },
    ]);
    const row = await register.find({ projectId: 'refused', messageId: 'm-1' });
    assert.deepEqual([row?.disposition, row?.input], ['enqueue_failed', undefined]);

    await register.register(toSend('refused', 'm-2'));
    const [late, other] = await register.registerMany([refused('refused', 'm-2', 'other'), refused('refused', 'm-3')]);
    assert.deepEqual(late, {
      status: 'fulfilled',
      value: { registered: false, same: false, answer: { success: true, messageId: 'm-2' } },
    });
    assert.deepEqual(other, { status: 'fulfilled', value: { registered: true } });
    assert.deepEqual(await eventsOf('refused', 'm-2'), []);
    assert.equal((await eventsOf('refused', 'm-3')).length, 1);
  });

  test('row and event of a refused request are there together or not at all', async () => {
    const register = createRegister<Answer>(engine.database());
    const entry = refused('together', 'm-1');
    assert.ok(entry.disposition === 'enqueue_failed');
    const broken = { ...entry, event: { ...entry.event, integrationId: null as unknown as string } };
    await assert.rejects(register.register(broken), { code: 'store_refused' });
    assert.equal(await register.find(entry), undefined);
  });

  test('an event that is not the entry’s own is a mistake', async () => {
    const register = createRegister<Answer>(engine.database());
    const entry = { ...refused('mistake', 'm-1'), messageId: 'm-2' };
    await assert.rejects(register.register(entry), TypeError);
  });

  test('a request without a recipient is skipped from the start', async () => {
    const register = createRegister<Answer>(engine.database());
    const { recipient: _recipient, ...entry } = toSend('skipped', 'm-1');
    await register.register({ ...entry, disposition: 'skipped', skipReason: 'no_recipient' });
    const row = await register.find(entry);
    assert.deepEqual(
      [row?.disposition, row?.skipReason, row?.skippedAt, row?.recipient],
      ['skipped', 'no_recipient', entry.requestedAt, undefined],
    );
  });

  test('a thousand are registered at once, one result each in their order', async () => {
    const register = createRegister<Answer>(engine.database());
    const entries = Array.from({ length: 1_000 }, (_, number) => toSend('thousand', `m-${number}`));
    // The hundredth comes again with other content, the last with the same.
    entries[100] = toSend('thousand', 'm-99', { contentHash: 'other' });
    entries[999] = toSend('thousand', 'm-0');
    const results = await register.registerMany(entries);
    const odd = results.flatMap((result, index) =>
      result.status === 'fulfilled' && result.value.registered ? [] : [[index, result]],
    );
    const taken = (messageId: string, same: boolean) => ({
      status: 'fulfilled',
      value: { registered: false, same, answer: { success: true, messageId } },
    });
    assert.deepEqual(odd, [
      [100, taken('m-99', false)],
      [999, taken('m-0', true)],
    ]);
    assert.equal(results.length, 1_000);
  });

  test('a thousand that are repeated get their answers, and a thousand starts are noted', async () => {
    const register = createRegister<Answer>(engine.database());
    const entries = Array.from({ length: 1_000 }, (_, number) =>
      toSend('repeats', `m-${number}`, { requestedAt: '2019-01-01T00:00:00.000Z' }),
    );
    await register.registerMany(entries);
    const repeats = await register.registerMany(entries);
    assert.deepEqual(
      repeats,
      entries.map(({ answer }) => ({ status: 'fulfilled', value: { registered: false, same: true, answer } })),
    );
    await register.markStarted(entries);
    assert.deepEqual(await register.unstarted({ olderThan: '2019-01-02T00:00:00.000Z', limit: 1 }), []);
  });

  test('an entry that the database refuses fails alone', async () => {
    const register = createRegister<Answer>(engine.database());
    const results = await register.registerMany([
      toSend('alone', 'm-1'),
      toSend('alone', 'm-2', { requestedAt: 'soon' }),
      toSend('alone', 'm-3'),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.ok(results[1]?.status === 'rejected' && results[1].reason instanceof StoreError);
  });

  test('the sweeper finds what was not started, oldest first, and nothing else', async () => {
    const register = createRegister<Answer>(engine.database());
    const at = (minute: number): string => `2020-01-01T00:0${minute}:00.000Z`;
    await register.registerMany([
      toSend('sweep', 'second', { requestedAt: at(2) }),
      toSend('sweep', 'first', { requestedAt: at(1) }),
      toSend('sweep', 'started', { requestedAt: at(0) }),
      toSend('sweep', 'young', { requestedAt: at(9) }),
      { ...refused('sweep', 'refused'), requestedAt: at(0) },
    ]);
    await Promise.all([
      register.markStarted([{ projectId: 'sweep', messageId: 'started' }]),
      register.markStarted([{ projectId: 'sweep', messageId: 'nobody' }]),
      register.markStarted([]),
    ]);
    const found = await register.unstarted({ olderThan: at(5), limit: 10 });
    assert.deepEqual(
      found.map(({ messageId }) => messageId),
      ['first', 'second'],
    );
    assert.deepEqual(found[0], sampleMessage({ projectId: 'sweep', messageId: 'first' }));
    assert.equal((await register.unstarted({ olderThan: at(5), limit: 1 })).length, 1);
    const waiting = await register.countUnstarted(at(5));

    const startedAt = (await register.find({ projectId: 'sweep', messageId: 'started' }))?.startedAt;
    assert.ok(startedAt);
    const registers = [1, 2].map(() => createRegister<Answer>(engine.database()));
    const keys = ['first', 'second', 'started'].map((messageId) => ({ projectId: 'sweep', messageId }));
    await Promise.all(
      registers.map(async (other, index) => other.markStarted(index === 0 ? keys : [...keys].reverse())),
    );
    assert.deepEqual(await register.unstarted({ olderThan: at(5), limit: 10 }), []);
    assert.deepEqual([waiting, await register.countUnstarted(at(5))], [2, 0]);
    assert.equal((await register.find({ projectId: 'sweep', messageId: 'started' }))?.startedAt, startedAt);
  });

  test('pages go through all messages once, latest first, also those of one moment', async () => {
    const register = createRegister<Answer>(engine.database());
    const time = (number: number): string => `2026-11-20T10:00:0${Math.floor(number / 3)}.000Z`;
    await register.registerMany(
      Array.from({ length: 10 }, (_, number) =>
        toSend('pages', `m-${number}`, { requestedAt: time(number), campaignId: number % 2 === 0 ? 'even' : 'odd' }),
      ),
    );
    const all: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await register.list({ projectId: 'pages', limit: 4, ...(cursor === undefined ? {} : { cursor }) });
      all.push(...page.messages.map(({ messageId }) => messageId));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    assert.deepEqual(
      all,
      [9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map((number) => `m-${number}`),
    );
    const even = await register.list({ projectId: 'pages', campaignId: 'even', limit: 5 });
    assert.deepEqual([even.messages.length, even.nextCursor], [5, undefined]);
  });

  test('a cursor that no page gave is refused', async () => {
    const register = createRegister<Answer>(engine.database());
    for (const cursor of [
      '',
      'x',
      Buffer.from('["soon","m"]').toString('base64url'),
      Buffer.from('{}').toString('base64url'),
    ]) {
      await assert.rejects(register.list({ projectId: 'pages', limit: 1, cursor }), { code: 'invalid_cursor' });
    }
  });
});

withPostgres('several registers', (engine) => {
  const ids = ['m-1', 'm-2', 'm-3'];
  const registers = () =>
    [ids, [...ids].reverse()].map((some) => ({ some, register: createRegister<Answer>(engine.database()) }));

  test('take the same ids in different orders without a deadlock', async () => {
    const held = `insert into messages (project_id, message_id, content_hash, disposition, answer, reports_expected, requested_at)
      values ('orders', 'm-2', '', 'send', '{}', true, now())`;
    const results = await collide(engine.url(), held, 2, async () =>
      Promise.all(
        registers().map(async ({ some, register }) => register.registerMany(some.map((id) => toSend('orders', id)))),
      ),
    );
    assert.ok(results.flat().every(({ status }) => status === 'fulfilled'));
    assert.equal(results.flat().filter((result) => result.status === 'fulfilled' && result.value.registered).length, 3);
  });

  test('note the same starts in different orders without a deadlock', async () => {
    const [first] = registers();
    await first?.register.registerMany(ids.map((id) => toSend('starts', id)));
    const held = "update messages set country = 'DE' where project_id = 'starts' and message_id = 'm-2'";
    await collide(engine.url(), held, 2, async () =>
      Promise.all(
        registers().map(async ({ some, register }) =>
          register.markStarted(some.map((messageId) => ({ projectId: 'starts', messageId }))),
        ),
      ),
    );
    assert.ok((await first?.register.find({ projectId: 'starts', messageId: 'm-3' }))?.startedAt);
  });
});

test('the content hash knows content, not the order of its members', () => {
  const hash = contentHashOf({ a: 1, b: { c: [1, 2], d: null } });
  assert.equal(contentHashOf({ b: { d: null, c: [1, 2], e: undefined }, a: 1 }), hash);
  for (const other of [
    { a: 1, b: { c: [2, 1], d: null } },
    { a: '1', b: { c: [1, 2], d: null } },
    { a: 1 },
    [],
    {},
    null,
  ]) {
    assert.notEqual(contentHashOf(other), hash);
  }
});
