export { deriveCallbackSecret } from './callback-address.ts';
export { whyUnfitForIntegration } from './settings-bodies.ts';
export type { ExporterSettings } from './exporter-settings.ts';
/** @internal */
export { forgetArchivedSecrets } from './forget-archived-secrets.ts';
export {
  type Actor,
  type ApiKeyView,
  type AuditEntryView,
  type ExporterChange,
  type ExporterView,
  type FieldError,
  type IntegrationChange,
  type IntegrationView,
  type KeyHolder,
  type NewIntegration,
  type NewKey,
  type NewProject,
  type Page,
  type PageQuery,
  type ProjectChange,
  type ProjectView,
  type Role,
  type SenderView,
  type SettingsAdmin,
  SettingsError,
  type SettingsErrorCode,
} from './settings-admin.ts';
export type { CallbackAuth, Integration, ProjectSettings, Region, Settings } from './settings.ts';
/** @internal */
export { integrationIdsOf } from './integration-ids.ts';
/** @internal */
export { nameOfActor } from './settings-changes.ts';
export { DEFAULT_REFRESH_MS, type SqlSettings, sqlSettings, type SqlSettingsOptions } from './sql-settings.ts';
export { sqlSettingsAdmin, type SqlSettingsAdminOptions } from './sql-settings-admin.ts';
export { staticSettings } from './static-settings.ts';
export {
  DEFAULT_MESSAGES_PER_SECOND,
  DEFAULT_MMS_COUNTRIES,
  type StaticIntegrationOptions,
  type StaticProjectOptions,
  type StaticSettingsOptions,
} from './static-settings-options.ts';
export { LONGEST_REPORT_WINDOW_MS, LONGEST_SETTLE_MS, SHORTEST_REPORT_WINDOW_MS } from './waiting-limits.ts';
