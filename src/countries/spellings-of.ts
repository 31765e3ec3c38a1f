import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { NumberSpellings } from '../contract/msisdn.ts';
import { parseMsisdn, type ParsedMsisdn } from './parse-msisdn.ts';

/** Most digits that are kept of a recipient that is refused. */
const MAX_KEPT_DIGITS = 20;

/** Fewer are no spelling of anybody's number. */
export const MIN_SPELLING_DIGITS = 4;

/** From so many digits on a text is taken for somebody's number: those that are masked. */
const MIN_UNMISTAKABLE_DIGITS = 7;

/** What is kept of a recipient that is no number a message could go to, so that its event shows which one it was. */
export function digitsKeptOf(recipient: string): string {
  return recipient.normalize('NFKC').replace(/\D/g, '').slice(0, MAX_KEPT_DIGITS);
}

/**
 * How a number may have been written that is given in any of its spellings. One that {@link parseMsisdn} refuses stands for
 * its digits alone, as they are kept of a recipient that was refused.
 */
export function spellingsOf(
  given: string,
): { ok: true; spellings: NumberSpellings } | Extract<ParsedMsisdn, { ok: false }> {
  const parsed = parseMsisdn(given);
  const digits = digitsKeptOf(given);
  if (!parsed.ok) {
    if (digits.length < MIN_SPELLING_DIGITS) return parsed;
    return {
      ok: true,
      spellings: {
        refused: [digits],
        unmistakable: digits.length < MIN_UNMISTAKABLE_DIGITS ? [] : [digits],
      },
    };
  }
  const { msisdn } = parsed;
  const number = parsePhoneNumberFromString(`+${msisdn}`);
  const international = [`00${msisdn}`];
  const national: string[] = [];
  if (number !== undefined) {
    const { countryCallingCode, nationalNumber } = number;
    international.push(`${countryCallingCode}0${nationalNumber}`);
    // Not everywhere the trunk prefix is 0; where it is another one, people write 0 all the same.
    national.push(nationalNumber, `0${nationalNumber}`, number.formatNational().replace(/\D/g, ''));
  }
  return {
    ok: true,
    spellings: {
      msisdn,
      refused: [...new Set([digits, ...international, ...national])],
      unmistakable: [msisdn, ...international],
    },
  };
}
