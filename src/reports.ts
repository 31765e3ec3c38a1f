/** What keeps reports that belong to no running message, for processes that have no worker. */
export {
  type Database,
  DatabaseError,
  type Keyring,
  KeyringError,
  type KeySource,
  loadKeyring,
  openDatabase,
  type OpenDatabaseOptions,
  StoreError,
} from './db/index.ts';
export { createSqlReportStore } from './events/index.ts';
