import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { eq, sql } from 'drizzle-orm';
import { Client } from 'pg';
import { COUNTRIES_WITHOUT_REPORTS } from '../../src/countries/index.ts';
import { createKeyring, type Database, integrations, openDatabase } from '../../src/db/index.ts';
import { forgetArchivedSecrets, sqlSettings, type SqlSettingsOptions } from '../../src/settings/index.ts';
import { withDatabases, withPostgres } from '../helpers/database.ts';
import { query } from '../helpers/postgres.ts';
import { refusal } from './refusal.ts';
import { admin, adminOf, integrationBody, keyring, PUBLIC_URL, TOKEN } from './settings-fixture.ts';

const HOUR_MS = 60 * 60 * 1000;

/** As long as a test needs: only what asks for a reading reads. */
const NEVER = HOUR_MS;

interface Told {
  level: 'warn' | 'error';
  message: string;
}

withDatabases('the settings of the database', (engine) => {
  const opened: { close(): Promise<void> }[] = [];
  after(async () => Promise.all(opened.map((settings) => settings.close())));

  function settingsOf(database: Database, options: SqlSettingsOptions = {}) {
    const told: Told[] = [];
    const settings = sqlSettings(database, keyring, {
      publicUrl: PUBLIC_URL,
      log: {
        warn: (_fields, message) => told.push({ level: 'warn', message }),
        error: (_fields, message) => told.push({ level: 'error', message }),
      },
      ...options,
    });
    opened.push(settings);
    return { settings, told };
  }

  test('are what admins set up', async () => {
    const database = engine.database();
    const admins = adminOf(database, { allowPrivateHosts: ['localhost'] });
    await admins.createProject(admin, { id: 'read' });
    const view = await admins.createIntegration(admin, 'read', integrationBody('read-1', { isDefault: true }));
    await admins.createIntegration(
      admin,
      'read',
      integrationBody('read-2', {
        region: undefined,
        baseUrl: 'http://localhost:8080/',
        callbackAuth: { type: 'basic', username: 'sinch', passwords: ['new', 'old'] },
        callbackUrl: 'https://elsewhere.example/hook',
        hasDefaultOriginator: true,
      }),
    );
    await admins.disableIntegration(admin, 'read', 'read-2');
    for (const sender of ['Shop', '12345']) await admins.addSender(admin, 'read', { sender });
    await admins.changeProject(admin, 'read', {
      defaultSender: 'Shop',
      eventName: 'sms',
      settleMs: 5_000,
      bareNumbers: 'refused',
    });
    const { settings } = settingsOf(database);

    const first = await settings.integration('read-1');
    assert.deepEqual(first, {
      id: 'read-1',
      projectId: 'read',
      name: 'Name of read-1',
      servicePlanId: 'plan-read-1',
      region: 'eu',
      baseUrl: 'https://eu.sms.api.sinch.com',
      apiToken: TOKEN,
      messagesPerSecond: 30,
      enabled: true,
      callbackAuth: { type: 'url-secret', secrets: [view.callbackUrl?.split('/').at(-1)] },
      callbackUrl: view.callbackUrl,
      mmsCountries: ['US', 'CA', 'AU', 'PR'],
      hasDefaultOriginator: false,
    });
    await admins.changeIntegration(admin, 'read', 'read-1', { servicePlanId: 'plan-right' });
    await settings.refresh();
    const corrected = await settings.integration('read-1');
    assert.deepEqual([corrected?.servicePlanId, corrected?.formerServicePlanIds], ['plan-right', ['plan-read-1']]);
    const second = await settings.integration('read-2');
    assert.deepEqual(
      [second?.region, second?.baseUrl, second?.enabled, second?.callbackUrl, second?.callbackAuth],
      [
        'custom',
        'http://localhost:8080',
        false,
        'https://elsewhere.example/hook',
        { type: 'basic', username: 'sinch', passwords: ['new', 'old'] },
      ],
    );
    assert.deepEqual(await settings.project('read'), {
      projectId: 'read',
      defaultIntegrationId: 'read-1',
      defaultSender: 'Shop',
      senders: ['Shop', '12345'],
      eventName: 'sms',
      countriesWithoutReports: [...COUNTRIES_WITHOUT_REPORTS],
      settleMs: 5_000,
      bareNumbers: 'refused',
      waitWhereNoReportsExpected: true,
      statusAttribute: true,
    });
    assert.deepEqual(
      (await settings.integrations()).filter(({ projectId }) => projectId === 'read').map(({ id }) => id),
      ['read-1', 'read-2'],
    );
    for (const id of ['nobody', '__proto__', 'constructor', '']) {
      assert.equal(await settings.integration(id), undefined);
      assert.equal(await settings.project(id), undefined);
      assert.equal(await settings.exporter(id), undefined);
    }
  });

  test('bring the exporter with its secret', async () => {
    const database = engine.database();
    const admins = adminOf(database);
    await admins.createProject(admin, { id: 'out' });
    const { settings } = settingsOf(database, { refreshMs: NEVER });
    assert.equal(await settings.exporter('out'), undefined);
    const body = { baseUrl: 'https://api.example', projectToken: 'token', keyId: 'key', keySecret: 'exporter-secret' };
    const { since } = await admins.changeExporter(admin, 'out', { ...body, statusNames: { timeout: 'lost' } });
    await admins.changeProject(admin, 'out', { eventName: 'sms' });
    await settings.refresh();
    const expected = {
      ...body,
      projectId: 'out',
      enabled: true,
      requestsPerSecond: 100,
      eventName: 'sms',
      statusNames: { timeout: 'lost' },
      since,
    };
    assert.deepEqual(await settings.exporter('out'), expected);
    assert.deepEqual(
      (await settings.exporters()).filter(({ projectId }) => projectId === 'out'),
      [expected],
    );
  });

  test('follow a change by themselves, and at once where the admin is told of them', async () => {
    const database = engine.database();
    const { settings: slow } = settingsOf(database, { refreshMs: NEVER });
    const { settings: quick } = settingsOf(database, { refreshMs: 5 });
    const { settings: own } = settingsOf(database, { refreshMs: NEVER });
    const admins = adminOf(database, { settings: own });
    for (const each of [slow, quick, own]) assert.equal(await each.project('follow'), undefined);
    await admins.createProject(admin, { id: 'follow' });
    assert.ok(await own.project('follow'));
    assert.equal(await slow.project('follow'), undefined);
    while ((await quick.project('follow')) === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    await slow.refresh();
    assert.ok(await slow.project('follow'));
  });

  test('stay in force while the database fails, which is warned of once each time', async () => {
    const database = engine.database();
    const admins = adminOf(database);
    await admins.createProject(admin, { id: 'stale' });
    await admins.createIntegration(admin, 'stale', integrationBody('stale-1'));
    const { settings, told } = settingsOf(database, { refreshMs: NEVER });
    assert.ok(await settings.integration('stale-1'));
    for (let outage = 1; outage <= 2; outage += 1) {
      await database.orm.execute(sql`alter table settings_versions rename to settings_versions_away`);
      try {
        for (let attempt = 0; attempt < 3; attempt += 1) {
          await assert.rejects(settings.refresh(), { name: 'StoreError' });
          assert.equal((await settings.integration('stale-1'))?.apiToken, TOKEN);
        }
        assert.equal(told.length, outage);
        assert.match(told.at(-1)?.message ?? '', /those read last stay in force/);
      } finally {
        await database.orm.execute(sql`alter table settings_versions_away rename to settings_versions`);
      }
      await settings.refresh();
    }
    await admins.disableIntegration(admin, 'stale', 'stale-1');
    await settings.refresh();
    assert.equal((await settings.integration('stale-1'))?.enabled, false);
  });

  test('throw while nothing could be read, and are there as soon as something can', async () => {
    const database = engine.database();
    await adminOf(database).createProject(admin, { id: 'first' });
    await database.orm.execute(sql`alter table senders rename to senders_away`);
    const { settings, told } = settingsOf(database, { refreshMs: NEVER });
    try {
      for (const ask of [settings.project('first'), settings.integration('first'), settings.integrations()]) {
        await assert.rejects(ask, { name: 'StoreError' });
      }
      assert.equal(told.length, 1);
    } finally {
      await database.orm.execute(sql`alter table senders_away rename to senders`);
    }
    assert.ok(await settings.project('first'));
  });

  test('know an archived integration until the last report may have come', async () => {
    const database = engine.database();
    const archivedAt = Date.parse('2026-11-20T10:00:00.000Z');
    let now = archivedAt;
    const clock = () => new Date(now);
    const admins = adminOf(database, { now: clock });
    await admins.createProject(admin, { id: 'past' });
    await admins.changeProject(admin, 'past', { reportWindowMs: 10 * 24 * HOUR_MS });
    await admins.createProject(admin, { id: 'past-short' });
    await admins.changeProject(admin, 'past-short', { reportWindowMs: 1 });
    await admins.createIntegration(admin, 'past', integrationBody('past-long'));
    await admins.createIntegration(
      admin,
      'past-short',
      integrationBody('past-default', { callbackAuth: { type: 'hmac', secrets: ['callback-secret'] } }),
    );
    await admins.archiveIntegration(admin, 'past', 'past-long');
    await admins.archiveIntegration(admin, 'past-short', 'past-default');
    const { settings, told } = settingsOf(database, { refreshMs: NEVER, now: clock });
    const known = async () => {
      const found = await Promise.all(['past-default', 'past-long'].map((id) => settings.integration(id)));
      return found.map((integration) => integration?.apiToken);
    };

    assert.equal((await settings.integration('past-default'))?.enabled, false);
    assert.deepEqual(
      (await settings.integrations()).filter(({ projectId }) => projectId.startsWith('past')),
      [],
    );
    now = archivedAt + (7 * 24 * HOUR_MS - 1);
    assert.deepEqual(await known(), [TOKEN, TOKEN]);
    assert.equal(await forgetArchivedSecrets(database, keyring, clock()), 0);
    now = archivedAt + 7 * 24 * HOUR_MS;
    assert.deepEqual(await known(), [undefined, TOKEN]);

    assert.equal(await forgetArchivedSecrets(database, keyring, clock()), 1);
    assert.equal(await forgetArchivedSecrets(database, keyring, clock()), 0);
    const [row] = await database.orm.select().from(integrations).where(eq(integrations.id, 'past-default'));
    assert.equal(row?.apiToken, '');
    assert.ok(
      !Buffer.from(keyring.decrypt(row?.callbackAuth ?? ''))
        .toString()
        .includes('callback-secret'),
    );
    const view = await admins.integration('past-short', 'past-default');
    assert.deepEqual([view.callbackAuth, view.callbackUrl], [{ type: 'hmac', secrets: 0 }, undefined]);
    await admins.changeProject(admin, 'past', { name: 'Read again' });
    await settings.refresh();
    assert.deepEqual(await known(), [undefined, TOKEN]);
    now = archivedAt + 13 * 24 * HOUR_MS;
    assert.deepEqual(await known(), [undefined, undefined]);
    assert.deepEqual(told, []);
  });

  test('lose one integration and nothing else where a key is lost, and let its secrets be set anew', async () => {
    const database = engine.database();
    const lost = createKeyring({ keys: [{ id: 'lost', key: randomBytes(32) }], current: 'lost' });
    const admins = adminOf(database);
    await admins.createProject(admin, { id: 'lost' });
    await adminOf(database, { keyring: lost }).createIntegration(admin, 'lost', integrationBody('lost-1'));
    await admins.createIntegration(admin, 'lost', integrationBody('lost-2'));
    const { settings, told } = settingsOf(database, { refreshMs: NEVER });
    await assert.rejects(settings.integration('lost-1'), { name: 'KeyringError', code: 'key_unknown' });
    assert.ok(await settings.integration('lost-2'));
    await admins.changeProject(admin, 'lost', { eventName: 'sms' });
    await settings.refresh();
    assert.deepEqual(told, [
      { level: 'error', message: 'The secrets of integration lost-1 cannot be decrypted: it cannot be used' },
    ]);
    assert.ok((await settings.integrations()).every(({ id }) => id !== 'lost-1'));
    await admins.changeIntegration(admin, 'lost', 'lost-1', {
      apiToken: 'a-new-token',
      callbackAuth: { type: 'hmac', secrets: ['new'] },
    });
    await settings.refresh();
    assert.equal((await settings.integration('lost-1'))?.apiToken, 'a-new-token');
  });

  test('are told apart from a wrong option', () => {
    const database = engine.database();
    assert.throws(() => sqlSettings(database, keyring, { refreshMs: 0 }), /refreshMs has to be above 0/);
    assert.throws(() => sqlSettings(database, keyring, { publicUrl: 'http://sms.example' }), {
      name: 'TypeError',
      message:
        'sqlSettings: publicUrl has to be a URL without query and credentials, with https unless the host is this machine; received "http://sms.example".',
    });
    assert.throws(() => adminOf(database, { publicUrl: 'x' }), TypeError);
  });

  test('answer what was read last once they are closed, and read no more', async () => {
    const database = engine.database();
    await adminOf(database).createProject(admin, { id: 'closed' });
    const { settings } = settingsOf(database, { refreshMs: 1 });
    assert.ok(await settings.project('closed'));
    await settings.close();
    await settings.close();
    await adminOf(database).changeProject(admin, 'closed', { eventName: 'later' });
    await settings.refresh();
    assert.equal((await settings.project('closed'))?.eventName, 'campaign');
    const { settings: never } = settingsOf(database);
    await never[Symbol.asyncDispose]();
    await assert.rejects(never.project('closed'), { name: 'StoreError', code: 'store_unavailable' });
  });
});

withPostgres('the settings of a server', (engine) => {
  test('show one state of the tables: a new default together with the integration that it is', async () => {
    const database = engine.database();
    const admins = adminOf(database);
    await admins.createProject(admin, { id: 'state' });
    const ids = ['state-1', 'state-2'];
    for (const id of ids) await admins.createIntegration(admin, 'state', integrationBody(id));
    await admins.changeProject(admin, 'state', { defaultIntegrationId: 'state-1' });
    await admins.disableIntegration(admin, 'state', 'state-2');
    const other = new Client({ connectionString: engine.url() });
    await other.connect();
    await using settings = sqlSettings(database, keyring, { refreshMs: NEVER });
    try {
      // The reading has seen the project and waits for the integrations while the default changes.
      await other.query('begin');
      await other.query('lock table integrations in access exclusive mode');
      const read = settings.project('state');
      const blocked = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
      while ((await query(engine.url(), blocked)).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      await other.query("update integrations set state = 'enabled' where id = 'state-2'");
      await other.query("update projects set default_integration_id = 'state-2' where project_id = 'state'");
      await other.query("update integrations set state = 'disabled' where id = 'state-1'");
      await other.query('update settings_versions set version = version + 1');
      await other.query('commit');
      await read;
    } finally {
      await other.end();
    }
    for (const id of ['state-1', 'state-2']) {
      assert.equal((await settings.project('state'))?.defaultIntegrationId, id);
      assert.equal((await settings.integration(id))?.enabled, true);
      await settings.refresh();
    }
  });

  test('end with a connection that is lost in a transaction, without harm to the process or the pool', async () => {
    await using database = await openDatabase({ url: engine.url(), maxConnections: 1 });
    const killed = database.transaction(async (orm) => {
      const [session] = await orm.select({ pid: sql<number>`pg_backend_pid()` }).from(sql`(values (1)) as one`);
      await query(engine.url(), `select pg_terminate_backend(${session?.pid})`);
      await orm.execute(sql`select 1`);
    });
    await assert.rejects(killed);
    await database.ping();
    await assert.rejects(
      database.transaction(async (orm) => {
        await orm.execute(sql`create table half_way (id int)`);
        throw new Error('no');
      }),
      /^Error: no$/,
    );
    await assert.rejects(database.orm.execute(sql`select * from half_way`));
    await assert.rejects(
      database.transaction(async (orm) => orm.execute(sql`create table half_way (id int)`), { snapshot: true }),
    );
    await database.ping();
  });

  test('refuse no admin for a change that another process makes at the same time', async () => {
    const one = adminOf(engine.database());
    await one.createProject(admin, { id: 'both' });
    await using other = await openDatabase({ url: engine.url(), maxConnections: 2 });
    const two = adminOf(other);
    const made = await Promise.allSettled(
      Array.from({ length: 20 }, (_, number) =>
        (number % 2 === 0 ? one : two).createIntegration(admin, 'both', integrationBody('both-1')),
      ),
    );
    assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const each of made) if (each.status === 'rejected') refusal('already_exists')(each.reason);
  });
});
