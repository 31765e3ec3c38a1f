import type { z } from 'zod';
import { didYouMean } from '../contract/closest-name.ts';
import { memberNamesAt } from './member-names.ts';
import { spellPath } from './option-error.ts';
import { SETTING_ALIASES } from './setting-aliases.ts';
import { type FieldError, SettingsError } from './settings-admin.ts';

/**
 * Reads a settings body.
 * @param attempted begins the error's message: `The integration was not created`.
 * @throws SettingsError `invalid_settings` that names every wrong and every unknown member, and shows no value: it may be
 * a secret.
 */
export function parseBody<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
  attempted: string,
): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw invalid(
    attempted,
    result.error.issues.flatMap((issue) => fieldErrorsOf(issue, schema)),
  );
}

/** The refusal of members that are wrong. */
export function invalid(attempted: string, fields: readonly FieldError[]): SettingsError {
  const wrong = fields.map(({ field, message }) => `${field === '' ? 'the body' : field} ${message}`).join('; ');
  return new SettingsError('invalid_settings', `${attempted}: ${wrong}`, fields);
}

function fieldErrorsOf(issue: z.core.$ZodIssue, schema: z.ZodType): FieldError[] {
  if (issue.code !== 'unrecognized_keys') return [{ field: spellPath(issue.path), message: issue.message }];
  const names = memberNamesAt(schema, issue.path);
  return issue.keys.map((key) => ({
    field: spellPath([...issue.path, key]),
    message: `is no setting that there is${didYouMean(key, names, SETTING_ALIASES)}`,
  }));
}
