import { InvalidArgumentError } from 'commander';
import { DECIMAL_NUMBER } from '../contract/decimal.ts';
import { type BareNumbers, isBareNumbers, isCountry } from '../countries/index.ts';

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
  if (DECIMAL_NUMBER.test(value) && parsed > 0) return parsed;
  throw new InvalidArgumentError('Expected a number above 0.');
}

/** Reads an option's value as a number within limits, or `default`, which stays as it is. */
export function numberOrDefault(least: number, most: number, unit: string): (value: string) => number | 'default' {
  return (value) => {
    if (value === 'default') return value;
    const parsed = Number(value);
    if (DECIMAL_NUMBER.test(value) && parsed >= least && parsed <= most) return parsed;
    throw new InvalidArgumentError(`Expected ${unit} from ${least} to ${most}, or default.`);
  };
}

/** Reads an option's value as a port that can be listened on. */
export const port = wholeNumber(1, 65_535);

/** Reads an option's value as countries, separated by commas. */
export function countries(value: string): string[] {
  const codes = value.split(',').map((code) => code.trim().toUpperCase());
  const wrong = codes.filter((code) => !isCountry(code));
  if (wrong.length === 0) return codes;
  throw new InvalidArgumentError(
    `Expected ISO 3166-1 alpha-2 codes, separated by commas, such as US,GB. There is no ${wrong.join(', ') || 'empty one'}.`,
  );
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

/** Reads an option's value as a whole number of days, or `never`, which stays as it is. */
export function daysOrNever(value: string): number | 'never' {
  return value === 'never' ? value : wholeNumber(1, 36_500)(value);
}
