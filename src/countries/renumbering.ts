/**
 * Numbering plans that were changed within memory: lists still have the former spellings. Only rules by which the former
 * spelling surely is the same subscriber's; where that takes more than the number tells, the spelling is refused.
 */

import { callingCodeOf } from '../contract/msisdn.ts';

/** A former spelling and the present one, digits with the calling code. */
export interface RenumberingRule {
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** The first day on which the present spelling worked. Rules hold for good: people go on with the former spelling. */
  since: string;
  /** The last day on which networks took the former spelling, where that was announced. */
  until?: string;
  /** Where it is said. */
  source: string;
  former: RegExp;
  /** A replacement of `String.prototype.replace`. */
  present: string;
  /** Finds the numbers that have former spellings, and gives them. */
  back: { present: RegExp; former: readonly string[] };
}

const BRAZILIAN_AREA = '(?<area>[14689][1-9]|2[12478]|3[1-578]|5[13-5]|7[13-579])';

const MIGRATOR = 'libphonenumber, migrator/src/data/recipes.csv';

const MOBIFONE = 'Ministry of Information and Communications of Viet Nam, 2018; MobiFone, "Detailed plan"; ' + MIGRATOR;

/** Former and present beginnings of Vietnamese mobile numbers, behind the calling code; seven digits follow. */
const VIETNAMESE: readonly (readonly [former: string, present: string])[] = [
  ['120', '70'],
  ['121', '79'],
  ['122', '77'],
  ['126', '76'],
  ['128', '78'],
  ['123', '83'],
  ['124', '84'],
  ['125', '85'],
  ['127', '81'],
  ['129', '82'],
  ['162', '32'],
  ['163', '33'],
  ['164', '34'],
  ['165', '35'],
  ['166', '36'],
  ['167', '37'],
  ['168', '38'],
  ['169', '39'],
  ['186', '56'],
  ['188', '58'],
  ['199', '59'],
];

/** The rules. No present spelling is another rule's former one. */
export const RENUMBERING_RULES: readonly RenumberingRule[] = [
  {
    country: 'MX',
    since: '2019-08-03',
    until: '2020-08-02',
    source:
      'ITU Operational Bulletin 1151, Mexico, communication of 12.VI.2018; IFT: the prefixes 1, 01, 044 and 045 go',
    former: /^52(?:1|01|044|045)([2-9]\d{9})$/,
    present: '52$1',
    back: { present: /^52([2-9]\d{9})$/, former: ['521$1', '5201$1', '52044$1', '52045$1'] },
  },
  {
    // By area from 2012-07-29 (11) to 2016-11-06. Numbers that begin with 7 may be trunked radio, which has no ninth digit.
    country: 'BR',
    since: '2012-07-29',
    until: '2016-11-06',
    source: `ITU, Brazil, communication of 6.II.2013; Anatel, Resolution 553/2010; ${MIGRATOR}`,
    former: new RegExp(`^55${BRAZILIAN_AREA}(?<number>[689]\\d{7})$`),
    present: '55$<area>9$<number>',
    back: { present: new RegExp(`^55${BRAZILIAN_AREA}9(?<number>[689]\\d{7})$`), former: ['55$<area>$<number>'] },
  },
  {
    country: 'BJ',
    since: '2024-11-30',
    source: 'ARCEP Bénin: each number of 8 digits, mobile and fixed, has 01 before it from 30 November 2024 on',
    former: /^229([2-9]\d{7})$/,
    present: '22901$1',
    back: { present: /^22901([2-9]\d{7})$/, former: ['229$1'] },
  },
  {
    country: 'CM',
    since: '2014-11-21',
    source: 'ITU, Cameroon, communication of 6.X.2014: mobile numbers have 6 before their 8 digits',
    former: /^237([79]\d{7})$/,
    present: '2376$1',
    back: { present: /^2376([79]\d{7})$/, former: ['237$1'] },
  },
  {
    country: 'GA',
    since: '2019-11-15',
    source: `RFI, 15 November 2019: abroad the 0 becomes 6 or 7, in fixed lines 1; ${MIGRATOR}`,
    former: /^2410([256]\d{6})$/,
    present: '2416$1',
    back: { present: /^2416([256]\d{6})$/, former: ['2410$1'] },
  },
  {
    country: 'GA',
    since: '2019-11-15',
    source: MIGRATOR,
    former: /^2410([47]\d{6})$/,
    present: '2417$1',
    back: { present: /^2417([47]\d{6})$/, former: ['2410$1'] },
  },
  {
    country: 'GA',
    since: '2019-11-15',
    source: MIGRATOR,
    former: /^2410(1\d{6})$/,
    present: '2411$1',
    back: { present: /^2411(1\d{6})$/, former: ['2410$1'] },
  },
  {
    country: 'QA',
    since: '2010-07-28',
    source: 'Communications Regulatory Authority of Qatar, 28 March 2010: the first digit is repeated',
    former: /^974([4-7])(\d{6})$/,
    present: '974$1$1$2',
    back: { present: /^974([4-7])\1(\d{6})$/, former: ['974$1$2'] },
  },
  {
    country: 'EC',
    since: '2012-09-30',
    source: 'CONATEL: mobile numbers have 9 before their 8 digits from 30 September 2012 on',
    former: /^593([89]\d{7})$/,
    present: '5939$1',
    back: { present: /^5939([89]\d{7})$/, former: ['593$1'] },
  },
  {
    country: 'CO',
    since: '2021-09-01',
    until: '2022-01-31',
    source: 'CRC, Resolution 5826 of 2019: fixed lines have 60 before area and number',
    former: /^57([124-8][2-9]\d{6})$/,
    present: '5760$1',
    back: { present: /^5760([124-8][2-9]\d{6})$/, former: ['57$1'] },
  },
  ...VIETNAMESE.map(([former, present]): RenumberingRule => ({
    country: 'VN',
    since: '2018-09-15',
    until: '2018-11-14',
    source: MOBIFONE,
    former: new RegExp(`^84${former}(\\d{7})$`),
    present: `84${present}$1`,
    back: { present: new RegExp(`^84${present}(\\d{7})$`), former: [`84${former}$1`] },
  })),
];

/**
 * Former spellings whose present one is not in the number: it hangs on the operator of then, or on more than we have a
 * source for.
 */
const UNTRANSLATABLE: readonly { country: string; since: string; former: RegExp }[] = [
  // Ten digits since: 01, 05 or 07 before mobile numbers, 21, 25 or 27 before fixed ones, by operator (ARTCI).
  { country: 'CI', since: '2021-01-31', former: /^225\d{8}$/ },
  // Fixed lines: 22 became 222 and 33 became 243, and new blocks have come since.
  { country: 'CM', since: '2014-11-21', former: /^237[23]\d{7}$/ },
  // Most became 33, some 31.
  { country: 'QA', since: '2010-07-28', former: /^9743\d{6}$/ },
  // Fixed lines of Metro Manila: an eighth digit by operator (NTC).
  { country: 'PH', since: '2019-10-06', former: /^632\d{7}$/ },
];

/** By calling code: most numbers have none. */
const RULES_OF = new Map<string, RenumberingRule[]>();
for (const rule of RENUMBERING_RULES) {
  const code = callingCodeOf(/\d+/.exec(rule.present)?.[0] ?? '');
  RULES_OF.set(code, [...(RULES_OF.get(code) ?? []), rule]);
}

function rulesOf(digits: string): readonly RenumberingRule[] {
  return RULES_OF.get(callingCodeOf(digits)) ?? [];
}

/** The present spelling of digits with the calling code: their own, where no rule is about them. Idempotent. */
export function presentSpellingOf(digits: string): string {
  const rule = rulesOf(digits).find(({ former }) => former.test(digits));
  return rule === undefined ? digits : digits.replace(rule.former, rule.present);
}

/** Spellings that the number had before its plan was changed; none for most. */
export function formerSpellingsOf(digits: string): string[] {
  return rulesOf(digits).flatMap(({ back }) =>
    back.present.test(digits) ? back.former.map((former) => digits.replace(back.present, former)) : [],
  );
}

/** Whether these digits are a former spelling of which nobody can tell the present one. */
export function isUntranslatable(digits: string): boolean {
  return UNTRANSLATABLE.some(({ former }) => former.test(digits));
}
