import { customType } from 'drizzle-orm/pg-core';

const REPLACEMENT = '\uFFFD';

/** NUL and halves of surrogate pairs, which PostgreSQL takes neither in `text` nor in `jsonb`. */
// oxlint-disable-next-line no-control-regex -- NUL is what is looked for
const UNSTORABLE = /\u0000|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/**
 * The value as PostgreSQL can keep it: what it refuses in strings and in names of members becomes U+FFFD. An event
 * with such a comment would else be refused for ever, and lost.
 */
function storable<T>(value: T): T;
function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(UNSTORABLE, REPLACEMENT);
  if (Array.isArray(value)) return value.map((item: unknown) => storable(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [storable(name), storable(member)]));
}

/** `text` that takes any string, see `storable`. */
export const text = customType<{ data: string; driverData: string }>({
  dataType: () => 'text',
  toDriver: (value) => storable(value),
});

/** `jsonb` that takes any JSON, see `storable`. Members come back in an order of PostgreSQL's own. */
export const jsonb = customType<{ data: unknown; driverData: unknown }>({
  dataType: () => 'jsonb',
  toDriver: (value) => JSON.stringify(storable(value)),
});

/** `json` that takes any JSON, see `storable`, and gives its members back in their order. */
export const json = customType<{ data: unknown; driverData: unknown }>({
  dataType: () => 'json',
  toDriver: (value) => JSON.stringify(storable(value)),
});

/**
 * A point in time, ISO 8601 in UTC with milliseconds on our side.
 * @throws RangeError when what is written is no time; PostgreSQL itself would take words such as `yesterday`.
 */
export const timestamp = customType<{ data: string; driverData: string }>({
  dataType: () => 'timestamp (3) with time zone',
  toDriver: (value) => new Date(value).toISOString(),
  fromDriver: (value) => new Date(value).toISOString(),
});
