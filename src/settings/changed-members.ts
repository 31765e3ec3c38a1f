import { isDeepStrictEqual } from 'node:util';

/** What a change comes to. */
export interface ChangedMembers<Row> {
  /** The members that get another value. */
  values: Partial<Row>;
  /** The same members as they were. */
  before: Partial<Row>;
}

/** The members of `wanted` that are given and differ from `row`'s. */
export function changedMembers<Row extends object>(
  row: Row,
  wanted: { [Name in keyof Row]?: Row[Name] | undefined },
): ChangedMembers<Row> {
  const names = (Object.keys(wanted) as (keyof Row)[]).filter(
    (name) => wanted[name] !== undefined && !isDeepStrictEqual(wanted[name], row[name]),
  );
  const pick = (from: { [Name in keyof Row]?: Row[Name] | undefined }): Partial<Row> =>
    Object.fromEntries(names.map((name) => [name, from[name]])) as Partial<Row>;
  return { values: pick(wanted), before: pick(row) };
}
