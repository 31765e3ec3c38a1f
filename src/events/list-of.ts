import { type SQL, sql, type SQLWrapper } from 'drizzle-orm';

/**
 * The rows of a query as one value, in their order: so that what is read by several queries is read by one statement, over
 * one state of the tables. They are JSON: times are as PostgreSQL writes them.
 */
export function listOf<Row>(query: SQLWrapper): SQL<Row[]> {
  return sql<Row[]>`(select coalesce(json_agg(listed), '[]') from (${query}) listed)`;
}
