import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import { createMessageClient, type MessageClient } from '../../src/client/index.ts';
import { DEFAULT_LIFE_MS, type SendMessageInput } from '../../src/contract/message.ts';
import { sampleMessage } from '../helpers/messages.ts';
import { createTestEnvironment, type TestEnvironment } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';

const REPORT = { integrationId: 'sinch-eu', status: 'Delivered', at: '2026-11-20T10:00:05.000Z' };

function newMessage(messageId: string, overrides: Partial<SendMessageInput> = {}): SendMessageInput {
  const now = Date.now();
  return sampleMessage({
    messageId,
    requestedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + DEFAULT_LIFE_MS).toISOString(),
    ...overrides,
  });
}

// No worker runs here: what is asked is what the server is told.
describe('the message client', () => {
  let environment: TestEnvironment;
  let messages: MessageClient;
  before(async () => {
    environment = await createTestEnvironment();
    messages = createMessageClient({ client: environment.client });
  });
  after(() => environment.teardown());

  const handleOf = (messageId: string) => environment.client.workflow.getHandle(`sinch/shop/${messageId}`);

  async function signalsOf(messageId: string): Promise<number> {
    const { events } = await handleOf(messageId).fetchHistory();
    return (events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes).length;
  }

  test('starts a message with its priority, fair share and attributes', async () => {
    assert.equal(await messages.start(newMessage('m-1', { priority: 1 })), 'running');
    const description = await handleOf('m-1').describe();
    assert.equal(description.type, 'sendMessage');
    assert.equal(description.taskQueue, 'sinch-messages');
    assert.equal(description.priority?.priorityKey, 1);
    assert.match(description.priority?.fairnessKey ?? '', /^[0-9a-f]{16}$/);
    const { searchAttributes } = description;
    assert.deepEqual(searchAttributes['SinchStatus'], ['open']);
    assert.deepEqual(searchAttributes['SinchCountry'], ['DE']);
  });

  test('gives each campaign of each project a share of its own', async () => {
    const keyOf = async (messageId: string, projectId: string, campaignId?: string): Promise<string | undefined> => {
      await messages.start(
        newMessage(messageId, { projectId, campaign: campaignId === undefined ? {} : { campaignId } }),
      );
      const handle = environment.client.workflow.getHandle(`sinch/${projectId}/${messageId}`);
      return (await handle.describe()).priority?.fairnessKey;
    };
    const keys = [
      await keyOf('fair-1', 'shop', 'spring'),
      await keyOf('fair-2', 'shop', 'autumn'),
      await keyOf('fair-3', 'other', 'spring'),
      await keyOf('fair-4', 'shop'),
    ];
    assert.equal(new Set(keys).size, 4);
    assert.equal(await keyOf('fair-5', 'shop', 'spring'), keys[0]);
  });

  test('starts a message once, however often it is asked to', async () => {
    const message = newMessage('m-2');
    await Promise.all(Array.from({ length: 10 }, async () => messages.start(message)));
    const { runId } = await handleOf('m-2').describe();
    assert.equal(await messages.start(message), 'running');
    assert.equal((await handleOf('m-2').describe()).runId, runId);
    await handleOf('m-2').terminate();
    assert.equal(await messages.start(message), 'closed');
  });

  test('hands a report over once for each request id', async () => {
    await messages.start(newMessage('m-3'));
    for (let index = 0; index < 3; index += 1) {
      assert.equal(await messages.signalReport('sinch/shop/m-3', REPORT, 'dlr:1'), 'signalled');
    }
    assert.equal(await signalsOf('m-3'), 1);
    await messages.signalReport('sinch/shop/m-3', REPORT, 'dlr:2');
    assert.equal(await signalsOf('m-3'), 2);
  });

  test('encodes a report for the workflow that it is for, as the worker decodes it', async () => {
    const { namespace } = environment.client.options;
    const contexts: unknown[] = [];
    const codec: PayloadCodec = {
      async encode(payloads, context) {
        contexts.push(context);
        return payloads;
      },
      decode: async (payloads) => payloads,
    };
    const client = new Client({
      connection: environment.connection,
      namespace,
      dataConverter: { payloadCodecs: [codec] },
    });
    await messages.start(newMessage('m-7'));
    const { signalReport } = createMessageClient({ client });
    assert.equal(await signalReport('sinch/shop/m-7', REPORT, 'dlr:1'), 'signalled');
    assert.deepEqual(contexts, [{ type: 'workflow', namespace, workflowId: 'sinch/shop/m-7' }]);
  });

  test('tells a message that has ended from one that never was', async () => {
    await messages.start(newMessage('m-4'));
    await handleOf('m-4').terminate();
    assert.equal(await messages.signalReport('sinch/shop/m-4', REPORT, 'dlr:1'), 'closed');
    assert.equal(await messages.signalReport('sinch/shop/nobody', REPORT, 'dlr:1'), 'unknown');
    assert.equal(await messages.cancel({ projectId: 'shop', messageId: 'm-4' }), 'closed');
    assert.equal(await messages.cancel({ projectId: 'shop', messageId: 'nobody' }), 'unknown');
    assert.equal(await messages.status({ projectId: 'shop', messageId: 'nobody' }), undefined);
  });

  test('throws where the namespace is missing: that is no unknown message', async () => {
    const client = new Client({ connection: environment.connection, namespace: 'no-such-namespace' });
    const elsewhere = createMessageClient({ client });
    await assert.rejects(elsewhere.signalReport('sinch/shop/m-3', REPORT, 'dlr:1'));
    await assert.rejects(elsewhere.cancel({ projectId: 'shop', messageId: 'm-3' }));
  });

  test('knows no message of a project that is called namespace, and says so', async () => {
    const key = { projectId: 'namespace-not-found', messageId: 'm-1' };
    assert.equal(await messages.signalReport('sinch/namespace-not-found/m-1', REPORT, 'dlr:1'), 'unknown');
    assert.equal(await messages.cancel(key), 'unknown');
  });

  test('gives up when the caller does', async () => {
    const aborted = messages.signalReport('sinch/shop/m-3', REPORT, 'dlr:late', AbortSignal.abort());
    await assert.rejects(aborted);
    assert.equal(await signalsOf('m-3'), 2);
  });

  test('starts messages without search attributes where the namespace has none', async () => {
    const plain = createMessageClient({ client: environment.client, searchAttributes: false });
    await plain.start(newMessage('m-5'));
    const description = await handleOf('m-5').describe();
    assert.equal(description.searchAttributes['SinchProjectId'], undefined);
  });

  test('asks for one cancellation, however often', async () => {
    await messages.start(newMessage('m-6'));
    await messages.cancel({ projectId: 'shop', messageId: 'm-6' });
    await messages.cancel({ projectId: 'shop', messageId: 'm-6' });
    assert.equal(await signalsOf('m-6'), 1);
  });

  test('refuses ids with the recipient’s number in them without repeating it, unless they were accepted before', async () => {
    const { recipient } = newMessage('m-8');
    for (const [name, wrong] of [
      ['messageId', newMessage(`m-8.${recipient}`)],
      ['campaignId', newMessage('m-8', { campaign: { campaignId: `to +${recipient}` } })],
    ] as const) {
      await assert.rejects(messages.start(wrong), (error) => {
        assert.ok(error instanceof TypeError);
        assert.match(error.message, new RegExp(`\`${name}\``));
        assert.doesNotMatch(error.message, new RegExp(recipient));
        return true;
      });
    }
    const accepting = createMessageClient({ client: environment.client, refuseNumbersInIds: false });
    assert.equal(await accepting.start(newMessage(`m-8.${recipient}`)), 'running');
  });

  test('refuses a label that is too long for what it is, and takes 255 characters of any kind', async () => {
    for (const label of ['x'.repeat(256), '🙂'.repeat(256), 'x'.repeat(3_000)]) {
      for (const name of ['campaignId', 'campaignName', 'scenarioStepId', 'language'] as const) {
        await assert.rejects(messages.start(newMessage('m-9', { campaign: { [name]: label } })), (error) => {
          assert.ok(error instanceof TypeError, String(error));
          assert.match(error.message, new RegExp(`\`campaign\\.${name}\` to be a text of at most 255 characters`));
          assert.doesNotMatch(error.message, /search attribute|xxx|🙂/);
          return true;
        });
      }
      await assert.rejects(
        messages.cancelOrStartCancelled(newMessage('m-9', { campaign: { campaignId: label } })),
        TypeError,
      );
    }
    for (const [index, label] of ['x'.repeat(255), '中'.repeat(255), '🙂'.repeat(255)].entries()) {
      const campaign = { campaignId: label, campaignName: label };
      assert.equal(await messages.start(newMessage(`m-9-${index}`, { campaign })), 'running');
      const { searchAttributes } = await handleOf(`m-9-${index}`).describe();
      assert.deepEqual(searchAttributes['SinchCampaignId'], [label]);
    }
  });

  test('refuses a text that shows nothing or has a placeholder in it, unless it was accepted before', async () => {
    const contents: [content: SendMessageInput['content'], name: string][] = [
      [{ kind: 'sms', text: '' }, 'text'],
      [{ kind: 'sms', text: ' \n\u200b' }, 'text'],
      [{ kind: 'sms', text: 'Hello ${first_name}' }, 'text'],
      [{ kind: 'mms', mediaUrl: 'https://media.example/a.png', text: '${a}' }, 'text'],
      [{ kind: 'mms', mediaUrl: 'https://media.example/a.png', subject: '${a}' }, 'subject'],
    ];
    for (const [content, name] of contents) {
      await assert.rejects(messages.start(newMessage('m-10', { content })), (error) => {
        assert.ok(error instanceof TypeError, String(error));
        assert.match(error.message, new RegExp(`\`content\\.${name}\``));
        assert.doesNotMatch(error.message, /first_name|Hello/);
        return true;
      });
    }
    const accepting = createMessageClient({ client: environment.client, refuseNumbersInIds: false });
    assert.equal(await accepting.start(newMessage('m-10', { content: { kind: 'sms', text: '${old}' } })), 'running');
    const mms = { kind: 'mms', mediaUrl: 'https://media.example/a.png' } as const;
    assert.equal(await messages.start(newMessage('m-11', { content: mms })), 'running');
  });

  for (const [what, wrong, name] of [
    ['a project id', { projectId: 'Shop!' }, 'projectId'],
    ['a message id that is a phone number', { messageId: '4915112345678' }, 'messageId'],
    ['a recipient', { recipient: '+49 151' }, 'recipient'],
    ['an expiry', { expiresAt: 'tomorrow' }, 'expiresAt'],
    ['a plan', { servicePlanId: '' }, 'integrationId'],
  ] as const) {
    test(`refuses ${what} that cannot be`, async () => {
      await assert.rejects(
        messages.start(newMessage('m-7', wrong)),
        (error) => error instanceof TypeError && error.message.includes(`\`${name}\``),
      );
    });
  }

  test('says how to register search attributes where the namespace lacks them, last of all', async () => {
    const { connection } = environment;
    await connection.operatorService.removeSearchAttributes({
      namespace: 'default',
      searchAttributes: ['SinchCampaignId'],
    });
    let number = 0;
    let refused: unknown;
    // The server holds what is registered in memory for a while.
    await until('the server misses the attribute', async () => {
      number += 1;
      refused = await messages.start(newMessage(`m-12-${number}`)).then(
        () => undefined,
        (error: unknown) => error,
      );
      return refused !== undefined;
    });
    assert.match(String(refused), /Register the search attributes SinchProjectId, /);
  });
});
