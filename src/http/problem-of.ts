import { WorkflowListingError } from '../client/index.ts';
import { CursorError } from '../register/index.ts';
import { SettingsError } from '../settings/index.ts';
import { Problem } from './problem.ts';

/** The problem that an error of ours is answered as; `undefined` for one that the caller can do nothing about. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof CursorError) return new Problem('invalid_query', error.message);
  if (error instanceof WorkflowListingError) return new Problem(error.code, error.message);
  if (error instanceof SettingsError) {
    // Its codes are problem codes.
    const { code, message, fields } = error;
    // The one thing that the admin checks and no body brings.
    if (fields.length === 1 && fields[0]?.field === 'cursor')
      return new Problem('invalid_query', new CursorError().message);
    return code === 'invalid_settings' ? new Problem(code, message, fields) : new Problem(code, message);
  }
  return undefined;
}
