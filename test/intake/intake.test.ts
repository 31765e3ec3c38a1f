import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { openDatabase, StoreError } from '../../src/db/index.ts';
import { readLedger, readMessageEvents } from '../../src/events/index.ts';
import { createIntake, type IntakeAnswer } from '../../src/intake/index.ts';
import { contentHashOf } from '../../src/register/index.ts';
import { withDatabases } from '../helpers/database.ts';
import { projectNamed, settingsFor, startProcess, until } from './intake-fixture.ts';

const sms = { messageId: 'm-1', recipient: '+447400123456', text: 'Hello Ada', campaignId: 'welcome' };

function codes(answer: IntakeAnswer): string[] {
  return answer.success ? [] : [answer.status, ...answer.errors.map(({ code }) => code)];
}

withDatabases('the intake', (engine) => {
  test('registers a message before it is started, and answers that it will be sent', async () => {
    const key = { projectId: 'first', messageId: 'm-1' };
    let rowAtStart: unknown;
    const process = startProcess({
      database: engine.database(),
      projectId: 'first',
      startMessage: async () => (rowAtStart = await process.register.find(key)),
    });
    assert.deepEqual(await process.take(sms), {
      success: true,
      messageId: 'm-1',
      status: 'waiting_to_send',
      workflowId: 'sinch/first/m-1',
      country: 'GB',
    });
    assert.notEqual(rowAtStart, undefined, 'the row is there when the workflow starts');
    const row = await process.register.find(key);
    assert.equal(row?.disposition, 'send');
    assert.equal(row.recipient, '447400123456');
    assert.equal(row.country, 'GB');
    assert.equal(row.campaignId, 'welcome');
    assert.notEqual(row.startedAt, undefined, 'the start is noted');
    await process.starts.close();
  });

  test('answers a repeated request the same and starts nothing', async () => {
    const process = startProcess({ database: engine.database(), projectId: 'repeat' });
    const first = await process.take(sms);
    const { messageId, recipient, text, campaignId } = sms;
    assert.deepEqual(await process.take({ campaignId, text, recipient, messageId }), first, 'members in another order');
    assert.deepEqual(await process.take({ ...sms, subject: '', language: null }), first, 'with empty members');
    assert.deepEqual(process.started, ['sinch/repeat/m-1']);
    await process.starts.close();
  });

  test('starts one workflow where the same request comes to two processes 20 times at once', async () => {
    const processes = [1, 2].map(() => startProcess({ database: engine.database(), projectId: 'at-once' }));
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => processes[index % 2]?.take(sms) ?? Promise.reject(new Error('none'))),
    );
    assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
    assert.equal(answers[0]?.success, true);
    assert.deepEqual(
      processes.flatMap(({ started }) => started),
      ['sinch/at-once/m-1'],
    );
    await Promise.all(processes.map(({ starts }) => starts.close()));
  });

  test('refuses other content under the id of a message, and leaves that message as it is', async () => {
    const process = startProcess({ database: engine.database(), projectId: 'conflict' });
    const first = await process.take(sms);
    const others = [
      { text: 'Hello Bob' },
      { recipient: '' },
      { recipient: '+44' },
      { priority: 1 },
      { lifeSeconds: 60 },
    ];
    for (const other of others) {
      const answer = await process.take({ ...sms, ...other });
      assert.deepEqual(codes(answer), ['refused', 'message_id_conflict'], JSON.stringify(other));
      assert.doesNotMatch(JSON.stringify(answer), /Hello|447400/);
    }
    assert.deepEqual(await process.take(sms), first);
    assert.deepEqual(process.started, ['sinch/conflict/m-1']);
    assert.deepEqual(
      (await readMessageEvents(engine.database(), { projectId: 'conflict', messageId: 'm-1' })).events,
      [],
    );
    await process.starts.close();
  });

  test('takes the same id in another project for another message', async () => {
    const processes = ['one', 'two'].map((projectId) => startProcess({ database: engine.database(), projectId }));
    for (const process of processes) assert.equal((await process.take(sms)).success, true);
    assert.deepEqual(
      processes.flatMap(({ started }) => started),
      ['sinch/one/m-1', 'sinch/two/m-1'],
    );
    await Promise.all(processes.map(({ starts }) => starts.close()));
  });

  test('writes the event of a message that can never be sent together with its row, once', async () => {
    const process = startProcess({ database: engine.database(), projectId: 'never' });
    const body = { ...sms, recipient: '+44 1' };
    const answers = await Promise.all([process.take(body), process.take(body), process.take(body)]);
    answers.push(await process.take(body));
    for (const answer of answers) assert.deepEqual(codes(answer), ['enqueue_failed', 'invalid_recipient']);
    const { events, contradicted } = await readMessageEvents(engine.database(), {
      projectId: 'never',
      messageId: 'm-1',
    });
    assert.deepEqual(
      events.map(({ status, error, phase }) => [status, error, phase]),
      [['enqueue_failed', 'invalid_recipient', 'admission']],
    );
    assert.deepEqual(contradicted, []);
    assert.deepEqual(process.started, []);
    const ledger = await readLedger(engine.database(), { projectId: 'never' });
    assert.equal(ledger.enqueueFailed, 1);
    assert.equal(ledger.balanced, true);
    await process.starts.close();
  });

  test('writes no event for a customer without a number', async () => {
    const process = startProcess({ database: engine.database(), projectId: 'nobody' });
    const body = { messageId: 'm-1', campaignId: 'welcome', recipient: null };
    const answer = await process.take(body);
    assert.deepEqual(codes(answer), ['skipped', 'no_recipient']);
    assert.deepEqual(await process.take(body), answer);
    assert.deepEqual(
      (await readMessageEvents(engine.database(), { projectId: 'nobody', messageId: 'm-1' })).events,
      [],
    );
    assert.deepEqual(process.started, []);
    const ledger = await readLedger(engine.database(), { projectId: 'nobody', campaignId: 'welcome' });
    assert.deepEqual([ledger.requested, ledger.skipped, ledger.balanced], [1, 1, true]);
    await process.starts.close();
  });

  test('registers nothing of a request that is wrong, so that it can be made again once it is right', async () => {
    const process = startProcess({ database: engine.database(), projectId: 'wrong' });
    const wrongs = [{ priority: 7 }, { extra: 1 }, { integrationId: 'off' }, { text: '' }];
    for (const wrong of wrongs) {
      const answer = await process.take({ ...sms, ...wrong });
      assert.equal(codes(answer)[0], 'refused');
      assert.equal(answer.messageId, 'm-1');
    }
    assert.equal((await process.take({ text: 'Hello' })).messageId, undefined);
    assert.equal(await process.register.find({ projectId: 'wrong', messageId: 'm-1' }), undefined);
    assert.equal((await process.take(sms)).success, true);
    await process.starts.close();
  });

  test('answers a repeat the same although the integration was switched off in between', async () => {
    const projectId = 'off-between';
    const base = settingsFor(projectId);
    let enabled = true;
    const settings = {
      ...base,
      integration: async (id: string) => {
        const found = await base.integration(id);
        return found && { ...found, enabled };
      },
    };
    const process = startProcess({ database: engine.database(), projectId, settings });
    const first = await process.take(sms);
    enabled = false;
    assert.deepEqual(await process.take(sms), first);
    assert.deepEqual(codes(await process.take({ ...sms, text: 'Other' })), ['refused', 'integration_disabled']);
    assert.deepEqual(codes(await process.take({ ...sms, messageId: 'm-2' })), ['refused', 'integration_disabled']);
    assert.deepEqual(process.started, [`sinch/${projectId}/m-1`]);
    await process.starts.close();
  });

  test('answers a repeat the same where it was accepted under an id that would be refused now', async () => {
    const projectId = 'accepted-before';
    const process = startProcess({ database: engine.database(), projectId });
    const request = { ...sms, messageId: 'welcome-447400123456' };
    const answer: IntakeAnswer = {
      success: true,
      messageId: request.messageId,
      status: 'waiting_to_send',
      workflowId: `sinch/${projectId}/${request.messageId}`,
    };
    await process.register.register({
      projectId,
      messageId: request.messageId,
      contentHash: contentHashOf(request),
      answer,
      requestedAt: '2026-11-20T10:00:00.000Z',
      reportsExpected: true,
      disposition: 'skipped',
      skipReason: 'no_recipient',
    });
    assert.deepEqual(await process.take(request), answer);
    const other = await process.take({ ...request, text: 'Other' });
    assert.deepEqual(codes(other), ['refused', 'invalid_field']);
    assert.equal(other.messageId, undefined);
    assert.deepEqual(process.started, []);
    await process.starts.close();
  });

  test('gives an answer to every JSON object', async () => {
    const process = startProcess({ database: engine.database(), projectId: 'any' });
    const body = fc.record(
      {
        messageId: fc.oneof(fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/), fc.jsonValue()),
        recipient: fc.oneof(fc.constantFrom('+447400123456', '+4915112345678', ''), fc.string(), fc.jsonValue()),
        text: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
        sender: fc.string({ unit: 'binary' }),
        campaignId: fc.string({ unit: 'binary' }),
        customerIds: fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })),
        integrationId: fc.string({ unit: 'binary' }),
      },
      { requiredKeys: ['messageId'] },
    );
    await fc.assert(
      fc.asyncProperty(body, async (given) => {
        const answer = await process.take(given);
        assert.deepEqual(await process.take(given), answer, 'a repeat gets the same');
      }),
      { numRuns: 60 },
    );
    assert.equal((await readLedger(engine.database(), { projectId: 'any' })).balanced, true);
    await process.starts.close();
  });
});

test('throws where the request cannot be made durable, and starts nothing', async () => {
  const database = await openDatabase({ memory: true });
  const process = startProcess({ database, projectId: 'away' });
  await database.close();
  await assert.rejects(process.take(sms), (error) => error instanceof StoreError && error.code === 'store_unavailable');
  await assert.rejects(process.take({ ...sms, recipient: '' }), StoreError);
  await assert.rejects(process.take({ ...sms, recipient: '+44' }), StoreError);
  assert.deepEqual(process.started, []);
  await process.starts.close();
});

test('gives up no recipient of a batch where the database lacks a table or a right, and starts those that it took', async () => {
  const database = await openDatabase({ memory: true });
  const process = startProcess({ database, projectId: 'lacking' });
  const project = projectNamed('lacking');
  const two = [sms, { ...sms, messageId: 'm-2' }];
  await database.orm.execute(sql`alter table messages rename to messages_away`);
  await assert.rejects(process.intake.takeMany(project, two), { code: 'store_unavailable', sqlState: '42P01' });
  await database.orm.execute(sql`alter table messages_away rename to messages`);

  const { register, starts } = process;
  const halfAway = createIntake({
    settings: settingsFor('lacking'),
    starts,
    register: {
      ...register,
      registerMany: async (entries) => {
        const away = new StoreError('store_unavailable', 'The database went away');
        return [{ status: 'rejected', reason: away }, ...(await register.registerMany(entries.slice(1)))];
      },
    },
  });
  await assert.rejects(halfAway.takeMany(project, two), { code: 'store_unavailable' });
  await until(() => process.started.length === 1);
  assert.deepEqual(process.started, ['sinch/lacking/m-2']);
  const answers = await process.intake.takeMany(project, two);
  assert.deepEqual(
    answers.map(({ success }) => success),
    [true, true],
  );
  await until(() => process.started.length === 2);
  await starts.close();
  await database.close();
});

test('does a batch once that is asked for again while it is under way, and answers both', async () => {
  await using database = await openDatabase({ memory: true });
  const { register, starts } = startProcess({ database, projectId: 'joined' });
  let registered = 0;
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const intake = createIntake({
    settings: settingsFor('joined'),
    starts,
    register: {
      ...register,
      async registerMany(entries) {
        registered += 1;
        await opened;
        return register.registerMany(entries);
      },
    },
  });
  const project = projectNamed('joined');
  const first = intake.takeMany(project, [sms]);
  const repeat = intake.takeMany(project, [{ ...sms }]);
  const other = intake.takeMany(project, [{ ...sms, text: 'Hello Ben' }]);
  open();
  assert.deepEqual(await repeat, await first);
  assert.equal(registered, 2);
  assert.deepEqual(
    (await first).map(({ success }) => success),
    [true],
  );
  assert.deepEqual((await other).map(codes), [['refused', 'message_id_conflict']]);
  assert.deepEqual(await intake.takeMany(project, [sms]), await first);
  assert.equal(registered, 3, 'it is under way no more');
  await starts.close();
});
