import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { explainCode } from '../../src/codes/index.ts';
import { type Database, openDatabase } from '../../src/db/index.ts';
import { campaignCheckSchema, campaignListSchema, campaignSchema } from '../../src/http/index.ts';
import { campaignBooks } from '../events/campaign-books.ts';
import { assertProblem, startApp, type TestApp } from './http-fixture.ts';

const ENQUEUED = { status: 'enqueued' } as const;
const CAMPAIGNS = '/v1/projects/shop/campaigns';

let database: Database;
let app: TestApp;

before(async () => {
  database = await openDatabase({ memory: true });
  app = await startApp({ database });
  const books = campaignBooks(database, 'shop', 'a/b ü');
  await books.send({ country: 'FR' }, ENQUEUED, { status: 'delivered', partCount: 2 });
  await books.send({ country: 'FR' }, ENQUEUED, { status: 'failed', statusCode: 11 });
  await books.send({ country: 'DE', reportsExpected: false }, ENQUEUED);
  await campaignBooks(database, 'shop', 'second').send({ requestedAt: '2026-11-21T10:00:00.000Z' });
});
after(async () => {
  await app?.[Symbol.asyncDispose]();
  await database?.close();
});

test('shows what became of a campaign, whatever its id', async () => {
  const answer = await app.get(`${CAMPAIGNS}/${encodeURIComponent('a/b ü')}`);
  assert.equal(answer.status, 200, answer.text);
  const campaign = campaignSchema.strict().parse(answer.json);
  assert.equal(campaign.campaignId, 'a/b ü');
  assert.equal(campaign.campaignName, 'Welcome');
  assert.deepEqual(campaign.counts, {
    requested: 3,
    skipped: 0,
    waiting_to_send: 0,
    enqueued: 3,
    enqueue_failed: 0,
    waiting_for_report: 1,
    delivered: 1,
    rejected: 0,
    failed: 1,
    timeout: 0,
  });
  assert.deepEqual(campaign.delivery_rates, {
    of_sent: { delivered: 1, denominator: 'enqueued', of: 3, rate: 1 / 3 },
    of_able_to_report: { delivered: 1, denominator: 'able_to_report', of: 2, rate: 0.5 },
  });
  assert.deepEqual(
    campaign.countries.map(({ country, name }) => [country, name]),
    [
      ['FR', 'France'],
      ['DE', 'Germany'],
    ],
  );
  assert.deepEqual(campaign.codes, [
    { status: 'failed', kind: 'smpp', status_code: 11, messages: 1, explanation: explainCode('smpp', 11)?.meaning },
  ]);
  assert.deepEqual([campaign.number_of_message_parts, campaign.number_of_message_parts_estimated], [4, 2]);
});

test('has no rate of nothing', async () => {
  const { delivery_rates: rates } = campaignSchema.parse((await app.get(`${CAMPAIGNS}/second`)).json);
  assert.deepEqual([rates.of_sent.rate, rates.of_able_to_report.rate], [null, null]);
});

test('lists campaigns page by page, what began latest first', async () => {
  const first = campaignListSchema.strict().parse((await app.get(`${CAMPAIGNS}?limit=1`)).json);
  const second = campaignListSchema.parse((await app.get(`${CAMPAIGNS}?limit=1&cursor=${first.nextCursor}`)).json);
  assert.deepEqual(
    [...first.campaigns, ...second.campaigns].map(({ campaignId }) => campaignId),
    ['second', 'a/b ü'],
  );
  assert.equal(second.nextCursor, undefined);
});

test('refuses what it does not know, and says what to do', async () => {
  assertProblem(await app.get(`${CAMPAIGNS}/third`), 404, 'unknown_campaign');
  assertProblem(await app.get('/v1/projects/other/campaigns'), 404, 'unknown_project');
  assertProblem(await app.get(`${CAMPAIGNS}?limit=0`), 422, 'invalid_query');
  assertProblem(await app.get(`${CAMPAIGNS}?cursor=x`), 422, 'invalid_query');
  assertProblem(await app.get(`${CAMPAIGNS}/second/check?cursor=x`), 422, 'invalid_query');
  assertProblem(await app.call('GET', CAMPAIGNS, { headers: {} }), 401, 'unauthenticated');
});

test('a check that cannot ask Temporal is to be made again', async () => {
  assertProblem(await app.get(`${CAMPAIGNS}/second/check`), 503, 'unavailable');
});

test('a page of a check has the shape that is published', async () => {
  await using checked = await startApp({
    database,
    ledgerCheck: {
      page: () =>
        Promise.resolve({
          findings: [{ messageId: 'm-1', code: 'lost', explanation: 'Gone.' }],
          checked: 1,
          ended: 0,
          endedKnown: 0,
          countsAgree: true,
          nextCursor: 'next',
        }),
    },
  });
  const answer = await checked.get(`${CAMPAIGNS}/second/check`);
  assert.equal(campaignCheckSchema.strict().parse(answer.json).findings[0]?.code, 'lost');
});
