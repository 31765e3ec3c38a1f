import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from 'pg';
import { messages } from '../../src/db/index.ts';
import { createSqlSink } from '../../src/events/index.ts';
import { withDatabases, withPostgres } from '../helpers/database.ts';
import { sampleEvent, sampleMessage, sampleRecord } from '../helpers/messages.ts';
import { collide, query } from '../helpers/postgres.ts';
import { admin, adminOf, allOf, integrationBody, PUBLIC_URL } from './settings-fixture.ts';
import { refusal } from './refusal.ts';

withDatabases('the admin of integrations', (engine) => {
  test('creates one with documented defaults, shown without its token', async () => {
    const settings = adminOf(engine.database());
    await settings.createProject(admin, { id: 'create' });
    const view = await settings.createIntegration(admin, 'create', integrationBody('create-1'));
    assert.deepEqual(
      { ...view, callbackUrl: undefined },
      {
        id: 'create-1',
        projectId: 'create',
        name: 'Name of create-1',
        servicePlanId: 'plan-create-1',
        formerServicePlanIds: [],
        region: 'eu',
        baseUrl: 'https://eu.sms.api.sinch.com',
        messagesPerSecond: 30,
        planMessagesPerSecond: 30,
        state: 'enabled',
        isDefault: false,
        callbackAuth: { type: 'url-secret', secrets: 1 },
        callbackUrl: undefined,
        mmsCountries: ['US', 'CA', 'AU', 'PR'],
        hasDefaultOriginator: false,
        createdAt: view.createdAt,
        updatedAt: view.createdAt,
      },
    );
    assert.match(view.callbackUrl ?? '', /^https:\/\/sms\.example\/webhooks\/sinch\/create-1\/[0-9a-f]{32}$/);
    assert.deepEqual(await settings.integration('create', 'create-1'), view);
    assert.equal((await settings.project('create')).defaultIntegrationId, undefined);
  });

  test('makes an id of the name, and another one where that is taken', async () => {
    const settings = adminOf(engine.database());
    await settings.createProject(admin, { id: 'names' });
    const create = async () =>
      settings.createIntegration(admin, 'names', {
        ...integrationBody('-'),
        id: undefined,
        name: ' Café Europe (new) ',
      });
    assert.equal((await create()).id, 'cafe-europe-new');
    assert.match((await create()).id, /^cafe-europe-new-[0-9a-f]{6}$/);
    await assert.rejects(
      settings.createIntegration(admin, 'names', integrationBody('cafe-europe-new')),
      refusal('already_exists'),
    );
  });

  test('makes a new one the default only where it is told to, in one go', async () => {
    const settings = adminOf(engine.database());
    await settings.createProject(admin, { id: 'default' });
    const first = await settings.createIntegration(admin, 'default', integrationBody('default-1', { isDefault: true }));
    assert.equal(first.isDefault, true);
    await settings.createIntegration(admin, 'default', integrationBody('default-2'));
    assert.equal((await settings.project('default')).defaultIntegrationId, 'default-1');
    await settings.changeProject(admin, 'default', { defaultIntegrationId: 'default-2' });
    const all = await settings.integrations('default', { limit: 10 });
    assert.deepEqual(
      all.items.map(({ id, isDefault }) => [id, isDefault]),
      [
        ['default-1', false],
        ['default-2', true],
      ],
    );
  });

  test('names every wrong and every unknown member, and shows no value', async () => {
    const settings = adminOf(engine.database());
    await settings.createProject(admin, { id: 'wrong' });
    const secret = 'has blanks and is secret';
    const create = async (body: unknown) => settings.createIntegration(admin, 'wrong', body);
    await assert.rejects(
      create({
        id: '..',
        name: '',
        servicePlanId: 'plan/1',
        region: 'mars',
        apiToken: secret,
        messagesPerSecond: 0,
        callbackAuth: { type: 'url-secret', secrets: [secret] },
        mmsCountries: ['Germany'],
        colour: 'blue',
      }),
      (error: unknown) => {
        refusal('invalid_settings', [
          'id',
          'name',
          'servicePlanId',
          'region',
          'apiToken',
          'messagesPerSecond',
          'callbackAuth.secrets[0]',
          'mmsCountries[0]',
          'colour',
        ])(error);
        assert.ok(!JSON.stringify([error, String(error)]).includes(secret));
        assert.match(String(error), /colour is no setting/);
        return true;
      },
    );
    for (const body of [null, [], 'text', 7]) await assert.rejects(create(body), refusal('invalid_settings', ['']));
    await assert.rejects(create({}), refusal('invalid_settings', ['name', 'servicePlanId', 'apiToken']));
    const both = integrationBody('wrong-1', { baseUrl: 'https://eu.sms.api.sinch.com' });
    await assert.rejects(create(both), refusal('invalid_settings', ['region']));
    await assert.rejects(
      create({ ...integrationBody('wrong-1'), region: undefined }),
      refusal('invalid_settings', ['region']),
    );
    await assert.rejects(
      create(integrationBody('wrong-1', { callbackUrl: 'https://elsewhere.example/hook' })),
      refusal('invalid_settings', ['callbackUrl']),
    );
    await assert.rejects(
      create({ ...integrationBody('wrong-1'), region: undefined, baseUrl: 'http://sinch.example' }),
      refusal('invalid_settings', ['baseUrl']),
    );
    for (const baseUrl of ['http://127.0.0.1:8080', 'https://[::ffff:169.254.169.254]', 'https://sinch.internal']) {
      await assert.rejects(
        create({ ...integrationBody('wrong-1'), region: undefined, baseUrl }),
        refusal('host_not_allowed', ['baseUrl']),
      );
    }
    for (const baseUrl of ['ftp://sinch.example', 'https://user:word@sinch.example', 'file:///etc/passwd']) {
      await assert.rejects(
        create({ ...integrationBody('wrong-1'), region: undefined, baseUrl }),
        refusal('invalid_settings', ['baseUrl']),
      );
    }
    assert.deepEqual((await settings.integrations('wrong', { limit: 10 })).items, []);
    await assert.rejects(
      settings.createIntegration(admin, 'nowhere', integrationBody('w')),
      refusal('unknown_project'),
    );
  });

  test('changes what may change, and refuses another id for what it is', async () => {
    const database = engine.database();
    const settings = adminOf(database);
    await settings.createProject(admin, { id: 'change' });
    const created = await settings.createIntegration(admin, 'change', integrationBody('change-1'));
    const change = async (body: unknown) => settings.changeIntegration(admin, 'change', 'change-1', body);

    const changed = await change({
      name: 'Other',
      messagesPerSecond: 12.5,
      mmsCountries: ['US'],
      hasDefaultOriginator: true,
      callbackAuth: { type: 'hmac', secrets: ['new', 'old'], toleranceMs: 90_000_000 },
      servicePlanId: 'plan-change-1',
      region: 'eu',
    });
    assert.deepEqual(
      [changed.name, changed.messagesPerSecond, changed.planMessagesPerSecond, changed.mmsCountries],
      ['Other', 12.5, 12.5, ['US']],
    );
    assert.deepEqual(changed.callbackAuth, { type: 'hmac', secrets: 2, toleranceMs: 90_000_000 });
    assert.equal(changed.callbackUrl, `${PUBLIC_URL}/webhooks/sinch/change-1`);
    assert.equal(changed.createdAt, created.createdAt);
    await assert.rejects(change({ id: 'change-2' }), refusal('fixed_once_created', ['id']));
    assert.equal((await change({ id: 'change-1' })).updatedAt, changed.updatedAt);
    await assert.rejects(change({ enabled: false }), refusal('invalid_settings', ['enabled']));
    await assert.rejects(settings.changeIntegration(admin, 'change', 'nobody', {}), refusal('unknown_integration'));
    await settings.createProject(admin, { id: 'change-other' });
    await assert.rejects(
      settings.changeIntegration(admin, 'change-other', 'change-1', { name: 'Mine' }),
      refusal('unknown_integration'),
    );
  });

  test('corrects plan, region and host, remembers former plans, and audits each', async () => {
    const settings = adminOf(engine.database());
    await settings.createProject(admin, { id: 'correct' });
    await settings.createIntegration(admin, 'correct', integrationBody('correct-1', { servicePlanId: 'plan-typo' }));
    const change = async (body: unknown) => {
      const { servicePlanId, formerServicePlanIds, region, baseUrl } = await settings.changeIntegration(
        admin,
        'correct',
        'correct-1',
        body,
      );
      return [servicePlanId, formerServicePlanIds, region, baseUrl];
    };
    const changesAudited = async () => {
      const { items } = await settings.audit('correct', { limit: 100 });
      return items.filter(({ action }) => action === 'integration.changed');
    };
    const eu = ['eu', 'https://eu.sms.api.sinch.com'];
    const us = ['us', 'https://us.sms.api.sinch.com'];
    const own = ['custom', 'https://sms.sinch.example'];

    assert.deepEqual(await change({ servicePlanId: 'plan-right' }), ['plan-right', ['plan-typo'], ...eu]);
    assert.deepEqual(await change({ servicePlanId: 'plan-right' }), ['plan-right', ['plan-typo'], ...eu]);
    assert.equal((await changesAudited()).length, 1, 'a repeat is no change');
    assert.deepEqual(await change({ servicePlanId: 'plan-typo' }), ['plan-typo', ['plan-right'], ...eu]);
    assert.deepEqual(await change({ servicePlanId: 'plan-third' }), ['plan-third', ['plan-right', 'plan-typo'], ...eu]);
    assert.deepEqual(await change({ servicePlanId: 'plan-right', region: 'us' }), [
      'plan-right',
      ['plan-typo', 'plan-third'],
      ...us,
    ]);
    const plans = ['plan-right', ['plan-typo', 'plan-third']];
    assert.deepEqual(await change({ baseUrl: 'https://sms.sinch.example/' }), [...plans, ...own]);
    assert.deepEqual(await change({ baseUrl: 'https://sms.sinch.example' }), [...plans, ...own]);
    assert.deepEqual(await change({ region: 'eu' }), [...plans, ...eu]);
    assert.deepEqual(await change({ region: 'eu', baseUrl: 'https://eu.sms.api.sinch.com' }), [...plans, ...eu]);

    const audited = (await changesAudited()).map(({ before, after }) => ({ before, after }));
    const host = ([region, baseUrl]: string[]) => ({ region, baseUrl });
    assert.deepEqual(audited, [
      { before: host(own), after: host(eu) },
      { before: host(us), after: host(own) },
      {
        before: { servicePlanId: 'plan-third', formerServicePlanIds: ['plan-right', 'plan-typo'], ...host(eu) },
        after: { servicePlanId: 'plan-right', formerServicePlanIds: ['plan-typo', 'plan-third'], ...host(us) },
      },
      {
        before: { servicePlanId: 'plan-typo', formerServicePlanIds: ['plan-right'] },
        after: { servicePlanId: 'plan-third', formerServicePlanIds: ['plan-right', 'plan-typo'] },
      },
      {
        before: { servicePlanId: 'plan-right', formerServicePlanIds: ['plan-typo'] },
        after: { servicePlanId: 'plan-typo', formerServicePlanIds: ['plan-right'] },
      },
      {
        before: { servicePlanId: 'plan-typo', formerServicePlanIds: [] },
        after: { servicePlanId: 'plan-right', formerServicePlanIds: ['plan-typo'] },
      },
    ]);
  });

  test('corrects to no host that may not be reached, and to no second place of a plan', async () => {
    const settings = adminOf(engine.database());
    await settings.createProject(admin, { id: 'places' });
    await settings.createIntegration(admin, 'places', integrationBody('places-1'));
    await settings.createIntegration(admin, 'places', integrationBody('places-2', { region: 'us' }));
    const change = async (body: unknown) => settings.changeIntegration(admin, 'places', 'places-1', body);
    await assert.rejects(change({ baseUrl: 'https://sinch.internal' }), refusal('host_not_allowed', ['baseUrl']));
    await assert.rejects(
      change({ region: 'us', baseUrl: 'https://sms.sinch.example' }),
      refusal('invalid_settings', ['region']),
    );
    await assert.rejects(change({ servicePlanId: 'plan-places-2' }), refusal('invalid_settings', ['region']));
    const moved = await change({ servicePlanId: 'plan-places-2', region: 'us' });
    assert.deepEqual([moved.servicePlanId, moved.region], ['plan-places-2', 'us']);
    await assert.rejects(change({ region: 'eu' }), refusal('invalid_settings', ['region']));
    const back = await change({ servicePlanId: 'plan-places-1', region: 'eu' });
    assert.deepEqual([back.servicePlanId, back.region], ['plan-places-1', 'eu']);
  });

  test('corrects plan, region and host until Sinch has accepted a message through it, and no longer', async () => {
    const database = engine.database();
    const settings = adminOf(database);
    await settings.createProject(admin, { id: 'accepted' });
    for (const id of ['accepted-1', 'accepted-2']) {
      await settings.createIntegration(admin, 'accepted', integrationBody(id));
    }
    const request = async (messageId: string, integrationId: string, more: object = {}) => {
      await database.orm.insert(messages).values({
        projectId: 'accepted',
        messageId,
        contentHash: '',
        disposition: 'send',
        answer: {},
        integrationId,
        reportsExpected: true,
        requestedAt: new Date().toISOString(),
        ...more,
      });
      return sampleMessage({ projectId: 'accepted', messageId, integrationId });
    };
    const record = async (message: ReturnType<typeof sampleMessage>, status: 'enqueued' | 'enqueue_failed') =>
      createSqlSink(database).record(sampleRecord(message, { events: [sampleEvent(message, { status })] }));
    const change = async (body: unknown) => settings.changeIntegration(admin, 'accepted', 'accepted-1', body);

    const waiting = await request('waits', 'accepted-1');
    await record(await request('expired', 'accepted-1'), 'enqueue_failed');
    await record(await request('elsewhere', 'accepted-2'), 'enqueued');
    await record(await request('long-ago', 'accepted-1', { requestedAt: '2026-01-01T00:00:00.000Z' }), 'enqueued');
    assert.equal((await change({ servicePlanId: 'plan-accepted' })).servicePlanId, 'plan-accepted');

    await record(waiting, 'enqueued');
    for (const [body, field] of [
      [{ servicePlanId: 'plan-accepted-1' }, 'servicePlanId'],
      [{ region: 'us' }, 'region'],
      [{ baseUrl: 'https://other.example' }, 'baseUrl'],
    ] as const) {
      await assert.rejects(change(body), (error) => {
        refusal('fixed_once_created', [field])(error);
        const why = `${field} of integration accepted-1 is fixed: Sinch has accepted messages through it, such as waits,`;
        assert.ok(String(error).includes(why), String(error));
        return /Create another integration and make it the default/.test(String(error));
      });
    }
    const same = await change({ servicePlanId: 'plan-accepted', region: 'eu', messagesPerSecond: 5 });
    assert.deepEqual([same.formerServicePlanIds, same.messagesPerSecond], [['plan-accepted-1'], 5]);
  });

  test('says in words that a plan is shared, with the lowest rate of those that are enabled', async () => {
    const settings = adminOf(engine.database());
    await settings.createProject(admin, { id: 'share-a' });
    await settings.createProject(admin, { id: 'share-b' });
    const body = (id: string, messagesPerSecond: number) =>
      integrationBody(id, { servicePlanId: 'plan-shared', messagesPerSecond });
    const alone = await settings.createIntegration(admin, 'share-a', body('share-1', 30));
    assert.deepEqual([alone.planMessagesPerSecond, alone.planNote], [30, undefined]);
    await settings.createIntegration(admin, 'share-a', body('share-2', 20));
    const third = await settings.createIntegration(admin, 'share-b', body('share-3', 50));
    assert.equal(third.planMessagesPerSecond, 20);
    assert.equal(
      third.planNote,
      'Service plan plan-shared is shared with 2 integrations of other projects. They share one queue, which sends at the lowest rate of those that are enabled: 20 messages a second.',
    );
    const seen = await settings.integration('share-a', 'share-1');
    assert.match(seen.planNote ?? '', /shared with share-2 and 1 integration of another project\./);
    await settings.disableIntegration(admin, 'share-a', 'share-2');
    assert.equal((await settings.integration('share-b', 'share-3')).planMessagesPerSecond, 30);
    await assert.rejects(
      settings.createIntegration(admin, 'share-b', { ...body('share-4', 1), region: 'us' }),
      refusal('invalid_settings', ['region']),
    );
    for (const id of ['share-1', 'share-2']) await settings.archiveIntegration(admin, 'share-a', id);
    assert.equal((await settings.integration('share-b', 'share-3')).planNote, undefined);
  });

  test('disables, enables and archives, the default never', async () => {
    const settings = adminOf(engine.database());
    await settings.createProject(admin, { id: 'states' });
    await settings.createIntegration(admin, 'states', integrationBody('states-1', { isDefault: true }));
    await settings.createIntegration(admin, 'states', integrationBody('states-2'));
    const one = ['states', 'states-1'] as const;
    const two = ['states', 'states-2'] as const;
    await assert.rejects(settings.disableIntegration(admin, ...one), refusal('default_integration'));
    await assert.rejects(settings.archiveIntegration(admin, ...one), /make another one the default first/);
    assert.equal((await settings.disableIntegration(admin, ...two)).state, 'disabled');
    assert.equal((await settings.disableIntegration(admin, ...two)).state, 'disabled');
    await assert.rejects(
      settings.changeProject(admin, 'states', { defaultIntegrationId: 'states-2' }),
      refusal('integration_not_enabled'),
    );
    assert.equal((await settings.enableIntegration(admin, ...two)).state, 'enabled');
    await settings.changeProject(admin, 'states', { defaultIntegrationId: 'states-2' });
    const archived = await settings.archiveIntegration(admin, ...one);
    assert.deepEqual([archived.state, archived.isDefault], ['archived', false]);
    assert.ok(archived.archivedAt);
    assert.deepEqual(await settings.archiveIntegration(admin, ...one), archived);
    await assert.rejects(settings.enableIntegration(admin, ...one), refusal('integration_archived'));
    await assert.rejects(settings.disableIntegration(admin, ...one), refusal('integration_archived'));
    await assert.rejects(settings.changeIntegration(admin, ...one, { name: 'No' }), refusal('integration_archived'));
    await assert.rejects(
      settings.changeProject(admin, 'states', { defaultIntegrationId: 'states-1' }),
      refusal('integration_not_enabled'),
    );
    const audited = await settings.audit('states', { limit: 100 });
    assert.deepEqual(
      audited.items.map(({ action, subject }) => `${action} ${subject}`),
      [
        'integration.archived states-1',
        'project.changed states',
        'integration.enabled states-2',
        'integration.disabled states-2',
        'integration.created states-2',
        'project.changed states',
        'integration.created states-1',
        'project.created states',
      ],
    );
  });

  test('archives none while messages wait to be sent through it', async () => {
    const database = engine.database();
    const settings = adminOf(database);
    await settings.createProject(admin, { id: 'waiting' });
    await settings.createIntegration(admin, 'waiting', integrationBody('waiting-1'));
    const message = sampleMessage({ projectId: 'waiting', integrationId: 'waiting-1' });
    const rowOf = (messageId: string, more: object = {}) => ({
      projectId: 'waiting',
      messageId,
      contentHash: '',
      disposition: 'send' as const,
      answer: {},
      integrationId: 'waiting-1',
      reportsExpected: true,
      requestedAt: new Date().toISOString(),
      ...more,
    });
    await database.orm
      .insert(messages)
      .values([
        rowOf('m-1'),
        rowOf('skipped', { disposition: 'skipped' }),
        rowOf('elsewhere', { integrationId: 'waiting-2' }),
        rowOf('long-ago', { requestedAt: '2026-01-01T00:00:00.000Z' }),
      ]);
    await assert.rejects(
      settings.archiveIntegration(admin, 'waiting', 'waiting-1'),
      (error) => refusal('messages_waiting')(error) && /such as m-1: disable it/.test(String(error)),
    );
    assert.equal((await settings.integration('waiting', 'waiting-1')).state, 'enabled');
    const enqueued = sampleEvent(message, { status: 'enqueued' });
    await createSqlSink(database).record(sampleRecord(message, { events: [enqueued] }));
    assert.equal((await settings.archiveIntegration(admin, 'waiting', 'waiting-1')).state, 'archived');
  });

  test('lists all of a project once, page by page', async () => {
    const settings = adminOf(engine.database());
    await settings.createProject(admin, { id: 'lists' });
    const ids = ['lists-1', 'lists-2', 'lists-3', 'lists-4', 'lists-5'];
    for (const id of ids) await settings.createIntegration(admin, 'lists', integrationBody(id));
    const all = await allOf((page) => settings.integrations('lists', page), 2);
    assert.deepEqual(
      all.map(({ id }) => id),
      ids,
    );
    await assert.rejects(
      settings.integrations('lists', { limit: 2, cursor: 'x' }),
      refusal('invalid_settings', ['cursor']),
    );
    await assert.rejects(settings.integrations('lists', { limit: 0 }), refusal('invalid_settings', ['limit']));
    await assert.rejects(settings.integrations('nowhere', { limit: 1 }), refusal('unknown_project'));
  });
});

withPostgres('admins at the same time', (engine) => {
  test('never make a default that is being disabled: the database refuses it', async () => {
    const settings = adminOf(engine.database());
    await settings.createProject(admin, { id: 'race' });
    await settings.createIntegration(admin, 'race', integrationBody('race-1'));
    // Another transaction has disabled it and is not committed: what is read here is still enabled.
    const other = new Client({ connectionString: engine.url() });
    await other.connect();
    try {
      await other.query('begin');
      await other.query("update integrations set state = 'disabled' where id = 'race-1'");
      const made = settings.changeProject(admin, 'race', { defaultIntegrationId: 'race-1' });
      made.catch(() => undefined);
      await untilBlocked(engine.url());
      await other.query('commit');
      await assert.rejects(made, refusal('integration_not_enabled'));
    } finally {
      await other.end();
    }
    assert.equal((await settings.project('race')).defaultIntegrationId, undefined);
    assert.equal((await settings.audit('race', { limit: 10 })).items[0]?.action, 'integration.created');
  });

  test('never disable a default that is being made', async () => {
    const settings = adminOf(engine.database());
    await settings.createProject(admin, { id: 'race-2' });
    await settings.createIntegration(admin, 'race-2', integrationBody('race-2-1'));
    const other = new Client({ connectionString: engine.url() });
    await other.connect();
    try {
      await other.query('begin');
      await other.query("update projects set default_integration_id = 'race-2-1' where project_id = 'race-2'");
      const disabled = settings.disableIntegration(admin, 'race-2', 'race-2-1');
      disabled.catch(() => undefined);
      await untilBlocked(engine.url());
      await other.query('commit');
      await assert.rejects(disabled, refusal('default_integration'));
    } finally {
      await other.end();
    }
    assert.equal((await settings.integration('race-2', 'race-2-1')).state, 'enabled');
  });

  test('set the default and disable in every order, and one default that is enabled is left', async () => {
    const settings = adminOf(engine.database());
    await settings.createProject(admin, { id: 'storm' });
    const ids = ['storm-1', 'storm-2', 'storm-3'];
    for (const id of ids) await settings.createIntegration(admin, 'storm', integrationBody(id));
    await settings.changeProject(admin, 'storm', { defaultIntegrationId: 'storm-1' });
    for (let round = 0; round < 15; round += 1) {
      const attempts = await Promise.allSettled(
        ids.flatMap((id) => [
          settings.disableIntegration(admin, 'storm', id),
          settings.changeProject(admin, 'storm', { defaultIntegrationId: id }),
          settings.enableIntegration(admin, 'storm', id),
        ]),
      );
      for (const attempt of attempts) {
        if (attempt.status === 'fulfilled') continue;
        const { code } = attempt.reason as { code: string };
        assert.ok(['default_integration', 'integration_not_enabled'].includes(code), String(attempt.reason));
      }
      const { defaultIntegrationId } = await settings.project('storm');
      assert.equal((await settings.integration('storm', defaultIntegrationId ?? '')).state, 'enabled');
    }
  });

  test('are audited as if they had come one after another', async () => {
    const settings = adminOf(engine.database());
    await settings.createProject(admin, { id: 'chain' });
    await settings.createIntegration(admin, 'chain', integrationBody('chain-1', { messagesPerSecond: 100 }));
    const rates = Array.from({ length: 20 }, (_, number) => number + 1);
    await Promise.all(
      rates.map((messagesPerSecond) => settings.changeIntegration(admin, 'chain', 'chain-1', { messagesPerSecond })),
    );
    const { items } = await settings.audit('chain', { limit: 20 });
    const changes = items.reverse().map(({ before, after }) => [rateOf(before), rateOf(after)]);
    assert.deepEqual(
      changes.map(([before]) => before),
      [100, ...changes.map(([, after]) => after).slice(0, -1)],
    );
    assert.equal((await settings.integration('chain', 'chain-1')).messagesPerSecond, changes.at(-1)?.[1]);
  });

  test('wait for each other and lose no version', async () => {
    const settings = adminOf(engine.database());
    await settings.createProject(admin, { id: 'versions' });
    const versions = async () =>
      (await query(engine.url(), 'select version from settings_versions')) as { version: string }[];
    const [before] = await versions();
    const held = "update settings_versions set version = version where what = 'settings'";
    await collide(engine.url(), held, 2, async () =>
      Promise.all([
        settings.addSender(admin, 'versions', { sender: 'One' }),
        settings.createIntegration(admin, 'versions', integrationBody('versions-1')),
      ]),
    );
    const [after] = await versions();
    assert.equal(Number(after?.version), Number(before?.version) + 2);
  });
});

async function untilBlocked(url: string): Promise<void> {
  const blocked = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  while ((await query(url, blocked)).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
}

function rateOf(members: unknown): unknown {
  return (members as { messagesPerSecond?: unknown }).messagesPerSecond;
}
