import { InvalidArgumentError } from 'commander';

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
