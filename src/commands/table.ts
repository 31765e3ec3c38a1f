import { type Column, textTable } from './text-table.ts';

/** What a terminal would take for a command and not for a character. */
// oxlint-disable-next-line no-control-regex -- these are the ones to find
const CONTROL = /[\u0000-\u001F\u007F-\u009F]/g;

/** Rows of what an admin has written, as a table. A column that says nothing of any row is left out. */
export function tableLines<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const said = columns
    .map((column) => ({ ...column, cell: (row: Row) => plainText(column.cell(row)) }))
    .filter(({ cell }) => rows.some((row) => cell(row) !== ''));
  return textTable(said, rows);
}

/** Names and their values, one a line. What has no value is left out. */
export function listLines(entries: readonly (readonly [name: string, value: string | undefined])[]): string[] {
  const given = entries.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(...given.map(([name]) => name.length));
  return given.map(([name, value]) => `${name.padEnd(width)}  ${plainText(value ?? '')}`);
}

/** Text that somebody else has written, without what would move a terminal's cursor or change its colours. */
export function plainText(text: string): string {
  return text.replaceAll(CONTROL, '?');
}
