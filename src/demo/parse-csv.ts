/**
 * Reads comma-separated values (RFC 4180): fields in double quotes may hold commas, line ends and doubled quotes. Each
 * record is an object by the names of the first line.
 *
 * @throws TypeError that names the line where a record has another number of fields, or a quote is not closed
 */
export function parseCsv(text: string): Record<string, string>[] {
  // Spreadsheets begin their UTF-8 with a byte order mark, which would be part of the first name.
  const [header = [], ...records] = rowsOf(text.replace(/^\ufeff/, ''));
  return records.map((fields, index) => {
    if (fields.length !== header.length) {
      throw new TypeError(
        `Record ${index + 1}: expected ${header.length} fields (${header.join(', ')}), got ${fields.length}`,
      );
    }
    return Object.fromEntries(header.map((name, column) => [name, fields[column] ?? '']));
  });
}

/** A field with what ends it: in quotes or plain, then a comma, a line end or the end. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

function rowsOf(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  FIELD.lastIndex = 0;
  while (FIELD.lastIndex < text.length) {
    const start = FIELD.lastIndex;
    const match = FIELD.exec(text);
    if (!match)
      throw new TypeError(`Line ${text.slice(0, start).split('\n').length}: a quote is out of place or not closed`);
    const [, quoted, plain = '', end] = match;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',' && FIELD.lastIndex < text.length) continue;
    if (end === ',') row.push('');
    rows.push(row);
    row = [];
  }
  return rows;
}
