import { sql } from 'drizzle-orm';
import { auditEntries, type Database, type Orm, settingsVersions, storeErrorOf } from '../db/index.ts';
import { SETTINGS } from './load-settings.ts';
import { type Actor, SettingsError } from './settings-admin.ts';
import type { SqlSettings } from './sql-settings.ts';

/** One change, for the audit log. Never a secret: those are named as changed. */
export interface AuditNote {
  actor: Actor;
  projectId: string;
  /** Such as `integration.changed`. */
  action: string;
  /** Id of what was changed. */
  subject: string;
  before?: object;
  after?: object;
}

/** Where a change is made. */
export interface SettingsTransaction {
  orm: Orm;
  /** The moment of the change. */
  at: string;
  /** Notes what was changed. Without a note nothing counts as changed. */
  note: (entry: AuditNote) => void;
}

/** Constraints of the database and the refusal that each stands for. */
export type Refusals = Readonly<Record<string, () => SettingsError>>;

/** Makes changes of settings. */
export type ChangeSettings = <T>(
  attempted: string,
  work: (transaction: SettingsTransaction) => Promise<T>,
  refusals?: Refusals,
) => Promise<T>;

/** Changes, their audit entries and the new version of the settings: all of a change together, or nothing. */
export function createChangeSettings(
  database: Pick<Database, 'transaction'>,
  settings: Pick<SqlSettings, 'refresh'> | undefined,
  now: () => Date,
): ChangeSettings {
  return async (attempted, work, refusals = {}) => {
    let changed = false;
    const result = await refusing(attempted, refusals, async () =>
      database.transaction(async (orm) => {
        const at = now().toISOString();
        const notes: AuditNote[] = [];
        const done = await work({ orm, at, note: (entry) => void notes.push(entry) });
        changed = notes.length > 0;
        if (!changed) return done;
        await orm
          .insert(auditEntries)
          .values(notes.map((entry) => ({ ...entry, at, actor: nameOfActor(entry.actor) })));
        // Last: whoever changes settings waits here for whoever did so before, until that is committed.
        await orm
          .insert(settingsVersions)
          .values({ what: SETTINGS, version: 1 })
          .onConflictDoUpdate({
            target: settingsVersions.what,
            set: { version: sql`${settingsVersions.version} + 1` },
          });
        return done;
      }),
    );
    // So that whoever asked for the change finds it made. Elsewhere, and if this fails, it is seen in half a second.
    if (changed) await settings?.refresh().catch(() => undefined);
    return result;
  };
}

/** Runs work and lets only `SettingsError`s and `StoreError`s out. */
export async function refusing<T>(attempted: string, refusals: Refusals, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    const failure = storeErrorOf(attempted, error);
    throw (failure.constraint === undefined ? undefined : refusals[failure.constraint]?.()) ?? failure;
  }
}

/** As the audit log names them. */
export function nameOfActor(actor: Actor): string {
  return actor.kind === 'key' ? `key:${actor.keyId}` : actor.kind;
}
