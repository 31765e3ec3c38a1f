import { InvalidArgumentError } from 'commander';
import { type BareNumbers, isBareNumbers } from '../countries/index.ts';

/** Reads an option's value as a whole number within limits. */
export function wholeNumber(least: number, most: number): (value: string) => number {
  return (value) => {
    const parsed = Number(value);
    if (/^-?[0-9]+$/.test(value) && parsed >= least && parsed <= most) return parsed;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}

/** Reads an option's value as a number above 0. */
export function positiveNumber(value: string): number {
  const parsed = Number(value);
  if (value.trim() !== '' && Number.isFinite(parsed) && parsed > 0) return parsed;
  throw new InvalidArgumentError('Expected a number above 0.');
}

/** Reads an option's value as a port that can be listened on. */
export const port = wholeNumber(1, 65_535);

/** Reads an option's value as countries, separated by commas. */
export function countries(value: string): string[] {
  const codes = value.split(',').map((code) => code.trim().toUpperCase());
  if (codes.every((code) => /^[A-Z]{2}$/.test(code))) return codes;
  throw new InvalidArgumentError('Expected ISO 3166-1 alpha-2 codes, separated by commas, such as US,CA.');
}

/** Reads an option's value as how numbers without `+` and `00` are read. */
export function bareNumbers(value: string): BareNumbers {
  const wanted = /^[a-z]{2}$/i.test(value) ? value.toUpperCase() : value;
  if (isBareNumbers(wanted)) return wanted;
  throw new InvalidArgumentError('Expected international, refused, or the code of a country such as GB.');
}

/** Reads an option's value as a switch. */
export function onOrOff(value: string): boolean {
  if (value === 'on' || value === 'off') return value === 'on';
  throw new InvalidArgumentError('Expected on or off.');
}

/** Reads an option's value as a number above 0, or `off`. */
export function positiveNumberOrOff(value: string): number | 'off' {
  return value === 'off' ? value : positiveNumber(value);
}

/** Reads an option's value as a number above 0, or `default`, which stays as it is. */
export function positiveNumberOrDefault(value: string): number | 'default' {
  return value === 'default' ? value : positiveNumber(value);
}

/** Reads an option's value as a whole number of days, or `never`, which stays as it is. */
export function daysOrNever(value: string): number | 'never' {
  return value === 'never' ? value : wholeNumber(1, 36_500)(value);
}
