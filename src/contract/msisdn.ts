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

/** Any run of 7 digits or more, also with separators between them as people write numbers. */
const NUMBER = /\+?\d(?:[\s().-]{0,2}\d){6,}/g;

/** How one person's number may have been written, digits only. Made by `countries/spellingsOf` at the edge. */
export interface NumberSpellings {
  /** Absent where what was given is no number that a message could go to. */
  msisdn?: Msisdn;
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

/**
 * Whether `text` has the number's digits in it, whatever separates them. Ids that name a message stand in workflow ids,
 * search attributes and logs, where no number may. Shorter ones than numbers have are taken for chance.
 */
function holdsMsisdn(text: string, msisdn: string): boolean {
  return msisdn.length >= 7 && text.replace(/[^\p{L}\p{N}]/gu, '').includes(msisdn);
}

/** Which of a message's ids has the recipient's number in it, where one has. */
export function idWithNumber(
  ids: { messageId: string; campaignId: string | undefined },
  recipient: Msisdn,
): keyof typeof ids | undefined {
  return (['messageId', 'campaignId'] as const).find((name) => holdsMsisdn(ids[name] ?? '', recipient));
}

/** A text with everything masked that may be a phone number. */
export function maskNumbersIn(text: string): string {
  return text.replace(NUMBER, (number) => maskMsisdn(number));
}
