/**
 * Why a local stack could not be started, or did not go on. `stack_running`: another one has the data folder.
 * `port_taken`: one that was asked for. `folder_unusable`: the data folder
 * cannot be written to. `search_attributes_missing`: on a Temporal server that is not the stack's own.
 * `part_ended`: a part of the running stack ended by itself.
 */
export type StackErrorCode =
  'stack_running' | 'port_taken' | 'folder_unusable' | 'search_attributes_missing' | 'part_ended';

/** A local stack could not be started, or go on; the message says what to do. */
export class StackError extends Error {
  override readonly name = 'StackError';
  readonly code: StackErrorCode;

  constructor(code: StackErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
