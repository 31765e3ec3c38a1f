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
  StoreError,
} from './db/index.ts';
export {
  type CampaignEventSink,
  createSqlReportStore,
  createSqlSink,
  type Ledger,
  readLedger,
} from './events/index.ts';
export { SinchPlugin, type SinchPluginOptions } from './plugin.ts';
export {
  type CallbackAuth,
  DEFAULT_MESSAGES_PER_SECOND,
  DEFAULT_MMS_COUNTRIES,
  deriveCallbackSecret,
  type Integration,
  type ProjectSettings,
  type Region,
  type Settings,
  type StaticIntegrationOptions,
  type StaticProjectOptions,
  staticSettings,
  type StaticSettingsOptions,
} from './settings/index.ts';
export { createSinchClients, type SinchClient, type SinchClients, type SinchClientsOptions } from './sinch/index.ts';
