import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { NumberSpellings } from '../contract/msisdn.ts';
import { type MsisdnOptions, type MsisdnRefused, parseMsisdn } from './parse-msisdn.ts';
import { formerSpellingsOf } from './renumbering.ts';

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
 * How a number may have been written that is given in any of its spellings, and as which it may be stored. One that
 * {@link parseMsisdn} refuses stands for its digits alone, as they are kept of a recipient that was refused.
 */
export function spellingsOf(
  given: string,
  options: MsisdnOptions = {},
): { ok: true; spellings: NumberSpellings } | MsisdnRefused {
  const parsed = parseMsisdn(given, options);
  const digits = digitsKeptOf(given);
  if (!parsed.ok) {
    if (digits.length < MIN_SPELLING_DIGITS) return parsed;
    return {
      ok: true,
      spellings: {
        stored: [digits, digits.replace(/^00/, '')].filter(wasTaken),
        refused: [digits],
        unmistakable: digits.length < MIN_UNMISTAKABLE_DIGITS ? [] : [digits],
      },
    };
  }
  const { msisdn } = parsed;
  const number = parsePhoneNumberFromString(`+${msisdn}`);
  const former = formerSpellingsOf(msisdn);
  const international = [msisdn, ...former].map((spelling) => `00${spelling}`);
  const national: string[] = [];
  const stored = [msisdn, ...former];
  if (number !== undefined) {
    const { countryCallingCode, nationalNumber } = number;
    const withZero = `${countryCallingCode}0${nationalNumber}`;
    international.push(withZero);
    if (wasTaken(withZero)) stored.push(withZero);
    // Not everywhere the trunk prefix is 0; where it is another one, people write 0 all the same.
    national.push(nationalNumber, `0${nationalNumber}`, number.formatNational().replace(/\D/g, ''));
  }
  return {
    ok: true,
    spellings: {
      msisdn,
      stored: stored.filter((spelling) => spelling === msisdn || isNobodys(spelling)),
      refused: [...new Set([digits, ...former, ...international, ...national])],
      unmistakable: [msisdn, ...[...former, ...international].filter(isNobodys)],
    },
  };
}

/** Whether no message goes to these digits by the present rules, so that they are no other number's spelling. */
function isNobodys(digits: string): boolean {
  const parsed = parseMsisdn(`+${digits}`);
  return !parsed.ok || parsed.msisdn !== digits;
}

/** Whether a message may have gone to these digits before the rules of today, as with a 0 that nobody dials: by their length alone. */
function wasTaken(digits: string): boolean {
  const number = parsePhoneNumberFromString(`+${digits}`);
  return number?.number === `+${digits}` && number.isPossible() && isNobodys(digits);
}
