import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isBlank } from '../../src/contract/blank-text.ts';
import { countParts } from '../../src/contract/part-count.ts';
import { unfilledParameterIn } from '../../src/contract/unfilled-parameter.ts';
import { contentHashOf } from '../../src/register/index.ts';
import { parseMessageRequest, type PreparedMessage, prepareMessage, previewText } from '../../src/requests/index.ts';
import { splitText } from '../../src/simulator/part-count.ts';
import { shopSettings } from './shop.ts';

const settings = shopSettings();
const sms = { messageId: 'm-1', recipient: '+1 202 555 0123', sender: '+12025550100', text: 'Hello' };
const mms = {
  messageId: 'm-1',
  recipient: '+1 202 555 0123',
  sender: '+12025550100',
  mediaUrl: 'https://media.example/a.png',
};

async function prepare(body: Record<string, unknown>): Promise<PreparedMessage> {
  const parsed = parseMessageRequest(body);
  const project = await settings.project('shop');
  if (!parsed.ok || !project) assert.fail(`expected the shape to be right: ${JSON.stringify(parsed)}`);
  return prepareMessage(parsed.request, { settings, project, now: new Date('2026-11-20T10:00:00.000Z') });
}

async function contentOf(body: Record<string, unknown>): Promise<unknown> {
  const prepared = await prepare(body);
  return prepared.kind === 'send' ? prepared.input.content : prepared;
}

/** Codes and fields of a refusal. */
async function refusal(body: Record<string, unknown>): Promise<string> {
  const prepared = await prepare(body);
  return prepared.kind === 'refused'
    ? prepared.errors.map(({ code, field }) => `${code} ${field}`).join(', ')
    : prepared.kind;
}

/** Nobody sees any of them. */
const INVISIBLE = [
  ' ',
  '\t',
  '\n',
  '\r\n',
  '\f',
  '\u0001',
  '\u0085',
  '\u00a0',
  '\u00ad',
  '\u034f',
  '\u061c',
  '\u115f',
  '\u1160',
  '\u1680',
  '\u180e',
  '\u2003',
  '\u200b',
  '\u200d',
  '\u200e',
  '\u2028',
  '\u202e',
  '\u202f',
  '\u2060',
  '\u2063',
  '\u2800',
  '\u3000',
  '\u3164',
  '\ufe0f',
  '\ufeff',
  '\uffa0',
  '\u{1d159}',
  '\u{e0020}',
  '\u{e0100}',
];

test('takes a text of blanks and invisible characters for none', async () => {
  for (const character of [...INVISIBLE, INVISIBLE.join('')]) {
    for (const text of [character, character.repeat(3), ` ${character}\n`, character.repeat(2_001).slice(0, 5_000)]) {
      assert.equal(await refusal({ ...sms, text }), 'no_content text', JSON.stringify(text.slice(0, 20)));
    }
    assert.deepEqual(await contentOf({ ...mms, text: character, subject: character }), {
      kind: 'mms',
      mediaUrl: mms.mediaUrl,
    });
  }
  for (const text of ['.', '0', '\u200b.\u200b', ' \u0301', '👍', '\ufffd', '\u00b7', 'ㅤa']) {
    assert.deepEqual(await contentOf({ ...sms, text }), { kind: 'sms', text: text.normalize('NFC') });
  }
});

test('sends a text with what is blank around it as it is', async () => {
  assert.deepEqual(await contentOf({ ...sms, text: '  Hello \n' }), { kind: 'sms', text: '  Hello \n' });
});

test('takes any field of blanks for one that was not given', () => {
  const blanks = [
    'subject',
    'sender',
    'integrationId',
    'priority',
    'maxParts',
    'lifeSeconds',
    'campaignId',
    'recipient',
  ];
  for (const blank of [' ', '\n\n', '\u00a0\u200b']) {
    const parsed = parseMessageRequest({
      messageId: 'm-1',
      ...Object.fromEntries(blanks.map((name) => [name, blank])),
    });
    assert.deepEqual(parsed.ok ? JSON.parse(JSON.stringify(parsed.request)) : parsed, { messageId: 'm-1' });
  }
});

test('refuses a placeholder that Sinch would take for a parameter, in whatever a handset shows', async () => {
  for (const text of [
    '${first_name}',
    'Hello ${first_name}, and welcome',
    'Hello $${a}',
    '${${x}}',
    '😀${A-b.9_}',
    `\${${'k'.repeat(16)}}`,
    // Longer than a key may be: what Sinch makes of it is not documented, and it is a template's left-over.
    '${customer_first_name}',
  ]) {
    assert.equal(await refusal({ ...sms, text }), 'unfilled_parameter text', text);
    assert.equal(await refusal({ ...mms, text }), 'unfilled_parameter text', text);
    assert.equal(await refusal({ ...mms, subject: text }), 'unfilled_parameter subject', text);
    assert.equal(previewText(text).refusal?.code, 'unfilled_parameter', text);
  }
  assert.equal(await refusal({ ...mms, mediaUrl: 'https://media.example/${id}.png' }), 'unfilled_parameter mediaUrl');
  assert.equal(await refusal({ ...sms, sender: '${brand}' }), 'unfilled_parameter sender');
  const both = { ...mms, text: '${a}', subject: '${b}' };
  assert.equal(await refusal(both), 'unfilled_parameter text, unfilled_parameter subject');
});

test('says which placeholder it is and where, and no number that stands in it', async () => {
  const said = async (text: string): Promise<string> => {
    const prepared = await prepare({ ...sms, text });
    return prepared.kind === 'refused' ? (prepared.errors[0]?.message ?? '') : prepared.kind;
  };
  assert.match(
    await said('😀 Hi ${first_name}'),
    /^Nothing was put in the place of \$\{first_name\}, at character 6: /,
  );
  assert.doesNotMatch(await said('Hi ${447400123456}'), /447400123456/);
  assert.ok((await said(`\${${'k'.repeat(1_900)}}`)).length < 300);
});

test('leaves alone what only looks like a placeholder', async () => {
  for (const text of [
    '$',
    '5 $',
    'US$5',
    '${}',
    '$ {first_name}',
    '${first name}',
    '${prénom}',
    '${open',
    '$first_name',
    '{first_name}',
    '{{first_name}}',
    '%first_name%',
    '\uff04{first_name}',
  ]) {
    assert.deepEqual(await contentOf({ ...sms, text }), { kind: 'sms', text }, text);
    assert.equal(previewText(text).refusal, undefined, text);
  }
});

test('composes letters and accents that stand apart before it counts and sends them', async () => {
  const composed = 'Café '.repeat(25);
  const apart = composed.normalize('NFD');
  assert.notEqual(apart, composed);
  assert.deepEqual(await contentOf({ ...sms, text: apart }), { kind: 'sms', text: composed });
  const prepared = await prepare({ ...sms, text: apart, maxParts: 1 });
  assert.equal(prepared.kind === 'send' && prepared.input.estimatedPartCount, 1);
  assert.deepEqual(previewText(apart), previewText(composed));
  assert.deepEqual([previewText(apart).encoding, previewText(apart).parts], ['GSM', 1]);
  assert.deepEqual(await contentOf({ ...mms, text: 'É'.normalize('NFD'), subject: 'Ü'.normalize('NFD') }), {
    kind: 'mms',
    mediaUrl: mms.mediaUrl,
    subject: 'Ü',
    text: 'É',
  });
  const named = await prepare({ ...sms, recipient: '+447400123456', sender: 'Caffè'.normalize('NFD') });
  assert.equal(named.kind === 'send' && named.input.sender, 'Caffè');
  // Signs that are letters by another number: Ångström, Ohm, Kelvin.
  assert.deepEqual(await contentOf({ ...sms, text: '\u212b\u2126\u212a' }), { kind: 'sms', text: 'ÅΩK' });
});

test('measures a text by its composed form', () => {
  const taken = (text: string): boolean => parseMessageRequest({ ...sms, text }).ok;
  assert.equal(taken('é'.repeat(2_000).normalize('NFD')), true);
  assert.equal(taken('é'.repeat(2_001).normalize('NFD')), false);
  // Characters that fall into two, and are never put together again.
  assert.equal(taken('\u0958'.repeat(1_000)), true);
  assert.equal(taken('\u0958'.repeat(1_001)), false);
});

test('takes a request whose text is composed otherwise for the same request', () => {
  const hashOf = (body: Record<string, unknown>): string => {
    const parsed = parseMessageRequest(body);
    return parsed.ok ? contentHashOf(parsed.request) : assert.fail('expected it to be taken');
  };
  const body = { ...sms, text: 'Grüße', sender: 'Caffè' };
  const apart = { ...sms, text: 'Grüße'.normalize('NFD'), sender: 'Caffè'.normalize('NFD') };
  assert.equal(hashOf(apart), hashOf(body));
  assert.equal(hashOf({ ...sms, priority: '2' }), hashOf({ ...sms, priority: 2 }));
  assert.equal(hashOf({ ...mms, text: ' \n' }), hashOf(mms));
  assert.notEqual(hashOf({ ...sms, text: 'Grusse' }), hashOf(body));
});

test('leaves ids and labels as they are', () => {
  const apart = 'José'.normalize('NFD');
  const parsed = parseMessageRequest({ ...sms, campaignId: apart, customerIds: { registered: apart } });
  assert.deepEqual(parsed.ok && [parsed.request.campaignId, parsed.request.customerIds], [
    apart,
    { registered: apart },
  ]);
});

test('sends for any text what it counted: composed, the same composed again, and as many parts as Sinch counts', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.string({
      unit: fc.constantFrom(...Array.from('aeo\u0301\u0308\u030a€${}x_ \n\u200b\u212b\u0958')),
      maxLength: 200,
    }),
  );
  await fc.assert(
    fc.asyncProperty(text, async (given) => {
      const parsed = parseMessageRequest({ ...sms, text: given, maxParts: 30 });
      if (!parsed.ok) return;
      const prepared = await prepare({ ...sms, text: given, maxParts: 30 });
      if (prepared.kind === 'refused') {
        const { code } = prepared.errors[0] ?? {};
        assert.equal(code, isBlank(given) ? 'no_content' : 'unfilled_parameter');
        assert.equal(previewText(given).refusal?.code, code);
        return;
      }
      assert.equal(previewText(given).refusal, undefined);
      if (prepared.kind !== 'send' || prepared.input.content.kind !== 'sms') return;
      const sent = prepared.input.content.text;
      assert.equal(sent, given.normalize('NFC'));
      assert.equal(sent.normalize('NFC'), sent);
      assert.equal(unfilledParameterIn(sent), undefined);
      assert.equal(prepared.input.estimatedPartCount, splitText(sent).count);
      assert.ok(countParts(sent).parts <= countParts(given).parts || sent.length > given.length);
    }),
    { numRuns: 500 },
  );
});

test("passes the ids that India's operators ask for on with an SMS, and refuses them with an MMS", async () => {
  const ids = { dltTemplateId: '1107161234567890123', dltPrincipalEntityId: '1101234567890123456' };
  const india = { ...sms, recipient: '+91 98765 43210' };
  assert.deepEqual(await contentOf({ ...india, ...ids }), { kind: 'sms', text: 'Hello', ...ids });
  assert.deepEqual(await contentOf({ ...india, dltTemplateId: 4711 }), {
    kind: 'sms',
    text: 'Hello',
    dltTemplateId: '4711',
  });
  assert.deepEqual(await contentOf({ ...india, dltTemplateId: '', dltPrincipalEntityId: null }), {
    kind: 'sms',
    text: 'Hello',
  });
  assert.equal(await refusal({ ...mms, dltTemplateId: '1' }), 'invalid_field dltTemplateId');
  assert.equal(await refusal({ ...mms, dltPrincipalEntityId: '1' }), 'invalid_field dltPrincipalEntityId');
});

test('refuses a label that no request could have, where a request was not read from its body', async () => {
  const project = await settings.project('shop');
  if (!project) throw new Error('unreachable');
  const now = new Date('2026-11-20T10:00:00.000Z');
  for (const label of ['campaignId', 'campaignName', 'scenarioStepId'] as const) {
    const prepared = await prepareMessage({ ...sms, [label]: 'x'.repeat(3_000) }, { settings, project, now });
    assert.deepEqual(prepared, {
      kind: 'refused',
      errors: [{ code: 'invalid_field', field: label, message: 'Expected a text of at most 255 characters' }],
    });
    const within = await prepareMessage({ ...sms, [label]: '🙂'.repeat(255) }, { settings, project, now });
    assert.equal(within.kind, 'send');
  }
});
