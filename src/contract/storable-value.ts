/** What our database can be asked for: PostgreSQL refuses other values, and would refuse them again. */

/** Whether a text has whole characters alone, and no NUL. */
export function isStorableText(text: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(text);
}

/**
 * A time as it is stored: ISO 8601 in UTC, of the years 1 to 9999. `undefined` for what is no time, or one beyond them:
 * PostgreSQL has no year 0, and does not read the spelling that JavaScript has for years of six digits.
 */
export function storableTime(time: string): string | undefined {
  const ms = Date.parse(time);
  if (Number.isNaN(ms)) return undefined;
  const iso = new Date(ms).toISOString();
  return /^(?!0000)\d{4}-/.test(iso) ? iso : undefined;
}
