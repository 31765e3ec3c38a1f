import { reasonOf } from '../contract/reason.ts';
/** What a caller can do about it. */
export type StoreErrorCode =
  /** The database is away, busy, read-only or without a table or right of ours: the same call may succeed later. */
  | 'store_unavailable'
  /** The database will never take this data: the same call fails again. */
  | 'store_refused';

/**
 * A statement failed. Never carries the statement's values, which hold phone numbers and texts: errors end up in
 * logs and in workflow histories. That is why the driver's own error is not its `cause`.
 */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  /** PostgreSQL's code of five characters (its manual, appendix A), where PostgreSQL answered. */
  readonly sqlState: string | undefined;
  /** Name of the constraint that refused it, where one did. */
  readonly constraint: string | undefined;

  constructor(code: StoreErrorCode, message: string, sqlState?: string, constraint?: string) {
    super(message);
    this.name = 'StoreError';
    this.code = code;
    this.sqlState = sqlState;
    this.constraint = constraint;
  }
}

/**
 * Classes of SQLSTATE that blame the data (22, 23) or its size (54). Not those that blame the statement (42): ours are
 * right, so a table or a right is missing, and comes back.
 */
const REFUSALS = new Set(['22', '23', '54']);

/**
 * Runs statements and lets only `StoreError`s out.
 * @param attempted begins the error's message: `Recording campaign events`.
 */
export async function asStoreErrors<T>(attempted: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storeErrorOf(attempted, error);
  }
}

/** What a statement or transaction threw, as a `StoreError`; one that is so already stays as it is. */
export function storeErrorOf(attempted: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const root = rootOf(error);
  const sqlState = sqlStateOf(root);
  if (sqlState !== undefined && REFUSALS.has(sqlState.slice(0, 2))) {
    // The server's own words may quote the data here.
    return new StoreError(
      'store_refused',
      `${attempted} failed: the database refused it (SQLSTATE ${sqlState})`,
      sqlState,
      constraintOf(root),
    );
  }
  if (root instanceof RangeError || root instanceof TypeError) {
    return new StoreError(
      'store_refused',
      `${attempted} failed: a value has no form to be stored in (${root.message})`,
    );
  }
  const state = sqlState === undefined ? '' : ` (SQLSTATE ${sqlState})`;
  return new StoreError('store_unavailable', `${attempted} failed: ${reasonOf(root)}${state}; try again`, sqlState);
}

/** Below Drizzle's error, whose message quotes every value. */
function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  return root;
}

function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return /^[0-9A-Z]{5}$/.test(error.code) && 'severity' in error ? error.code : undefined;
}

/** A name of ours, never data. */
function constraintOf(error: unknown): string | undefined {
  return error instanceof Error && 'constraint' in error && typeof error.constraint === 'string'
    ? error.constraint
    : undefined;
}
