import type { Database, Keyring } from '../db/index.ts';
import { type AllowPrivateHosts, createHostRules } from '../hosts/index.ts';
import type { AdminContext } from './admin-context.ts';
import { createAuditLog } from './audit-log.ts';
import { checkedPublicUrl } from './checked-public-url.ts';
import { createExporterAdmin } from './exporter-admin.ts';
import { createIntegrationAdmin } from './integration-admin.ts';
import { createIntegrationStates } from './integration-states.ts';
import { createKeyAdmin } from './key-admin.ts';
import { createProjectAdmin } from './project-admin.ts';
import { createSenderAdmin } from './sender-admin.ts';
import type { SettingsAdmin } from './settings-admin.ts';
import { createChangeSettings, refusing } from './settings-changes.ts';
import type { SqlSettings } from './sql-settings.ts';

/** What `sqlSettingsAdmin` takes. */
export interface SqlSettingsAdminOptions {
  database: Database;
  /** Encrypts tokens and secrets. */
  keyring: Keyring;
  /** Where the webhook can be reached from the internet: as for `sqlSettings`. */
  publicUrl?: string;
  /** Hosts that base URLs may name: as for `sqlSettings`. */
  allowPrivateHosts?: AllowPrivateHosts;
  /** This process's settings: they know of a change before it is answered. */
  settings?: Pick<SqlSettings, 'refresh'>;
  /** @default the system's clock */
  now?: () => Date;
}

/**
 * What admins do with the settings in the database.
 * @throws TypeError where an option is wrong.
 */
export function sqlSettingsAdmin(options: SqlSettingsAdminOptions): SettingsAdmin {
  const { database, keyring, settings, now = () => new Date() } = options;
  const context: AdminContext = {
    keyring,
    publicUrl: checkedPublicUrl('sqlSettingsAdmin', options.publicUrl),
    hosts: createHostRules(options.allowPrivateHosts),
    read: (attempted, work) => refusing(attempted, {}, () => work(database.orm)),
    change: createChangeSettings(database, settings, now),
    now,
  };
  return {
    ...createProjectAdmin(context),
    ...createIntegrationAdmin(context),
    ...createIntegrationStates(context),
    ...createSenderAdmin(context),
    ...createKeyAdmin(context),
    ...createExporterAdmin(context),
    ...createAuditLog(context),
  };
}
