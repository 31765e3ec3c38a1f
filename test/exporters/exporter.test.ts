import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eq } from 'drizzle-orm';
import { type Database, exporters, StoreError } from '../../src/db/index.ts';
import { createSqlSink } from '../../src/events/index.ts';
import { readExportBacklog, retryRefused } from '../../src/exporters/index.ts';
import { DEMO_TRACKING_PROJECT, type SimulatedTrackingApi, startTrackingApi } from '../../src/simulator/index.ts';
import { withDatabases } from '../helpers/database.ts';
import { startProxy } from '../helpers/proxy.ts';
import { startHost } from '../sinch/scripted-host.ts';
import { sampleEvent, sampleMessage, sampleRecord } from '../helpers/messages.ts';
import { exporterOf, exportOf, record, recordEnqueued, setEventName, setExporter, statesOf } from './export-fixture.ts';

const { projectToken } = DEMO_TRACKING_PROJECT;

withDatabases('the exporter', (engine) => {
  let platform: SimulatedTrackingApi;
  before(async () => {
    platform = await startTrackingApi();
  });
  after(() => platform.close());

  /** The stand-in's fault for the time of the work. */
  async function under(fault: Parameters<SimulatedTrackingApi['setFault']>[1], work: () => Promise<void>) {
    platform.setFault('*', fault);
    try {
      await work();
    } finally {
      platform.setFault('*', undefined);
    }
  }

  test('sends an event with exactly the properties that the platform knows, and its id', async () => {
    const database = engine.database();
    await using exporter = exporterOf(database).exporter;
    await setExporter(database, 'whole', platform);
    await setEventName(database, 'whole', 'campaign_sms');
    const message = sampleMessage({
      projectId: 'whole',
      content: { kind: 'mms', mediaUrl: 'https://example.com/cat.jpg' },
      campaign: {
        campaignId: 'c-1',
        campaignName: 'Welcome',
        actionId: 'a-1',
        actionName: 'Hello',
        campaignPolicy: 'default',
        consentCategory: 'newsletter',
        language: 'de',
        scenarioId: 's-1',
        scenarioStepId: 's-1-1',
        customerIds: { registered: 'ada', cookie: 'c' },
      },
    });
    const enqueued = sampleEvent(message, { status: 'enqueued', at: '2026-11-20T10:00:01.234Z' });
    const failed = sampleEvent(message, {
      status: 'failed',
      at: '2026-11-20T10:00:05.678Z',
      partCount: 2,
      statusCode: 411,
      error: 'syntax_invalid_parameter_format',
      comment: 'No such subscriber',
    });
    await createSqlSink(database).record(sampleRecord(message, { events: [enqueued, failed] }));
    const result = await exporter.exportBatch('whole');
    assert.deepEqual(result, {
      exported: 2,
      refused: 0,
      leftOut: 0,
      more: false,
      requests: 1,
      requestsPerSecond: 100,
    });
    const [, sent] = platform.events().filter(({ eventId }) => eventId.startsWith('whole/'));
    assert.deepEqual(sent, {
      eventId: 'whole/m-1/final',
      times: 1,
      projectToken,
      eventType: 'campaign_sms',
      customerIds: { registered: 'ada', cookie: 'c' },
      timestamp: 1_795_168_805.678,
      properties: {
        campaign_id: 'c-1',
        campaign_name: 'Welcome',
        action_id: 'a-1',
        action_name: 'Hello',
        action_type: 'sms',
        campaign_policy: 'default',
        consent_category: 'newsletter',
        language: 'de',
        recipient: '+4915112345678',
        sent_timestamp: 1_795_168_801.234,
        status: 'failed',
        number_of_message_parts: 2,
        status_code: 411,
        error: 'syntax_invalid_parameter_format',
        comment: 'No such subscriber',
        event_id: 'whole/m-1/final',
      },
    });
  });

  test('reaches the platform by a proxy, and keeps the events while that does not let it through', async () => {
    const database = engine.database();
    await using proxy = await startProxy();
    await using exporter = exporterOf(database, { http: proxy.url }).exporter;
    await setExporter(database, 'proxied', platform);
    await recordEnqueued(database, 'proxied', 2);
    for (const status of [400, 407, 422, 502]) {
      proxy.fault = { status };
      const { exported, refused } = await exporter.exportBatch('proxied');
      assert.deepEqual([exported, refused], [0, 0], `after ${status}`);
    }
    proxy.fault = undefined;
    assert.equal((await exporter.exportBatch('proxied')).exported, 2);
    assert.match(proxy.asked.at(-1) ?? '', new RegExp(`^POST ${platform.url}/track/v2/projects/`));
  });

  test('takes at most 50 events in a request, says whether more wait, and none twice', async () => {
    const database = engine.database();
    await using exporter = exporterOf(database).exporter;
    await setExporter(database, 'many', platform);
    const ids = await recordEnqueued(database, 'many', 120);
    const results = [];
    for (let each = 0; each < 4; each += 1) results.push(await exporter.exportBatch('many'));
    assert.deepEqual(
      results.map(({ exported, more, requests }) => [exported, more, requests]),
      [
        [50, true, 1],
        [50, true, 1],
        [20, false, 1],
        [0, false, 0],
      ],
    );
    assert.deepEqual(new Set(ids.map(platform.taken)), new Set([1]));
    assert.equal(platform.counts().largestBatch, 50);
  });

  test('leaves out a timeout, and sends it where it has a name', async () => {
    const database = engine.database();
    await using exporter = exporterOf(database).exporter;
    await setExporter(database, 'timeouts', platform);
    const [early = ''] = await record(database, 'timeouts', { early: 'timeout' });
    assert.equal((await exporter.exportBatch('timeouts')).leftOut, 1);
    assert.equal((await exportOf(database, early))?.state, 'left_out');
    await setExporter(database, 'timeouts', platform, {
      statusNames: { timeout: 'no_report', delivered: 'arrived' },
    });
    const ids = await record(database, 'timeouts', { late: 'timeout', there: 'delivered' });
    assert.equal((await exporter.exportBatch('timeouts')).exported, 2);
    const sent = platform.events().filter(({ eventId }) => ids.includes(eventId));
    assert.deepEqual(new Set(sent.map(({ properties }) => properties['status'])), new Set(['arrived', 'no_report']));
    assert.equal(platform.taken(early), 0);
  });

  test('keeps an event of nobody with the reason, and sends the others', async () => {
    const database = engine.database();
    await using exporter = exporterOf(database).exporter;
    await setExporter(database, 'nobody', platform);
    const [nobody = ''] = await record(database, 'nobody', { nobody: 'enqueued' }, { campaign: { campaignId: 'c' } });
    const [empty = ''] = await record(database, 'nobody', { empty: 'enqueued' }, { campaign: { customerIds: {} } });
    const [ada = ''] = await record(database, 'nobody', { ada: 'enqueued' });
    const { exported, refused } = await exporter.exportBatch('nobody');
    assert.deepEqual([exported, refused], [1, 2]);
    assert.deepEqual([nobody, empty, ada].map(platform.taken), [0, 0, 1]);
    assert.equal((await exportOf(database, nobody))?.reason, 'no_customer_ids');
    assert.deepEqual(await readExportBacklog(database, 'nobody'), {
      pending: 0,
      refused: [{ reason: 'no_customer_ids', events: 2 }],
    });
  });

  test('sends nothing that was recorded before the exporter was set up, and nothing of another project', async () => {
    const database = engine.database();
    await using exporter = exporterOf(database).exporter;
    const [old = ''] = await record(database, 'since', { old: 'enqueued' });
    const [foreign = ''] = await record(database, 'since-not', { foreign: 'enqueued' });
    await setExporter(database, 'since', platform, { since: new Date(Date.now() + 3_600_000).toISOString() });
    assert.equal((await exporter.exportBatch('since')).exported, 0);
    assert.deepEqual([old, foreign].map(platform.taken), [0, 0]);
    assert.equal((await readExportBacklog(database, 'since')).pending, 0);
  });

  test('is off without an exporter, and with a disabled one', async () => {
    const database = engine.database();
    await using exporter = exporterOf(database).exporter;
    assert.equal((await exporter.exportBatch('never-set-up')).obstacle?.kind, 'off');
    await setExporter(database, 'disabled', platform, { enabled: false });
    assert.equal((await exporter.exportBatch('disabled')).obstacle?.kind, 'off');
    const active = await exporter.active();
    assert.equal(
      active.some(({ projectId }) => projectId === 'disabled'),
      false,
    );
  });

  test('says of each project whether events wait', async () => {
    const database = engine.database();
    await using exporter = exporterOf(database).exporter;
    await setExporter(database, 'waits', platform);
    const pending = async () => (await exporter.active()).find(({ projectId }) => projectId === 'waits')?.pending;
    assert.equal(await pending(), false);
    await recordEnqueued(database, 'waits', 1);
    assert.equal(await pending(), true);
    await exporter.exportBatch('waits');
    assert.equal(await pending(), false);
  });

  for (const [what, fault] of [
    ['a 429, which drops the data', { answer: { status: 429, headers: { 'retry-after': '7' } } }],
    ['a 500', { answer: { status: 500 } }],
    ['a 503', { answer: { status: 503 } }],
    ['a reset', { answer: 'reset' }],
    ['a page in the place of the results', { answer: { status: 200, body: 'Welcome' } }],
  ] as const) {
    test(`sends all again after ${what}`, async () => {
      const database = engine.database();
      const project = `again-${what.replaceAll(/[^a-z0-9]/g, '')}`.slice(0, 32);
      const { exporter, said } = exporterOf(database);
      await setExporter(database, project, platform);
      const ids = await recordEnqueued(database, project, 3);
      await under(fault, async () => {
        const { obstacle, exported, refused } = await exporter.exportBatch(project);
        assert.deepEqual([obstacle?.kind, exported, refused], ['unavailable', 0, 0]);
        if (what.startsWith('a 429')) assert.equal(obstacle?.retryAfterMs, 7_000);
      });
      assert.deepEqual(
        said.map(({ level }) => level),
        ['warn'],
      );
      assert.deepEqual(await statesOf(database, project), { pending: 3 });
      assert.equal((await exporter.exportBatch(project)).exported, 3);
      assert.deepEqual(ids.map(platform.taken), [1, 1, 1]);
      await exporter.close();
    });
  }

  test('repeats with the same id and time what the platform took without an answer', async () => {
    const database = engine.database();
    await using exporter = exporterOf(database).exporter;
    await setExporter(database, 'repeat', platform);
    const [id = ''] = await recordEnqueued(database, 'repeat', 1);
    await under({ answer: { status: 502 }, carryOut: true }, async () => {
      assert.equal((await exporter.exportBatch('repeat')).obstacle?.kind, 'unavailable');
    });
    assert.equal((await exporter.exportBatch('repeat')).exported, 1);
    assert.equal(platform.taken(id), 2);
  });

  for (const [what, fault, reason] of [
    [
      'a wrong secret',
      { answer: { status: 403, body: { success: false, message: 'invalid secret' } } },
      /invalid secret/,
    ],
    ['an unknown key', { answer: { status: 401 } }, /HTTP 401/],
    ['a wrong address', { answer: { status: 404 } }, /HTTP 404/],
    ['a redirect', { answer: { status: 302, headers: { location: 'http://127.0.0.1:9/' } } }, /HTTP 302/],
    [
      'a key without the permission',
      { refuse: { every: 1 }, errors: ['Not authorized to add event of specified type'] },
      /Not authorized/,
    ],
  ] as const) {
    test(`refuses nothing and raises an alarm for ${what}`, async () => {
      const database = engine.database();
      const project = `access-${what.replaceAll(/[^a-z0-9]/g, '')}`.slice(0, 32);
      const { exporter, said } = exporterOf(database);
      await setExporter(database, project, platform);
      await recordEnqueued(database, project, 2);
      await under(fault, async () => {
        const { obstacle } = await exporter.exportBatch(project);
        assert.equal(obstacle?.kind, 'no_access');
        assert.match(obstacle?.comment ?? '', reason);
      });
      assert.deepEqual(
        said.map(({ level }) => level),
        ['error'],
      );
      assert.deepEqual(await statesOf(database, project), { pending: 2 });
      assert.equal((await exporter.exportBatch(project)).exported, 2);
      await exporter.close();
    });
  }

  test('goes by changed settings at once, and names no secret where they are wrong', async () => {
    const database = engine.database();
    const { exporter, said } = exporterOf(database);
    await setExporter(database, 'key', platform, { secret: 'not-the-secret' });
    await recordEnqueued(database, 'key', 1);
    assert.equal((await exporter.exportBatch('key')).obstacle?.kind, 'no_access');
    await setExporter(database, 'key', { url: 'http://example.com' });
    assert.match((await exporter.exportBatch('key')).obstacle?.comment ?? '', /https/);
    await database.orm.update(exporters).set({ keySecret: 'v1.other.AAAA.AAAA' }).where(eq(exporters.projectId, 'key'));
    assert.equal((await exporter.exportBatch('key')).obstacle?.kind, 'no_access');
    assert.doesNotMatch(JSON.stringify(said), /not-the-secret|4915112345678/);
    await setExporter(database, 'key', platform);
    assert.equal((await exporter.exportBatch('key')).exported, 1);
    await exporter.close();
  });

  test('keeps a refused event with the masked reason, and sends it again when told to', async () => {
    const database = engine.database();
    await using exporter = exporterOf(database).exporter;
    await setExporter(database, 'refused', platform);
    const ids = await recordEnqueued(database, 'refused', 10);
    const [bad = '', worse = ''] = ids;
    const refuse = { ids: [bad, worse] };
    await under({ refuse, errors: ['recipient +4915112345678 is wrong'] }, async () => {
      const { exported, refused } = await exporter.exportBatch('refused');
      assert.deepEqual([exported, refused], [8, 2]);
    });
    const reason = (await exportOf(database, bad))?.reason ?? '';
    assert.equal(reason, 'success_false: recipient +49•••••78 is wrong');
    assert.equal((await exporter.exportBatch('refused')).exported, 0);
    assert.equal(await retryRefused(database, 'refused', { reason: 'another' }), 0);
    assert.equal(await retryRefused(database, 'refused', { reason }), 2);
    assert.equal((await exporter.exportBatch('refused')).exported, 2);
    assert.deepEqual(new Set(ids.map(platform.taken)), new Set([1]));
    assert.equal(await retryRefused(database, 'refused'), 0);
  });

  test('takes thousands of refused events back', async () => {
    const database = engine.database();
    await setExporter(database, 'thousands', platform);
    await using exporter = exporterOf(database).exporter;
    await recordEnqueued(database, 'thousands', 2_050, {});
    while ((await exporter.exportBatch('thousands')).more);
    assert.deepEqual(await statesOf(database, 'thousands'), { refused: 2_050 });
    assert.equal(await retryRefused(database, 'thousands'), 2_050);
    assert.deepEqual(await statesOf(database, 'thousands'), { pending: 2_050 });
  });

  test('finds the event that has the whole request refused', async () => {
    const database = engine.database();
    // The stand-in refuses commands one by one; some gateways refuse the request.
    await using host = await startHost((request, response) => {
      const { commands } = JSON.parse(request.body) as { commands: { command_id: string }[] };
      const isBad = commands.some(({ command_id }) => command_id.includes('m-000017'));
      response.writeHead(isBad ? 400 : 200, { 'content-type': 'application/json' });
      const results = commands.map(({ command_id }) => ({ command_id, success: true }));
      response.end(JSON.stringify(isBad ? { success: false, message: 'Invalid JSON' } : { success: true, results }));
    });
    await using exporter = exporterOf(database).exporter;
    await setExporter(database, 'divided', { url: host.baseUrl });
    const ids = await recordEnqueued(database, 'divided', 50);
    const { exported, refused, requests } = await exporter.exportBatch('divided');
    assert.deepEqual([exported, refused], [49, 1]);
    assert.ok(requests <= 13, `${requests} requests`);
    assert.equal((await exportOf(database, ids[17] ?? ''))?.reason, 'http_400: Invalid JSON');
  });

  test('sends again what got no result, and only that', async () => {
    const database = engine.database();
    await using host = await startHost((request, response) => {
      const { commands } = JSON.parse(request.body) as { commands: { command_id: string }[] };
      const results = commands.slice(0, 2).map(({ command_id }) => ({ command_id, success: true }));
      response.end(JSON.stringify({ success: true, results: results.toReversed() }));
    });
    await using exporter = exporterOf(database).exporter;
    await setExporter(database, 'partly', { url: host.baseUrl });
    await recordEnqueued(database, 'partly', 3);
    const { exported, obstacle } = await exporter.exportBatch('partly');
    assert.deepEqual([exported, obstacle?.kind], [2, 'unavailable']);
    assert.equal((await exporter.exportBatch('partly')).exported, 1);
    const sent = host.seen.map(({ body }) => (JSON.parse(body) as { commands: unknown[] }).commands.length);
    assert.deepEqual(sent, [3, 1]);
  });

  test('lets one batch of a project be on its way at a time, in whatever process', async () => {
    const database = engine.database();
    const first = exporterOf(database).exporter;
    const second = exporterOf(database).exporter;
    await setExporter(database, 'lease', platform);
    const ids = await recordEnqueued(database, 'lease', 20);
    await under({ slowMs: 200 }, async () => {
      const results = await Promise.all([first.exportBatch('lease'), second.exportBatch('lease')]);
      assert.deepEqual(new Set(results.map(({ exported }) => exported)), new Set([0, 20]));
      const busy = results.find(({ obstacle }) => obstacle?.kind === 'busy')?.obstacle?.retryAfterMs ?? 0;
      assert.ok(busy > 25_000 && busy <= 30_000, `${busy} ms`);
    });
    assert.deepEqual(new Set(ids.map(platform.taken)), new Set([1]));
    await recordEnqueued(database, 'lease', 21);
    assert.equal((await second.exportBatch('lease')).exported, 1);
    await Promise.all([first.close(), second.close()]);
  });

  test('goes on after a holder that was lost, when its time is up', async () => {
    const database = engine.database();
    await using exporter = exporterOf(database).exporter;
    await setExporter(database, 'lost', platform);
    await recordEnqueued(database, 'lost', 1);
    const lease = (until: string) =>
      database.orm
        .update(exporters)
        .set({ leaseId: 'somebody', leaseUntil: until })
        .where(eq(exporters.projectId, 'lost'));
    await lease(new Date(Date.now() + 20_000).toISOString());
    assert.equal((await exporter.exportBatch('lost')).obstacle?.kind, 'busy');
    await lease(new Date(Date.now() - 1_000).toISOString());
    assert.equal((await exporter.exportBatch('lost')).exported, 1);
  });

  test('notes an answer although the database is away for a moment', async () => {
    const database = engine.database();
    let failures = 0;
    await using exporter = exporterOf(failingAtMarks(database, () => failures++ < 3)).exporter;
    await setExporter(database, 'blip', platform);
    const [id = ''] = await recordEnqueued(database, 'blip', 1);
    assert.equal((await exporter.exportBatch('blip')).exported, 1);
    assert.equal(failures, 4);
    assert.equal(platform.taken(id), 1);
    assert.equal((await exportOf(database, id))?.state, 'exported');
  });

  test('repeats under its id what could not be noted, and loses nothing', async () => {
    const database = engine.database();
    let failures = 0;
    const failing = failingAtMarks(database, () => failures++ < 1, 'store_refused');
    await using exporter = exporterOf(failing).exporter;
    await setExporter(database, 'unnoted', platform);
    const [id = ''] = await recordEnqueued(database, 'unnoted', 1);
    await assert.rejects(exporter.exportBatch('unnoted'), StoreError);
    assert.equal((await exporter.exportBatch('unnoted')).exported, 1);
    assert.equal(platform.taken(id), 2);
  });
});

/** The database as it is while statements that note what became of events fail. */
function failingAtMarks(
  database: Database,
  fails: () => boolean,
  code: StoreError['code'] = 'store_unavailable',
): Pick<Database, 'orm'> {
  const orm: Database['orm'] = Object.create(database.orm, {
    execute: {
      value: async (statement: Parameters<Database['orm']['execute']>[0]) => {
        if (fails()) throw new StoreError(code, 'The connection was lost; try again');
        return database.orm.execute(statement);
      },
    },
  });
  return { orm };
}
