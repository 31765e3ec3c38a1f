import { parsePhoneNumberFromString, validatePhoneNumberLength } from 'libphonenumber-js/min';
import { type Msisdn, NUMBER_SEPARATORS } from '../contract/msisdn.ts';

/** Why something cannot be a phone number that a message could go to. */
export type MsisdnRefusal =
  /** Nothing but blanks. */
  | 'empty'
  /** Something other than digits, a leading `+`, and separators: letters, an extension, several numbers. */
  | 'characters'
  /** Starts with 0: the national form, which does not tell the country. */
  | 'not_international'
  /** No country or service has this calling code. */
  | 'unknown_calling_code'
  | 'too_short'
  | 'too_long'
  /** Between the shortest and the longest number of its country, and no number there has this length; or a 0 too many. */
  | 'wrong_length';

/** A number in its one spelling, or the reason why it is none. */
export type ParsedMsisdn =
  | {
      ok: true;
      msisdn: Msisdn;
      /**
       * ISO 3166-1 alpha-2, and `XK` for Kosovo. Absent where the number does not tell: satellite and global
       * services, and ranges that no country of a shared calling code has been given.
       */
      country?: string;
    }
  | { ok: false; reason: MsisdnRefusal };

/** E.164: at most 15 digits with the calling code. */
const MAX_DIGITS = 15;

/** No number is written with more than this, separators included; what is longer is not looked at. */
const MAX_INPUT_LENGTH = 100;

const SEPARATORS = new RegExp(`[${NUMBER_SEPARATORS}]`, 'g');

const EXPLANATIONS: Readonly<Record<MsisdnRefusal, string>> = {
  empty: 'there is no phone number',
  characters: 'a phone number has only digits, a leading + and separators',
  not_international: 'a phone number starts with its country calling code (+44…, 44… or 0044…)',
  unknown_calling_code: 'the phone number starts with no known country calling code',
  too_short: 'the phone number is too short for its country',
  too_long: 'the phone number is too long for its country',
  wrong_length: 'no phone number of that country has this length',
};

/**
 * Reads a phone number in international form (`+44…`, `44…`, `0044…`, with separators or `(0)`), as scenario steps give
 * them. Takes every number whose length is possible in its country, since number ranges open faster than lists of them
 * are released; the country is told by the range all the same. Never throws, whatever `input` is.
 *
 * Guadeloupe, Saint Barthélemy and Saint Martin share their mobile ranges, so a mobile number of any of them counts as
 * Guadeloupe's; likewise Åland with Finland, Svalbard with Norway.
 */
export function parseMsisdn(input: string): ParsedMsisdn {
  if (typeof input !== 'string') return { ok: false, reason: 'characters' };
  if (input.length > MAX_INPUT_LENGTH) return { ok: false, reason: 'too_long' };
  // NFKC turns full-width digits and plus signs, as Japanese keyboards write them, into plain ones.
  const bare = input.normalize('NFKC').replace(SEPARATORS, '');
  if (bare === '') return { ok: false, reason: 'empty' };
  const digits = /^(?:\+|00)?([0-9]*)$/.exec(bare)?.[1];
  if (digits === undefined) return { ok: false, reason: 'characters' };
  if (digits === '') return { ok: false, reason: 'too_short' };
  if (digits.startsWith('0')) return { ok: false, reason: 'not_international' };

  const international = `+${digits}`;
  const number = parsePhoneNumberFromString(international);
  if (number === undefined || !number.isPossible()) return { ok: false, reason: reasonFor(international) };
  const msisdn = number.number.slice(1);
  if (msisdn.length > MAX_DIGITS) return { ok: false, reason: 'too_long' };
  // One national 0 behind the calling code is dropped as in `+44 (0)7400…`; behind a second one there is no number, and
  // the spelling would not be the only one.
  if (parsePhoneNumberFromString(`+${msisdn}`)?.number !== number.number) return { ok: false, reason: 'wrong_length' };
  return { ok: true, msisdn, ...(number.country === undefined ? {} : { country: number.country }) };
}

/** The rule that was broken, as the end of a sentence for a person. */
export function explainMsisdnRefusal(reason: MsisdnRefusal): string {
  return EXPLANATIONS[reason];
}

function reasonFor(international: string): MsisdnRefusal {
  switch (validatePhoneNumberLength(international)) {
    case 'INVALID_COUNTRY':
      return 'unknown_calling_code';
    case 'TOO_LONG':
      return 'too_long';
    case 'TOO_SHORT':
    case 'NOT_A_NUMBER':
      return 'too_short';
    case 'INVALID_LENGTH':
    case undefined:
      return 'wrong_length';
  }
}
