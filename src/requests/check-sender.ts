import { countryName } from '../contract/country-name.ts';
import { explainSenderRefusal, parseSender } from '../contract/sender.ts';
import { type ParsedMsisdn, refusesNames } from '../countries/index.ts';

/** Reads a sender, and refuses one that no network of the recipient's country takes: it would cost and not arrive. */
export function checkSender(
  given: string,
  recipient: Extract<ParsedMsisdn, { ok: true }> | undefined,
): { ok: true; sender: string } | { ok: false; explanation: string } {
  const parsed = parseSender(given);
  if (!parsed.ok) return { ok: false, explanation: explainSenderRefusal(parsed.reason) };
  if (parsed.kind !== 'alphanumeric' || !recipient || !refusesNames(recipient.msisdn, recipient.country)) {
    return { ok: true, sender: parsed.sender };
  }
  const place = recipient.country === undefined ? 'North America (+1)' : countryName(recipient.country);
  return {
    ok: false,
    explanation: `no network of ${place} takes a name as the sender: give a number or a short code`,
  };
}
