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
