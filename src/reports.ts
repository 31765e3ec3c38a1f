/**
 * What `temporal-sinch/reports` is: where the webhook keeps what belongs to no running message, with the database and the
 * keys for it, for a process that runs no worker. Loads `pg` for a server and PGlite for an embedded database, each only
 * once one is opened.
 */
export type { CampaignEvent, MessageRecord } from './contract/campaign-event.ts';
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
  createSqlReportStore,
  createSqlSink,
  type Ledger,
  type RecordedMessage,
  readLedger,
} from './events/index.ts';
