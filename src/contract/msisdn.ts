/**
 * A phone number in international form, digits only, without `+`: the spelling in which Sinch's reports name
 * recipients (REST guide, "MSISDN"). Made by `countries/parseMsisdn` at the edge.
 */
export type Msisdn = string;

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
export function holdsMsisdn(text: string, msisdn: string): boolean {
  return msisdn.length >= 7 && text.replace(/[^\p{L}\p{N}]/gu, '').includes(msisdn);
}
