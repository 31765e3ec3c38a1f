import { gsmSeptets } from './gsm-alphabet.ts';
import { readWrittenNumber } from './written-number.ts';

/** What a handset shows as the sender: a phone number, a short code, or a name. */
export type SenderKind = 'number' | 'short_code' | 'alphanumeric';

/** Why something cannot be a sender. */
export type SenderRefusal =
  /** Not 3 to 15 characters. */
  | 'length'
  /** A name of more than 11 characters in the GSM alphabet. */
  | 'name_too_long'
  /** A character that the GSM alphabet does not have, or a line break. */
  | 'characters'
  /** Neither a number nor a name: a name needs a letter. */
  | 'no_letter'
  /** Digits that start with 0: a number has to be in international form, and short codes have no leading 0. */
  | 'not_international';

/** A sender in its one spelling, or the reason why it is none. */
export type ParsedSender = { ok: true; sender: string; kind: SenderKind } | { ok: false; reason: SenderRefusal };

/** Fewest and most characters of a sender, as predefined senders of the engagement platform have them. */
export const SENDER_LENGTH = { min: 3, max: 15 } as const;

/** Most characters of a name in the GSM alphabet (Sinch, "Alphanumeric originators"). */
export const SENDER_NAME_MAX_LENGTH = 11;

/** Longer digits are a phone number; short codes have 3 to 7. */
const SHORT_CODE_MAX_LENGTH = 7;

/** As spreadsheets show long numbers; its last digits are lost. */
const SCIENTIFIC = /^\d[.,]?\d*E\+\d{2}$/;

const EXPLANATIONS: Readonly<Record<SenderRefusal, string>> = {
  length: `a sender has ${SENDER_LENGTH.min} to ${SENDER_LENGTH.max} characters`,
  name_too_long: `a sender that is a name has at most ${SENDER_NAME_MAX_LENGTH} characters (one of ^{}[]~\\|€ counts as two)`,
  characters: 'a sender that is a name has only characters of the GSM alphabet',
  no_letter: 'a sender is a number, a short code, or a name with at least one letter',
  not_international: 'a sender that is a number starts with its country calling code',
};

/**
 * Reads a sender: a name as it is, without blanks around it; a number as digits only, without `+`, `00` and separators,
 * which is the spelling of Sinch's answers.
 */
export function parseSender(input: string): ParsedSender {
  const trimmed = input.trim();
  const written = readWrittenNumber(trimmed);
  // Two of them are no slip of a list here: a sender is written once.
  return written.ok && !/\+.*\+/.test(trimmed) ? parseDigits(written.digits) : parseName(trimmed);
}

/** The rule that was broken, as the end of a sentence for a person. */
export function explainSenderRefusal(reason: SenderRefusal): string {
  return EXPLANATIONS[reason];
}

function parseDigits(digits: string): ParsedSender {
  if (digits.startsWith('0')) return { ok: false, reason: 'not_international' };
  if (digits.length < SENDER_LENGTH.min || digits.length > SENDER_LENGTH.max) return { ok: false, reason: 'length' };
  return { ok: true, sender: digits, kind: digits.length <= SHORT_CODE_MAX_LENGTH ? 'short_code' : 'number' };
}

function parseName(name: string): ParsedSender {
  const characters = Array.from(name);
  if (characters.length < SENDER_LENGTH.min || characters.length > SENDER_LENGTH.max) {
    return { ok: false, reason: 'length' };
  }
  let septets = 0;
  for (const character of characters) {
    const size = gsmSeptets(character);
    if (size === undefined || /[\n\r\f]/.test(character)) return { ok: false, reason: 'characters' };
    septets += size;
  }
  if (!/\p{L}/u.test(name) || SCIENTIFIC.test(name)) return { ok: false, reason: 'no_letter' };
  if (septets > SENDER_NAME_MAX_LENGTH) return { ok: false, reason: 'name_too_long' };
  return { ok: true, sender: name, kind: 'alphanumeric' };
}
