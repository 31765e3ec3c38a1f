import { WorkflowListingError } from '../client/index.ts';
import { CursorError, StoreError } from '../register/index.ts';
import { SettingsError } from '../settings/index.ts';
import { Problem } from './problem.ts';

/** The problem that an error of ours is answered as; `undefined` for one that the caller can do nothing about. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof CursorError) return wrongCursor();
  if (error instanceof WorkflowListingError) {
    return error.code === 'invalid_page_token' ? wrongCursor() : new Problem(error.code, error.message);
  }
  // It would be refused again, so that "try again" is wrong. Values are looked at before; this is for what was forgotten.
  if (error instanceof StoreError && error.code === 'store_refused') {
    return new Problem('invalid_query', 'A value of the request is one that the database never takes: correct it', []);
  }
  if (error instanceof SettingsError) {
    // Its codes are problem codes.
    const { code, message, fields } = error;
    // The one thing that the admin checks and no body brings.
    if (fields.length === 1 && fields[0]?.field === 'cursor') return wrongCursor();
    return code === 'invalid_settings' ? new Problem(code, message, fields) : new Problem(code, message);
  }
  return undefined;
}

function wrongCursor(): Problem {
  const { message } = new CursorError();
  return new Problem('invalid_query', message, [{ field: 'cursor', message }]);
}
