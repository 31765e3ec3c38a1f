import { optionError } from './option-error.ts';
import { publicUrl } from './settings-rules.ts';

/** @throws TypeError where it cannot be the public address. */
export function checkedPublicUrl(factory: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const result = publicUrl.safeParse(value);
  if (result.success) return result.data;
  throw optionError(factory, ['publicUrl'], result.error.issues[0]?.message ?? 'could not be read', value);
}
