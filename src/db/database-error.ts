/** Why a database could not be opened. */
export type DatabaseErrorCode =
  /** No connection, or refused by the server. */
  | 'database_unreachable'
  /** Another process has the folder of the embedded database open. */
  | 'database_locked'
  /** The tables could not be brought to this release's state. */
  | 'database_migration_failed';

/** A database could not be opened. Never carries the password of its URL. */
export class DatabaseError extends Error {
  readonly code: DatabaseErrorCode;

  constructor(code: DatabaseErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DatabaseError';
    this.code = code;
  }
}
