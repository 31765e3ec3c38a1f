import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from 'drizzle-orm';
import { type Database, openDatabase } from '../../src/db/index.ts';
import type { ProjectView } from '../../src/settings/index.ts';
import { type AdminStack, startAdminStack } from './admin-fixture.ts';
import { ENTER } from './context.ts';

const NUMBER = '4915187364001';

describe('erase', () => {
  let database: Database;
  let stack: AdminStack;
  before(async () => {
    database = await openDatabase({ memory: true });
    stack = await startAdminStack(database);
    await stack.run('shop', 'projects create shop');
  });
  after(async () => {
    await stack?.[Symbol.asyncDispose]();
    await database?.close();
  });

  /** @param started `false`: those are still to be started */
  const request = async (count: number, started = true): Promise<void> => {
    await database.orm.execute(sql`
      insert into messages (project_id, message_id, content_hash, disposition, input, answer, recipient, reports_expected, requested_at, started_at)
      select 'shop', gen_random_uuid()::text, 'x', 'send', '{}', '{}', ${NUMBER}, true, now(), ${started ? sql`now()` : sql`null`}::timestamptz
      from generate_series(1, ${count}::int)`);
  };

  test('takes the number typed, piped in, by the environment or as an option, and says what stays where', async () => {
    const ways: [string, Parameters<AdminStack['run']>[2]][] = [
      ['erase', { typed: [[/Phone number of the person/, `+${NUMBER}${ENTER}`]] }],
      ['erase --recipient-stdin', { piped: `+49 151 8736 4001\n` }],
      ['erase', { env: { ERASE_RECIPIENT: NUMBER } }],
      [`erase --recipient 00${NUMBER}`, {}],
    ];
    for (const [line, more] of ways) {
      await request(1);
      const { exitCode, stdout, stderr } = await stack.run('shop', line, more);
      assert.equal(exitCode, 0, stderr);
      assert.match(stdout, /Erased: 1 message, 0 campaign events, 0 callbacks\.\nIds, statuses and counts stay\./);
      assert.match(stderr, /1 message may still be under way: Temporal holds number and text until the end/);
      assert.match(stderr, /Temporal keeps the histories of ended messages/);
    }
    const again = await stack.run('shop', `erase --recipient ${NUMBER}`);
    assert.match(again.stdout, /Nothing was found that is not erased already/);
    const written = stack.written();
    assert.ok(!written.includes(NUMBER.slice(4)), 'no answer has the number');
  });

  test('sums what several requests did, and what waits', async () => {
    await request(1_200);
    await request(2, false);
    const { erasureIds, ...sums } = await stack.json<Record<string, unknown>>('shop', `erase --recipient ${NUMBER}`);
    assert.ok(Array.isArray(erasureIds) && erasureIds.length >= 1);
    assert.deepEqual(sums, {
      dryRun: false,
      validNumber: true,
      messages: 1_200,
      events: 0,
      bodies: 0,
      underWay: 1_200,
      waitingToStart: 2,
      undecryptable: 0,
    });
    const shown = await stack.run('shop', `erase --recipient ${NUMBER}`);
    assert.match(shown.stderr, /2 messages still to be started: erased within minutes of the start/);
  });

  test('tries it first with --dry-run, which says that nothing was changed', async () => {
    await request(2);
    const counts = /2 messages, 0 campaign events, 0 callbacks\./;
    for (let times = 0; times < 2; times += 1) {
      const { exitCode, stdout } = await stack.run('shop', `erase --dry-run --recipient ${NUMBER}`);
      assert.equal(exitCode, 0);
      assert.match(
        stdout,
        new RegExp(`^Would be erased: ${counts.source}\nNothing was changed: this was a dry run\\.\n$`),
      );
    }
    const { dryRun, erasureIds, messages } = await stack.json<Record<string, unknown>>(
      'shop',
      `erase --dry-run --recipient ${NUMBER}`,
    );
    assert.deepEqual([dryRun, erasureIds, messages], [true, [], 2]);
    assert.match((await stack.run('shop', `erase --recipient ${NUMBER}`)).stdout, counts);
    const none = await stack.run('shop', `erase --dry-run --recipient ${NUMBER}`);
    assert.match(
      none.stdout,
      /Nothing was found that is not erased already\.\nNothing was changed: this was a dry run\./,
    );
  });

  test('takes a spelling that was refused, and says that nothing else is looked for', async () => {
    const { exitCode, stderr } = await stack.run('shop', 'erase', { env: { ERASE_RECIPIENT: '0151 8736 4001' } });
    assert.equal(exitCode, 0, stderr);
    assert.match(stderr, /no number a message could go to: only what was refused or came with exactly its digits/);
    assert.doesNotMatch((await stack.run('shop', `erase --recipient ${NUMBER}`)).stderr, /no number a message/);
  });

  test('says what is wrong with a number', async () => {
    const { exitCode, stderr } = await stack.run('shop', 'erase --recipient 015');
    assert.equal(exitCode, 1);
    assert.match(stderr, /`recipient`: a phone number starts with its country calling code/);
  });

  test('has its counterpart in the retention of a project', async () => {
    const changed = await stack.json<ProjectView>('shop', 'settings change --retention 90');
    assert.equal(changed.retentionDays, 90);
    assert.match((await stack.run('shop', 'settings show')).stdout, /Retention +90 days/);
    assert.equal((await stack.json<ProjectView>('shop', 'settings change --retention never')).retentionDays, undefined);
    assert.match((await stack.run('shop', 'settings change --retention 0')).stderr, /whole number from 1 to 36500/);
  });
});
