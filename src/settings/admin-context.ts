import { eq } from 'drizzle-orm';
import { type Keyring, type Orm, projects } from '../db/index.ts';
import { HOST_NOT_ALLOWED, type HostRules } from '../hosts/index.ts';
import type { ChangeSettings } from './settings-changes.ts';
import { SettingsError } from './settings-admin.ts';
import type { ProjectRow } from './stored-settings.ts';

/** What the parts of `sqlSettingsAdmin` share. */
export interface AdminContext {
  keyring: Keyring;
  publicUrl: string | undefined;
  hosts: HostRules;
  /** Reads, and lets only `SettingsError`s and `StoreError`s out. */
  read: <T>(attempted: string, work: (orm: Orm) => Promise<T>) => Promise<T>;
  change: ChangeSettings;
  now: () => Date;
}

/** @throws SettingsError `host_not_allowed` where a base URL names a host that may not be reached. */
export function assertAllowedHost({ hosts }: Pick<AdminContext, 'hosts'>, baseUrl: string, attempted: string): void {
  if (hosts.allowsHost(new URL(baseUrl).hostname)) return;
  throw new SettingsError('host_not_allowed', `${attempted}: the host of baseUrl ${HOST_NOT_ALLOWED}`, [
    { field: 'baseUrl', message: HOST_NOT_ALLOWED },
  ]);
}

/** How a project is read within a transaction: `locked` keeps its settings as they are until the end. */
export type ProjectReading = 'unlocked' | 'locked';

/** @throws SettingsError `unknown_project` */
export async function projectRowOf(
  orm: Orm,
  projectId: string,
  reading: ProjectReading = 'unlocked',
): Promise<ProjectRow> {
  const query = orm.select().from(projects).where(eq(projects.projectId, projectId));
  // Not `for update`: a reference to the project's row is no reason to wait.
  const [row] = await (reading === 'locked' ? query.for('no key update') : query);
  if (row) return row;
  throw new SettingsError('unknown_project', `There is no project ${projectId}`);
}
