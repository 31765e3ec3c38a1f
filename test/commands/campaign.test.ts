import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Database, openDatabase } from '../../src/db/index.ts';
import { createLedgerCheck } from '../../src/events/index.ts';
import type { CampaignListView, CampaignView } from '../../src/http/index.ts';
import { campaignBooks } from '../events/campaign-books.ts';
import { API_KEY, startApp, type TestApp } from '../http/http-fixture.ts';
import { type CommandResult, runCommand } from './context.ts';

const at = (time: string) => `2026-11-20T${time}.000Z`;

describe('campaign and campaigns', () => {
  let database: Database;
  let app: TestApp;
  const run = (...args: string[]): Promise<CommandResult> =>
    runCommand([...args, '--url', app.url, '--project', 'shop', '--data-dir', '/nonexistent'], {
      SINCH_API_KEY: API_KEY,
    });

  before(async () => {
    database = await openDatabase({ memory: true });
    // Temporal has no workflow of any message.
    const workflows = {
      ofCampaign: () => Promise.resolve({ workflows: [] }),
      find: () => Promise.resolve([]),
      describe: () => Promise.resolve(undefined),
    };
    app = await startApp({
      database,
      ledgerCheck: createLedgerCheck({ database, workflows, graceMs: 0, pageSize: 2 }),
    });
    const books = campaignBooks(database, 'shop', 'welcome');
    const enqueued = { status: 'enqueued', at: at('10:00:00') } as const;
    for (let i = 0; i < 6; i += 1) {
      await books.send({ country: 'FR' }, enqueued, { status: 'delivered', at: at(`10:${10 + i}:00`) });
    }
    await books.send({ country: 'GB', sender: '=News' }, enqueued, {
      status: 'failed',
      statusCode: 11,
      at: at('10:20:00'),
    });
    await books.send({ country: 'DE', reportsExpected: false }, enqueued, { status: 'timeout', at: at('10:30:00') });
    await books.refuse(books.message({ country: 'FR' }));
    await books.skip(books.message());
    await campaignBooks(database, 'shop', 'stuck').send({}, enqueued);
  });
  after(async () => {
    await app?.[Symbol.asyncDispose]();
    await database?.close();
  });

  test('campaign shows counts with bars, both rates with what they are of, and every breakdown', async () => {
    const { exitCode, stdout, stderr } = await run('campaign', 'welcome');
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^Campaign welcome \(Welcome\) of project shop, events from 2026-11-20 10:00:00 to /);
    assert.match(stdout, /^ {2}requested +10 +█{30}$/m);
    assert.match(stdout, /^ {6}delivered +6 +75\.0 % of enqueued +█{18}$/m);
    assert.match(stdout, /75\.0 % {2}6 of 8 messages that Sinch took/);
    assert.match(stdout, /85\.7 % {2}6 of 7 messages that can report/);
    assert.match(stdout, /^Delivered after being enqueued: half within 1\d\.\d min, /m);
    assert.match(stdout, /^ {2}France \(FR\) +7 +6 +6 +100\.0 %/m);
    assert.match(stdout, /^ {2}Germany \(DE\) +2 +1 +0 +0\.0 % +- +0/m);
    assert.match(stdout, /^ {2}failed +smpp +11 +1 {2}The message was not delivered, and the network told no more\.$/m);
    assert.match(stdout, /^Over time, by minute\n {2}enqueued {4}\|█ +\|\n {2}delivered +\| +█+ +\|\n/m);
    assert.equal(Math.max(...stdout.split('\n').map((line) => line.length)) <= 140, true);
  });

  test('campaign shows ids and names without what would steer the terminal', async () => {
    const evil = 'red\u001B[31m';
    await campaignBooks(database, 'shop', evil).send({
      sender: evil,
      campaign: { campaignId: evil, campaignName: evil },
    });
    for (const args of [['campaign', evil], ['campaigns']]) {
      const { stdout } = await run(...args);
      assert.match(stdout, /red·\[31m/);
      assert.equal(stdout.includes('\u001B'), false);
    }
  });

  test('campaign --json is the answer of the API', async () => {
    const { stdout } = await run('campaign', 'welcome', '--json');
    const view = JSON.parse(stdout) as CampaignView;
    assert.deepEqual([view.counts.requested, view.counts.delivered], [10, 6]);
  });

  test('campaign --csv has a line for the campaign, each country and each sender, safe for spreadsheets', async () => {
    const lines = (await run('campaign', 'welcome', '--csv')).stdout.trimEnd().split('\n');
    const header = lines[0]?.split(',') ?? [];
    assert.deepEqual(header.slice(0, 3), ['dimension', 'value', 'requested']);
    assert.ok(lines.every((line) => line.split(',').length === header.length));
    const row = (start: string) => lines.find((line) => line.startsWith(start))?.split(',') ?? [];
    assert.equal(row('country,FR')[header.indexOf('delivered')], '6');
    assert.equal(row('country,DE')[header.indexOf('delivery_rate_of_able_to_report')], '');
    assert.equal(row('campaign,welcome')[header.indexOf('delivery_rate_of_sent')], '0.75');
    assert.equal(row("sender,'=News")[header.indexOf('failed')], '1');
    const codes = (await run('campaign', 'welcome', '--csv', 'codes')).stdout;
    assert.match(
      codes,
      /^status,kind,.*\n(.*\n)*failed,smpp,11,,1,"The message was not delivered, and the network told no more\."\n/,
    );
    const times = (await run('campaign', 'welcome', '--csv', 'times')).stdout;
    assert.match(times, /^starts_at,enqueued,.*\n.*\n2026-11-20T10:10:00\.000Z,0,0,1,0,0,0\n/m);
  });

  test('campaign --check is content with what Temporal has forgotten', async () => {
    const { exitCode, stdout } = await run('campaign', 'welcome', '--check');
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /^8 have their end and are not known to Temporal any more, which is as it should be\.$/m);
    assert.match(stdout, /^All 10 requests add up/m);
  });

  test('campaign --check names what does not add up and what to do, with exit code 1', async () => {
    const { exitCode, stdout, stderr } = await run('campaign', 'stuck', '--check');
    assert.deepEqual([exitCode, stderr], [1, '']);
    assert.match(stdout, /^stuck-1 {2}lost\n {2}It was started and has no end.*Ask Sinch/);
    const json = JSON.parse((await run('campaign', 'stuck', '--check', '--json')).stdout) as Record<string, unknown>;
    assert.deepEqual([json['ok'], json['checked']], [false, 1]);
  });

  test('a campaign that nobody knows is an error', async () => {
    const shown = await run('campaign', 'welcom');
    assert.deepEqual([shown.exitCode, shown.stdout], [1, '']);
    assert.match(shown.stderr, /^Error: Project shop has no message of this campaign/m);
    assert.match((await run('campaign', 'welcom', '--check')).stderr, /Nothing is known of a campaign welcom/);
  });

  test('--csv goes with neither --json nor --check', async () => {
    assert.equal((await run('campaign', 'welcome', '--csv', '--json')).exitCode, 2);
    assert.equal((await run('campaign', 'welcome', '--check', '--csv')).exitCode, 2);
    assert.equal((await run('campaign', 'welcome', '--csv', 'moons')).exitCode, 2);
  });

  test('campaigns lists what began latest first, and how to go on', async () => {
    const { stdout, stderr } = await run('campaigns', '--limit', '1');
    assert.match(stdout, /^campaign +name +began +requested/);
    const cursor = /--cursor (\S+)/.exec(stderr)?.[1] ?? assert.fail(stderr);
    const rest = JSON.parse((await run('campaigns', '--cursor', cursor, '--json')).stdout) as CampaignListView;
    assert.ok(rest.campaigns.length >= 1);
    assert.equal(rest.nextCursor, undefined);
  });
});
