import { InvalidArgumentError } from 'commander';
import { counted } from './counted.ts';

const DAY_MS = 86_400_000;
const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: DAY_MS };

/**
 * Reads an option's value as a time that has passed, in ISO 8601: so long ago (`30m`, `2h`, `3d`), or a time itself.
 * @throws InvalidArgumentError where it is neither, or longer ago than `mostDays`
 */
export function timeAgo(value: string, { mostDays, now = Date.now() }: { mostDays: number; now?: number }): string {
  const [, count, unit = ''] = /^([1-9][0-9]{0,4})([mhd])$/.exec(value) ?? [];
  const isTime = /^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/.test(value);
  const time = count !== undefined ? now - Number(count) * (UNITS[unit] ?? 0) : isTime ? Date.parse(value) : NaN;
  if (!(time <= now)) {
    throw new InvalidArgumentError(
      'Expected how long ago, such as 30m, 2h or 3d, or a time with its offset that has passed.',
    );
  }
  if (time < now - mostDays * DAY_MS)
    throw new InvalidArgumentError(`Expected at most ${counted(mostDays, 'day')} ago.`);
  return new Date(time).toISOString();
}
