/** A string, and where it is the name of a member with a number: name, what stands between, and the number. */
const MEMBER_OR_STRING = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:\s*)(-?\d[\d.eE+-]*)|"[^"\\]*(?:\\.[^"\\]*)*"/gs;

/**
 * JSON whose members of these names are texts where they were numbers, with the digits that were typed. `JSON.parse` makes
 * 447911000000 of `4.47911E+11`, which nobody typed, and rounds what is longer than it can hold; its reviver tells the
 * source from Node 21 on only.
 */
export function numbersAsTyped(json: string, names: readonly string[]): string {
  if (!/:\s*-?\d/.test(json)) return json;
  return json.replace(MEMBER_OR_STRING, (whole: string, name?: string, between?: string, number?: string) => {
    if (name === undefined || number === undefined || !names.includes(nameOf(name))) return whole;
    return `${name}${between ?? ''}"${number}"`;
  });
}

/** Names may be written with escapes. */
function nameOf(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}
