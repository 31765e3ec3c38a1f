import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SinchClient } from '@sinch/sdk-core';
import { SmsCallbackWebhooks } from '@sinch/sms';
import { previewText } from '../../src/requests/index.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import { startCallbackReceiver } from './callback-receiver.ts';

const SECRET = 'a webhook secret';

async function setUp() {
  const receiver = await startCallbackReceiver();
  const simulator = await startSimulator({
    reportDelayMs: 5,
    plans: [
      { servicePlanId: 'plan', apiToken: 'token', callbackUrl: receiver.url, hmacSecret: SECRET },
      { servicePlanId: 'slow', apiToken: 'token', callbackUrl: receiver.url, messagesPerSecond: 0.01 },
      { servicePlanId: 'origin', apiToken: 'token', callbackUrl: receiver.url, defaultOriginator: '12025550100' },
    ],
  });
  const clientOf = (servicePlanId: string) =>
    new SinchClient({ servicePlanId, apiToken: 'token', smsHostname: simulator.url }).sms;
  return {
    receiver,
    simulator,
    clientOf,
    sms: clientOf('plan'),
    async [Symbol.asyncDispose]() {
      await simulator.close();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

test("Sinch's client sends a text, finds it by its client reference and reads its reports", async () => {
  await using stack = await setUp();
  const { sms, simulator } = stack;
  const sent = await sms.batches.sendTextMessage({
    sendSMSRequestBody: {
      to: ['+491701234567'],
      from: 'Acme',
      body: 'Hello',
      client_reference: 'sinch/demo/one',
      delivery_report: 'per_recipient_final',
      max_number_of_message_parts: 3,
    },
  });
  assert.match(sent.id ?? '', /^[0-9A-HJKMNP-TV-Z]{26}$/);
  assert.deepEqual(sent.to, ['491701234567']);
  assert.equal(sent.canceled, false);
  assert.ok(sent.created_at instanceof Date, 'created_at is a time');
  await simulator.whenIdle();

  const page = await sms.batches.list({ client_reference: 'sinch/demo/one' });
  assert.deepEqual(
    page.data.map(({ id }) => id),
    [sent.id],
  );
  assert.equal((await sms.batches.get({ batch_id: sent.id ?? '' })).id, sent.id);

  const summary = await sms.deliveryReports.get({ batch_id: sent.id ?? '', type: 'summary' });
  assert.deepEqual(summary.statuses, [{ code: 0, status: 'Delivered', count: 1 }]);
  const full = await sms.deliveryReports.get({ batch_id: sent.id ?? '', type: 'full', status: ['Delivered'] });
  assert.deepEqual(full.statuses, [{ code: 0, status: 'Delivered', count: 1, recipients: ['491701234567'] }]);
  const ofRecipient = await sms.deliveryReports.getForNumber({
    batch_id: sent.id ?? '',
    phone_number: '+491701234567',
  });
  assert.equal(ofRecipient.status, 'Delivered');
  assert.equal(ofRecipient.number_of_message_parts, 1);
  const finished = await sms.deliveryReports.list({ client_reference: 'sinch/demo/one' });
  assert.deepEqual(
    finished.data.map(({ batch_id }) => batch_id),
    [sent.id],
  );
});

test("Sinch's client sends an MMS and verifies the signature of its report", async () => {
  await using stack = await setUp();
  const { sms, receiver } = stack;
  const sent = await sms.batches.sendMediaMessage({
    sendSMSRequestBody: {
      to: ['12025550123'],
      from: '12025550100',
      body: { url: 'https://example.com/cat.jpg', message: 'A cat', subject: 'Cat' },
      delivery_report: 'per_recipient_final',
    },
  });
  await receiver.whenReceived(1);
  const [callback] = receiver.received;
  assert.ok(callback, 'a callback arrived');
  const webhooks = new SmsCallbackWebhooks(SECRET);
  assert.equal(webhooks.validateAuthenticationHeader(callback.headers, callback.raw, '/reports', 'POST'), true);
  assert.equal(webhooks.validateAuthenticationHeader(callback.headers, `${callback.raw} `, '/reports', 'POST'), false);
  assert.equal(callback.headers['x-sinch-webhook-signature-algorithm'], 'HmacSHA256');
  const report = webhooks.parseEvent(callback.raw);
  assert.ok(report.type === 'recipient_delivery_report_mms', report.type);
  assert.equal(report.batch_id, sent.id);
  assert.equal(report.recipient, '12025550123');
});

test("Sinch's client counts parts by a dry run", async () => {
  await using stack = await setUp();
  const answer = await stack.sms.batches.dryRun({
    per_recipient: true,
    number_of_recipients: 10,
    dryRunRequestBody: {
      to: ['491701234567', '491701234568'],
      from: 'Acme',
      body: 'Hi ${name}',
      parameters: { name: { '491701234567': 'Jörg', default: '👋'.repeat(40) } },
    },
  });
  assert.equal(answer.number_of_recipients, 2);
  assert.equal(answer.number_of_messages, 3);
  assert.deepEqual(answer.per_recipient, [
    { recipient: '491701234567', number_of_parts: 1, body: 'Hi Jörg', encoding: 'text' },
    { recipient: '491701234568', number_of_parts: 2, body: `Hi ${'👋'.repeat(40)}`, encoding: 'unicode' },
  ]);
  assert.equal(stack.simulator.counts().accepted, 0);
});

test("Sinch's client counts by a dry run what our own preview shows", async () => {
  await using stack = await setUp();
  const texts = [
    'Hello',
    'a'.repeat(161),
    'a'.repeat(306),
    '€'.repeat(153),
    `${'a'.repeat(152)}€${'a'.repeat(152)}`,
    'It’s on its way – ça va?',
    'ж'.repeat(71),
    '😀'.repeat(67),
    `${'a'.repeat(66)}👋${'a'.repeat(66)}`,
  ];
  for (const body of texts) {
    const { per_recipient } = await stack.sms.batches.dryRun({
      per_recipient: true,
      dryRunRequestBody: { to: ['491701234567'], from: 'Acme', body },
    });
    const [counted] = per_recipient ?? [];
    const { parts, encoding } = previewText(body);
    assert.deepEqual(
      [parts, encoding],
      [counted?.number_of_parts, counted?.encoding === 'text' ? 'GSM' : 'UNICODE'],
      body.slice(0, 20),
    );
  }
});

test("Sinch's client cancels what still waits in the plan's queue", async () => {
  await using stack = await setUp();
  const sms = stack.clientOf('slow');
  const send = () => sms.batches.send({ sendSMSRequestBody: { to: ['491701234567'], from: 'Acme', body: 'Hello' } });
  await send();
  const waiting = await send();
  const cancelled = await sms.batches.cancel({ batch_id: waiting.id ?? '' });
  assert.equal(cancelled.canceled, true);
  await stack.simulator.whenIdle();
  const report = await sms.deliveryReports.getForNumber({
    batch_id: waiting.id ?? '',
    phone_number: '491701234567',
  });
  assert.deepEqual([report.status, report.code], ['Cancelled', 407]);
});

test("Sinch's client walks through all pages of a list", async () => {
  await using stack = await setUp();
  for (let i = 0; i < 7; i += 1) {
    await stack.sms.batches.send({
      sendSMSRequestBody: { to: ['491701234567'], from: 'Acme', body: 'Hello', client_reference: `ref-${i}` },
    });
  }
  const references: unknown[] = [];
  for await (const batch of stack.sms.batches.list({ page_size: 3 })) references.push(batch.client_reference);
  assert.deepEqual(references, ['ref-6', 'ref-5', 'ref-4', 'ref-3', 'ref-2', 'ref-1', 'ref-0']);
});

test("Sinch's client reports a refusal with Sinch's code", async () => {
  await using stack = await setUp();
  await assert.rejects(
    stack.sms.batches.send({ sendSMSRequestBody: { to: ['491701239921'], from: 'Acme', body: 'Hello' } }),
    (error: Error & { statusCode?: number; data?: string }) =>
      error.statusCode === 400 && (error.data ?? '').includes('syntax_invalid_parameter_format'),
  );
});

/** Whether an error of Sinch's client is of this status and, where one is given, this code. */
const failedWith =
  (status: number, code = '') =>
  (error: Error & { statusCode?: number; data?: string }): boolean =>
    error.statusCode === status && (error.data ?? '').includes(code);

test("Sinch's client updates a batch that has not left: what it names, and who gets it", async () => {
  await using stack = await setUp();
  const { sms, simulator } = stack;
  const sent = await sms.batches.sendTextMessage({
    sendSMSRequestBody: {
      to: ['491701234501', '491701234502'],
      from: 'Acme',
      body: 'Hello',
      client_reference: 'first',
      flash_message: true,
      send_at: new Date(Date.now() + 3_600_000),
    },
  });
  const batchId = sent.id ?? '';
  const updated = await sms.batches.update({
    batch_id: batchId,
    updateBatchMessageRequestBody: {
      type: 'mt_text',
      from: 'Shop',
      body: 'Hello ${name}',
      parameters: { name: { default: 'you' } },
      to_add: ['+491701239901'],
      to_remove: ['491701234502'],
      client_reference: 'second',
    },
  });
  assert.ok(updated.type === 'mt_text', updated.type);
  assert.deepEqual(
    [updated.id, updated.to, updated.from, updated.body, updated.client_reference, updated.flash_message],
    [batchId, ['491701234501', '491701239901'], 'Shop', 'Hello ${name}', 'second', true],
  );
  assert.deepEqual(updated.send_at, sent.send_at);
  assert.deepEqual(
    (await sms.batches.list({ client_reference: 'second' })).data.map(({ id }) => id),
    [batchId],
  );
  assert.deepEqual((await sms.batches.list({ client_reference: 'first' })).data, []);
  // Now, so that it leaves.
  await sms.batches.update({ batch_id: batchId, updateBatchMessageRequestBody: { send_at: new Date() } });
  await simulator.whenIdle();
  const report = await sms.deliveryReports.get({ batch_id: batchId, type: 'full' });
  assert.deepEqual(
    report.statuses.map(({ status, recipients }) => [status, recipients]),
    [
      ['Delivered', ['491701234501']],
      ['Failed', ['491701239901']],
    ],
  );
  assert.deepEqual([simulator.counts().accepted, simulator.counts().messages], [1, 2]);
  await assert.rejects(
    sms.batches.update({ batch_id: batchId, updateBatchMessageRequestBody: { body: 'Too late' } }),
    failedWith(403, 'batch_already_dispatched'),
  );
});

test("Sinch's client is refused an update that makes a batch of another kind, of nobody, or of one that is not there", async () => {
  await using stack = await setUp();
  const { sms } = stack;
  const later = new Date(Date.now() + 3_600_000);
  const sent = await sms.batches.send({
    sendSMSRequestBody: { to: ['491701234567'], from: 'Acme', body: 'Hello', send_at: later },
  });
  const update = (updateBatchMessageRequestBody: object, batch_id = sent.id ?? '') =>
    sms.batches.update({ batch_id, updateBatchMessageRequestBody });
  await assert.rejects(update({ type: 'mt_media' }), failedWith(400, 'syntax_constraint_violation'));
  await assert.rejects(update({ to_remove: ['491701234567'] }), failedWith(400, 'syntax_constraint_violation'));
  const many = Array.from({ length: 101 }, (_, index) => `4917012${10_000 + index}`);
  await assert.rejects(update({ to_add: many }), failedWith(400, 'syntax_constraint_violation'));
  await assert.rejects(update({ to_add: ['nobody'] }), failedWith(400, 'syntax_invalid_parameter_format'));
  await assert.rejects(update({ body: 'x'.repeat(2_001) }), failedWith(400, 'syntax_constraint_violation'));
  await assert.rejects(update({ body: 'Hello' }, '01FC66621XXXXX119Z8PMV1QPQ'), failedWith(404));
  assert.equal((await sms.batches.get({ batch_id: sent.id ?? '' })).canceled, false);
  await sms.batches.cancel({ batch_id: sent.id ?? '' });
  await assert.rejects(update({ body: 'Hello' }), failedWith(403, 'batch_already_dispatched'));
});

test("Sinch's client replaces a batch that waits, and nothing of the one before is sent", async () => {
  await using stack = await setUp();
  const sms = stack.clientOf('slow');
  const first = { to: ['491701234501'], from: 'Acme', body: 'First' };
  await sms.batches.send({ sendSMSRequestBody: first });
  const waiting = await sms.batches.sendTextMessage({
    sendSMSRequestBody: { ...first, max_number_of_message_parts: 1, client_reference: 'old' },
  });
  const replaced = await sms.batches.replace({
    batch_id: waiting.id ?? '',
    replaceBatchMessageRequestBody: { to: ['491701234502', '491701234503'], from: 'Shop', body: 'Second' },
  });
  assert.equal(replaced.id, waiting.id);
  assert.deepEqual(replaced.to, ['491701234502', '491701234503']);
  assert.ok(!('client_reference' in replaced) && !('max_number_of_message_parts' in replaced), 'nothing is left over');
  assert.deepEqual(
    stack.simulator
      .messages()
      .map(({ recipient, status }) => [recipient, status])
      .slice(1),
    [
      ['491701234502', 'Queued'],
      ['491701234503', 'Queued'],
    ],
  );
  await assert.rejects(
    sms.batches.replace({
      batch_id: waiting.id ?? '',
      replaceBatchMessageRequestBody: { to: [], from: 'Shop', body: 'Second' },
    }),
    failedWith(400, 'syntax_constraint_violation'),
  );
  stack.simulator.updatePlan('slow', { messagesPerSecond: undefined });
  await stack.simulator.whenIdle();
  const recipients = stack.simulator.messages().map(({ recipient, finalStatus }) => `${recipient} ${finalStatus}`);
  assert.deepEqual(recipients, ['491701234501 Delivered', '491701234502 Delivered', '491701234503 Delivered']);
  await assert.rejects(
    sms.batches.replace({ batch_id: waiting.id ?? '', replaceBatchMessageRequestBody: first }),
    failedWith(403, 'batch_already_dispatched'),
  );
});

test("Sinch's client tells who got a message", async () => {
  await using stack = await setUp();
  const { sms, simulator } = stack;
  const sent = await sms.batches.send({
    sendSMSRequestBody: { to: ['491701234501', '491701234502'], from: 'Acme', body: 'Hello', feedback_enabled: true },
  });
  const tell = (recipients: string[], batch_id = sent.id ?? '') =>
    sms.batches.sendDeliveryFeedback({ batch_id, deliveryFeedbackRequestBody: { recipients } });
  await tell([]);
  await tell(['+491701234502']);
  assert.deepEqual(
    simulator.messages().map(({ feedbackAt }) => feedbackAt !== undefined),
    [false, true],
  );
  await assert.rejects(tell(['491701234502'], '01FC66621XXXXX119Z8PMV1QPQ'), failedWith(404));
  await assert.rejects(tell(['nobody']), failedWith(400, 'syntax_invalid_parameter_format'));
});

test("Sinch's client lists what came in, and reads its callback", async () => {
  await using stack = await setUp();
  const { sms, simulator, receiver } = stack;
  assert.deepEqual((await sms.inbounds.list({})).data, []);
  const first = simulator.receive({ servicePlanId: 'plan', from: '+491701234567', to: '12345', body: 'STOP' });
  simulator.receive({ servicePlanId: 'plan', from: '491701234568', to: '54321', body: 'Hi', clientReference: 'r' });
  simulator.receive({ servicePlanId: 'slow', from: '491701234569', to: '12345', body: 'Other plan' });
  await receiver.whenReceived(3);
  const callback = receiver.received.find(({ body }) => body['id'] === first);
  const event = new SmsCallbackWebhooks(SECRET).parseEvent(callback?.raw ?? '{}');
  assert.ok(event.type === 'mo_text', event.type);
  assert.deepEqual([event.from, event.to, event.body], ['491701234567', '12345', 'STOP']);

  const bodiesOf = async (query: object) => (await sms.inbounds.list(query)).data.map(({ body }) => body);
  assert.deepEqual(await bodiesOf({}), ['Hi', 'STOP']);
  assert.deepEqual(await bodiesOf({ to: ['12345', '99999'] }), ['STOP']);
  assert.deepEqual(await bodiesOf({ client_reference: 'r' }), ['Hi']);
  assert.deepEqual(await bodiesOf({ end_date: new Date(Date.now() - 1_000) }), []);
  assert.equal((await sms.inbounds.get({ inbound_id: first })).id, first);
  await assert.rejects(sms.inbounds.get({ inbound_id: '01FC66621XXXXX119Z8PMV1QPQ' }), failedWith(404));
  const all: unknown[] = [];
  for await (const inbound of sms.inbounds.list({ page_size: 1 })) all.push(inbound.body);
  assert.deepEqual(all, ['Hi', 'STOP']);
});

test("Sinch's client finds no groups, and is told so as by Sinch", async () => {
  await using stack = await setUp();
  const { groups } = stack.sms;
  const group_id = '01FC66621XXXXX119Z8PMV1QPQ';
  assert.deepEqual((await groups.list({})).data, []);
  await assert.rejects(groups.get({ group_id }), failedWith(404));
  await assert.rejects(groups.delete({ group_id }), failedWith(404));
  await assert.rejects(groups.listMembers({ group_id }), failedWith(404));
  await assert.rejects(groups.update({ group_id, updateGroupRequestBody: { add: ['491701234567'] } }), failedWith(404));
  await assert.rejects(
    groups.replace({ group_id, replaceGroupRequestBody: { members: ['491701234567'] } }),
    failedWith(404),
  );
  await assert.rejects(groups.create({ createGroupRequestBody: { name: 'All' } }), failedWith(404));
  await assert.rejects(
    stack.sms.batches.send({ sendSMSRequestBody: { to: [group_id], from: 'Acme', body: 'Hello' } }),
    failedWith(403, 'unknown_group'),
  );
});

test("Sinch's client sends without a sender where the plan has a default one, and reads which it was", async () => {
  await using stack = await setUp();
  const sms = stack.clientOf('origin');
  const sent = await sms.batches.send({ sendSMSRequestBody: { to: ['491701234567'], body: 'Hello' } });
  assert.equal('from' in sent, false);
  await stack.simulator.whenIdle();
  const query = { batch_id: sent.id ?? '', phone_number: '491701234567' };
  assert.equal((await sms.deliveryReports.getForNumber(query)).applied_originator, '12025550100');
  await assert.rejects(
    stack.sms.batches.send({ sendSMSRequestBody: { to: ['491701234567'], body: 'Hello' } }),
    failedWith(400, 'syntax_constraint_violation'),
  );
});

test('a placeholder without a value ends in 405, whether the batch has parameters or none', async () => {
  await using stack = await setUp();
  const { sms, simulator } = stack;
  const statusesOf = async (members: object): Promise<unknown> => {
    const to = ['491701234501', '491701234502'];
    const sent = await sms.batches.send({ sendSMSRequestBody: { to, from: '12025550100', body: 'x', ...members } });
    await simulator.whenIdle();
    const { statuses } = await sms.deliveryReports.get({ batch_id: sent.id ?? '', type: 'full' });
    return Object.fromEntries(statuses.flatMap(({ code, recipients = [] }) => recipients.map((each) => [each, code])));
  };
  const body = 'Hello ${first_name}';
  const [all405, allSent] = [
    { '491701234501': 405, '491701234502': 405 },
    { '491701234501': 0, '491701234502': 0 },
  ];
  assert.deepEqual(await statusesOf({ body }), all405);
  assert.deepEqual(await statusesOf({ body, parameters: {} }), all405);
  assert.deepEqual(await statusesOf({ body, parameters: { First_Name: { default: 'you' } } }), all405);
  assert.deepEqual(await statusesOf({ body, parameters: { first_name: { '+491701234501': 'Ada' } } }), {
    '491701234501': 0,
    '491701234502': 405,
  });
  assert.deepEqual(await statusesOf({ body, parameters: { first_name: { default: 'you' } } }), allSent);
  for (const text of ['$', 'US$5', '${}', '$ {first_name}', '${first name}', '{{first_name}}', 'constructor ${']) {
    assert.deepEqual(await statusesOf({ body: text }), allSent, text);
  }
  const media = { type: 'mt_media', body: { url: 'https://example.com/a.png', message: body } };
  assert.deepEqual(await statusesOf(media), all405);
  assert.deepEqual(await statusesOf({ body: 'Hello ${constructor}' }), all405);
});
