import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { temporal } from '@temporalio/proto';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { skipTime } from '../../src/testing/index.ts';
import { type MessageStack, startMessageStack } from '../helpers/message-stack.ts';

/** The recipients' digits behind their country code and before the last four, which choose what the simulator does. */
const NUMBER = '151873640';
const to = (suffix: string): string => `49${NUMBER}${suffix}`;
const TEXT = 'Sesame';
const content = { kind: 'sms', text: `${TEXT}, your password is on its way` } as const;

/** Where Temporal has what a message says and to whom: in what the work is done with, which payload codecs encrypt. */
const STARTED = 'workflowExecutionStarted.input';
const SEND = 'activityTaskScheduled(send).input';
const FIND = 'activityTaskScheduled(findMessage).input';
const RECORD = 'activityTaskScheduled(recordCampaignEvents).input';

/** Every string of a value and every name in it, bytes decoded, with the names of the members that lead there. */
function* stringsIn(
  value: unknown,
  path: readonly string[] = [],
): Generator<{ path: readonly string[]; text: string }> {
  if (value instanceof Uint8Array) {
    yield { path, text: Buffer.from(value).toString('utf8') };
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      yield { path, text: name };
      yield* stringsIn(member, [...path, name]);
    }
  } else if (['string', 'number', 'bigint'].includes(typeof value)) {
    yield { path, text: `${value as string | number | bigint}` };
  }
}

/** Also with separators between the digits, as people write numbers. */
function holds(text: string, needle: string): boolean {
  return text.includes(needle) || text.replace(/[\s().-]/g, '').includes(needle);
}

/** Where in a value it is. */
function pathsOf(needle: string, value: unknown): string[] {
  const found = [...stringsIn(value)].filter(({ text }) => holds(text, needle));
  return [...new Set(found.map(({ path }) => path.join('.')))].sort();
}

/** Where in a history it is, as `event.member`. */
function placesOf(needle: string, { events }: temporal.api.history.v1.IHistory): string[] {
  const places = (events ?? []).flatMap((event) => {
    const activity = event.activityTaskScheduledEventAttributes?.activityType?.name;
    return pathsOf(needle, event).map((path) => {
      const [attributes = '', member = ''] = path.split('.');
      return `${attributes.replace('EventAttributes', activity === undefined ? '' : `(${activity})`)}.${member}`;
    });
  });
  return [...new Set(places)].sort();
}

describe('number, text and tokens of a message', () => {
  let stack: MessageStack;
  let callbackUrl = '';
  let secrets: string[] = [];
  const logged: string[] = [];

  before(async () => {
    stack = await startMessageStack({ log: pino({ level: 'trace' }, { write: (line: string) => logged.push(line) }) });
    callbackUrl = (await stack.settings.integration('main'))?.callbackUrl ?? '';
    secrets = ['token-main', callbackUrl.split('/').at(-1) ?? ''];
    for (const secret of secrets) assert.ok(secret.length > 5, 'something to look for');
  });
  after(() => stack[Symbol.asyncDispose]());

  const handleOf = (messageId: string) => stack.temporal.workflow.getHandle(stack.workflowId(messageId));

  /** What anybody sees of a message who may look at the namespace, at this moment. */
  async function assertNothingShown(messageId: string): Promise<string> {
    const shown = {
      description: (await handleOf(messageId).describe()).raw,
      status: await stack.messages.status({ projectId: 'shop', messageId }),
      // The summary and the current details, which the Temporal UI shows.
      metadata: await handleOf(messageId).query('__temporal_workflow_metadata'),
    };
    for (const needle of [NUMBER, TEXT, ...secrets]) assert.deepEqual(pathsOf(needle, shown), [], needle);
    return JSON.stringify(shown);
  }

  /** Looks through the whole history; number and text may be in these places and have to be, or nothing was looked at. */
  async function assertPlaces(messageId: string, places: { number: string[]; text: string[] }): Promise<void> {
    await assertNothingShown(messageId);
    const history = await handleOf(messageId).fetchHistory();
    assert.deepEqual(placesOf(NUMBER, history), places.number.toSorted(), 'the number');
    assert.deepEqual(placesOf(TEXT, history), places.text.toSorted(), 'the text');
    for (const secret of secrets) assert.deepEqual(placesOf(secret, history), [], 'a token or secret');
  }

  /** Nothing in what was written to the log, where each of these lines is. */
  function assertLogged(...lines: RegExp[]): void {
    for (const line of lines)
      assert.ok(
        logged.some((entry) => line.test(entry)),
        `${line} in ${logged.join('')}`,
      );
    for (const needle of [NUMBER, TEXT, ...secrets]) assert.deepEqual(pathsOf(needle, logged), [], needle);
  }

  /** Takes a table away meanwhile: the driver's error quotes the statement with all its values. */
  async function without(table: string, work: () => Promise<void>): Promise<void> {
    const rename = (from: string, name: string) =>
      stack.database.orm.execute(sql`alter table ${sql.identifier(from)} rename to ${sql.identifier(name)}`);
    await rename(table, `${table}_away`);
    try {
      await work();
    } finally {
      await rename(`${table}_away`, table);
    }
  }

  const callBack = async (body: string, url = callbackUrl): Promise<number> => {
    const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    await response.body?.cancel();
    return response.status;
  };

  const report = (messageId: string, recipient: string) =>
    JSON.stringify({
      type: 'recipient_delivery_report_sms',
      batch_id: '01JHFFHQ0P99JPPNQPJDV7JTBP',
      recipient,
      code: 150,
      status: 'Failed',
      at: new Date().toISOString(),
      client_reference: stack.workflowId(messageId),
    });

  test('are with a delivered one only in what it was started and sent with', async () => {
    assert.equal((await stack.send('delivered', { recipient: to('9900'), content })).status, 'delivered');
    await assertPlaces('delivered', { number: [STARTED, SEND], text: [STARTED, SEND] });
    const { events } = await handleOf('delivered').fetchHistory();
    const keys = (events ?? []).flatMap(
      ({ workflowExecutionStartedEventAttributes: started, activityTaskScheduledEventAttributes: scheduled }) =>
        (started ?? scheduled)?.priority?.fairnessKey ?? [],
    );
    assert.ok(keys.length > 0, 'a fairness key was set');
    for (const key of keys) assert.match(key, /^[0-9a-f]{16}$/);
  });

  test('are with a failed MMS in the same places', async () => {
    const media = { kind: 'mms', mediaUrl: `https://example.com/${TEXT}.jpg`, subject: TEXT, text: TEXT } as const;
    const overrides = { recipient: `1${NUMBER}9901`, country: 'US', content: media };
    assert.equal((await stack.send('mms', overrides)).status, 'failed');
    await assertPlaces('mms', { number: [STARTED, SEND], text: [STARTED, SEND] });
  });

  test('are not in why Sinch refused it, even where Sinch quotes the number', async () => {
    stack.simulator.setFault('plan-main', {
      answer: {
        status: 400,
        body: {
          code: 'syntax_invalid_parameter_format',
          text: `to: +49 ${NUMBER}-9920, that is ${to('9920')}, is no number; callback_url ${callbackUrl} is fine`,
        },
      },
      methods: ['POST'],
      times: 1,
    });
    const outcome = await stack.send('refused', { recipient: to('9920'), content });
    assert.equal(outcome.status, 'enqueue_failed');
    assert.match(outcome.comment ?? '', /^to: \+49•••••20, that is \+49•••••20, is no number/);
    await assertPlaces('refused', { number: [STARTED, SEND], text: [STARTED, SEND] });
    const { events } = await stack.events('refused');
    assert.equal(events[0]?.comment, outcome.comment, 'the analysts read the same');
  });

  test('are not in failures and log lines while the store is away', async () => {
    await without('campaign_events', async () => {
      await stack.start('store-away', { recipient: to('9901'), content });
      for (;;) {
        const { pendingActivities } = (await handleOf('store-away').describe()).raw;
        if (pendingActivities?.[0]?.activityType?.name === 'recordCampaignEvents' && pendingActivities[0].lastFailure) {
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      assert.match(await assertNothingShown('store-away'), /Recording campaign events failed/);
    });
    assert.equal((await stack.outcome('store-away')).status, 'failed');
    // Both events at the end, with the recipient, and never the text.
    await assertPlaces('store-away', { number: [STARTED, SEND, RECORD], text: [STARTED, SEND] });
    assert.deepEqual(await stack.statuses('store-away'), ['enqueued', 'failed']);
    assertLogged(/store did not take the note of acceptance/);
  });

  test('are not shown of one that is held because nobody knows whether Sinch has it', async () => {
    await without('campaign_events', async () => {
      await stack.start('held', { recipient: to('9934'), content });
      await stack.untilStatus('held', ({ phase }) => phase === 'undecided');
      await skipTime(stack.temporal, stack.workflowId('held'), { by: 5 * 60_000 });
      await stack.untilStatus('held', ({ explanation }) => explanation.includes('is held'));
      assert.match(await assertNothingShown('held'), /is held, not sent again/);
    });
    await skipTime(stack.temporal, stack.workflowId('held'));
    assert.equal((await stack.outcome('held')).error, 'outcome_unknown');
    await assertPlaces('held', { number: [STARTED, SEND, FIND], text: [STARTED, SEND, FIND] });
    assertLogged(/store could not be asked for the note of acceptance/);
  });

  test('are not in what the webhook says about callbacks that it cannot take', async () => {
    await stack.send('ended', { recipient: to('9900'), content });
    const late = report('ended', to('9900'));
    await without('late_reports', async () => {
      assert.equal(await callBack(late), 503);
    });
    assert.equal(await callBack(late), 200);
    assert.equal((await stack.events('ended')).lateReports.length, 1);
    await without('unmatched_reports', async () => {
      assert.equal(await callBack(report('never-was', to('9900'))), 503);
    });
    await without('unreadable_callbacks', async () => {
      assert.equal(await callBack(`{"recipient":"${to('9900')}","body":"${TEXT}`), 503);
    });
    assert.equal(await callBack(`{"recipient":"${to('9900')}","body":"${TEXT}`), 200);
    assert.equal(await callBack(late, callbackUrl.replace(/\/[^/]+$/, `/not-${secrets[1]}`)), 401);
    assert.equal(await callBack(late, callbackUrl.replace('/main/', `/${to('9900')}/`)), 404);
    assertLogged(
      /answered 503 and Sinch will send it again/,
      /An authentic callback could not be read/,
      /did not prove that it comes from Sinch/,
      /its path names no integration/,
    );
  });
});
