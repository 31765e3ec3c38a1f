/** Why a database could not be opened. */
export type DatabaseErrorCode =
  /** No connection, or refused by the server. */
  | 'database_unreachable'
  /** The URL says of TLS what cannot be done. */
  | 'database_url_invalid'
  /** Another process has the folder of the embedded database open. */
  | 'database_locked'
  /** Another process took the folder while this one stood still: nothing more is written. */
  | 'database_lock_lost'
  /** The folder holds something else than a database, or half of one. */
  | 'database_folder_unusable'
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
