export { abortable } from './abortable.ts';
export { campaignCodes, campaignCounts, campaignDelays, campaigns, campaignTimes } from './evaluation-schema.ts';
export { createCoalescer } from './coalescer.ts';
export { CursorError, cursorOf, parseCursor } from './cursor.ts';
export { DatabaseError } from './database-error.ts';
export { type FolderLock, lockFolder } from './folder-lock.ts';
export { createKeyring, type Keyring, KeyringError, type KeyringKey, type SealOptions } from './keyring.ts';
export { type KeySource, loadKeyring } from './load-keyring.ts';
export { byKey, hasNoEvent, inKeyOrder, isOneOf, keyOf } from './message-keys.ts';
export { type Database, openDatabase, type OpenDatabaseOptions } from './open-database.ts';
export type { Orm } from './orm.ts';
export { rotateSecrets, type SecretRotation, type SealedColumn } from './rotate-secrets.ts';

export { withTlsOfEnvironment } from './server-url.ts';

export {
  apiKeys,
  auditEntries,
  campaignEvents,
  contradictedEvents,
  exporters,
  integrations,
  type IntegrationState,
  lateReports,
  messages,
  projects,
  senders,
  settingsVersions,
  unknownOutcomes,
  unmatchedReports,
  unreadableCallbacks,
} from './schema.ts';
export { asStoreErrors, StoreError, storeErrorOf } from './store-error.ts';
export { isToNumber } from './to-number.ts';
export type { TransactionOptions } from './transaction.ts';
export { valuesOf } from './values-of.ts';
export { withoutNulls } from './without-nulls.ts';
