import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMessageId } from '../../src/contract/identity.ts';
import { COUNTRIES_WITHOUT_REPORTS, parseMsisdn } from '../../src/countries/index.ts';
import { generateRecipients } from '../../src/demo/generate-recipients.ts';
import { MAGIC_RECIPIENTS } from '../../src/simulator/index.ts';

test('there are as many people as were asked for, each under an id of its own', () => {
  for (const count of [0, 1, 20, 5_000]) {
    const people = generateRecipients(count, 1);
    assert.equal(people.length, count);
    assert.equal(new Set(people.map(({ messageId }) => messageId)).size, count);
    assert.ok(people.every(({ messageId }) => isMessageId(messageId)));
  }
});

test('the same seed makes the same people, and another one others', () => {
  assert.deepEqual(generateRecipients(200, 7), generateRecipients(200, 7));
  assert.deepEqual(generateRecipients(200, 7).slice(0, 50), generateRecipients(50, 7), 'more are only added');
  assert.notDeepEqual(
    generateRecipients(200, 7).map(({ recipient }) => recipient),
    generateRecipients(200, 8).map(({ recipient }) => recipient),
  );
});

test('most can be reached, some are where no reports come from, some have no number or one that is none', () => {
  const numbers = generateRecipients(5_000, 1).map(({ recipient }) => recipient);
  const given = numbers.filter((number) => number !== undefined);
  const parsed = given.map((number) => parseMsisdn(number));
  const countries = parsed.flatMap((number) => (number.ok ? [number.country ?? 'unknown'] : []));
  const share = {
    missing: (numbers.length - given.length) / numbers.length,
    bad: parsed.filter(({ ok }) => !ok).length / numbers.length,
    silent: countries.filter((country) => COUNTRIES_WITHOUT_REPORTS.includes(country)).length / numbers.length,
  };
  // 2, 2 and 8 of 100.
  assert.ok(share.missing > 0.01 && share.missing < 0.03, `${share.missing}`);
  assert.ok(share.bad > 0.01 && share.bad < 0.03, `${share.bad}`);
  assert.ok(share.silent > 0.06 && share.silent < 0.1, `${share.silent}`);
  assert.deepEqual([...new Set(countries)].sort(), [
    'AU',
    'BR',
    'DE',
    'ES',
    'FR',
    'GB',
    'ID',
    'IT',
    'MX',
    'PL',
    'SE',
    'US',
  ]);
});

test('only where no reports come from does a number choose what becomes of it', () => {
  const magic = new Set(MAGIC_RECIPIENTS.map(({ suffix }) => suffix as string));
  for (const { recipient } of generateRecipients(5_000, 1)) {
    const parsed = parseMsisdn(recipient ?? '');
    if (!parsed.ok) continue;
    const silent = COUNTRIES_WITHOUT_REPORTS.includes(parsed.country ?? '');
    const ending = parsed.msisdn.slice(-4);
    if (silent) assert.equal(ending, '9907', recipient);
    else assert.equal(magic.has(ending), false, recipient);
  }
});
