import { callingCodeOf } from '../contract/msisdn.ts';

/**
 * Countries (ISO 3166-1 alpha-2) where no network takes a name as the sender, so that only numbers and short codes work.
 * Elsewhere in +1, and in countries that put another sender in the place of a name, messages with names arrive.
 *
 * Sources, as of December 2026: Telnyx, "Alphanumeric Sender ID" (developers.telnyx.com: not to the United States, Canada
 * and Puerto Rico); Bird, "Alphanumeric Senders" (docs.bird.com); AWS, "Sender IDs" (docs.aws.amazon.com/sms-voice).
 */
export const COUNTRIES_WITHOUT_NAMES: readonly string[] = Object.freeze(['US', 'CA', 'PR']);

/**
 * Whether a name cannot be the sender of a message to this number. Area codes of +1 that no country is known to have are
 * new ones of the United States or Canada, or of no country at all.
 */
export function refusesNames(msisdn: string, country: string | undefined): boolean {
  return country === undefined ? callingCodeOf(msisdn) === '1' : COUNTRIES_WITHOUT_NAMES.includes(country);
}
