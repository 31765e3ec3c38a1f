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
