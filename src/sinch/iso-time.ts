const TIMESTAMP = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?(Z|[+-]\d\d(?::?\d\d)?)?$/i;

/** Before Sinch, and so a mistake; a database refuses the year 0 altogether. */
const EARLIEST = Date.UTC(2000);

/**
 * A provider's time in our one spelling, ISO 8601 in UTC with milliseconds, or `undefined` where it is none. Times
 * without an offset are UTC (REST guide, "Timestamps"), and many come without milliseconds.
 */
export function normaliseTime(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim().toUpperCase();
  const match = TIMESTAMP.exec(text);
  if (match === null) return undefined;
  const spelled = text.replace(' ', 'T').replace(',', '.');
  const zoned = match[1] === undefined && spelled.includes('T') ? `${spelled}Z` : fullOffset(spelled);
  const ms = Date.parse(zoned);
  return ms >= EARLIEST ? new Date(ms).toISOString() : undefined;
}

/** `+02` and `+0200` as `+02:00`, the only form that every engine reads. */
function fullOffset(text: string): string {
  return text.replace(/(T.*[+-]\d\d):?(\d\d)?$/, (_, start: string, minutes?: string) => `${start}:${minutes ?? '00'}`);
}
