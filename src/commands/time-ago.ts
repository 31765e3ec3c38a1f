import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads an option's value as a time that has passed, in ISO 8601: so long ago (`30m`, `2h`, `3d`), or a time itself. */
export function timeAgo(value: string, now: () => number = Date.now): string {
  const [, count, unit = ''] = /^([1-9][0-9]{0,4})([mhd])$/.exec(value) ?? [];
  if (count !== undefined) return new Date(now() - Number(count) * (UNITS[unit] ?? 0)).toISOString();
  const isTime = /^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/.test(value);
  if (isTime && Date.parse(value) <= now()) return new Date(value).toISOString();
  throw new InvalidArgumentError(
    'Expected how long ago, such as 30m, 2h or 3d, or a time with its offset that has passed.',
  );
}
