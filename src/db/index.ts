export { abortable } from './abortable.ts';
export { createCoalescer } from './coalescer.ts';
export { DatabaseError } from './database-error.ts';
export { createKeyring, type Keyring, KeyringError, type KeyringKey } from './keyring.ts';
export { type KeySource, loadKeyring } from './load-keyring.ts';
export { byKey, hasNoEvent, isOneOf, keyOf } from './message-keys.ts';
export { type Database, openDatabase, type OpenDatabaseOptions, type Orm } from './open-database.ts';
export {
  campaignEvents,
  contradictedEvents,
  lateReports,
  messages,
  unmatchedReports,
  unreadableCallbacks,
} from './schema.ts';
export { asStoreErrors, StoreError } from './store-error.ts';
export { valuesOf } from './values-of.ts';
export { withoutNulls } from './without-nulls.ts';
