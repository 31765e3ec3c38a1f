/** What a deployment does while its database is away, and that nothing is lost, doubled or sent twice afterwards. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { findPostgres, query } from '../helpers/postgres.ts';
import { AT_ONCE_MS, type Deployment, PLAN, startDeployment } from '../helpers/deployment.ts';
import { until } from '../helpers/until.ts';

const TABLES = ['messages', 'campaign_events', 'late_reports', 'unmatched_reports', 'unreadable_callbacks'];

/** Recipients that Sinch never reports on, so that the test does. */
const SILENT = '+447400129907';

const bin = findPostgres();
const skip = bin === undefined && 'no PostgreSQL found: initdb is neither on PATH nor below /usr/lib/postgresql';

describe('a deployment whose database', { skip, timeout: 480_000 }, () => {
  let deployment: Deployment;
  before(async () => {
    if (bin === undefined) return;
    deployment = await startDeployment({ bin });
    await Promise.all([deployment.startWorker(), deployment.startServer()]);
  });
  after(() => deployment?.[Symbol.asyncDispose]());

  const outages: {
    what: string;
    begin: () => Promise<unknown>;
    end: () => Promise<unknown>;
  }[] = [
    {
      what: 'is stopped',
      begin: () => deployment.postgres.interrupt('immediate'),
      end: () => deployment.postgres.resume(),
    },
    {
      what: 'only lets itself be read',
      begin: () => readOnly('on'),
      end: () => readOnly('off'),
    },
    {
      what: 'has a full disk',
      async begin() {
        await query(
          deployment.databaseUrl,
          `create function disk_full() returns trigger language plpgsql as
             $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`,
        );
        for (const table of TABLES) {
          const trigger = `create trigger disk_full before insert or update on ${table} execute function disk_full()`;
          await query(deployment.databaseUrl, trigger);
        }
      },
      end: () => query(deployment.databaseUrl, 'drop function disk_full cascade'),
    },
  ];

  for (const [index, { what, begin, end }] of outages.entries()) {
    test(`${what} sends on, answers at once, and records every event once when it is back`, async () => {
      const id = (name: string): string => `${name}-${index}`;
      const waiting = numbered(id('waiting'), 8);
      const underWay = numbered(id('under-way'), 4);
      const ended = id('ended');

      await deployment.ask({ messageId: ended });
      await until('a message ends', async () => (await statusesOf(ended)).includes('delivered'));
      await askFor(waiting, { recipient: SILENT });
      await until('all wait for reports', async () =>
        (await Promise.all(waiting.map(statusesOf))).every((all) => all.includes('enqueued')),
      );
      // Sinch has these, and says so only when the database has gone.
      deployment.simulator.setFault(PLAN, { slowMs: 1_500, methods: ['POST'] });
      const before = deployment.simulator.counts().posts;
      await askFor(underWay, { recipient: SILENT });
      await until('a POST is under way', () => deployment.simulator.counts().posts > before);

      await begin();
      deployment.simulator.setFault(PLAN, undefined);

      try {
        const asked = await deployment.ask({ messageId: id('asked-meanwhile') });
        assert.deepEqual([asked.status, asked.json['code']], [503, 'unavailable']);
        assert.ok(asked.ms < AT_ONCE_MS, `the intake took ${asked.ms} ms`);

        await until('those under way are with Sinch', () => underWay.every((each) => deployment.accepted(each) === 1));
        for (const each of [...waiting, ...underWay]) assert.equal((await deployment.report(each)).status, 200, each);
        const late = await deployment.report(ended, { status: 'Failed', code: 150 });
        assert.equal(late.status, 503);
        assert.ok(late.ms < AT_ONCE_MS, `the webhook took ${late.ms} ms`);
        // Their workflows have their reports, and cannot record them.
        await until('the reports are with the workflows', async () =>
          (await Promise.all(waiting.map(isFinal))).every(Boolean),
        );
      } finally {
        await end();
      }

      await until(
        'the intake takes requests',
        async () => (await deployment.ask({ messageId: id('asked-meanwhile') })).status === 200,
      );
      await until(
        'the webhook keeps a late report',
        async () => (await deployment.report(ended, { status: 'Failed', code: 150 })).status === 200,
      );
      const all = [...waiting, ...underWay, ended, id('asked-meanwhile')];
      for (const each of all) {
        await until(`the events of ${each} are there`, async () => (await statusesOf(each)).length === 2);
        assert.deepEqual(await statusesOf(each), ['enqueued', 'delivered'], each);
        assert.equal(deployment.accepted(each), 1, each);
        assert.equal((await deployment.messages.outcome({ projectId: 'shop', messageId: each })).status, 'delivered');
      }
      const kept = (await deployment.events(ended)).lateReports.map(({ report }) => report.status);
      assert.deepEqual(kept, ['Failed']);
      assert.deepEqual(await query(deployment.databaseUrl, 'select * from contradicted_events'), []);
    });
  }

  function askFor(messageIds: readonly string[], message: Record<string, unknown>) {
    return Promise.all(messageIds.map((messageId) => deployment.ask({ messageId, ...message })));
  }

  async function statusesOf(messageId: string): Promise<string[]> {
    return (await deployment.events(messageId)).events.map(({ status }) => status);
  }

  async function isFinal(messageId: string): Promise<boolean> {
    const status = await deployment.messages.status({ projectId: 'shop', messageId });
    return status?.phase === 'delivered';
  }

  /** Refuses every transaction that writes, or allows it again; resolves when that is so for connections long open too. */
  async function readOnly(value: 'on' | 'off'): Promise<void> {
    await query(deployment.databaseUrl, `alter system set default_transaction_read_only = ${value}`);
    await query(deployment.databaseUrl, 'select pg_reload_conf()');
    // The server tells open connections of a reload before it takes a new one, which they heed before their next command.
    await until(`a new connection finds read-only ${value}`, async () => {
      const found = await query(deployment.databaseUrl, 'show default_transaction_read_only');
      return isDeepStrictEqual(found, [{ default_transaction_read_only: value }]);
    });
  }
});

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index}`);
}
