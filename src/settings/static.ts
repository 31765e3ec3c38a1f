/**
 * What `temporal-sinch/settings` is: settings that stand in the code, for a process that has no database and runs no
 * worker. Those of the database are in `temporal-sinch/database`.
 */
export type { AllowPrivateHosts } from '../hosts/index.ts';
export { deriveCallbackSecret } from './callback-address.ts';
export type { CallbackAuth, Integration, ProjectSettings, Region, Settings } from './settings.ts';
export { staticSettings } from './static-settings.ts';
export {
  DEFAULT_MESSAGES_PER_SECOND,
  DEFAULT_MMS_COUNTRIES,
  type StaticIntegrationOptions,
  type StaticProjectOptions,
  type StaticSettingsOptions,
} from './static-settings-options.ts';
