import { MIGRATIONS } from './migrations.ts';

/** What Drizzle's migrator takes a database for; its own types keep both to themselves. */
interface Migratable {
  dialect: { migrate(migrations: typeof MIGRATIONS, session: unknown, config: object): Promise<void> };
  session: unknown;
}

/**
 * Brings the tables to this release's state, as Drizzle's migrator does. That one reads a folder by its path, which a
 * bundle of somebody's web process does not have beside it.
 */
export async function runMigrations(orm: object): Promise<void> {
  const { dialect, session } = orm as Migratable;
  await dialect.migrate(MIGRATIONS, session, {});
}
