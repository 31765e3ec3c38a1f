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
