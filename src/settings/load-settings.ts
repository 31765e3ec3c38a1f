import { asc, eq, ne } from 'drizzle-orm';
import {
  type Database,
  exporters,
  integrations,
  type Keyring,
  KeyringError,
  type Orm,
  projects,
  senders,
  settingsVersions,
} from '../db/index.ts';
import { FORGOTTEN } from './forget-archived-secrets.ts';
import type { Integration, ProjectSettings } from './settings.ts';
import type { ExporterSettings } from './exporter-settings.ts';
import { afterlifeMs, exporterOf, integrationOf, projectOf } from './stored-settings.ts';

/** The id of the settings' one row of versions. */
export const SETTINGS = 'settings';

/** What was read, or why it could not be decrypted: one lost key must not take everything else with it. */
export type Read<T> = T | KeyringError;

/** All settings as they were at one moment. */
export interface LoadedSettings {
  version: number;
  projects: ReadonlyMap<string, ProjectSettings>;
  /** `until` is when an archived one ends, in milliseconds since 1970. */
  integrations: ReadonlyMap<string, { integration: Read<Integration>; archived: boolean; until: number }>;
  exporters: ReadonlyMap<string, Read<ExporterSettings>>;
}

export interface LoadOptions {
  keyring: Keyring;
  publicUrl: string | undefined;
}

/** How often the settings were changed. */
export async function readVersion(orm: Orm): Promise<number> {
  const [row] = await orm
    .select({ version: settingsVersions.version })
    .from(settingsVersions)
    .where(eq(settingsVersions.what, SETTINGS));
  return row?.version ?? 0;
}

/**
 * Reads all settings, in one state of the tables: a new default must not be seen beside integrations from before it was
 * enabled.
 */
export async function loadSettings(
  database: Pick<Database, 'transaction'>,
  { keyring, publicUrl }: LoadOptions,
): Promise<LoadedSettings> {
  const rows = await database.transaction(
    async (orm) => ({
      version: await readVersion(orm),
      projects: await orm.select().from(projects),
      integrations: await orm
        .select()
        .from(integrations)
        .where(ne(integrations.apiToken, FORGOTTEN))
        .orderBy(asc(integrations.id)),
      senders: await orm.select().from(senders).orderBy(asc(senders.createdAt), asc(senders.sender)),
      exporters: await orm.select().from(exporters).orderBy(asc(exporters.projectId)),
    }),
    { snapshot: true },
  );
  const projectRows = new Map(rows.projects.map((row) => [row.projectId, row]));
  const sendersOf = new Map<string, string[]>(rows.projects.map(({ projectId }) => [projectId, []]));
  for (const { projectId, sender } of rows.senders) sendersOf.get(projectId)?.push(sender);
  return {
    version: rows.version,
    projects: new Map(rows.projects.map((row) => [row.projectId, projectOf(row, sendersOf.get(row.projectId) ?? [])])),
    integrations: new Map(
      rows.integrations.map((row) => [
        row.id,
        {
          integration: decrypted(() => integrationOf(row, keyring, publicUrl)),
          archived: row.archivedAt !== null,
          until:
            row.archivedAt === null
              ? Infinity
              : Date.parse(row.archivedAt) + afterlifeMs(projectRows.get(row.projectId)),
        },
      ]),
    ),
    exporters: new Map(
      rows.exporters.map((row) => [
        row.projectId,
        decrypted(() => exporterOf(row, keyring, projectRows.get(row.projectId))),
      ]),
    ),
  };
}

function decrypted<T>(open: () => T): Read<T> {
  try {
    return open();
  } catch (error) {
    if (error instanceof KeyringError) return error;
    throw error;
  }
}
