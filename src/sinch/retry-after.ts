/** Longest wait that an answer can ask for, in milliseconds: a message has a life, and a wrong clock has no limit. */
export const MAX_RETRY_AFTER_MS = 60 * 60 * 1000;

/** IMF-fixdate, the RFC 850 form and asctime (RFC 9110, 5.6.7) all start with the day. `Date.parse` alone takes much more. */
const HTTP_DATE = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i;

/**
 * Milliseconds to wait by a `Retry-After` header, in either of its forms (RFC 9110, 10.2.3).
 * @param now milliseconds since 1970, for the form that is a date.
 * @returns 0 to `MAX_RETRY_AFTER_MS`; 0 for a date in the past; `undefined` where there is no header or it is unreadable.
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  const ms = /^[+-]?\d+$/.test(text) ? Number(text) * 1000 : parseHttpDate(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}

function parseHttpDate(text: string): number {
  if (!HTTP_DATE.test(text)) return Number.NaN;
  // asctime names no zone, and HTTP's dates are all UTC.
  return Date.parse(/ (?:gmt|utc)$/i.test(text) ? text : `${text} GMT`);
}
