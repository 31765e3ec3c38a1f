import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SendMessageInput } from '../../src/contract/message.ts';
import { parseMessageRequest, type PreparedMessage, prepareMessage } from '../../src/requests/index.ts';
import type { ProjectSettings } from '../../src/settings/index.ts';
import { shopSettings } from './shop.ts';

const settings = shopSettings();
const now = new Date('2026-11-20T10:00:00.000Z');
const text = 'Your code is 4711, dear Ada';
const sms = { messageId: 'm-1', recipient: '+44 7400 123456', text };

async function prepare(body: Record<string, unknown>, projectId = 'shop'): Promise<PreparedMessage> {
  const parsed = parseMessageRequest(body);
  const project = await settings.project(projectId);
  assert.equal(parsed.ok, true, `expected the shape to be right: ${JSON.stringify(parsed)}`);
  if (!parsed.ok || !project) throw new Error('unreachable');
  return prepareMessage(parsed.request, { settings, project, now });
}

async function inputOf(body: Record<string, unknown>, projectId?: string): Promise<SendMessageInput> {
  const prepared = await prepare(body, projectId);
  if (prepared.kind !== 'send') assert.fail(`expected it to be sent: ${JSON.stringify(prepared)}`);
  return prepared.input;
}

/** What it comes to and why: `enqueue_failed too_many_parts`. */
async function verdict(body: Record<string, unknown>, projectId?: string): Promise<string> {
  const prepared = await prepare(body, projectId);
  switch (prepared.kind) {
    case 'send':
      return 'send';
    case 'skipped':
      return `skipped ${prepared.reason}`;
    case 'refused':
    case 'enqueue_failed':
      return [prepared.kind, ...prepared.errors.map(({ code }) => code)].join(' ');
  }
}

test('gives the message what its project says of waiting', async () => {
  const parsed = parseMessageRequest(sms);
  const project = await settings.project('shop');
  if (!parsed.ok || !project) throw new Error('unreachable');
  const waiting = { reportWindowMs: 1, settleMs: 2, waitWhereNoReportsExpected: false, statusAttribute: false };
  const prepared = await prepareMessage(parsed.request, { settings, project: { ...project, ...waiting }, now });
  assert.deepEqual(prepared, { kind: 'send', input: { ...(await inputOf(sms)), ...waiting } });
});

test('fills in what a request leaves open', async () => {
  assert.deepEqual(await inputOf(sms), {
    projectId: 'shop',
    messageId: 'm-1',
    integrationId: 'main',
    servicePlanId: 'plan-main',
    recipient: '447400123456',
    sender: 'Shop',
    content: { kind: 'sms', text },
    maxParts: 10,
    estimatedPartCount: 1,
    priority: 3,
    campaign: {},
    country: 'GB',
    reportsExpected: true,
    requestedAt: '2026-11-20T10:00:00.000Z',
    expiresAt: '2026-11-23T10:00:00.000Z',
  });
});

test('takes what a request says before any default', async () => {
  const campaign = {
    campaignId: 'welcome',
    campaignName: 'Welcome',
    actionId: 'a',
    actionName: 'A',
    campaignPolicy: 'p',
    consentCategory: 'c',
    language: 'en',
    scenarioId: 's',
    scenarioStepId: 't',
    customerIds: { registered: 'ada' },
  };
  const given = {
    integrationId: 'second',
    sender: '+1 (202) 555-0123',
    priority: 1,
    maxParts: 2,
    lifeSeconds: 30,
    onUnknownOutcome: 'hold',
  };
  const input = await inputOf({ ...sms, ...given, ...campaign });
  assert.equal(input.integrationId, 'second');
  assert.equal(input.servicePlanId, 'plan-second');
  assert.equal(input.sender, '12025550123');
  assert.equal(input.priority, 1);
  assert.equal(input.maxParts, 2);
  assert.equal(input.onUnknownOutcome, 'hold');
  assert.equal(input.expiresAt, '2026-11-20T10:00:30.000Z');
  assert.deepEqual(input.campaign, campaign);
});

test('takes a number in each international spelling for the same', async () => {
  for (const recipient of ['+447400123456', '447400123456', '00447400123456', ' +44 (0)7400-123456 ', 447400123456]) {
    assert.equal((await inputOf({ ...sms, recipient })).recipient, '447400123456');
  }
});

test('skips a customer without a number, whatever else is wrong', async () => {
  const nobody = ['', null, undefined, '   ', '\t\n', '\u200b', ' - '];
  for (const recipient of nobody) {
    assert.equal(await verdict({ ...sms, recipient }), 'skipped no_recipient', JSON.stringify(recipient));
  }
  for (const wrong of [
    { text: '' },
    { subject: 'Hi' },
    { sender: '?' },
    { integrationId: 'off' },
    { integrationId: 'no' },
  ]) {
    assert.equal(await verdict({ ...sms, recipient: '', ...wrong }), 'skipped no_recipient', JSON.stringify(wrong));
  }
  assert.equal(await verdict({ messageId: 'm-1' }, 'empty'), 'skipped no_recipient');
  assert.deepEqual(await prepare({ messageId: 'm-1', text, campaignId: 'welcome' }), {
    kind: 'skipped',
    reason: 'no_recipient',
    integrationId: 'main',
    campaignId: 'welcome',
  });
});

test('fails a number that cannot be one, with an event that says so', async () => {
  for (const recipient of [
    'abc',
    '07400123456',
    '+44',
    '+999123456789',
    '+4474001234567890',
    '+44 7400 123456;+1',
    0,
  ]) {
    assert.equal(await verdict({ ...sms, recipient }), 'enqueue_failed invalid_recipient', String(recipient));
  }
  const prepared = await prepare({ ...sms, recipient: '0049 1', campaignId: 'welcome' });
  if (prepared.kind !== 'enqueue_failed') assert.fail(`expected a failure: ${prepared.kind}`);
  assert.deepEqual(prepared.event, {
    projectId: 'shop',
    messageId: 'm-1',
    phase: 'admission',
    status: 'enqueue_failed',
    at: '2026-11-20T10:00:00.000Z',
    integrationId: 'main',
    kind: 'sms',
    recipient: '00491',
    reportsExpected: true,
    campaign: { campaignId: 'welcome' },
    error: 'invalid_recipient',
    comment: 'The phone number is too short for its country',
    partCount: 1,
    partCountEstimated: true,
  });
});

test('takes the sender of the request, then the project’s, then the plan’s own at Sinch', async () => {
  assert.equal((await inputOf({ ...sms, sender: 'Other' })).sender, 'Other');
  assert.equal((await inputOf({ ...sms, sender: 60_777 })).sender, '60777');
  assert.equal((await inputOf(sms)).sender, 'Shop');
  assert.equal((await inputOf(sms, 'origin')).sender, undefined);
  assert.equal(await verdict(sms, 'bare'), 'enqueue_failed no_sender');
  assert.equal(await verdict({ ...sms, sender: 'Bare' }, 'bare'), 'send');
});

test('fails a sender that cannot be one, also where there would be a default', async () => {
  for (const sender of ['x', 'A name of its own', '07400123456', '!!!', 'Магазин']) {
    assert.equal(await verdict({ ...sms, sender }), 'enqueue_failed invalid_sender', sender);
  }
});

test('fails a text that takes more parts than allowed', async () => {
  assert.equal((await inputOf({ ...sms, text: 'x'.repeat(161), maxParts: 2 })).estimatedPartCount, 2);
  assert.equal(await verdict({ ...sms, text: 'x'.repeat(161), maxParts: 1 }), 'enqueue_failed too_many_parts');
  assert.equal(await verdict({ ...sms, text: 'x'.repeat(1530) }), 'send');
  assert.equal(await verdict({ ...sms, text: 'x'.repeat(1531) }), 'enqueue_failed too_many_parts');
  assert.equal(await verdict({ ...sms, text: 'ж'.repeat(671) }), 'enqueue_failed too_many_parts');
  assert.equal(await verdict({ ...sms, text: 'x'.repeat(2000), maxParts: 30 }), 'send');
});

test('has Sinch fetch media from the internet alone, unless more is allowed', async () => {
  const mms = { messageId: 'm-1', recipient: '+1 202 555 0123', sender: '60777' };
  for (const host of [
    'localhost:8080',
    '127.0.0.1',
    '2130706433',
    '169.254.169.254',
    '[::1]',
    'files.internal',
    'nas',
  ]) {
    const body = { ...mms, mediaUrl: `http://${host}/a.png` };
    assert.equal(await verdict(body), 'refused host_not_allowed', host);
    const project = await settings.project('shop');
    const parsed = parseMessageRequest(body);
    if (!parsed.ok || !project) throw new Error('unreachable');
    const allowing = { ...settings, allowPrivateHosts: true };
    assert.equal((await prepareMessage(parsed.request, { settings: allowing, project, now })).kind, 'send', host);
  }
});

test('sends MMS only where the integration has them', async () => {
  const mms = { messageId: 'm-1', mediaUrl: 'https://media.example/a.png', sender: '60777' };
  const sent = await inputOf({ ...mms, recipient: '+1 202 555 0123', subject: 'Hi', text: 'Look' });
  assert.deepEqual(sent.content, {
    kind: 'mms',
    mediaUrl: mms.mediaUrl,
    subject: 'Hi',
    text: 'Look',
  });
  assert.equal(sent.estimatedPartCount, undefined);
  assert.deepEqual((await inputOf({ ...mms, recipient: '+1 202 555 0123' })).content, {
    kind: 'mms',
    mediaUrl: mms.mediaUrl,
  });
  assert.equal(await verdict({ ...mms, recipient: '+1 787 555 0123' }), 'send', 'Puerto Rico');
  assert.equal(await verdict({ ...mms, recipient: '+49 1511 2345678' }), 'enqueue_failed mms_not_available');
  assert.equal(await verdict({ ...mms, recipient: '+1 670 234 5678' }), 'enqueue_failed mms_not_available', 'Saipan');
  assert.equal(
    await verdict({ ...mms, recipient: '+870 773 111 632' }),
    'enqueue_failed mms_not_available',
    'no country',
  );
  assert.equal(
    await verdict({ ...mms, recipient: '+1 202 555 0123', integrationId: 'second' }),
    'enqueue_failed mms_not_available',
  );
});

test('refuses what is no message at all', async () => {
  assert.equal(await verdict({ messageId: 'm-1', recipient: '+447400123456' }), 'refused no_content');
  assert.equal(await verdict({ ...sms, subject: 'Hi' }), 'refused invalid_field');
});

test('tells the country of the number, and whether it sends reports', async () => {
  const cases: [recipient: string, country: string | undefined, reportsExpected: boolean][] = [
    ['+447400123456', 'GB', true],
    ['+4915112345678', 'DE', false],
    ['+12025550123', 'US', true],
    ['+16714891234', 'GU', false],
    ['+16702345678', 'MP', false],
    ['+590690001234', 'GP', false],
    ['+33612345678', 'FR', true],
    ['+870773111632', undefined, true],
  ];
  for (const [recipient, country, reportsExpected] of cases) {
    const input = await inputOf({ ...sms, recipient, sender: '60777' });
    assert.deepEqual([input.country, input.reportsExpected], [country, reportsExpected], recipient);
  }
  assert.equal((await inputOf(sms, 'origin')).reportsExpected, true);
  const own = await inputOf({ ...sms, sender: 'Bare' }, 'bare');
  assert.equal(own.reportsExpected, false, 'a project may have a list of its own');
});

test('fails a name as the sender where no network takes one, and an area code of +1 that is newer than our list', async () => {
  for (const recipient of ['+1 202 555 0123', '+1 416 555 0123', '+1 787 234 5678', '+1 436 234 5678']) {
    assert.equal(await verdict({ ...sms, recipient }), 'enqueue_failed invalid_sender', recipient);
    assert.equal(await verdict({ ...sms, recipient, sender: 'Other' }), 'enqueue_failed invalid_sender', recipient);
    assert.equal((await inputOf({ ...sms, recipient, sender: '60777' })).sender, '60777');
    assert.equal((await inputOf({ ...sms, recipient, sender: '+1 800 555 0199' })).sender, '18005550199');
  }
  for (const recipient of ['+44 7400 123456', '+1 876 234 5678', '+870 773 111 632']) {
    assert.equal((await inputOf({ ...sms, recipient })).sender, 'Shop', recipient);
  }
  assert.equal(await verdict({ ...sms, recipient: '+1 202 555 0123' }, 'origin'), 'send', "the plan's own");
});

test('takes a spreadsheet’s number for no sender', async () => {
  for (const sender of ['4.47911E+11', '4,47911E+11', '46701740621.0', '46701740621-1']) {
    assert.equal(await verdict({ ...sms, sender }), 'enqueue_failed invalid_sender', sender);
  }
});

test('sends MMS to an area code of +1 that is newer than our list', async () => {
  const mms = { messageId: 'm-1', mediaUrl: 'https://media.example/a.png', sender: '60777' };
  for (const recipient of ['+1 436 234 5678', '+1 624 234 5678']) {
    assert.equal(await verdict({ ...mms, recipient }), 'send', recipient);
    const nowhere = await verdict({ ...mms, recipient, integrationId: 'second' });
    assert.equal(nowhere, 'enqueue_failed mms_not_available', 'a plan without MMS');
  }
});

test('names the character that is in the way and its place, and no digit', async () => {
  const cases: [recipient: string, words: RegExp][] = [
    ['+44 7400 123456; +44 7400 123457', /more than one phone number.*\(character 16: semicolon\)$/],
    ['+44740O123456', /\(character 7: Latin letter O\)$/],
    ['+44740012345²', /\(character 13: superscript digit\)$/],
    ['+4474001٢3456', /\(character 9: Arabic digit\)$/],
    ['+46701740621\n2', /\(character 13: line feed\)$/],
    ['46701740621.0', /has decimals/],
    ['4.47911E+11', /scientific notation/],
    ['+447400123456 ext. 12', /has an extension/],
    ['+39 (0)320 0000125', /a 0 behind its calling code/],
    ['011 44 7400 123456', /dialled to call abroad/],
    ['+225 07 12 34 56', /before the numbers of its country were changed/],
  ];
  for (const [recipient, words] of cases) {
    const prepared = await prepare({ ...sms, recipient });
    if (prepared.kind !== 'enqueue_failed') assert.fail(`${recipient}: ${prepared.kind}`);
    assert.match(prepared.errors[0]?.message ?? '', words);
    assert.doesNotMatch(prepared.errors[0]?.message ?? '', /\d{3}[ \d]*\d{3}|²|٢/);
    assert.equal(prepared.event.comment, prepared.errors[0]?.message);
  }
});

test('reads a number without + and 00 as the project says', async () => {
  const project = await settings.project('shop');
  const of = async (recipient: string, bareNumbers: ProjectSettings['bareNumbers']) => {
    const parsed = parseMessageRequest({ ...sms, recipient });
    if (!parsed.ok || !project) throw new Error('unreachable');
    const reading = bareNumbers === undefined ? {} : { bareNumbers };
    const prepared = await prepareMessage(parsed.request, { settings, project: { ...project, ...reading }, now });
    return prepared.kind === 'send' ? prepared.input.recipient : prepared.kind;
  };
  assert.equal(await of('07400 123456', undefined), 'enqueue_failed');
  assert.equal(await of('07400 123456', 'GB'), '447400123456');
  assert.equal(await of('447400123456', 'international'), '447400123456');
  assert.equal(await of('447400123456', 'refused'), 'enqueue_failed');
  assert.equal(await of('+447400123456', 'refused'), '447400123456');
});

test('refuses ids and names with the number in its national spelling', async () => {
  for (const ids of [
    { messageId: 'otp-07400123456' },
    { messageId: 'otp-7400-123-456' },
    { campaignId: 'to 07400 123456' },
    { campaignName: 'For 07400 123456' },
    { campaignName: 'For +44 7400 123456' },
  ]) {
    const prepared = await prepare({ ...sms, ...ids });
    assert.equal(prepared.kind, 'refused', JSON.stringify(ids));
    assert.ok(prepared.kind === 'refused' && prepared.errors[0]?.field === Object.keys(ids)[0]);
  }
  assert.equal(await verdict({ ...sms, messageId: 'order-20261201-0000123' }), 'send');
});

test('takes a number that is no text but where it may be scientific notation', () => {
  for (const recipient of [447400123456, 0])
    assert.ok(parseMessageRequest({ ...sms, recipient }).ok, String(recipient));
  for (const recipient of [4.47911e11, 447911000000, 4.5, -1, 2 ** 60, 46701740621.5]) {
    assert.equal(parseMessageRequest({ ...sms, recipient }).ok, false, String(recipient));
  }
});

test('takes only an integration of the project that is enabled', async () => {
  assert.equal((await inputOf({ ...sms, integrationId: 'main' })).integrationId, 'main');
  for (const integrationId of ['bare-main', 'none', '__proto__', 'constructor']) {
    assert.equal(await verdict({ ...sms, integrationId }), 'refused unknown_integration', integrationId);
  }
  assert.equal(await verdict({ ...sms, integrationId: 'off' }), 'refused integration_disabled');
  assert.equal(await verdict(sms, 'empty'), 'refused no_integration');
});

test('leaves a failure of the settings to the caller', async () => {
  const project = await settings.project('shop');
  const parsed = parseMessageRequest(sms);
  if (!project || !parsed.ok) throw new Error('unreachable');
  const away = { integration: () => Promise.reject(new Error('the settings are away')) };
  await assert.rejects(prepareMessage(parsed.request, { settings: away, project, now }), /the settings are away/);
});

test('never repeats text, numbers or what stands in the place of one in errors and comments', async () => {
  const bodies = [
    { ...sms, recipient: '+44740012345699999' },
    { ...sms, recipient: 'Ada Lovelace 4711' },
    { ...sms, sender: 'Ada Lovelace 4711' },
    { ...sms, maxParts: 1, text: text.repeat(20) },
    { ...sms, subject: 'Ada Lovelace 4711' },
    { ...sms, integrationId: 'Ada-Lovelace-4711' },
    { ...sms, text: undefined, mediaUrl: 'https://media.example/Ada-4711' },
  ];
  for (const body of bodies) {
    const prepared = await prepare(body);
    if (prepared.kind !== 'refused' && prepared.kind !== 'enqueue_failed')
      assert.fail(`expected errors: ${prepared.kind}`);
    const said = JSON.stringify([prepared.errors, prepared.kind === 'enqueue_failed' ? prepared.event.comment : '']);
    assert.doesNotMatch(said, /Ada|4711|123456/, said);
  }
});

test('gives an answer to every request of the right shape', async () => {
  const digits = fc.stringMatching(/^(\+|00)?[0-9]{0,20}$/);
  const body = fc.record(
    {
      recipient: fc.oneof(fc.string({ maxLength: 100 }), digits, fc.maxSafeNat()),
      text: fc.string({ maxLength: 300 }),
      mediaUrl: fc.constant('https://media.example/a'),
      subject: fc.string({ maxLength: 80 }),
      sender: fc.oneof(fc.string({ maxLength: 100 }), digits),
      integrationId: fc.oneof(fc.constantFrom('main', 'second', 'off', 'bare-main'), fc.string({ maxLength: 64 })),
      maxParts: fc.integer({ min: 1, max: 30 }),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(body, fc.constantFrom('shop', 'bare', 'origin', 'empty'), async (given, projectId) => {
      const parsed = parseMessageRequest({ messageId: 'm-1', ...given });
      const project = await settings.project(projectId);
      if (!parsed.ok || !project) return;
      const prepared = await prepareMessage(parsed.request, { settings, project, now });
      if (prepared.kind === 'send') {
        assert.match(prepared.input.recipient, /^[1-9][0-9]{4,14}$/);
        assert.deepEqual(JSON.parse(JSON.stringify(prepared.input)), prepared.input, 'plain JSON');
      }
      if (prepared.kind === 'enqueue_failed') assert.equal(prepared.event.error, prepared.errors[0]?.code);
    }),
    { numRuns: 500 },
  );
});
