/** Headers, found without regard to case. */
interface HeaderSource {
  get(name: string): string | null;
}

/** A header that comes twice, with different values. */
export const CONFLICTING = Symbol('conflicting');

/**
 * The value of a header that has one: a proxy that adds what is there already makes it come twice, which servers join
 * by commas. Equal values are one. For values that have no comma of their own.
 * @returns `null` where there is none, `CONFLICTING` where there are different ones
 */
export function singleHeader(headers: HeaderSource, name: string): string | null | typeof CONFLICTING {
  const joined = headers.get(name);
  if (joined === null || !joined.includes(',')) return joined;
  const [first = '', ...others] = joined.split(',').map((value) => value.trim());
  return others.every((other) => other === first) ? first : CONFLICTING;
}
