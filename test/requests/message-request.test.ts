import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseMessageRequest } from '../../src/requests/index.ts';

const sms = { messageId: 'm-1', recipient: '+447400123456', text: 'Hello' };

function parsed(body: Record<string, unknown>): Record<string, unknown> {
  const result = parseMessageRequest(body);
  assert.equal(result.ok, true, `expected the request to be taken: ${JSON.stringify(result)}`);
  return result.ok ? result.request : {};
}

/** Fields that are wrong, each with its code. */
function wrong(body: Record<string, unknown>): string[] {
  const result = parseMessageRequest(body);
  return result.ok ? [] : result.errors.map(({ code, field }) => `${code} ${field}`);
}

test('takes a request of which every field is given', () => {
  const whole = {
    ...sms,
    sender: 'Shop',
    integrationId: 'main',
    priority: 1,
    maxParts: 3,
    lifeSeconds: 600,
    onUnknownOutcome: 'hold',
    campaignId: 'welcome',
    campaignName: 'Welcome',
    actionId: 'a',
    actionName: 'A',
    campaignPolicy: 'default',
    consentCategory: 'newsletter',
    language: 'en',
    scenarioId: 's',
    scenarioStepId: 's-1',
    customerIds: { registered: 'ada', cookie: 'c' },
  };
  assert.deepEqual(parsed(whole), whole);
  const mms = { messageId: 'm-1', mediaUrl: 'https://media.example/a.png', subject: 'Hi', text: 'Look' };
  assert.deepEqual(parsed(mms), mms);
});

test('holds every field to its limits, and names the field that is beyond them', () => {
  const limits: [field: string, within: unknown[], beyond: unknown[]][] = [
    [
      'messageId',
      ['a', 'A.b_c-9', 'x'.repeat(64), '123456', '1'.repeat(16)],
      ['', null, undefined, 'x'.repeat(65), 'a b', 'a/b', 'ä', '1234567', '447400123456', '1'.repeat(15), 7, 'a\n'],
    ],
    ['recipient', ['x'.repeat(100), 447400123456, 0], ['x'.repeat(101), -1, 1.5, 1e21, true, [], {}]],
    ['text', ['x'.repeat(2000), ' '], ['x'.repeat(2001), 1, false, {}, 'nul \0', 'half \ud83d']],
    [
      'mediaUrl',
      ['http://media.example/a', `https://media.example/${'a'.repeat(2000)}`],
      [
        `https://media.example/${'a'.repeat(2048)}`,
        'ftp://media.example/a',
        'media.example/a',
        'data:,a',
        'file:///etc/passwd',
        'gopher://media.example/a',
        'https://user:word@media.example/a',
        'https://user@media.example/a',
        'https://',
        1,
      ],
    ],
    ['subject', ['x'.repeat(80)], ['x'.repeat(81), 1, 'half \udc00']],
    ['sender', ['x'.repeat(100), 12345], ['x'.repeat(101), -1, 1.5, {}]],
    ['integrationId', ['x'.repeat(64)], ['x'.repeat(65), 1]],
    ['priority', [1, 2, 3, 4, 5, '1', '5'], [0, 6, 1.5, '0', '6', '1.0', '0x3', '3e0', '+3', '٣', 'three', true, [3]]],
    ['maxParts', [1, 30, '1', '30', ' 7 '], [0, 31, 1.5, '0', '31', '3.0', '1e1', '-3', '3 0', '1,0', true]],
    ['lifeSeconds', [30, 259_200, '30', '259200'], [29, 259_201, 30.5, '29', '259201', '60.5', '0x3c', Infinity]],
    [
      'dltTemplateId',
      ['1107161234567890123', '1', 'x'.repeat(64), 4711],
      ['x'.repeat(65), 'a b', '1107 16', 1.5, 2 ** 53, 1.107e18, true, {}],
    ],
    ['dltPrincipalEntityId', ['1101234567890123456', 4711], ['ä', '1'.repeat(65), 1e21, false, []]],
    ['onUnknownOutcome', ['resend', 'hold'], ['Hold', 'drop', true, 1]],
    [
      'customerIds',
      [{}, { registered: 'x'.repeat(256) }, { ['x'.repeat(64)]: 'a' }, { registered: 4711 }, { a: 2 ** 53 - 1, b: -1 }],
      [
        { registered: 'x'.repeat(257) },
        { ['x'.repeat(65)]: 'a' },
        { registered: 2 ** 53 },
        { registered: 1.5 },
        { registered: true },
        { a: { b: 'c' } },
        [],
        'a',
      ],
    ],
    ...[
      'campaignId',
      'campaignName',
      'actionId',
      'actionName',
      'campaignPolicy',
      'consentCategory',
      'language',
      'scenarioId',
      'scenarioStepId',
    ].map((label): [string, unknown[], unknown[]] => [
      label,
      ['x'.repeat(255), '🙂'.repeat(255), '中'.repeat(255), 4711],
      ['x'.repeat(256), '🙂'.repeat(256), 'x'.repeat(100_000), 1.5, 2 ** 53, {}, [], 'nul \0'],
    ]),
  ];
  for (const [field, within, beyond] of limits) {
    for (const value of within) assert.deepEqual(wrong({ ...sms, [field]: value }), [], `${field}: a value within`);
    for (const value of beyond) {
      assert.deepEqual(wrong({ ...sms, [field]: value }), [`invalid_field ${field}`], `${field}: ${typeof value}`);
    }
  }
});

test('names every field that is wrong or unknown in one answer', () => {
  assert.deepEqual(wrong({ text: 5, to: '+1', priority: 9, extra: {} }), [
    'invalid_field messageId',
    'invalid_field text',
    'invalid_field priority',
    'unknown_field to',
    'unknown_field extra',
  ]);
});

test('takes what a rendered template leaves empty as not given', () => {
  const fields = ['recipient', 'text', 'mediaUrl', 'subject', 'sender', 'integrationId', 'priority', 'maxParts'];
  const others = [
    'lifeSeconds',
    'onUnknownOutcome',
    'campaignId',
    'campaignName',
    'language',
    'scenarioStepId',
    'customerIds',
  ];
  for (const empty of ['', null]) {
    const body = Object.fromEntries([...fields, ...others].map((field) => [field, empty]));
    const request = parsed({ messageId: 'm-1', ...body });
    assert.deepEqual(JSON.parse(JSON.stringify(request)), { messageId: 'm-1' });
  }
  assert.deepEqual(parsed({ ...sms, customerIds: { registered: 'ada', cookie: null, phone: '' } }).customerIds, {
    registered: 'ada',
  });
});

test('takes a phone number that a template renders as a number', () => {
  assert.equal(parsed({ ...sms, recipient: 447400123456 }).recipient, '447400123456');
  assert.equal(parsed({ ...sms, sender: 60_777 }).sender, '60777');
});

test('reads numbers that a template writes between quotation marks, and ids that it writes without', () => {
  const request = parsed({
    ...sms,
    priority: '1',
    maxParts: '12',
    lifeSeconds: '\n600 ',
    campaignId: 4711,
    actionId: 0,
    customerIds: { registered: 9_007_199_254_740_991, cookie: -7 },
  });
  assert.deepEqual(request, {
    ...sms,
    priority: 1,
    maxParts: 12,
    lifeSeconds: 600,
    campaignId: '4711',
    actionId: '0',
    customerIds: { registered: '9007199254740991', cookie: '-7' },
  });
});

test('says which id is a number that JSON has lost digits of', () => {
  const refusalOf = (text: string): string => {
    const result = parseMessageRequest(JSON.parse(text) as Record<string, unknown>);
    return result.ok ? 'taken' : result.errors.map(({ field, message }) => `${field}: ${message}`).join('\n');
  };
  const said = refusalOf('{"messageId":"m-1","customerIds":{"a":"b","registered":12345678901234567890}}');
  assert.match(said, /^customerIds: .*beyond which JSON loses digits: give it as text \(`registered`\)$/);
  assert.match(refusalOf('{"messageId":"m-1","campaignId":90071992547409930}'), /^campaignId: .*give it as text$/);
  assert.match(
    refusalOf('{"messageId":"m-1","dltTemplateId":1107161234567890123}'),
    /^dltTemplateId: .*give it as text$/,
  );
  assert.doesNotMatch(refusalOf('{"messageId":"m-1","customerIds":{"+49 1511 2345678":1e30}}'), /1511|2345678/);
});

test('names the field that an unknown one was meant for', () => {
  const meant = (name: string): string | undefined => {
    const result = parseMessageRequest({ messageId: 'm-1', [name]: 'x' });
    if (result.ok) return 'taken';
    assert.equal(result.errors[0]?.code, 'unknown_field', name);
    return /^There is no field of this name; did you mean `(\w+)`\?$/.exec(result.errors[0]?.message ?? '')?.[1];
  };
  const cases: [given: string, field: string | undefined][] = [
    ['to', 'recipient'],
    ['phone', 'recipient'],
    ['phone_number', 'recipient'],
    ['Recipient', 'recipient'],
    ['recipent', 'recipient'],
    ['reciepient', 'recipient'],
    ['recipient_number', 'recipient'],
    ['body', 'text'],
    ['txet', 'text'],
    ['from', 'sender'],
    ['media_url', 'mediaUrl'],
    ['customer_ids', 'customerIds'],
    ['message_id', 'messageId'],
    ['campaign', 'campaignId'],
    ['campaignid', 'campaignId'],
    ['max-parts', 'maxParts'],
    ['ttl', 'lifeSeconds'],
    ['life', 'lifeSeconds'],
    ['dlt_template_id', 'dltTemplateId'],
    ['integration', 'integrationId'],
    ['zzz', undefined],
    ['x', undefined],
    ['constructor', undefined],
    ['__proto__x', undefined],
    ['x'.repeat(5_000), undefined],
  ];
  for (const [given, field] of cases) assert.equal(meant(given), field, given.slice(0, 40));
});

test('answers a body of a hundred thousand unknown fields as fast as one of twenty', () => {
  const body = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`recipien${index}`, 1]));
  const result = parseMessageRequest({ ...sms, ...body });
  assert.equal(result.ok ? 0 : result.errors.length, 20);
});

test('refuses members with the names of built-in ones like any other, and keeps prototypes as they are', () => {
  const body = JSON.parse(
    '{"messageId":"m-1","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1}',
  ) as Record<string, unknown>;
  assert.deepEqual(wrong(body), ['unknown_field __proto__', 'unknown_field constructor', 'unknown_field toString']);
  const ids = JSON.parse('{"__proto__":"a","constructor":"b","registered":"c"}') as Record<string, unknown>;
  assert.deepEqual(parsed({ ...sms, customerIds: ids }).customerIds, { constructor: 'b', registered: 'c' });
  assert.deepEqual(wrong({ ...sms, customerIds: JSON.parse('{"constructor":{"polluted":1}}') as unknown }), [
    'invalid_field customerIds',
  ]);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

test('gives an answer to JSON of any depth', () => {
  const deep = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000)) as unknown;
  assert.deepEqual(wrong({ ...sms, text: deep, extra: deep, customerIds: { a: deep } }), [
    'invalid_field text',
    'invalid_field customerIds',
    'unknown_field extra',
  ]);
});

test('never repeats a value that is wrong', () => {
  const secret = '4915199887766';
  const values = [
    secret,
    Number(secret),
    [secret],
    { [secret]: secret },
    `${secret}${'x'.repeat(3000)}`,
    `\0${secret}`,
  ];
  const fields = Object.keys({
    ...sms,
    mediaUrl: 1,
    subject: 1,
    sender: 1,
    priority: 1,
    campaignId: 1,
    customerIds: 1,
  });
  for (const field of fields) {
    for (const value of values) {
      const answer = JSON.stringify(parseMessageRequest({ ...sms, extra: value, [field]: value }));
      assert.equal(answer.includes(secret), false, `${field}: ${answer.slice(0, 200)}`);
    }
  }
});

test('gives an answer to every JSON object', () => {
  const field = fc.constantFrom('messageId', 'recipient', 'text', 'mediaUrl', 'customerIds', 'priority', '__proto__');
  const body = fc.oneof(
    fc.dictionary(fc.string(), fc.jsonValue()),
    fc.dictionary(field, fc.oneof(fc.jsonValue(), fc.string(), fc.dictionary(fc.string(), fc.string()))),
  );
  fc.assert(
    fc.property(body, (given) => {
      const result = parseMessageRequest(given);
      if (result.ok) return;
      assert.equal(result.errors.length > 0, true, 'a refusal says why');
      for (const error of result.errors) assert.equal(typeof error.code === 'string' && error.message !== '', true);
    }),
    { numRuns: 500 },
  );
});
