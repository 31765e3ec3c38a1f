import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import {
  type BareNumbers,
  COUNTRIES_WITHOUT_REPORTS,
  explainMsisdnRefusal,
  parseMsisdn,
} from '../../src/countries/index.ts';
import { formerSpellingsOf } from '../../src/countries/renumbering.ts';

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

/** The reason for a refusal, or the number. */
function read(input: string, bareNumbers?: BareNumbers): string {
  const parsed = parseMsisdn(input, { bareNumbers });
  return parsed.ok ? parsed.msisdn : parsed.reason;
}

function expectAll(cases: readonly (readonly [input: string, expected: string])[], bareNumbers?: BareNumbers): void {
  for (const [input, expected] of cases)
    assert.equal(read(input, bareNumbers), expected, JSON.stringify(input.slice(0, 50)));
}

test('what cannot be a number is refused with its reason', () => {
  expectAll([
    ['', 'empty'],
    [' - ', 'empty'],
    ['""', 'empty'],
    ["'", 'empty'],
    ['=""', 'empty'],
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
    ['unknown', 'characters'],
    ['n/a', 'characters'],
    ['447,400,123,456', 'second_number'],
  ]);
});

test('wrappers without meaning are taken off', () => {
  for (const wrapped of [
    "'+447400123456",
    '="+447400123456"',
    '=+447400123456',
    '"+447400123456"',
    '"\'+447400123456\'"',
    '`+447400123456`',
    '“+447400123456”',
    '„+447400123456“',
    '‘+447400123456’',
    '«+447400123456»',
    '‹ +447400123456 ›',
    '\ufeff+447400123456\r\n',
    'tel:+44-7400-123456',
    'TEL: +447400123456',
    '(+44 7400 123456)',
    '(0044) 7400 123456',
    '+(44) 7400 123456',
    '+44.7400123456',
    '+00447400123456',
    '+00 44 7400 123456',
    '++447400123456',
    '+ +44 7400 123456',
    '00+447400123456',
    '00 44 7400 123456',
    '447.400.123.456',
    '+44 07400 123456',
    '+44 (07400) 123456',
  ]) {
    assert.equal(read(wrapped), '447400123456', wrapped);
  }
});

test('decimals and scientific notation of spreadsheets are refused by their name', () => {
  expectAll([
    ['46701740621.0', 'decimal'],
    ['46701740621,0', 'decimal'],
    ['+46701740621.00', 'decimal'],
    ['46 701 740 621,50', 'decimal'],
    ['447.400.123.456,0', 'decimal'],
    ['44.7400123456', 'decimal'],
    ['4.47911E+11', 'exponent'],
    ['4,47911E+11', 'exponent'],
    ['4.47911e11', 'exponent'],
    ['447911E6', 'exponent'],
    ['4.47911 × 10^11', 'exponent'],
    ['4,47911*10^11', 'exponent'],
  ]);
});

test('what stands behind a number is refused by its name, and never becomes its digits', () => {
  expectAll([
    ['+46701740621-1', 'separator'],
    ['46701740621/0', 'separator'],
    ['+46 70 174 06 21 (2)', 'separator'],
    ['+46701740621 2', 'separator'],
    ['+46701740621\n2', 'characters'],
    ['+46701740621\t2', 'characters'],
    ['+46701740621 22', 'suffix'],
    ['+46701740621-22', 'suffix'],
    ['+46701740621-123', 'suffix'],
    ['+49 151 23456789 12', 'suffix'],
    ['+49 151 234 567 89 123', 'suffix'],
    ['+46 70 174 06 21 (22)', 'brackets'],
    ['+49 30 1234567/68', 'second_number'],
    ['+43 1 12345/12346', 'second_number'],
    ['46701740621/46701740622', 'second_number'],
    ['+447400123456 or +447400123457', 'second_number'],
    ['+447400123456 oder 07400 123457', 'second_number'],
    ['+447400123456 & 447400123457', 'second_number'],
    ['+447400123456;+447400123457', 'second_number'],
    ['+44 7400 123456; +44 7400 123457', 'second_number'],
    ['+447400123456,447400123457', 'second_number'],
    ['+447400123456\n447400123457', 'second_number'],
    ['+447400123456\t2026-12-01', 'second_number'],
    ['+447400123456|447400123457', 'second_number'],
    ['44+7400123456', 'second_number'],
    ['+44 7400 123456 ext. 5', 'extension'],
    ['+447400123456x5', 'extension'],
    ['+447400123456 x 123', 'extension'],
    ['+447400123456#5', 'extension'],
    ['tel:+447400123456;ext=5', 'extension'],
    ['+447400123456,,5', 'extension'],
    ['+447400123456;5', 'extension'],
    ['+447400123456w5', 'extension'],
    ['+447400123456p5', 'extension'],
    ['+49 30 1234567 Durchwahl 12', 'extension'],
    ['+33 1 23 45 67 89 poste 12', 'extension'],
    ['+447400123456-', 'separator'],
    ['-447400123456', 'separator'],
    ['+44 7400 -- 123456', 'separator'],
    ['(+44 7400 123456', 'brackets'],
    ['+44 7400) 123456', 'brackets'],
    ['+44 7400 (123456)', 'brackets'],
  ]);
});

test('separators that people put between groups stay separators', () => {
  expectAll([
    ['+33 6 39 98 00 01', '33639980001'],
    ['+33.6.39.98.00.01', '33639980001'],
    ['+46 8 123 456 78', '46812345678'],
    ['+46-8-12345678', '46812345678'],
    ['+49 (0)30/1234567', '49301234567'],
    ['+49 1512 3456789', '4915123456789'],
    ['+43 664 123 45 67', '436641234567'],
    ['+90 212 123 45-67', '902121234567'],
    ['+375 (29) 123-45-67', '375291234567'],
    ['+38 (067) 123-45-67', '380671234567'],
    ['+1-202-555-0123', '12025550123'],
    ['1 (202) 555-0123', '12025550123'],
    ['7 (912) 345-67-89', '79123456789'],
    ['+91-98765-43210', '919876543210'],
    ['+81-90-1234-5678', '819012345678'],
    ['+44 (0) (7400) 123456', '447400123456'],
  ]);
});

test('digits of other scripts, superscripts and marks that turn digits round are refused, not read', () => {
  expectAll([
    ['٤٤٧٤٠٠١٢٣٤٥٦', 'characters'],
    ['۴۴۷۴۰۰۱۲۳۴۵۶', 'characters'],
    ['+44740012345²', 'characters'],
    ['+44740012345①', 'characters'],
    ['+447400123456¹', 'characters'],
    ['\u202e+447400123456', 'characters'],
    ['sip:+447400123456@example.com', 'characters'],
    ['whatsapp:+447400123456', 'characters'],
  ]);
});

test('a 0 behind the calling code is dropped where it is dialled, kept where it belongs to the number, else refused', () => {
  expectAll([
    ['+44 (0) 7400 123456', '447400123456'],
    ['+61 (0)412 345 678', '61412345678'],
    ['+27 (0)82 123 4567', '27821234567'],
    ['+380 (0) 67 123 45 67', '380671234567'],
    ['+81 090 1234 5678', '819012345678'],
    ['+39 (0)6 1234 5678', '390612345678'],
    ['+39 (0)2 1234 5678', '390212345678'],
    ['+39 (0)35 123456', '39035123456'],
    ['+378 (0)549 886123', '3780549886123'],
    ['+225 07 07 12 34 56', '2250707123456'],
    ['+242 06 123 4567', '242061234567'],
    ['+39 (0)320 0000125', 'trunk_zero'],
    ['+39 0335 123 4567', 'trunk_zero'],
    ['+420 (0) 601 123 456', 'trunk_zero'],
    ['+420 0601 123 456', 'trunk_zero'],
    ['+352 (0) 621 123 456', 'trunk_zero'],
    ['+48 (0) 500 123 456', 'trunk_zero'],
    ['+34 (0) 600 123 456', 'trunk_zero'],
    ['+351 (0) 912 345 678', 'trunk_zero'],
    ['+45 (0) 20 12 34 56', 'trunk_zero'],
    ['+47 (0) 912 34 567', 'trunk_zero'],
    ['+30 (0) 691 234 5678', 'trunk_zero'],
    ['+1 (0) 202 555 0123', 'trunk_zero'],
    ['+36 (0) 30 123 4567', 'trunk_zero'],
    ['+36 06 30 123 4567', '36301234567'],
    ['+7 8 912 345 67 89', '79123456789'],
    ['+54 11 15 2345 6789', '5491123456789'],
    ['+54 9 11 2345 6789', '5491123456789'],
    ['+55 0 15 11 91234 5678', '5511912345678'],
  ]);
});

test('what is dialled to call abroad, and gaps that only national spellings have, are never read as a country', () => {
  expectAll([
    ['011 44 7400 123456', 'dial_out'],
    ['+011 44 7400 123456', 'dial_out'],
    ['0011 44 7400 123456', 'dial_out'],
    ['0011 65 8234 5678', 'dial_out'],
    ['8~10 44 7400 123456', 'characters'],
    ['810 44 7400 123456', 'dial_out'],
    ['+1 1 202 555 0123', 'dial_out'],
    ['001 65 8234 5678', 'split_code'],
    ['8 (495) 123-45-67', 'split_code'],
    ['+8 (495) 123-45-67', 'split_code'],
    ['8 912 345 67 89', 'split_code'],
    ['(020) 7946 0000', 'not_international'],
    ['(44) 7400 123456', 'not_international'],
    ['(447400) 123456', 'not_international'],
    ['+0 7400 123456', 'not_international'],
    ['000447400123456', 'not_international'],
  ]);
});

test('a number in a range that is newer than our list is no error', () => {
  for (const number of ['+1 436 234 5678', '+1 624 234 5678', '+1 357 234 5678']) {
    assert.deepEqual(parseMsisdn(number), { ok: true, msisdn: number.replace(/\D/g, '') }, number);
  }
});

describe('numbers without + and 00', () => {
  test('are national ones of the country that the project names, in any spelling of theirs', () => {
    for (const spelling of ['07400 123456', '7400123456', '447400123456', '(07400) 123456', "'07400 123456"]) {
      assert.equal(read(spelling, 'GB'), '447400123456', spelling);
    }
    expectAll(
      [
        ['0151 23456789', '4915123456789'],
        ['15123456789', '4915123456789'],
      ],
      'DE',
    );
    expectAll(
      [
        ['8 (912) 345-67-89', '79123456789'],
        ['9123456789', '79123456789'],
      ],
      'RU',
    );
    expectAll([['06 30 123 4567', '36301234567']], 'HU');
    expectAll(
      [
        ['(202) 555-0123', '12025550123'],
        ['1 202 555 0123', '12025550123'],
      ],
      'US',
    );
    expectAll(
      [
        ['044 55 1234 5678', '525512345678'],
        ['55 1234 5678', '525512345678'],
      ],
      'MX',
    );
    expectAll([['011 15-2345-6789', '5491123456789']], 'AR');
    expectAll(
      [
        ['320 0000125', '393200000125'],
        ['06 12345678', '390612345678'],
      ],
      'IT',
    );
    expectAll([['97 12 34 56', '2290197123456']], 'BJ');
  });

  test('are refused where they may be either, and where their separators or tails say that they are none', () => {
    expectAll(
      [
        ['4915123456789', 'ambiguous'],
        ['0151 23456789.0', 'decimal'],
        ['0151 23456789 / 2', 'separator'],
      ],
      'DE',
    );
    expectAll([['0601 123 456', 'trunk_zero']], 'CZ');
    expectAll(
      [
        ['07400123456 22', 'suffix'],
        ['4.47911E+11', 'exponent'],
      ],
      'GB',
    );
  });

  test('are international with + or 00 whatever the project says, and refused where it refuses them', () => {
    for (const bareNumbers of ['US', 'refused', 'international'] as const) {
      expectAll(
        [
          ['+447400123456', '447400123456'],
          ['0044 7400 123456', '447400123456'],
        ],
        bareNumbers,
      );
    }
    expectAll(
      [
        ['447400123456', 'bare'],
        ['07400 123456', 'bare'],
      ],
      'refused',
    );
  });
});

test('every reason has an explanation for a person', () => {
  const reasons = [
    'empty',
    'characters',
    'decimal',
    'exponent',
    'extension',
    'second_number',
    'separator',
    'brackets',
    'not_international',
    'bare',
    'ambiguous',
    'dial_out',
    'split_code',
    'trunk_zero',
    'suffix',
    'renumbered',
    'unknown_calling_code',
    'too_short',
    'too_long',
    'wrong_length',
  ] as const;
  for (const reason of reasons) assert.match(explainMsisdnRefusal(reason), /phone number/);
});

test('a refusal names the character that is in the way, and its place', () => {
  const cases: [input: string, place: number, character: string][] = [
    ['+44 7400 123456; +44 7400 123457', 16, ';'],
    ['+447400123456x5', 14, 'x'],
    ['"+44740O123456"', 8, 'O'],
    ['+44740012345²', 13, '²'],
    ['+46701740621\n2', 13, '\n'],
    ['+46701740621-1', 13, '-'],
  ];
  for (const [input, place, character] of cases) {
    const parsed = parseMsisdn(input);
    assert.deepEqual(!parsed.ok && [parsed.place, parsed.character], [place, character], input);
  }
});

test('a value that is no string is refused like one', () => {
  for (const value of [undefined, null, 447400123456, {}, []] as unknown[] as string[]) {
    assert.deepEqual(parseMsisdn(value), { ok: false, reason: 'characters' });
  }
});

/** Digits that begin like the numbers of a country, and what people write between and around them. */
const dialled = fc
  .tuple(
    fc.constantFrom('+', '00', '+00', '', "'+", '="+'),
    fc.constantFrom('44', '49', '39', '1', '52', '55', '229', '225', '241', '84', '54', '7', '593', '420', '81'),
    fc.constantFrom('', ' ', ' (0)', '0', ' 0', '(0) ', '1', '15', '9'),
    fc.array(fc.stringMatching(/^[0-9]{1,5}$/), { minLength: 1, maxLength: 5 }),
    fc.constantFrom(' ', '-', '.', '', '/', '  '),
  )
  .map(([prefix, code, trunk, groups, separator]) => `${prefix}${code}${trunk}${groups.join(separator)}`);
const anyInput = fc.oneof(
  fc.string({ unit: fc.constantFrom(...Array.from('0123456789+() -.,/xE;#"\'')), maxLength: 24 }),
  fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: 5, maxLength: 16 }),
  fc.string({ unit: 'binary' }),
  fc.string(),
);
const anyReading = fc.constantFrom<BareNumbers>(
  'international',
  'refused',
  'GB',
  'DE',
  'IT',
  'US',
  'RU',
  'MX',
  'BJ',
  'CZ',
  'AR',
);

test('no input throws, and what is taken is E.164 and is read again as itself', () => {
  fc.assert(
    fc.property(fc.oneof(dialled, anyInput), anyReading, (input, bareNumbers) => {
      const parsed = parseMsisdn(input, { bareNumbers });
      if (!parsed.ok) return;
      assert.match(parsed.msisdn, /^[1-9][0-9]{4,14}$/);
      assert.match(parsed.country ?? 'XX', /^[A-Z]{2}$/);
      assert.deepEqual(parseMsisdn(`+${parsed.msisdn}`, { bareNumbers }), parsed);
      assert.deepEqual(parseMsisdn(parsed.msisdn), parsed, input);
    }),
    { numRuns: +(process.env.RUNS ?? 5_000) },
  );
});

test('what is read has the digits that were written, in their order, but for a prefix, a 0 and what a plan has changed', () => {
  fc.assert(
    fc.property(dialled, (input) => {
      const parsed = parseMsisdn(input);
      if (!parsed.ok || formerSpellingsOf(parsed.msisdn).length > 0 || parsed.msisdn.startsWith('54')) return;
      const written = input.replace(/\D/g, '').replace(/^00/, '');
      const [code = '', trunk = ''] = /^7(8?)|^(?:)/.exec(written) ?? [];
      const dropped = written.length - parsed.msisdn.length;
      assert.ok(dropped <= 1 || parsed.msisdn.startsWith('55'), `${input} ${parsed.msisdn} ${code}${trunk}`);
      // Whatever was dropped was right behind the calling code: the end is as it was written.
      assert.ok(written.endsWith(parsed.msisdn.slice(3)), `${input} came out as ${parsed.msisdn}`);
    }),
    { numRuns: +(process.env.RUNS ?? 5_000) },
  );
});

test('a digit, a point or a letter that is added to a number makes another number of it or none, never the same with more', () => {
  const number = fc.constantFrom(
    '+46701740621',
    '+447400123456',
    '+33639980001',
    '+12025550123',
    '+4915123456789',
    '+525512345678',
  );
  const tail = fc.constantFrom(
    '.0',
    ',0',
    '-1',
    '/0',
    ' (2)',
    '\n2',
    ' 2',
    '.00',
    'x1',
    ' ext 12',
    '#1',
    ';1',
    ' / 22',
    '-22',
    'E+2',
    '\t7',
    '¹',
  );
  fc.assert(
    fc.property(number, tail, (given, more) => {
      assert.equal(parseMsisdn(`${given}${more}`).ok, false, `${given}${more}`);
      assert.equal(parseMsisdn(`${given.slice(1)}${more}`).ok, false, `${given.slice(1)}${more}`);
    }),
  );
});
