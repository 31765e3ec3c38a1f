/** Options whose value is, or may hold, a secret. */
const SECRET_OPTIONS = new Set(['apiToken', 'callbackAuth', 'callbackUrl']);

/** Longest part of a wrong value that an error shows. */
const SHOWN_LENGTH = 80;

/** The place of an option, from the outside in. */
export type OptionPath = readonly PropertyKey[];

/** `projects[0].integrations[1].baseUrl` */
export function spellPath(path: OptionPath): string {
  return path.reduce<string>((spelt, part) => {
    if (typeof part === 'number') return `${spelt}[${part}]`;
    return spelt === '' ? String(part) : `${spelt}.${String(part)}`;
  }, '');
}

/** A wrong option, named with what it has to be and what it was; a secret is not shown. */
export function optionError(factory: string, path: OptionPath, expected: string, received: unknown): TypeError {
  const place = path.length === 0 ? 'its options' : spellPath(path);
  return new TypeError(`${factory}: ${place} ${expected}; received ${show(path, received)}.`);
}

function show(path: OptionPath, value: unknown): string {
  if (value === undefined) return 'nothing';
  if (path.some((part) => SECRET_OPTIONS.has(String(part)))) return 'a value that is not shown here';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'string') {
    // A URL with credentials in front of its host.
    if (value.includes('://') && value.includes('@')) return 'a value that is not shown here';
    return JSON.stringify(value.length > SHOWN_LENGTH ? `${value.slice(0, SHOWN_LENGTH)}…` : value);
  }
  return typeof value === 'number' || typeof value === 'boolean' || value === null
    ? String(value)
    : `a value of type ${typeof value}`;
}
