/** The value where it may be one of a time or a number of things. @throws TypeError that names the option. */
export function positiveInteger(factory: string, option: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new TypeError(`${factory}: expected option \`${option}\` to be a whole number above 0, got ${value}`);
}
