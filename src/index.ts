export type {
  AdmissionStatus,
  CampaignEvent,
  CampaignEventPhase,
  CampaignEventStatus,
  FinalStatus,
  LateReport,
  MessageRecord,
  SkipReason,
} from './contract/campaign-event.ts';
export type { Log } from './contract/log.ts';
export type {
  CampaignContext,
  MessageContent,
  MessageKind,
  MessagePriority,
  SendMessageInput,
} from './contract/message.ts';
export { DEFAULT_TASK_QUEUE, SEARCH_ATTRIBUTE } from './contract/names.ts';
export type { BareNumbers } from './countries/index.ts';
export {
  createKeyring,
  type Database,
  DatabaseError,
  type Keyring,
  KeyringError,
  type KeyringKey,
  loadKeyring,
  type KeySource,
  openDatabase,
  type OpenDatabaseOptions,
  rotateSecrets,
  type SealOptions,
  type SecretRotation,
  StoreError,
} from './db/index.ts';
export {
  type CampaignEventSink,
  createNdjsonSink,
  createSqlReportStore,
  createSqlSink,
  type Ledger,
  type NdjsonSink,
  type RecordedMessage,
  readLedger,
} from './events/index.ts';
export {
  type CampaignEventExporter,
  type CampaignEventExporterOptions,
  createCampaignEventExporter,
  type ExportBacklog,
  readExportBacklog,
  retryRefused,
  type RetryRefusedOptions,
} from './exporters/index.ts';
export { type AllowPrivateHosts, type ProxySettings, proxySettingsOf } from './hosts/index.ts';
export {
  createPayloadEncryption,
  type PayloadEncryption,
  type PayloadEncryptionOptions,
} from './payload-encryption/index.ts';
export { SinchPlugin, type SinchPluginOptions } from './plugin.ts';
export {
  type Actor,
  type ApiKeyView,
  type AuditEntryView,
  type CallbackAuth,
  DEFAULT_MESSAGES_PER_SECOND,
  DEFAULT_MMS_COUNTRIES,
  deriveCallbackSecret,
  type ExporterChange,
  type ExporterSettings,
  type ExporterView,
  type FieldError,
  type Integration,
  type IntegrationChange,
  type IntegrationView,
  type KeyHolder,
  type NewIntegration,
  type NewKey,
  type NewProject,
  type Page,
  type PageQuery,
  type ProjectChange,
  type ProjectSettings,
  type ProjectView,
  type Region,
  type Role,
  type SenderView,
  type Settings,
  type SettingsAdmin,
  SettingsError,
  type SettingsErrorCode,
  type SqlSettings,
  sqlSettings,
  sqlSettingsAdmin,
  type SqlSettingsAdminOptions,
  type SqlSettingsOptions,
  type StaticIntegrationOptions,
  type StaticProjectOptions,
  staticSettings,
  type StaticSettingsOptions,
} from './settings/index.ts';
export { createSinchClients, type SinchClient, type SinchClients, type SinchClientsOptions } from './sinch/index.ts';
