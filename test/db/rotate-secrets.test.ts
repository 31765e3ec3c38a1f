import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { eq } from 'drizzle-orm';
import { Client } from 'pg';
import {
  createKeyring,
  type Database,
  exporters,
  integrations,
  type Keyring,
  lateReports,
  projects,
  rotateSecrets,
  unmatchedReports,
  unreadableCallbacks,
} from '../../src/db/index.ts';
import { createSqlReportStore } from '../../src/events/index.ts';
import { withDatabases, withPostgres } from '../helpers/database.ts';
import { collide, query } from '../helpers/postgres.ts';

const keys = ['old', 'new', 'lost'].map((id) => ({ id, key: randomBytes(32) }));
const ringOf = (current: string, ...others: string[]): Keyring =>
  createKeyring({ keys: keys.filter(({ id }) => [current, ...others].includes(id)), current });

const old = ringOf('old');
const both = ringOf('new', 'old');
const fresh = ringOf('new');

const none = {
  apiTokens: 0,
  callbackAuths: 0,
  callbackUrls: 0,
  exporterSecrets: 0,
  lateReports: 0,
  unmatchedReports: 0,
  unreadableCallbacks: 0,
};

const at = '2026-11-20T10:00:00.000Z';

const seal = (keyring: Keyring, text: string): string => keyring.encrypt(Buffer.from(text));
const open = (keyring: Keyring, sealed: string | null | undefined): string =>
  Buffer.from(keyring.decrypt(sealed ?? '')).toString();

async function empty({ orm }: Database): Promise<void> {
  for (const table of [integrations, exporters, lateReports, unmatchedReports, unreadableCallbacks]) {
    await orm.delete(table);
  }
}

function integrationRow(id: string, keyring: Keyring): typeof integrations.$inferInsert {
  return {
    id,
    projectId: 'shop',
    name: id,
    servicePlanId: 'plan',
    region: 'eu',
    baseUrl: 'https://eu.sms.api.sinch.com',
    apiToken: seal(keyring, `token of ${id}`),
    messagesPerSecond: 30,
    callbackAuth: seal(keyring, '{}'),
    callbackUrl: id.endsWith('0') ? seal(keyring, 'https://x.example') : null,
    mmsCountries: [],
    hasDefaultOriginator: false,
    state: 'enabled',
    createdAt: at,
    updatedAt: at,
  };
}

withDatabases('rotating secrets', (engine) => {
  test('encrypts everything anew, so that the old key can go, and does nothing the second time', async () => {
    const database = engine.database();
    await empty(database);
    const ids = Array.from({ length: 10 }, (_, number) => `i-${number}`);
    await database.orm.insert(integrations).values(ids.map((id) => integrationRow(id, old)));
    await database.orm.insert(integrations).values([
      integrationRow('is-new', both),
      // One that was archived long ago has none any more.
      { ...integrationRow('forgotten', both), apiToken: '' },
    ]);
    await database.orm.insert(exporters).values({
      projectId: 'shop',
      baseUrl: 'https://api.example',
      projectToken: 't',
      keyId: 'k',
      keySecret: seal(old, 'exporter secret'),
      enabled: true,
      requestsPerSecond: 100,
      statusNames: {},
      since: at,
      updatedAt: at,
    });
    const store = createSqlReportStore(database, old);
    const bodies = Array.from({ length: 450 }, (_, number) => Buffer.from(`body ${number}`));
    await Promise.all(
      bodies.map((rawBody) =>
        store.keepUnmatched({ integrationId: 'i-1', reason: 'inbound', rawBody, receivedAt: at }),
      ),
    );
    await store.keepUnreadable({ integrationId: 'i-1', why: 'not JSON', rawBody: Buffer.from('x'), receivedAt: at });
    await store.keepLate({
      projectId: 'shop',
      messageId: 'm-1',
      integrationId: 'i-1',
      report: { integrationId: 'i-1', status: 'Delivered', at },
      rawBody: Buffer.from('late'),
      receivedAt: at,
    });

    assert.deepEqual(await rotateSecrets(database, both), {
      encrypted: {
        apiTokens: 10,
        callbackAuths: 10,
        callbackUrls: 1,
        exporterSecrets: 1,
        lateReports: 1,
        unmatchedReports: 450,
        unreadableCallbacks: 1,
      },
      undecryptable: none,
    });
    assert.deepEqual(await rotateSecrets(database, both), { encrypted: none, undecryptable: none });

    const rows = await database.orm.select().from(integrations);
    for (const { id, apiToken, callbackAuth, callbackUrl } of rows) {
      if (id !== 'forgotten') assert.equal(open(fresh, apiToken), `token of ${id}`);
      assert.equal(open(fresh, callbackAuth), '{}');
      if (callbackUrl !== null) assert.equal(open(fresh, callbackUrl), 'https://x.example');
    }
    const [exporter] = await database.orm.select().from(exporters);
    assert.equal(open(fresh, exporter?.keySecret), 'exporter secret');
    for (const { rawBody, bodyHash } of await database.orm.select().from(unmatchedReports)) {
      assert.equal(createHash('sha256').update(open(fresh, rawBody)).digest('hex'), bodyHash);
    }
    const [late] = await database.orm.select().from(lateReports);
    assert.equal(open(fresh, late?.rawBody), 'late');
  });

  test('leaves and counts what no key decrypts, and goes on with the rest', async () => {
    const database = engine.database();
    await empty(database);
    const lost = ringOf('lost');
    await database.orm
      .insert(integrations)
      .values([integrationRow('a', old), integrationRow('b', lost), integrationRow('c', old)]);
    const result = await rotateSecrets(database, both);
    assert.deepEqual([result.encrypted.apiTokens, result.undecryptable.apiTokens], [2, 1]);
    assert.deepEqual([result.encrypted.callbackAuths, result.undecryptable.callbackAuths], [2, 1]);
    const [row] = await database.orm.select().from(integrations).where(eq(integrations.id, 'b'));
    assert.equal(open(lost, row?.apiToken), 'token of b');
    const reports = createSqlReportStore(database, lost);
    const unmatched = (integrationId: string, body: string) =>
      ({ integrationId, reason: 'inbound', rawBody: Buffer.from(body), receivedAt: at }) as const;
    await Promise.all(
      Array.from({ length: 250 }, async (_, number) => reports.keepUnmatched(unmatched('i-1', `body ${number}`))),
    );
    await createSqlReportStore(database, old).keepUnmatched(unmatched('i-2', 'the last one'));
    const beyond = await rotateSecrets(database, both);
    assert.deepEqual([beyond.encrypted.unmatchedReports, beyond.undecryptable.unmatchedReports], [1, 250]);
    const again = await rotateSecrets(database, both);
    assert.deepEqual([again.encrypted.apiTokens, again.undecryptable.apiTokens], [0, 1]);
    assert.deepEqual((await rotateSecrets(database, ringOf('new', 'lost'))).undecryptable, none);
  });
});

withPostgres('rotating secrets while serving', (engine) => {
  test('leaves a value that is changed meanwhile to whoever changes it', async () => {
    const database = engine.database();
    await empty(database);
    await database.orm.insert(integrations).values([integrationRow('a', old), integrationRow('b', old)]);
    const changed = seal(both, 'changed meanwhile');
    const other = new Client({ connectionString: engine.url() });
    await other.connect();
    try {
      await other.query('begin');
      await other.query('update integrations set api_token = $1 where id = $2', [changed, 'a']);
      const rotated = rotateSecrets(database, both);
      const blocked = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
      while ((await query(engine.url(), blocked)).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      await other.query('commit');
      assert.equal((await rotated).encrypted.apiTokens, 1);
    } finally {
      await other.end();
    }
    const rows = await database.orm.select().from(integrations);
    assert.equal(open(both, rows.find(({ id }) => id === 'a')?.apiToken), 'changed meanwhile');
    assert.equal(open(fresh, rows.find(({ id }) => id === 'b')?.apiToken), 'token of b');
  });

  test('may be run twice at the same time', async () => {
    const database = engine.database();
    await empty(database);
    await database.orm.insert(projects).values({ projectId: 'shop', name: 'Shop', createdAt: at, updatedAt: at });
    const ids = Array.from({ length: 50 }, (_, number) => `i-${100 + number}`);
    await database.orm.insert(integrations).values(ids.map((id) => integrationRow(id, old)));
    const results = await collide(
      engine.url(),
      "update integrations set name = 'held' where id = 'i-125'",
      2,
      async () => Promise.all([rotateSecrets(database, both), rotateSecrets(database, both)]),
    );
    assert.equal(
      results.reduce((sum, { encrypted }) => sum + encrypted.apiTokens, 0),
      50,
    );
    for (const { apiToken, id } of await database.orm.select().from(integrations)) {
      assert.equal(open(fresh, apiToken), `token of ${id}`);
    }
  });
});
