import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { COUNTRIES_WITHOUT_REPORTS, explainMsisdnRefusal, parseMsisdn } from '../../src/countries/index.ts';

test('every usual spelling of a number gives the same digits', () => {
  const spellings = [
    '+447400123456',
    '447400123456',
    '00447400123456',
    '+44 7400 123456',
    '+44-7400-123-456',
    '0044 (7400) 123.456',
    '(+44) 7400/123456',
    '+44 (0)7400 123456',
    '  +44\u00a07400\u2011123456\n',
    '\u202a+447400123456\u202c',
    '+447400123456',
  ];
  for (const spelling of spellings) {
    assert.deepEqual(parseMsisdn(spelling), { ok: true, msisdn: '447400123456', country: 'GB' }, spelling);
  }
});

test('a zero that belongs to the number is kept', () => {
  assert.deepEqual(parseMsisdn('+39 06 1234 5678'), { ok: true, msisdn: '390612345678', country: 'IT' });
});

/** A possible mobile number of each country whose operators send no reports. */
const WITHOUT_REPORTS: Readonly<Record<string, string>> = {
  BD: '+8801812345678',
  BJ: '+2290195123456',
  BR: '+5511961234567',
  BI: '+25779561234',
  KH: '+85591234567',
  DE: '+4915123456789',
  GP: '+590690001234',
  GU: '+16713001234',
  HK: '+85251234567',
  ID: '+62812345678',
  KW: '+96550012345',
  MY: '+60123456789',
  MH: '+6922351234',
  MR: '+22222123456',
  MX: '+522221234567',
  NR: '+6745551234',
  MP: '+16702345678',
  PK: '+923012345678',
  PA: '+50761234567',
  PG: '+67570123456',
  PE: '+51912345678',
  WS: '+6857212345',
  SB: '+6777421234',
  SS: '+211977123456',
  LK: '+94712345678',
  SD: '+249911231234',
  TJ: '+992917123456',
  TL: '+67077212345',
  TO: '+6767715123',
  TV: '+688901234',
  UZ: '+998912345678',
  VE: '+584121234567',
  VN: '+84912345678',
  WF: '+681821234',
};

test('the default list has 34 countries, each once', () => {
  assert.equal(COUNTRIES_WITHOUT_REPORTS.length, 34);
  assert.deepEqual([...COUNTRIES_WITHOUT_REPORTS].sort(), Object.keys(WITHOUT_REPORTS).sort());
});

for (const country of COUNTRIES_WITHOUT_REPORTS) {
  test(`a number of ${country} is told to be of ${country}`, () => {
    const number = WITHOUT_REPORTS[country] ?? '';
    assert.deepEqual(parseMsisdn(number), { ok: true, msisdn: number.slice(1), country });
  });
}

test('neighbours that share a calling code, or nearly do, are told apart', () => {
  const neighbours: [string, string | undefined][] = [
    ['+1 202 555 0123', 'US'],
    ['+1 506 234 5678', 'CA'],
    ['+1 787 234 5678', 'PR'],
    ['+1 684 733 1234', 'AS'],
    ['+1 876 210 1234', 'JM'],
    ['+1 809 234 5678', 'DO'],
    ['+1 671 300 1234', 'GU'],
    ['+1 670 234 5678', 'MP'],
    ['+590 590 27 12 34', 'BL'],
    // Saint Martin's: the plan has the same ranges for both, and none of them is Guadeloupe's.
    ['+590 590 52 12 34', 'BL'],
    ['+590 590 20 12 34', 'GP'],
    ['+262 692 12 34 56', 'RE'],
    ['+262 639 01 23 45', 'YT'],
    ['+685 72 12345', 'WS'],
    ['+687 75 12 34', 'NC'],
    ['+689 87 12 34 56', 'PF'],
    ['+211 977 123 456', 'SS'],
    ['+249 91 123 1234', 'SD'],
    ['+230 5251 2345', 'MU'],
    ['+222 22 12 34 56', 'MR'],
    ['+853 6612 3456', 'MO'],
    ['+852 5123 4567', 'HK'],
    ['+7 701 234 5678', 'KZ'],
    ['+7 901 234 5678', 'RU'],
    ['+44 7781 123456', 'GG'],
    ['+44 7797 712345', 'JE'],
  ];
  for (const [number, country] of neighbours) {
    const parsed = parseMsisdn(number);
    assert.equal(parsed.ok && parsed.country, country, number);
  }
});

test('a number whose country cannot be told is taken without one', () => {
  const placeless = [
    '+870773111632', // Inmarsat
    '+881612345678', // global satellite
    '+883510012345678', // international networks
    '+80012345678', // international freephone
    '+15551234567', // an area code that no country of +1 has
  ];
  for (const number of placeless) assert.deepEqual(parseMsisdn(number), { ok: true, msisdn: number.slice(1) }, number);
});

test('what cannot be a number is refused with its reason', () => {
  const cases: [string, string][] = [
    ['', 'empty'],
    [' - ', 'empty'],
    ['+', 'too_short'],
    ['00', 'too_short'],
    ['+44', 'too_short'],
    ['+44 7400', 'too_short'],
    ['+44 7400 1234567', 'too_long'],
    ['+49 151 2345678901234', 'too_long'],
    ['9'.repeat(1000), 'too_long'],
    ['07400 123456', 'not_international'],
    ['+999 1234 5678', 'unknown_calling_code'],
    ['+49 00 1779 0215719', 'wrong_length'],
    ['+1 800 FLOWERS', 'characters'],
    ['+44 7400 123456 ext. 5', 'characters'],
    ['+44 7400 123456; +44 7400 123457', 'characters'],
    ['tel:+447400123456', 'characters'],
    ['44+7400123456', 'characters'],
    ['٤٤٧٤٠٠١٢٣٤٥٦', 'characters'],
    ['unknown', 'characters'],
  ];
  for (const [input, reason] of cases) assert.deepEqual(parseMsisdn(input), { ok: false, reason }, input.slice(0, 40));
});

test('every reason has an explanation for a person', () => {
  const reasons = [
    'empty',
    'characters',
    'not_international',
    'unknown_calling_code',
    'too_short',
    'too_long',
    'wrong_length',
  ] as const;
  for (const reason of reasons) assert.match(explainMsisdnRefusal(reason), /phone number/);
});

test('a value that is no string is refused like one', () => {
  for (const value of [undefined, null, 447400123456, {}, []] as unknown[] as string[]) {
    assert.deepEqual(parseMsisdn(value), { ok: false, reason: 'characters' });
  }
});

test('no input throws, and what is taken is 15 digits at most and is read again as itself', () => {
  const dialled = fc.string({ unit: fc.constantFrom(...Array.from('0123456789+() -')), maxLength: 24 });
  const digits = fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: 5, maxLength: 16 });
  fc.assert(
    fc.property(fc.oneof(dialled, digits, fc.string({ unit: 'binary' }), fc.string()), (input) => {
      const parsed = parseMsisdn(input);
      if (!parsed.ok) return;
      assert.match(parsed.msisdn, /^[1-9][0-9]{4,14}$/);
      assert.match(parsed.country ?? 'XX', /^[A-Z]{2}$/);
      assert.deepEqual(parseMsisdn(parsed.msisdn), parsed);
    }),
    { numRuns: 3000 },
  );
});
