import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Database, openDatabase } from '../../src/db/index.ts';
import { RECIPIENT, sms, startApp, type TestApp } from './http-fixture.ts';

let database: Database;
let app: TestApp;
before(async () => {
  database = await openDatabase({ memory: true });
  app = await startApp({ database });
});
after(async () => {
  await app?.[Symbol.asyncDispose]();
  await database?.close();
});

const MESSAGES = '/v1/projects/shop/messages';

/** A request whose recipient stands in the JSON as it is given here. */
const typed = (messageId: string, recipient: string): string =>
  `{"messageId":"${messageId}","recipient":${recipient},"text":"Hi"}`;

test('a number that stands in JSON without quotes has the digits that were typed', async () => {
  const cases: [recipient: string, expected: RegExp | undefined][] = [
    [RECIPIENT, undefined],
    ['447400100000', undefined],
    ['4.47911E+11', /scientific notation/],
    ['46701740621.0', /has decimals/],
    ['44740012345678901234567890', /too long/],
  ];
  for (const [index, [recipient, expected]] of cases.entries()) {
    const { json } = await app.post(MESSAGES, typed(`typed-${index}`, recipient));
    assert.equal(json['success'], expected === undefined, recipient);
    if (expected) assert.match(JSON.stringify(json['errors']), expected);
    const stored = await app.register.find({ projectId: 'shop', messageId: `typed-${index}` });
    assert.equal(stored?.recipient, recipient.replace(/\D/g, '').slice(0, 20), recipient);
  }
  const batch = `[${typed('typed-a', '4.47911E+11')},${typed('typed-b', RECIPIENT)}]`;
  const { answers } = (await app.post(`${MESSAGES}/batch`, batch)).json as { answers: { success: boolean }[] };
  assert.deepEqual(
    answers.map(({ success }) => success),
    [false, true],
  );
});

test('the answer tells the country, also of a message that can never be sent', async () => {
  const sent = await app.post(MESSAGES, { ...sms, messageId: 'country-1' });
  assert.equal(sent.json['country'], 'GB');
  const refused = await app.post(MESSAGES, { ...sms, messageId: 'country-2', recipient: '+12025550123' });
  assert.deepEqual([refused.json['status'], refused.json['country']], ['enqueue_failed', 'US']);
  assert.match(JSON.stringify(refused.json['errors']), /invalid_sender.*United States/);
  const unknown = await app.post(MESSAGES, {
    ...sms,
    messageId: 'country-3',
    recipient: '+14362345678',
    sender: '60777',
  });
  assert.deepEqual([unknown.json['success'], 'country' in unknown.json], [true, false]);
});

test('the preview tells the country of a recipient and what would be refused, and sends nothing', async () => {
  const preview = async (body: unknown) => (await app.post(`${MESSAGES}/preview`, body)).json;
  const sent = await preview({ text: 'Hi', recipient: `+${RECIPIENT}` });
  assert.deepEqual(sent['recipient'], { masked: '+44•••••56', country: 'GB', countryName: 'United Kingdom' });
  assert.deepEqual(sent['refusals'], []);
  // With the project's default sender, which is a name.
  const named = await preview({ text: 'Hi', recipient: '+1 436 234 5678' });
  assert.deepEqual(named['recipient'], { masked: '+14•••••78' });
  assert.match(JSON.stringify(named['refusals']), /invalid_sender/);
  const wrong = await app.post(`${MESSAGES}/preview`, '{"text":"Hi","recipient":4.47911E+11}');
  assert.equal('recipient' in wrong.json, false);
  assert.match(JSON.stringify(wrong.json['refusals']), /invalid_recipient.*scientific notation/);
  const plain = await preview({ text: 'Hi' });
  assert.equal('refusals' in plain, false);
});

test('no answer and no log line shows a number', () => app.assertDiscreet(app.log));
