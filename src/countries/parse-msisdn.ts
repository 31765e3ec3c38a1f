import { getCountryCallingCode, parsePhoneNumberFromString, validatePhoneNumberLength } from 'libphonenumber-js/min';
import { isValidPhoneNumber } from 'libphonenumber-js/max';
import { callingCodeOf, type Msisdn } from '../contract/msisdn.ts';
import { readWrittenNumber, type WrittenNumber, type WrittenRefusal } from '../contract/written-number.ts';
import { type BareNumbers, DEFAULT_BARE_NUMBERS } from './bare-numbers.ts';
import { isUntranslatable, presentSpellingOf } from './renumbering.ts';

/** Why something cannot be a phone number that a message could go to. */
export type MsisdnRefusal =
  | WrittenRefusal
  /** The national form, which does not tell the country: a leading 0, or a bracket around the first digits. */
  | 'not_international'
  /** Neither `+` nor `00`, and the project takes no such number. */
  | 'bare'
  /** Neither `+` nor `00`, and it may be a national number as well as one with the calling code. */
  | 'ambiguous'
  /** Begins with what some countries dial before a calling code: 011, 0011, 8~10. */
  | 'dial_out'
  /** A blank or bracket within the calling code, or within an area code of +1: the digits mean something else. */
  | 'split_code'
  /** A 0 behind the calling code that the country does not have. */
  | 'trunk_zero'
  /** A few digits behind what is a whole number without them. */
  | 'suffix'
  /** A spelling from before the country's plan was changed, of which the number does not tell the present one. */
  | 'renumbered'
  /** No country or service has this calling code. */
  | 'unknown_calling_code'
  | 'too_short'
  | 'too_long'
  /** Between the shortest and the longest number of its country, and no number there has this length; or a 0 too many. */
  | 'wrong_length';

/** What is wrong with a number. */
export interface MsisdnRefused {
  ok: false;
  reason: MsisdnRefusal;
  /** Which character of what was given is in the way, counted from 1; absent where it is not one alone. */
  place?: number;
  /** That character; never a digit. */
  character?: string;
}

/** A number in its one spelling, or the reason why it is none. */
export type ParsedMsisdn =
  | {
      ok: true;
      msisdn: Msisdn;
      /**
       * ISO 3166-1 alpha-2, and `XK` for Kosovo. Absent where the number does not tell: satellite and global
       * services, and ranges that no country of a shared calling code has been given, or that are newer than our list.
       */
      country?: string;
    }
  | MsisdnRefused;

/** How a number is read. */
export interface MsisdnOptions {
  /** What a number without `+` and `00` is. @default DEFAULT_BARE_NUMBERS */
  bareNumbers?: BareNumbers | undefined;
}

/** E.164: at most 15 digits with the calling code. */
const MAX_DIGITS = 15;

/** Digits of an area code, without its 0. */
const LONGEST_AREA_CODE = 5;

const EXPLANATIONS: Readonly<Record<MsisdnRefusal, string>> = {
  empty: 'there is no phone number',
  characters: 'a phone number has only digits, a leading + and separators',
  decimal: 'the phone number has decimals, as a spreadsheet adds them: give it as text, without them',
  exponent: 'the phone number is in scientific notation, as spreadsheets show long numbers: its last digits are lost',
  extension: 'the phone number has an extension, which no message can go to',
  second_number: 'there may be more than one phone number, or something else behind it: give one',
  separator: 'a phone number has separators only between groups of digits, and no group of one digit at its end',
  brackets: 'brackets go round the calling code, its 0 or the area code of a phone number, and are closed',
  not_international: 'a phone number starts with its country calling code (+44…, 44… or 0044…)',
  bare: 'the phone number has neither + nor 00 before its country calling code, which this project asks for',
  ambiguous: 'the phone number may have its country calling code or be a national one: write + before a calling code',
  dial_out: 'the phone number starts with what is dialled to call abroad (such as 011 or 8~10): write + instead',
  split_code: 'the phone number has a gap within its country or area code, so that it may be a national one',
  trunk_zero: 'the phone number has a 0 behind its calling code that is not dialled in this country: leave it out',
  suffix: 'the phone number is whole without the last digits, which may be an extension or a second number',
  renumbered: 'the phone number is from before the numbers of its country were changed: write its present form',
  unknown_calling_code: 'the phone number starts with no known country calling code',
  too_short: 'the phone number is too short for its country',
  too_long: 'the phone number is too long for its country',
  wrong_length: 'no phone number of that country has this length',
};

/**
 * Reads a phone number in international form (`+44…`, `44…`, `0044…`, with separators or `(0)`), as scenario steps give
 * them, or as the project says that numbers without `+` and `00` are. The one way from what was written to a number: for
 * recipients, searches and erasures. Takes every number whose length is possible in its country, since number ranges open
 * faster than lists of them are released; the country is told by the range all the same. What is surely one subscriber's
 * has one spelling, also where the plan was changed; what is not sure is refused. Never throws, whatever `input` is.
 *
 * Guadeloupe, Saint Barthélemy and Saint Martin share their mobile ranges, so a mobile number of any of them counts as
 * Guadeloupe's; likewise Åland with Finland, Svalbard with Norway.
 */
export function parseMsisdn(input: string, { bareNumbers = DEFAULT_BARE_NUMBERS }: MsisdnOptions = {}): ParsedMsisdn {
  if (typeof input !== 'string') return noNumber('characters');
  const written = readWrittenNumber(input);
  if (!written.ok) return written;
  if (written.digits === '') return noNumber('too_short');
  if (written.prefix !== '') return readInternational(written);
  if (bareNumbers === 'refused') return noNumber('bare');
  return bareNumbers === 'international'
    ? readBare(written)
    : readNational(written, getCountryCallingCode(bareNumbers));
}

/** The rule that was broken, as the end of a sentence for a person. */
export function explainMsisdnRefusal(reason: MsisdnRefusal): string {
  return EXPLANATIONS[reason];
}

function noNumber(reason: MsisdnRefusal): MsisdnRefused {
  return { ok: false, reason };
}

/** Without `+` and `00`, and with what only national spellings have, it is none with its calling code. */
function readBare(written: WrittenNumber): ParsedMsisdn {
  const { digits, brackets } = written;
  // 8~10 is how Russia and its neighbours dial abroad; +81 0… is Japan, with a 0 that is not dialled.
  if (/^(?:0111|011\d{8}|810)/.test(digits)) return noNumber('dial_out');
  if (brackets.some(([start]) => start === 0)) return noNumber('not_international');
  return readInternational(written);
}

function readInternational(written: WrittenNumber): ParsedMsisdn {
  const { digits, breaks, brackets } = written;
  // 00 11 and +1 1: Australia dials 0011 to call abroad, and no area code of +1 begins with 1.
  if (/^(?:011|11)/.test(digits)) return noNumber('dial_out');
  if (digits.startsWith('0')) return noNumber('not_international');
  const code = callingCodeOf(digits);
  if (digits.startsWith('10')) return noNumber('trunk_zero');
  // Area codes of +1 have three digits: with a gap within them, the number is another country's with a prefix before it.
  const isSplit = breaks.some((place) => place < code.length || (code === '1' && place > 1 && place < 4));
  if (isSplit && !isUkrainian(written)) return noNumber('split_code');
  const isTrunkBracket = brackets.some(([start, end]) => start === code.length && digits.slice(start, end) === '0');
  const areaStarts = [code.length, ...(isTrunkBracket ? [code.length + 1] : [])];
  const isPlaced = brackets.every(
    ([start, end]) =>
      isUkrainian(written) ||
      (start === 0 && end === code.length) ||
      (areaStarts.includes(start) && end - start <= LONGEST_AREA_CODE),
  );
  if (!isPlaced || brackets.length > 3) return noNumber('brackets');
  return withoutRest(written, code.length) ?? readDigits(digits, { isZeroInBrackets: isTrunkBracket });
}

/** `+38 (067) 123-45-67`: as all of Ukraine writes its calling code and the 0 that was dialled. No code is 38 alone. */
function isUkrainian({ prefix, digits, breaks, brackets }: WrittenNumber): boolean {
  const [bracket, ...others] = brackets;
  return (
    prefix === '+' &&
    digits.startsWith('380') &&
    breaks[0] === 2 &&
    others.length === 0 &&
    bracket?.[0] === 2 &&
    bracket[1] === 5
  );
}

/** A national number of the country with this calling code, unless its digits may be the whole number as well. */
function readNational(written: WrittenNumber, code: string): ParsedMsisdn {
  const { digits, brackets } = written;
  const isPlaced =
    brackets.length < 2 && brackets.every(([start, end]) => start < 4 && end - start <= LONGEST_AREA_CODE);
  if (!isPlaced) return noNumber('brackets');
  const shift = (place: number): number => place + code.length;
  const national =
    withoutRest(
      {
        ...written,
        digits: `${code}${digits}`,
        breaks: written.breaks.map(shift),
        ...(written.lastMark ? { lastMark: { ...written.lastMark, before: shift(written.lastMark.before) } } : {}),
      },
      code.length,
    ) ?? readDigits(`${code}${digits}`, { isNational: true });
  if (!digits.startsWith(code)) return national;
  const whole = readBare(written);
  if (!whole.ok) return national;
  return !national.ok || national.msisdn === whole.msisdn ? whole : noNumber('ambiguous');
}

/**
 * Refuses a number whose last digits may not belong to it: behind a slash, where what stands before is more than an area
 * code; behind the only gap, or a mark before one or two digits, where what stands before is a whole number by itself; behind
 * any gap, where it is one and with them it is none that is known.
 */
function withoutRest({ digits, breaks, lastMark }: WrittenNumber, codeLength: number): MsisdnRefused | undefined {
  const inNational = breaks.filter((place) => place > codeLength);
  const last = inNational.at(-1);
  if (last === undefined) return undefined;
  const rest = digits.length - last;
  if (lastMark?.mark === '/' && lastMark.before > codeLength) {
    const areaCode = digits.slice(codeLength, lastMark.before).replace(/^0/, '');
    const isAreaCode = areaCode.length <= LONGEST_AREA_CODE && digits.length - lastMark.before > 4;
    if (!isAreaCode) return noNumber('second_number');
  }
  const isMarked = lastMark?.before === last;
  const isOnlyGap = inNational.length === 1;
  if (rest < 5 && (isOnlyGap || (isMarked && rest < 3) || !isValidPhoneNumber(`+${digits}`))) {
    const before = readDigits(digits.slice(0, last), {});
    if (before.ok && isValidPhoneNumber(`+${before.msisdn}`)) return noNumber('suffix');
  }
  return undefined;
}

/** Digits with their calling code, as they were written. */
function readDigits(
  digits: string,
  { isZeroInBrackets = false, isNational = false }: { isZeroInBrackets?: boolean; isNational?: boolean },
): ParsedMsisdn {
  if (isUntranslatable(digits)) return noNumber('renumbered');
  const present = presentSpellingOf(digits);
  const withoutZero = present === digits ? readTrunkZero(digits, { isZeroInBrackets, isNational }) : present;
  if (withoutZero === undefined) return noNumber('trunk_zero');
  const translated = presentSpellingOf(withoutZero);
  if (isUntranslatable(translated)) return noNumber('renumbered');
  const number = parsePhoneNumberFromString(`+${translated}`);
  if (number === undefined || !number.isPossible()) return noNumber(reasonFor(`+${translated}`));
  const msisdn = presentSpellingOf(number.number.slice(1));
  if (msisdn.length > MAX_DIGITS) return noNumber('too_long');
  // No area code of +1 begins with 0 or 1; and behind one 0 that is not dialled there is no other.
  const isLeft = readTrunkZero(msisdn, { isZeroInBrackets: false, isNational: false }) === msisdn;
  if (/^1[01]/.test(msisdn) || !isLeft) return noNumber('wrong_length');
  // Something was taken off or put in by the country's rules, as Argentina's 15: sure where a number that exists comes of
  // it, and where it is not the second thing.
  if (
    number.number !== `+${translated}` &&
    ((withoutZero !== digits && withoutZero === translated) || (!isNational && !isValidPhoneNumber(number.number)))
  ) {
    return noNumber('wrong_length');
  }
  // One national 0 behind the calling code is dropped as in `+44 (0)7400…`; behind a second one there is no number, and
  // the spelling would not be the only one.
  const again =
    number.number === `+${msisdn}` && msisdn === translated ? number : parsePhoneNumberFromString(`+${msisdn}`);
  if (again?.number !== `+${msisdn}`) return noNumber('wrong_length');
  return { ok: true, msisdn, ...(again.country === undefined ? {} : { country: again.country }) };
}

/**
 * The digits without a 0 that is dialled within the country only, or with it where it belongs to the number, as in Italian
 * fixed lines. `undefined` where that cannot be told: nobody dials a 0 there.
 */
function readTrunkZero(
  digits: string,
  { isZeroInBrackets, isNational }: { isZeroInBrackets: boolean; isNational: boolean },
): string | undefined {
  const code = callingCodeOf(digits);
  if (digits[code.length] !== '0') return digits;
  const dropped = `${code}${digits.slice(code.length + 1)}`;
  const number = parsePhoneNumberFromString(`+${digits}`)?.number.slice(1);
  if (number === dropped) {
    return isZeroInBrackets || isNational || isValidPhoneNumber(`+${dropped}`) ? dropped : undefined;
  }
  // Such as 06 of Hungary: more than the 0 is dialled, which a 0 in brackets is not.
  if (number !== digits) {
    return number !== undefined && !isZeroInBrackets && isValidPhoneNumber(`+${number}`) ? number : undefined;
  }
  if (!CODES_WITH_ZEROS.includes(code)) return undefined;
  if (!isValidPhoneNumber(`+${digits}`)) return hasOnlyRoomForZero(digits, dropped) ? digits : undefined;
  return isZeroInBrackets && isValidPhoneNumber(`+${dropped}`) ? undefined : digits;
}

/**
 * Calling codes whose numbers may begin with 0 (ITU-T E.164, national numbering plans): Italy, San Marino, Ivory Coast,
 * Benin and Congo.
 */
const CODES_WITH_ZEROS: readonly string[] = ['39', '378', '225', '229', '242'];

/** Whether the 0 of a range that is newer than our list is the number's: without it no number has this length. */
function hasOnlyRoomForZero(digits: string, dropped: string): boolean {
  return (
    validatePhoneNumberLength(`+${digits}`) === undefined && validatePhoneNumberLength(`+${dropped}`) !== undefined
  );
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
