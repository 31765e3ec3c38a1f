import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

/** Drizzle on whichever driver is behind it. */
export type Orm = PgDatabase<PgQueryResultHKT>;
