import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';

/**
 * `values (…), (…)` as a relation named `given`, each value encoded and typed as the table's column of that name. For
 * statements that write a row only under a condition, which an `insert … values` cannot.
 */
export function valuesOf<Table extends PgTable, Name extends keyof Table['$inferInsert'] & string>(
  table: Table,
  names: readonly Name[],
  rows: readonly Pick<Table['$inferInsert'], Name>[],
): SQL {
  const columns = names.map((name) => {
    const column = getTableColumns(table)[name];
    if (!column) throw new TypeError(`There is no column ${name}`);
    return column;
  });
  const tuples = rows.map((row) => {
    const values = names.map((name, index) => {
      const column = columns[index];
      return column && sql`${sql.param(row[name] ?? null, column)}::${sql.raw(column.getSQLType())}`;
    });
    return sql`(${sql.join(values, sql`, `)})`;
  });
  const identifiers = columns.map((column) => sql.identifier(column.name));
  return sql`(values ${sql.join(tuples, sql`, `)}) as given (${sql.join(identifiers, sql`, `)})`;
}
