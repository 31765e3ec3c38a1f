import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workflowIdOf } from '../../src/contract/identity.ts';
import { campaignEventOf } from '../../src/contract/campaign-event-of.ts';
import type { MessagePriority, SendMessageInput } from '../../src/contract/message.ts';
import { createSqlSink } from '../../src/events/index.ts';
import { createIntake, type IntakeAnswer } from '../../src/intake/index.ts';
import { type MessageRegister, createRegister } from '../../src/register/index.ts';
import { withDatabases } from '../helpers/database.ts';
import { sampleMessage } from '../helpers/messages.ts';
import { aMinuteAgo, projectNamed, settingsFor, startProcess, until } from './intake-fixture.ts';

const sms = { messageId: 'm-1', recipient: '+447400123456', text: 'Hello Ada' };

/** A promise in the test's hands. */
function gate(): { passed: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

async function registerMany(register: MessageRegister<IntakeAnswer>, projectId: string, count: number): Promise<void> {
  const requestedAt = aMinuteAgo().toISOString();
  const results = await register.registerMany(
    Array.from({ length: count }, (_, index) => {
      const input = sampleMessage({ projectId, messageId: `m-${index}`, requestedAt });
      return {
        projectId,
        messageId: input.messageId,
        contentHash: 'hash',
        requestedAt,
        reportsExpected: true,
        answer: {
          success: true,
          messageId: input.messageId,
          status: 'waiting_to_send',
          workflowId: '',
        },
        disposition: 'send',
        input,
      };
    }),
  );
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, count);
}

withDatabases('the starts', (engine) => {
  const startedAt = async (projectId: string, messageId = 'm-1') =>
    (await createRegister<IntakeAnswer>(engine.database()).find({ projectId, messageId }))?.startedAt;

  test('accept a message while Temporal is away, and start it once it is back', async () => {
    let away = true;
    const counted: [string, number][] = [];
    const process = startProcess({
      database: engine.database(),
      projectId: 'away',
      starts: { counters: { increment: (name, _, by = 1) => void counted.push([name, by]) } },
      startMessage: async () => {
        if (away) throw new Error('14 UNAVAILABLE: no connection established');
      },
    });
    assert.equal((await process.take(sms)).success, true);
    assert.equal(await startedAt('away'), undefined);
    assert.equal(await process.starts.sweep(), 0);
    assert.deepEqual(process.started, []);

    away = false;
    assert.equal(await process.starts.sweep(), 1);
    assert.deepEqual(process.started, ['sinch/away/m-1']);
    assert.notEqual(await startedAt('away'), undefined);
    assert.equal(await process.starts.sweep(), 0, 'and not again');
    assert.deepEqual(
      counted.filter(([, by]) => by > 0),
      [
        ['sinch_starts_failed_total', 1],
        ['sinch_starts_failed_total', 1],
        ['sinch_starts_swept_total', 1],
      ],
    );

    const said = process.log.lines.join('\n');
    assert.match(said, /could not be started yet.*sinch\/away\/m-1.*UNAVAILABLE/);
    assert.doesNotMatch(said, /Hello|447400123456/);
    await process.starts.close();
  });

  test('take up what a process registered and never started before it crashed', async () => {
    const crashed = startProcess({ database: engine.database(), projectId: 'crash' });
    const dead = { ...crashed.starts, start: () => Promise.resolve() };
    const settings = settingsFor('crash');
    const intake = createIntake({ settings, register: crashed.register, starts: dead, now: aMinuteAgo });
    const answer = await intake.take(projectNamed('crash'), sms);
    await crashed.starts.close();
    assert.deepEqual(crashed.started, []);

    const inputs: SendMessageInput[] = [];
    const next = startProcess({
      database: engine.database(),
      projectId: 'crash',
      startMessage: async (message) => inputs.push(message),
    });
    assert.deepEqual(await next.take(sms), answer, 'a repeat gets the answer');
    assert.deepEqual(next.started, [], 'and leaves the start to the sweeper, which knows what was registered');
    assert.equal(await next.starts.sweep(), 1);
    assert.deepEqual(await next.take(sms), answer);
    assert.deepEqual(next.started, ['sinch/crash/m-1']);
    assert.deepEqual(inputs[0]?.content, { kind: 'sms', text: 'Hello Ada' });
    assert.equal(inputs[0]?.recipient, '447400123456');
    await next.starts.close();
  });

  test('look by themselves for what was never started, also after a look that failed', async () => {
    const register = createRegister<IntakeAnswer>(engine.database());
    await registerMany(register, 'by-itself', 1);
    let looks = 0;
    const process = startProcess({
      database: engine.database(),
      projectId: 'by-itself',
      starts: {
        sweepMs: 1,
        register: {
          markStarted: register.markStarted,
          unstarted: async (query) => {
            looks += 1;
            if (looks === 1) throw new Error('the store is away');
            return register.unstarted(query);
          },
        },
      },
    });
    await until(() => process.started.includes('sinch/by-itself/m-0'));
    await until(async () => (await startedAt('by-itself', 'm-0')) !== undefined);
    await process.starts.close();
    assert.equal(process.started.length, 1);
    assert.match(process.log.lines.join('\n'), /Could not look.*the store is away/);
  });

  test('do not start a message again that has an event, though nobody noted its start', async () => {
    const register = createRegister<IntakeAnswer>(engine.database());
    await registerMany(register, 'forgotten', 2);
    const sent = sampleMessage({ projectId: 'forgotten', messageId: 'm-0' });
    const enqueued = campaignEventOf(sent, { status: 'enqueued', at: sent.requestedAt });
    const { projectId, messageId } = sent;
    await createSqlSink(engine.database()).record({ projectId, messageId, events: [enqueued], lateReports: [] });
    const process = startProcess({ database: engine.database(), projectId: 'forgotten' });
    assert.equal(await process.starts.sweep(), 1);
    assert.deepEqual(process.started, ['sinch/forgotten/m-1']);
    await process.starts.close();
  });

  test('come to every message, also behind many that cannot be started', async () => {
    const register = createRegister<IntakeAnswer>(engine.database());
    await registerMany(register, 'behind', 501);
    let refuses = true;
    const process = startProcess({
      database: engine.database(),
      projectId: 'behind',
      startMessage: async ({ messageId }) => {
        if (refuses && messageId !== 'm-99') throw new Error('refused');
      },
    });
    assert.equal(await process.starts.sweep(), 0, 'm-99 comes last by its id');
    assert.equal(await process.starts.sweep(), 1);
    assert.deepEqual(process.started, ['sinch/behind/m-99']);
    refuses = false;
    assert.equal(await process.starts.sweep(), 500, 'and from the oldest again');
    await process.starts.close();
  });

  test('leave what was requested a moment ago to the process that took it', async () => {
    const register = createRegister<IntakeAnswer>(engine.database());
    await registerMany(register, 'grace', 1);
    const patient = startProcess({ database: engine.database(), projectId: 'grace', starts: { graceMs: 3_600_000 } });
    assert.equal(await patient.starts.sweep(), 0);
    const eager = startProcess({ database: engine.database(), projectId: 'grace', starts: { graceMs: 30_000 } });
    assert.equal(await eager.starts.sweep(), 1);
    await Promise.all([patient.starts.close(), eager.starts.close()]);
  });

  test('of the urgent come before those of a bulk that waits', async () => {
    const { passed, open } = gate();
    const process = startProcess({ database: engine.database(), projectId: 'urgent', startMessage: () => passed });
    const start = (messageId: string, priority: MessagePriority): void =>
      process.starts.startLater(sampleMessage({ projectId: 'urgent', messageId, priority }));
    // As many as are started at once, which are under way by then.
    for (let index = 0; index < 16; index += 1) start(`first-${index}`, 3);
    start('bulk-1', 5);
    start('bulk-2', 5);
    start('campaign', 3);
    start('password', 1);
    open();
    await until(() => process.started.length === 20);
    assert.deepEqual(
      process.started.slice(16),
      ['password', 'campaign', 'bulk-1', 'bulk-2'].map((id) => `sinch/urgent/${id}`),
    );
    await process.starts.close();
  });

  test('do not start skipped and impossible messages', async () => {
    const process = startProcess({ database: engine.database(), projectId: 'nothing' });
    await process.take({ ...sms, recipient: '' });
    await process.take({ ...sms, messageId: 'm-2', recipient: '+44' });
    assert.equal(await process.starts.sweep(), 0);
    await process.starts.close();
  });

  test('answer within their patience where Temporal hangs, and note the start when it comes', async () => {
    const { passed, open } = gate();
    const process = startProcess({
      database: engine.database(),
      projectId: 'patience',
      startMessage: () => passed,
      starts: { patienceMs: 10 },
    });
    assert.equal((await process.take(sms)).success, true);
    assert.deepEqual(process.started, [], 'answered before it was started');
    open();
    await until(async () => (await startedAt('patience')) !== undefined);
    assert.deepEqual(process.started, ['sinch/patience/m-1']);
    await process.starts.close();
  });

  test('start again what could not be noted, which Temporal takes as the same', async () => {
    const register = createRegister<IntakeAnswer>(engine.database());
    let storeAway = true;
    const process = startProcess({
      database: engine.database(),
      projectId: 'unnoted',
      starts: {
        register: {
          unstarted: register.unstarted,
          markStarted: async (keys) => {
            if (storeAway) throw new Error('the store is away');
            await register.markStarted(keys);
          },
        },
      },
    });
    assert.equal((await process.take(sms)).success, true);
    assert.match(process.log.lines.join('\n'), /A start could not be noted/);
    storeAway = false;
    assert.equal(await process.starts.sweep(), 1);
    assert.equal(await process.starts.sweep(), 0);
    assert.deepEqual(process.started, ['sinch/unnoted/m-1', 'sinch/unnoted/m-1']);
    await process.starts.close();
  });

  test('start few at once, and on closing finish those and leave the rest to the next process', async () => {
    const register = createRegister<IntakeAnswer>(engine.database());
    await registerMany(register, 'closing', 40);
    const { passed, open } = gate();
    const underWay: string[] = [];
    const process = startProcess({
      database: engine.database(),
      projectId: 'closing',
      startMessage: (message) => {
        underWay.push(workflowIdOf(message));
        return passed;
      },
      starts: { sweepMs: 1 },
    });
    await until(() => underWay.length > 0);
    const closed = process.starts.close();
    assert.equal(underWay.length, 16);
    open();
    await closed;
    assert.equal(underWay.length, 16, 'nothing new was begun');
    assert.equal(process.started.length, 16, 'what was under way is finished');
    await process.starts.start(sampleMessage({ projectId: 'closing', messageId: 'late' }));
    assert.equal(process.started.length, 16, 'and what comes later is left alone');

    const next = startProcess({ database: engine.database(), projectId: 'closing' });
    assert.equal(await next.starts.sweep(), 24);
    assert.equal(new Set([...process.started, ...next.started]).size, 40);
    await next.starts.close();
  });
});
