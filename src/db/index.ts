export { abortable } from './abortable.ts';
/** @internal */
export { campaignCodes, campaignCounts, campaignDelays, campaigns, campaignTimes } from './evaluation-schema.ts';
export { createCoalescer } from './coalescer.ts';
export { CursorError, cursorOf, parseCursor } from './cursor.ts';
export { DatabaseError } from './database-error.ts';
export { type FolderLock, lockFolder } from './folder-lock.ts';
export { createKeyring, type Keyring, KeyringError, type KeyringKey, type SealOptions } from './keyring.ts';
export { type KeySource, loadKeyring } from './load-keyring.ts';
/** @internal */
export { byKey, hasNoEvent, inKeyOrder, isOneOf, keyOf } from './message-keys.ts';
export { type Database, openDatabase, type OpenDatabaseOptions } from './open-database.ts';
/** @internal */
export type { Orm } from './orm.ts';
export { rotateSecrets, type SecretRotation, type SealedColumn } from './rotate-secrets.ts';
export { withTlsOfEnvironment } from './server-url.ts';
/** @internal */
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
/** @internal */
export { isToNumber } from './to-number.ts';
/** @internal */
export type { TransactionOptions } from './transaction.ts';
/** @internal */
export { valuesOf } from './values-of.ts';
export { withoutNulls } from './without-nulls.ts';
