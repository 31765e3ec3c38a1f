/** A column of a table for a terminal. */
export interface Column<Row> {
  title: string;
  /** @default left */
  align?: 'left' | 'right';
  cell: (row: Row) => string;
}

/** Rows under their titles, columns as wide as their widest cell. */
export function textTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ cell }) => printable(cell(row)))),
  ];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => widthOf(line[index] ?? ''))));
  return lines.map((line) =>
    line
      .map((cell, index) => {
        const space = ' '.repeat((widths[index] ?? 0) - widthOf(cell));
        return columns[index]?.align === 'right' ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** The text without control characters: what others have named must not steer the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '·');
}

/** Rows as comma-separated values with a line of titles, as RFC 4180 has them but for the ends of lines. */
export function csvLines<Row>(
  columns: Readonly<Record<string, (row: Row) => string | number | null | undefined>>,
  rows: readonly Row[],
): string[] {
  const cells = Object.values(columns);
  return [Object.keys(columns).join(','), ...rows.map((row) => cells.map((cell) => csvValue(cell(row))).join(','))];
}

function csvValue(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  // A spreadsheet would run a text that begins like a formula.
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Characters; a terminal cell each, but for scripts of double width. */
function widthOf(text: string): number {
  return Array.from(text).length;
}
