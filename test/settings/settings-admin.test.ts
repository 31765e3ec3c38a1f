import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eq } from 'drizzle-orm';
import { apiKeys, auditEntries, exporters, projects } from '../../src/db/index.ts';
import { withDatabases, withPostgres } from '../helpers/database.ts';
import { query } from '../helpers/postgres.ts';
import { refusal } from './refusal.ts';
import { admin, adminOf, allOf, integrationBody } from './settings-fixture.ts';

withDatabases('the admin of a project', (engine) => {
  test('creates it once, with the documented defaults', async () => {
    const settings = adminOf(engine.database());
    const created = await settings.createProject({ kind: 'deployment' }, { id: 'new', name: 'New shop' });
    assert.deepEqual(created, {
      id: 'new',
      name: 'New shop',
      eventName: 'campaign',
      waitWhereNoReportsExpected: true,
      statusAttribute: true,
      createdAt: created.createdAt,
      updatedAt: created.createdAt,
    });
    assert.deepEqual(await settings.project('new'), created);
    await assert.rejects(settings.createProject(admin, { id: 'new' }), refusal('already_exists'));
    await assert.rejects(settings.createProject(admin, { id: 'New!', x: 1 }), refusal('invalid_settings', ['id', 'x']));
    await assert.rejects(settings.project('nowhere'), refusal('unknown_project'));
    await assert.rejects(settings.changeProject(admin, 'nowhere', {}), refusal('unknown_project'));
  });

  test('changes and takes away what holds for all messages', async () => {
    const settings = adminOf(engine.database());
    await settings.createProject(admin, { id: 'change' });
    await settings.addSender(admin, 'change', { sender: 'Shop' });
    const given = {
      name: 'Other',
      defaultSender: 'Shop',
      eventName: 'sms',
      countriesWithoutReports: ['DE'],
      reportWindowMs: 1000,
      settleMs: 0,
      waitWhereNoReportsExpected: false,
      statusAttribute: false,
      bareNumbers: 'GB',
      retentionDays: 90,
    };
    const changed = await settings.changeProject(admin, 'change', given);
    assert.deepEqual(changed, { id: 'change', ...given, createdAt: changed.createdAt, updatedAt: changed.updatedAt });
    const taken = await settings.changeProject(admin, 'change', {
      defaultSender: null,
      countriesWithoutReports: null,
      reportWindowMs: null,
      settleMs: null,
      bareNumbers: null,
    });
    for (const name of ['defaultSender', 'countriesWithoutReports', 'reportWindowMs', 'settleMs', 'bareNumbers']) {
      assert.ok(!(name in taken), name);
    }
    await assert.rejects(
      settings.changeProject(admin, 'change', {
        defaultIntegrationId: null,
        defaultSender: '12',
        eventName: '',
        countriesWithoutReports: ['de'],
        reportWindowMs: 0,
        settleMs: -1,
        statusAttribute: 'yes',
        bareNumbers: 'XX',
        retentionDays: 0,
        projectId: 'x',
      }),
      refusal('invalid_settings', [
        'defaultIntegrationId',
        'defaultSender',
        'eventName',
        'countriesWithoutReports[0]',
        'reportWindowMs',
        'settleMs',
        'statusAttribute',
        'bareNumbers',
        'retentionDays',
        'projectId',
      ]),
    );
    await assert.rejects(
      settings.changeProject(admin, 'change', { defaultIntegrationId: 'nobody' }),
      refusal('unknown_integration'),
    );
    await settings.createProject(admin, { id: 'change-other' });
    await settings.createIntegration(admin, 'change-other', integrationBody('of-another'));
    await assert.rejects(
      settings.changeProject(admin, 'change', { defaultIntegrationId: 'of-another' }),
      refusal('unknown_integration'),
    );
  });

  test('leaves an audit entry with who, what, before and after for every change, and none for a change of nothing', async () => {
    const settings = adminOf(engine.database(), { now: () => new Date('2026-11-20T10:00:00.000Z') });
    await settings.createProject({ kind: 'command_line' }, { id: 'audit' });
    await settings.changeProject(admin, 'audit', { eventName: 'sms', statusAttribute: true });
    await settings.changeProject(admin, 'audit', { eventName: 'sms', name: 'audit' });
    const { items } = await settings.audit('audit', { limit: 10 });
    assert.deepEqual(
      items.map(({ at, actor, action, subject, before, after }) => ({ at, actor, action, subject, before, after })),
      [
        {
          at: '2026-11-20T10:00:00.000Z',
          actor: 'key:the-admin',
          action: 'project.changed',
          subject: 'audit',
          before: { eventName: 'campaign' },
          after: { eventName: 'sms' },
        },
        {
          at: '2026-11-20T10:00:00.000Z',
          actor: 'command_line',
          action: 'project.created',
          subject: 'audit',
          before: undefined,
          after: { name: 'audit' },
        },
      ],
    );
    for (let number = 0; number < 7; number += 1) {
      await settings.changeProject(admin, 'audit', { settleMs: number });
    }
    const all = await allOf((page) => settings.audit('audit', page), 4);
    assert.equal(all.length, 9);
    assert.deepEqual(
      all.map(({ id }) => Number(id)),
      all.map(({ id }) => Number(id)).sort((a, b) => b - a),
    );
    for (const cursor of ['', 'x', 'YWZ0ZXI6', 'YWZ0ZXI6eA']) {
      await assert.rejects(settings.audit('audit', { limit: 1, cursor }), refusal('invalid_settings', ['cursor']));
    }
    await assert.rejects(settings.audit('nowhere', { limit: 1 }), refusal('unknown_project'));
  });

  test('keeps predefined senders in one spelling, and warns of names where they do not work', async () => {
    const settings = adminOf(engine.database());
    await settings.createProject(admin, { id: 'senders' });
    const name = await settings.addSender(admin, 'senders', { sender: ' Shop ' });
    assert.deepEqual(name, {
      sender: 'Shop',
      kind: 'alphanumeric',
      isDefault: false,
      createdAt: name.createdAt,
      warning:
        'A name does not work as the sender in United States and Canada: messages there need a number or a short code',
    });
    const number = await settings.addSender(admin, 'senders', { sender: '+49 (151) 12345678' });
    assert.deepEqual([number.sender, number.kind, number.warning], ['4915112345678', 'number', undefined]);
    assert.equal((await settings.addSender(admin, 'senders', { sender: '12345' })).kind, 'short_code');
    assert.deepEqual(await settings.addSender(admin, 'senders', { sender: 'Shop' }), name);

    await settings.changeProject(admin, 'senders', { defaultSender: '004915112345678' });
    assert.deepEqual(
      (await settings.senders('senders')).map(({ sender, isDefault }) => [sender, isDefault]),
      [
        ['Shop', false],
        ['4915112345678', true],
        ['12345', false],
      ],
    );
    await assert.rejects(settings.removeSender(admin, 'senders', '+4915112345678'), refusal('default_sender'));
    await settings.removeSender(admin, 'senders', 'Shop');
    await assert.rejects(settings.removeSender(admin, 'senders', 'Shop'), refusal('unknown_sender'));
    await assert.rejects(
      settings.changeProject(admin, 'senders', { defaultSender: 'Shop' }),
      refusal('unknown_sender'),
    );
    for (const body of [{ sender: 'ab' }, { sender: '0151123' }, { sender: 'Ω丈x' }, {}]) {
      await assert.rejects(settings.addSender(admin, 'senders', body), refusal('invalid_settings', ['sender']));
    }
    await assert.rejects(settings.senders('nowhere'), refusal('unknown_project'));
  });

  test('takes 100 senders and no more, also when they come at the same time', async () => {
    const settings = adminOf(engine.database());
    await settings.createProject(admin, { id: 'many' });
    const added = await Promise.allSettled(
      Array.from({ length: 103 }, (_, number) =>
        settings.addSender(admin, 'many', { sender: String(10_000 + number) }),
      ),
    );
    assert.equal(added.filter(({ status }) => status === 'fulfilled').length, 100);
    for (const each of added) if (each.status === 'rejected') refusal('too_many_senders')(each.reason);
    assert.equal((await settings.senders('many')).length, 100);
  });

  test('sets up, changes and removes the exporter', async () => {
    const database = engine.database();
    const settings = adminOf(database);
    await settings.createProject(admin, { id: 'export' });
    await assert.rejects(settings.exporter('export'), refusal('unknown_exporter'));
    await assert.rejects(
      settings.changeExporter(admin, 'export', { baseUrl: 'https://api.example' }),
      refusal('invalid_settings', ['projectToken', 'keyId', 'keySecret']),
    );
    const first = {
      baseUrl: 'https://api.example',
      projectToken: '0b6a1b7e-7f2c-11f0-9e4e',
      keyId: 'key-1',
      keySecret: 'secret-that-nobody-may-see',
    };
    const created = await settings.changeExporter(admin, 'export', first);
    const { keySecret: _, ...shown } = first;
    assert.deepEqual(created, {
      ...shown,
      enabled: true,
      requestsPerSecond: 100,
      statusNames: {},
      since: created.since,
      updatedAt: created.since,
    });
    const changed = await settings.changeExporter(admin, 'export', {
      enabled: false,
      requestsPerSecond: 10,
      statusNames: { timeout: 'no_report' },
      keySecret: 'another-secret',
    });
    assert.deepEqual([changed.enabled, changed.requestsPerSecond, changed.since], [false, 10, created.since]);
    assert.deepEqual(changed.statusNames, { timeout: 'no_report' });
    assert.deepEqual(await settings.exporter('export'), changed);
    await assert.rejects(
      settings.changeExporter(admin, 'export', {
        baseUrl: 'http://api.example',
        requestsPerSecond: 101,
        statusNames: { timeout: '', opened: 'x' },
        keyId: 'a:b',
        since: '2026-01-01',
      }),
      refusal('invalid_settings', [
        'baseUrl',
        'requestsPerSecond',
        'statusNames.timeout',
        'statusNames.opened',
        'keyId',
        'since',
      ]),
    );
    for (const baseUrl of ['http://127.0.0.1:8080', 'https://10.0.0.1', 'https://tracking.internal']) {
      await assert.rejects(
        settings.changeExporter(admin, 'export', { baseUrl }),
        refusal('host_not_allowed', ['baseUrl']),
      );
    }
    const entry = (await settings.audit('export', { limit: 1 })).items[0];
    assert.deepEqual(entry?.after, {
      enabled: false,
      requestsPerSecond: 10,
      statusNames: { timeout: 'no_report' },
      keySecret: 'changed',
    });
    await settings.changeExporter(admin, 'export', { keySecret: 'another-secret' });
    assert.equal((await settings.audit('export', { limit: 1 })).items[0]?.id, entry?.id);
    await settings.removeExporter(admin, 'export');
    await assert.rejects(settings.removeExporter(admin, 'export'), refusal('unknown_exporter'));
    assert.deepEqual(await database.orm.select().from(exporters).where(eq(exporters.projectId, 'export')), []);
  });
});

withDatabases('API keys', (engine) => {
  test('are shown once, known by their hash, and end when they are revoked', async () => {
    const database = engine.database();
    const settings = adminOf(database);
    await settings.createProject(admin, { id: 'keys' });
    const { key, ...view } = await settings.createKey(admin, 'keys', { name: 'Scenarios', role: 'sender' });
    assert.match(key, /^ts_[A-Za-z0-9_-]{32}$/);
    assert.deepEqual(view, { id: view.id, name: 'Scenarios', role: 'sender', createdAt: view.createdAt });
    assert.deepEqual(await settings.holderOf(key), { keyId: view.id, projectId: 'keys', role: 'sender' });
    const [row] = await database.orm.select().from(apiKeys).where(eq(apiKeys.id, view.id));
    assert.match(row?.keyHash ?? '', /^[0-9a-f]{64}$/);
    assert.ok(!JSON.stringify(row).includes(key.slice(3)));

    const flipped = `${key.slice(0, -1)}${key.endsWith('A') ? 'Q' : 'A'}`;
    for (const wrong of [flipped, key.toUpperCase(), `${key} `, key.slice(3), '', 'ts_']) {
      assert.equal(await settings.holderOf(wrong), undefined, wrong);
    }
    const revoked = await settings.revokeKey(admin, 'keys', view.id);
    assert.ok(revoked.revokedAt);
    assert.equal(await settings.holderOf(key), undefined);
    assert.equal((await settings.revokeKey(admin, 'keys', view.id)).revokedAt, revoked.revokedAt);
    await settings.createProject(admin, { id: 'keys-other' });
    await assert.rejects(settings.revokeKey(admin, 'keys-other', view.id), refusal('unknown_key'));
    assert.deepEqual(
      (await settings.audit('keys', { limit: 10 })).items.map(({ action, subject }) => [action, subject]),
      [
        ['key.revoked', view.id],
        ['key.created', view.id],
        ['project.created', 'keys'],
      ],
    );
  });

  test('end by the clock where they expire', async () => {
    let now = new Date('2026-11-20T10:00:00.000Z');
    const settings = adminOf(engine.database(), { now: () => now });
    await settings.createProject(admin, { id: 'expiry' });
    const create = async (expiresAt: string) =>
      settings.createKey(admin, 'expiry', { name: 'Short', role: 'viewer', expiresAt });
    const { key, expiresAt } = await create('2026-11-20T12:00:00+01:00');
    assert.equal(expiresAt, '2026-11-20T11:00:00.000Z');
    now = new Date('2026-11-20T10:59:59.999Z');
    assert.equal((await settings.holderOf(key))?.role, 'viewer');
    now = new Date('2026-11-20T11:00:00.000Z');
    assert.equal(await settings.holderOf(key), undefined);
    await assert.rejects(create('2026-11-20T11:00:00.000Z'), refusal('invalid_settings', ['expiresAt']));
    await assert.rejects(create('tomorrow'), refusal('invalid_settings', ['expiresAt']));
    await assert.rejects(
      settings.createKey(admin, 'expiry', { name: '', role: 'root', key: 'mine' }),
      refusal('invalid_settings', ['name', 'role', 'key']),
    );
    await assert.rejects(
      settings.createKey(admin, 'nowhere', { name: 'x', role: 'viewer' }),
      refusal('unknown_project'),
    );
  });

  test('note their last use at most once a minute', async () => {
    let now = new Date('2026-11-20T10:00:00.000Z');
    const settings = adminOf(engine.database(), { now: () => now });
    await settings.createProject(admin, { id: 'use' });
    const { key, id } = await settings.createKey(admin, 'use', { name: 'Used', role: 'viewer' });
    const lastUse = async () =>
      (await settings.keys('use', { limit: 10 })).items.find((each) => each.id === id)?.lastUsedAt;
    const untilUse = async (at: string): Promise<void> => {
      while ((await lastUse()) !== at) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    assert.equal(await lastUse(), undefined);
    await settings.holderOf(key);
    await untilUse('2026-11-20T10:00:00.000Z');
    now = new Date('2026-11-20T10:00:59.000Z');
    await settings.holderOf(key);
    const other = adminOf(engine.database(), { now: () => now });
    await other.holderOf(key);
    assert.equal(await lastUse(), '2026-11-20T10:00:00.000Z');
    now = new Date('2026-11-20T10:01:00.000Z');
    await settings.holderOf(key);
    await untilUse('2026-11-20T10:01:00.000Z');
    const version = await settings.audit('use', { limit: 10 });
    assert.equal(version.items.length, 2);
  });

  test('are listed once, the latest first', async () => {
    let now = Date.parse('2026-11-20T10:00:00.000Z');
    const settings = adminOf(engine.database(), { now: () => new Date((now += 1_000)) });
    await settings.createProject(admin, { id: 'list' });
    for (const name of ['a', 'b', 'c', 'd', 'e']) await settings.createKey(admin, 'list', { name, role: 'viewer' });
    const all = await allOf((page) => settings.keys('list', page), 2);
    assert.equal(all.map(({ name }) => name).join(''), 'edcba');
    assert.ok(all.every((each) => !('key' in each) && !('keyHash' in each)));
  });

  test('that are asked for at the same time are told apart', async () => {
    const settings = adminOf(engine.database());
    await settings.createProject(admin, { id: 'burst' });
    const made = await Promise.all(
      ['admin', 'sender', 'viewer'].map((role) => settings.createKey(admin, 'burst', { name: role, role })),
    );
    const unknown = `ts_${'A'.repeat(32)}`;
    const asked = [...made.map(({ key }) => key), unknown, ...made.map(({ key }) => key)];
    const holders = await Promise.all(asked.map((key) => settings.holderOf(key)));
    assert.deepEqual(
      holders.map((holder) => holder?.role),
      ['admin', 'sender', 'viewer', undefined, 'admin', 'sender', 'viewer'],
    );
  });
});

withPostgres('a change that fails half-way', (engine) => {
  test('leaves neither the change nor its audit entry', async () => {
    const database = engine.database();
    const settings = adminOf(database);
    await settings.createProject(admin, { id: 'half' });
    await query(engine.url(), "alter table audit_entries add constraint no_more check (action <> 'project.changed')");
    try {
      await assert.rejects(settings.changeProject(admin, 'half', { eventName: 'sms' }), {
        name: 'StoreError',
        code: 'store_refused',
        constraint: 'no_more',
      });
    } finally {
      await query(engine.url(), 'alter table audit_entries drop constraint no_more');
    }
    const [row] = await database.orm.select().from(projects).where(eq(projects.projectId, 'half'));
    assert.equal(row?.eventName, 'campaign');
    const entries = await database.orm.select().from(auditEntries).where(eq(auditEntries.projectId, 'half'));
    assert.equal(entries.length, 1);
    assert.equal((await settings.changeProject(admin, 'half', { eventName: 'sms' })).eventName, 'sms');
  });
});
