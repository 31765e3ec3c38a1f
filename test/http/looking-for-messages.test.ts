/** Looking for messages and for what is held: over HTTP, and by command. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { MessageStatus } from '../../src/client/index.ts';
import type { PlanHold } from '../../src/contract/plan-hold.ts';
import { type Database, openDatabase } from '../../src/db/index.ts';
import { createSqlSink } from '../../src/events/index.ts';
import { runCommand } from '../commands/context.ts';
import { sampleEvent, sampleRecord } from '../helpers/messages.ts';
import { shopSettings } from '../requests/shop.ts';
import { startAdminApp } from './admin-app.ts';
import { API_KEY, assertProblem, RECIPIENT, sms, startApp, type TestApp } from './http-fixture.ts';

const MESSAGES = '/v1/projects/shop/messages';
const OTHER = '447400123499';

let database: Database;
let app: TestApp;
/** What Temporal says. */
const temporal = {
  holds: (): Promise<PlanHold[]> => Promise.resolve([]),
  status: (): Promise<MessageStatus | undefined> => Promise.resolve(undefined),
  cancel: 'requested' as 'requested' | 'closed' | 'unknown',
};
let clock = Date.parse('2026-11-20T10:00:00.000Z');

before(async () => {
  database = await openDatabase({ memory: true });
  app = await startApp({
    database,
    now: () => new Date((clock += 1000)),
    planHolds: { find: async () => undefined, list: () => temporal.holds(), probe: async () => false },
    messages: {
      status: () => temporal.status(),
      cancel: async () => temporal.cancel,
      cancelOrStartCancelled: async () => temporal.cancel,
    },
  });
  for (const messageId of ['one', 'two', 'three']) {
    const answer = await app.post(MESSAGES, {
      ...sms,
      messageId,
      campaignId: messageId === 'one' ? 'spring' : 'autumn',
    });
    assert.equal(answer.json['success'], true, answer.text);
  }
  await app.post(MESSAGES, { ...sms, messageId: 'other', recipient: `+${OTHER}` });
  await app.post(MESSAGES, { ...sms, messageId: 'refused', recipient: '07400 12' });
  await record('one', [{ status: 'enqueued' }, { status: 'failed', statusCode: 11 }]);
  await record('two', [], [{ policy: 'hold', at: '2026-11-20T10:05:00.000Z' }]);
});
after(async () => {
  await app?.[Symbol.asyncDispose]();
  await database?.close();
});
beforeEach(() => {
  temporal.holds = () => Promise.resolve([]);
  temporal.status = () => Promise.resolve(undefined);
  temporal.cancel = 'requested';
});

/** Writes of a message what its workflow does. */
async function record(
  messageId: string,
  events: Parameters<typeof sampleEvent>[1][],
  unknownOutcomes: { policy: 'hold' | 'resend'; at: string }[] = [],
): Promise<void> {
  const found = await app.register.find({ projectId: 'shop', messageId });
  if (!found?.input) return assert.fail(`${messageId} was not registered`);
  const { input } = found;
  await createSqlSink(database).record(
    sampleRecord(input, { events: events.map((each) => sampleEvent(input, each)), unknownOutcomes }),
  );
}

async function planOf(messageId: string): Promise<string> {
  return (await app.register.find({ projectId: 'shop', messageId }))?.input?.servicePlanId ?? assert.fail(messageId);
}

const idsOf = (json: Record<string, unknown>, list = 'messages'): string[] =>
  (json[list] as { messageId: string }[]).map(({ messageId }) => messageId).sort();

function run(...args: string[]) {
  return runCommand([...args, '--url', app.url], { SINCH_API_KEY: API_KEY, TEMPORAL_SINCH_PROJECT: 'shop' });
}

describe('search by recipient', () => {
  test('finds what went to the number, in any of its spellings, and shows it masked', async () => {
    for (const recipient of [`+${RECIPIENT}`, `00${RECIPIENT}`, '+44 7400 123456', '(+44) 7400-123-456']) {
      const { status, json, text } = await app.post(`${MESSAGES}/search`, { recipient });
      assert.equal(status, 200, text);
      assert.deepEqual(idsOf(json), ['one', 'three', 'two'], recipient);
      assert.ok((json['messages'] as { recipient: string }[]).every((each) => each.recipient === '+44•••••56'));
    }
    assert.deepEqual(idsOf((await app.post(`${MESSAGES}/search`, { recipient: `+${OTHER}` })).json), ['other']);
    assert.deepEqual(idsOf((await app.post(`${MESSAGES}/search`, { recipient: '+447400123400' })).json), []);
  });

  test('finds what was refused by the spelling that was refused', async () => {
    assert.deepEqual(idsOf((await app.post(`${MESSAGES}/search`, { recipient: '07400 12' })).json), ['refused']);
  });

  test('goes with the filters of the list, page by page', async () => {
    const search = async (more: object) =>
      (await app.post(`${MESSAGES}/search`, { recipient: `+${RECIPIENT}`, ...more })).json;
    assert.deepEqual(idsOf(await search({ status: 'failed' })), ['one']);
    assert.deepEqual(idsOf(await search({ campaignId: 'autumn' })), ['three', 'two']);
    const first = await search({ limit: 2 });
    const second = await search({ limit: 2, cursor: first['nextCursor'] });
    assert.deepEqual([...idsOf(first), ...idsOf(second)].sort(), ['one', 'three', 'two']);
    assert.equal(second['nextCursor'], undefined);
    assert.equal(idsOf((await app.post(`${MESSAGES}/search`, {})).json).length, 5, 'without a recipient all of them');
  });

  test('names what is wrong without repeating it', async () => {
    for (const [body, field] of [
      [{ recipient: '12' }, 'recipient'],
      [{ recipient: 447400123456 }, 'recipient'],
      [{ recipient: '4'.repeat(101) }, 'recipient'],
      [{ status: 'lost' }, 'status'],
      [{ recipent: `+${RECIPIENT}` }, 'recipent'],
    ] as const) {
      const answer = await app.post(`${MESSAGES}/search`, body);
      assertProblem(answer, 422, 'invalid_field');
      assert.equal((answer.json['errors'] as { field: string }[])[0]?.field, field);
    }
    for (const body of [[], null, 5, 'text']) {
      assertProblem(await app.post(`${MESSAGES}/search`, body), 400, 'invalid_body');
    }
    app.assertDiscreet(app.log);
  });
});

describe('what is held', () => {
  test('is nothing, until Sinch refuses a plan or nobody knows of a message', async () => {
    assert.deepEqual((await app.get('/v1/projects/shop/holds')).json, { holds: [] });
    const { json } = await app.get('/v1/projects/shop/held-messages');
    assert.deepEqual(idsOf(json, 'heldMessages'), ['two']);
    const [held] = json['heldMessages'] as Record<string, unknown>[];
    assert.equal(held?.['reason'], 'outcome_unknown');
    assert.equal(held?.['since'], '2026-11-20T10:05:00.000Z');
    assert.equal(held?.['recipient'], '+44•••••56');
    assert.match(String(held?.['explanation']), /not sent again/);
    assert.match((await run('holds')).stdout, /^Nothing is held/);
  });

  test('is a plan with since when, why and how many wait, and each message that waits', async () => {
    const servicePlanId = await planOf('three');
    const since = '2026-11-20T09:00:00.000Z';
    temporal.holds = async () => [
      { servicePlanId, since, refusal: { statusCode: 401, error: 'unauthorized' } },
      { servicePlanId: 'a-plan-of-others', since, refusal: {} },
    ];
    const { json, text } = await app.get('/v1/projects/shop/holds');
    const [hold, ...others] = json['holds'] as Record<string, unknown>[];
    assert.equal(others.length, 0);
    assert.deepEqual([hold?.['since'], hold?.['status_code'], hold?.['waitingMessages']], [since, 401, 3]);
    assert.match(String(hold?.['explanation']), /HTTP 401/);
    assert.ok(!text.includes(servicePlanId) && !text.includes('a-plan-of-others'), 'plans are nobody else’s business');

    const held = await app.get('/v1/projects/shop/held-messages?limit=2');
    const rest = await app.get(`/v1/projects/shop/held-messages?limit=2&cursor=${String(held.json['nextCursor'])}`);
    assert.deepEqual(
      [...(held.json['heldMessages'] as object[]), ...(rest.json['heldMessages'] as object[])].map((each) => {
        const { messageId, reason } = each as { messageId: string; reason: string };
        return `${messageId} ${reason}`;
      }),
      ['other plan_held', 'three plan_held', 'two outcome_unknown'],
    );
    const plans = await run('holds');
    assert.match(
      plans.stdout,
      /^held since +integration +waiting +why\n2026-11-20 09:00:00 UTC +\S+ +3 +Sinch refuses/,
    );
    const messages = await run('held-messages', '--limit', '2');
    assert.match(messages.stdout, /three .*its plan is held/);
    const [, more = ''] = /^There are more: temporal-sinch (.*)\n$/.exec(messages.stderr) ?? [];
    assert.match((await run(...more.split(' '))).stdout, /two .*nobody knows whether Sinch took it/);
    const asJson = JSON.parse((await run('held-messages', '--json')).stdout) as { heldMessages: unknown[] };
    assert.equal(asJson.heldMessages.length, 3);
  });

  test('is not called nothing where Temporal cannot be asked', async () => {
    temporal.holds = () => Promise.reject(new Error('14 UNAVAILABLE'));
    for (const path of ['holds', 'held-messages']) {
      const answer = await app.get(`/v1/projects/shop/${path}`);
      assertProblem(answer, 503, 'unavailable');
      assert.match(String(answer.json['detail']), /Temporal cannot be asked/);
    }
  });
});

describe('the command messages', () => {
  test('lists by status, campaign and time, masked, page by page', async () => {
    const all = await run('messages');
    assert.equal(all.exitCode, 0, all.stderr);
    assert.match(all.stdout, /^requested +message +status +recipient/);
    assert.equal(all.stdout.trim().split('\n').length, 6);
    assert.match((await run('messages', '--status', 'failed')).stdout, /\n\S+ \S+ UTC +one +failed +\+44•••••56/);
    assert.match((await run('messages', '--campaign', 'spring')).stdout, / one /);
    const page = await run('messages', '--limit', '4');
    const cursor = /--cursor (\S+)\n$/.exec(page.stderr)?.[1] ?? assert.fail(page.stderr);
    assert.match((await run('messages', '--cursor', cursor)).stdout, / one /);
    const since = await run('messages', '--since', '2026-11-20T10:00:00Z', '--json');
    assert.equal((JSON.parse(since.stdout) as { messages: unknown[] }).messages.length, 5);
    assert.match((await run('messages', '--until', '2026-11-20T09:00:00Z')).stdout, /^No message/);
  });

  test('searches by a number that is given, piped in or in the environment, and never puts it into an address', async () => {
    const given = await run('messages', '--recipient', `+${OTHER}`);
    assert.match(given.stdout, / other /);
    const env = { SINCH_API_KEY: API_KEY, TEMPORAL_SINCH_PROJECT: 'shop', TEMPORAL_SINCH_URL: app.url };
    const piped = await runCommand(['messages', '--recipient-stdin', '--json'], env, { piped: `+${OTHER}\n` });
    assert.deepEqual(idsOf(JSON.parse(piped.stdout) as Record<string, unknown>), ['other']);
    const asked = await runCommand(['messages', '--recipient'], { ...env, SEARCH_RECIPIENT: `+${OTHER}` });
    assert.match(asked.stdout, / other /);
    const wrong = await run('messages', '--recipient', '12');
    assert.equal(wrong.exitCode, 1);
    assert.match(wrong.stderr, /`recipient`/);
    const both = await run('messages', '--recipient', '+1', '--recipient-stdin');
    assert.equal(both.exitCode, 2);
    for (const args of [
      ['--status', 'lost'],
      ['--since', 'yesterday'],
      ['--limit', '0'],
    ]) {
      assert.equal((await run('messages', ...args)).exitCode, 2, args.join(' '));
    }
    for (const { stdout, stderr } of [given, piped, asked]) assert.ok(!`${stdout}${stderr}`.includes(OTHER));
  });
});

describe('the command cancel', () => {
  const live = (phase: MessageStatus['phase'], cancelRequested = true): MessageStatus => ({
    phase,
    explanation: `It is ${phase}.`,
    attempts: 1,
    ignoredReports: 0,
    cancelRequested,
  });

  test('tells that nothing is sent', async () => {
    temporal.status = async () => live('skipped');
    const { exitCode, stdout, stderr } = await run('cancel', 'three');
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^Message three is not sent, and will not be\. /);
    const asJson = JSON.parse((await run('cancel', 'three', '--json')).stdout) as object;
    assert.deepEqual(asJson, {
      messageId: 'three',
      cancellation: 'cancelled',
      status: 'skipped',
      explanation: 'It is skipped.',
    });
  });

  test('waits until the message has decided, and tells that Sinch has it and is asked', async () => {
    const said = [live('waiting_to_send'), live('accepted', false), live('accepted')];
    temporal.status = async () => said.shift() ?? live('accepted');
    const { exitCode, stdout } = await run('cancel', 'three');
    assert.equal(exitCode, 0);
    assert.match(
      stdout,
      /was with Sinch already, which is asked to cancel it\. .*report tells; .*temporal-sinch message three/,
    );
    assert.equal(said.length, 0);
  });

  test('tells that it is too late, with how it ended, and ends with 1', async () => {
    temporal.cancel = 'closed';
    const { exitCode, stdout, stderr } = await run('cancel', 'one');
    assert.deepEqual([exitCode, stdout], [1, '']);
    assert.match(stderr, /^Message one could not be cancelled: it had ended before, as failed\. /);
    const asJson = await run('cancel', 'one', '--json');
    assert.equal(asJson.exitCode, 1);
    assert.equal((JSON.parse(asJson.stdout) as { cancellation: string }).cancellation, 'too_late');
  });

  test('says what there is not', async () => {
    const { exitCode, stderr } = await run('cancel', 'nothing-such');
    assert.equal(exitCode, 1);
    assert.match(stderr, /no message of this id/);
  });
});

describe('the list of projects', () => {
  test('has all of them for the deployment key, page by page, and its own one for a key of a project', async () => {
    await using admin = await startAdminApp();
    const get = async (query: string, headers: Record<string, string>) =>
      (await admin.call('GET', `/v1/projects${query}`, { headers })).json as {
        projects: { id: string; name: string; createdAt: string }[];
        nextCursor?: string;
      };
    const first = await get('?limit=1', admin.as.deployment);
    const second = await get(`?limit=1&cursor=${first.nextCursor}`, admin.as.deployment);
    assert.deepEqual(
      [...first.projects, ...second.projects].map(({ id }) => id),
      ['shop', 'travel'],
    );
    assert.equal(second.nextCursor, undefined);
    for (const role of ['viewer', 'sender', 'admin'] as const) {
      const { projects } = await get('', admin.as[role]);
      assert.deepEqual(Object.keys(projects[0] ?? {}).sort(), ['createdAt', 'id', 'name']);
      assert.deepEqual(
        projects.map(({ id }) => id),
        ['shop'],
      );
    }
    const env = { TEMPORAL_SINCH_URL: admin.url, SINCH_API_KEY: API_KEY };
    const listed = await runCommand(['projects', 'list', '--limit', '1'], env);
    assert.match(listed.stdout, /^project +made\nshop +/);
    assert.match(listed.stderr, /^There are more: temporal-sinch projects list --limit 1 --cursor /);
    const { stdout } = await runCommand(['projects', 'list', '--json'], env);
    assert.equal((JSON.parse(stdout) as { projects: unknown[] }).projects.length, 2);
  });

  test('is there where settings are given once', async () => {
    const ids = new Set((await shopSettings().integrations()).map(({ projectId }) => projectId));
    const { json } = await app.get('/v1/projects');
    assert.deepEqual(
      json['projects'],
      [...ids].sort().map((id) => ({ id, name: id })),
    );
    const { stdout } = await run('projects', 'list');
    assert.match(stdout, /^project\n/);
  });
});
