import type { Config } from '../config.ts';
import type { Log } from '../contract/log.ts';
import { type Database, type Keyring, loadKeyring } from '../db/index.ts';
import { type Settings, type SettingsAdmin, sqlSettings, sqlSettingsAdmin } from '../settings/index.ts';

/** The settings of a process. Closing them ends their reading. */
export interface ProcessSettings extends AsyncDisposable {
  settings: Settings;
  /** Changes them; absent where they came with the environment. */
  admin?: SettingsAdmin;
  /** What opens their secrets; absent where they came with the environment. */
  keyring?: Keyring;
}

/**
 * The settings that the configuration brings, else those of the database.
 * @throws KeyringError where the database is to be read and the keys cannot
 */
export async function openSettings(
  config: Pick<Config, 'settings' | 'publicUrl' | 'allowPrivateHosts' | 'encryption'>,
  { database, log }: { database: Database; log: Log },
): Promise<ProcessSettings> {
  const { settings: given, publicUrl, allowPrivateHosts, encryption } = config;
  if (given) return { settings: given, [Symbol.asyncDispose]: () => Promise.resolve() };
  const keyring = await loadKeyring(encryption);
  const common = { allowPrivateHosts, ...(publicUrl === undefined ? {} : { publicUrl }) };
  const settings = sqlSettings(database, keyring, { ...common, log });
  return {
    settings,
    keyring,
    admin: sqlSettingsAdmin({ ...common, database, keyring, settings }),
    [Symbol.asyncDispose]: () => settings.close(),
  };
}
