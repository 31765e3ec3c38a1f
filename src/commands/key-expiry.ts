import { InvalidArgumentError } from 'commander';

const DAY_MS = 86_400_000;

/** When a key expires: so many days from now (`90d`), the end of a day in UTC (`2027-01-31`), or a time in ISO 8601. */
export function keyExpiry(value: string, now: () => number = Date.now): string {
  const [, days] = /^([1-9][0-9]{0,4})d$/.exec(value) ?? [];
  if (days !== undefined) return new Date(now() + Number(days) * DAY_MS).toISOString();
  const time = /^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T23:59:59Z` : value;
  if (/^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/.test(time) && !Number.isNaN(Date.parse(time))) {
    return new Date(time).toISOString();
  }
  throw new InvalidArgumentError('Expected days such as 90d, a date such as 2027-01-31, or a time with its offset.');
}
