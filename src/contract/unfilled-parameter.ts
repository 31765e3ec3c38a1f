/**
 * A placeholder as Sinch reads it: `${key}`, the key of `A-Za-z0-9.-_` (Message info, "Parameterization"). Sinch's keys
 * have at most 16 characters; a longer one is a template's all the same, and what Sinch makes of it is not documented.
 */
const PLACEHOLDER = /\$\{([A-Za-z0-9._-]+)\}/u;

/** A placeholder that nothing was put in the place of. */
export interface UnfilledParameter {
  key: string;
  /** Of its `$`, counted in characters as people count them, from 1. */
  position: number;
}

/**
 * The first placeholder of Sinch's that stands in a text. We send no `parameters`, so Sinch accepts the message, bills
 * it, and ends it with code 405. `$` alone, `${}`, `${a b}` and the placeholders of others, such as `{{name}}`, are text.
 */
export function unfilledParameterIn(text: string): UnfilledParameter | undefined {
  const found = PLACEHOLDER.exec(text);
  if (found === null) return undefined;
  return { key: found[1] ?? '', position: Array.from(text.slice(0, found.index)).length + 1 };
}
