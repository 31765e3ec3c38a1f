import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { isMessageId } from '../../src/contract/identity.ts';
import { COUNTRIES_WITHOUT_REPORTS, parseMsisdn } from '../../src/countries/index.ts';
import { readRecipients } from '../../src/demo/read-recipients.ts';
import { DEFAULT_MMS_COUNTRIES } from '../../src/settings/static-settings-options.ts';
import { temporaryFolder } from '../local/programs.ts';

describe('the campaign file of the demo', () => {
  const countryOf = (recipient: string | undefined): string | undefined => {
    const parsed = parseMsisdn(recipient ?? '');
    return parsed.ok ? parsed.country : undefined;
  };

  test('has 60 people in at least a dozen countries', async () => {
    const people = await readRecipients();
    assert.equal(people.length, 60);
    assert.equal(new Set(people.map(({ messageId }) => messageId)).size, 60);
    assert.ok(people.every(({ messageId }) => isMessageId(messageId)));
    const countries = new Set(people.flatMap(({ recipient }) => countryOf(recipient) ?? []));
    assert.ok(countries.size >= 12, [...countries].join(', '));
  });

  test('has some where operators send no reports, some without a number, and some whose number is none', async () => {
    const people = await readRecipients();
    const silent = people.filter(({ recipient }) => COUNTRIES_WITHOUT_REPORTS.includes(countryOf(recipient) ?? ''));
    const missing = people.filter(({ recipient }) => recipient === undefined);
    const bad = people.filter(({ recipient }) => recipient !== undefined && !parseMsisdn(recipient).ok);
    assert.ok(silent.length >= 3, `${silent.length} in countries without reports`);
    assert.ok(missing.length >= 2, `${missing.length} without a number`);
    assert.ok(bad.length >= 2, `${bad.length} bad numbers`);
  });

  test('has two MMS, to countries that MMS can be sent to', async () => {
    const mms = (await readRecipients()).filter(({ mediaUrl }) => mediaUrl !== undefined);
    assert.equal(mms.length, 2);
    for (const { mediaUrl, recipient, messageId } of mms) {
      assert.ok(URL.canParse(mediaUrl ?? ''), messageId);
      assert.ok(DEFAULT_MMS_COUNTRIES.includes(countryOf(recipient) ?? ''), messageId);
    }
  });

  test('calls everybody by name', async () => {
    for (const { text, messageId } of await readRecipients()) {
      assert.ok(text.length > 0, messageId);
      assert.doesNotMatch(text, /[{}]/, messageId);
    }
    assert.match((await readRecipients())[0]?.text ?? '', /^Hi Ada, /);
  });
});

test('a person of a file of one’s own has what its columns say, and nothing where they are empty', async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'people.csv');
  await writeFile(
    file,
    'message_id,first_name,recipient,language,text,media_url,subject\n' +
      'p-1,Ada,+447400000101,en,"{first_name}, oh {first_name}",https://example.com/a.jpg,Hello\n' +
      'p-2,Bo,,,Hi,,\n',
  );
  assert.deepEqual(await readRecipients(file), [
    {
      messageId: 'p-1',
      text: 'Ada, oh Ada',
      recipient: '+447400000101',
      mediaUrl: 'https://example.com/a.jpg',
      subject: 'Hello',
      language: 'en',
    },
    { messageId: 'p-2', text: 'Hi' },
  ]);
});
