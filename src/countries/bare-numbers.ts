import { type CountryCode, getCountryCallingCode, isSupportedCountry } from 'libphonenumber-js/min';

/**
 * How a number without `+` and `00` is read: as one in international form, as a national one of the country (ISO 3166-1
 * alpha-2), or not at all.
 */
export type BareNumbers = 'international' | 'refused' | CountryCode;

/** What holds unless a project says otherwise. */
export const DEFAULT_BARE_NUMBERS = 'international' satisfies BareNumbers;

/** Whether `value` says how numbers without `+` and `00` are read. */
export function isBareNumbers(value: string): value is BareNumbers {
  return value === 'international' || value === 'refused' || isSupportedCountry(value);
}

/** The calling code of a country; `undefined` where there is no such country, or none with numbers. */
export function callingCodeOfCountry(country: string): string | undefined {
  return isSupportedCountry(country) ? getCountryCallingCode(country) : undefined;
}
