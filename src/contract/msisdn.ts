/**
 * A phone number in international form, digits only, without `+`: the spelling in which Sinch's reports name
 * recipients (REST guide, "MSISDN"). Made by `countries/parseMsisdn` at the edge.
 */
export type Msisdn = string;

/**
 * Between the digits of a number as people write it: blanks, brackets, dots, slashes, every dash, and the invisible marks that
 * come along when a number is pasted. The inside of a character class.
 */
export const NUMBER_SEPARATORS =
  '\\s()./\\-\\u2010-\\u2015\\u2212\\u00ad\\u200b-\\u200f\\u202a-\\u202e\\u2060\\u2066-\\u2069\\ufeff';

/** Calling codes of two digits (ITU-T E.164, list of assigned codes); 1 and 7 have one, all others three. */
const CALLING_CODE = /^(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/;

/** The country calling code that a number begins with. */
export function callingCodeOf(msisdn: Msisdn): string {
  return CALLING_CODE.exec(msisdn)?.[0] ?? '';
}

/** Any run of 7 digits or more, also with separators between them as people write numbers. */
const NUMBER = /\+?\d(?:[\s().-]{0,2}\d){6,}/g;

/** How one person's number may have been written, digits only. Made by `countries/spellingsOf` at the edge. */
export interface NumberSpellings {
  /** Absent where what was given is no number that a message could go to. */
  msisdn?: Msisdn;
  /**
   * As which messages to it are stored: its one spelling, those from before its country's plan was changed, and those that
   * an earlier version took. No other number is spelled so.
   */
  stored: string[];
  /** What is kept of a recipient that was refused: of what was given, and of the forms in which a number is refused. */
  refused: string[];
  /** Those that stand for this number wherever they are written; none where what was given is too short to tell. */
  unmistakable: string[];
}

/**
 * A number as logs, errors and pages may show it: the first two digits and the last two, `+49•••••42`.
 * Anything too short to keep private that way is masked whole.
 */
export function maskMsisdn(msisdn: string): string {
  const digits = msisdn.replace(/\D/g, '');
  if (digits.length < 7) return '•••••';
  return `+${digits.slice(0, 2)}•••••${digits.slice(-2)}`;
}

/** Fewer digits than numbers have are taken for chance. */
const FEWEST_DIGITS = 7;

/** What is dialled before a number within its country: 0, 00 of an operator, 06 in Hungary, 8 in Russia, 01, 044, 045 in Mexico. */
const TRUNK_PREFIX = '(?:00?|06|8|01|04[45])?';

/**
 * Whether `text` has the number in it, whatever separates its digits: international anywhere, national as digits of its
 * own. Ids that name a message stand in workflow ids, search attributes and logs, where no number may.
 */
function holdsMsisdn(text: string, msisdn: string): boolean {
  if (msisdn.length < FEWEST_DIGITS) return false;
  if (text.replace(/[^\p{L}\p{N}]/gu, '').includes(msisdn)) return true;
  const national = msisdn.startsWith('0') ? msisdn.replace(/^0+/, '') : nationalPartOf(msisdn);
  // Nearly all texts end here, before an expression is made for the number.
  if (national.length < FEWEST_DIGITS || !text.replace(/\D/g, '').includes(national)) return false;
  const separated = national.split('').join('[^\\p{L}\\p{N}]{0,3}');
  return new RegExp(`(?<!\\p{N})${TRUNK_PREFIX}[^\\p{L}\\p{N}]{0,3}${separated}(?!\\p{N})`, 'u').test(text);
}

/** Without calling code, and without the 0 that some numbers have behind it. */
function nationalPartOf(msisdn: string): string {
  return msisdn.slice(callingCodeOf(msisdn).length).replace(/^0/, '');
}

/** Labels of a message that stand where no number may: in workflow ids, search attributes, lists and logs. */
const SHOWN_LABELS = ['messageId', 'campaignId', 'campaignName'] as const;

/** Which of a message's labels has the recipient's number in it, where one has. */
export function idWithNumber(
  ids: { [Name in (typeof SHOWN_LABELS)[number]]?: string | undefined },
  recipient: Msisdn,
): (typeof SHOWN_LABELS)[number] | undefined {
  return SHOWN_LABELS.find((name) => holdsMsisdn(ids[name] ?? '', recipient));
}

/** A text with everything masked that may be a phone number. */
export function maskNumbersIn(text: string): string {
  return text.replace(NUMBER, (number) => maskMsisdn(number));
}
