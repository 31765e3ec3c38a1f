/** Shorter ones are near to anything. */
const LEAST_CONTAINED = 4;
/** No name of ours comes near to it; bounds the work on names that are sent to us. */
const LONGEST_COMPARED = 40;

/**
 * The name that was meant by one that does not exist: the same but for case and separators, what others call it, the only
 * one that holds it or is held by it, or the nearest by slips of the pen (one in a short name, two in others).
 *
 * @param aliases what others call a name, spelt in lower case without separators
 */
export function closestName(
  given: string,
  names: readonly string[],
  aliases: Readonly<Record<string, string>> = {},
): string | undefined {
  if (given.length > LONGEST_COMPARED) return undefined;
  const bare = bareOf(given);
  if (bare === '') return undefined;
  const alias = Object.hasOwn(aliases, bare) ? aliases[bare] : undefined;
  return (
    names.find((name) => bareOf(name) === bare) ??
    names.find((name) => name === alias) ??
    holderOf(bare, names) ??
    nearestTo(bare, names)
  );
}

/** The end of a sentence about a name that does not exist: `; did you mean recipient?`, or nothing. */
export function didYouMean(...given: Parameters<typeof closestName>): string {
  const name = closestName(...given);
  return name === undefined ? '' : `; did you mean \`${name}\`?`;
}

function bareOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function holderOf(bare: string, names: readonly string[]): string | undefined {
  const holding = names.filter((name) => {
    const [short = '', long = ''] = [bare, bareOf(name)].sort((a, b) => a.length - b.length);
    return short.length >= LEAST_CONTAINED && long.includes(short);
  });
  return holding.length === 1 ? holding[0] : undefined;
}

function nearestTo(bare: string, names: readonly string[]): string | undefined {
  const most = bare.length < 5 ? 1 : 2;
  let nearest: string | undefined;
  let least = most + 1;
  for (const name of names) {
    const slips = slipsBetween(bare, bareOf(name));
    if (slips < least) [nearest, least] = [name, slips];
  }
  return nearest;
}

/** Letters left out, added, changed, or swapped with their neighbour (optimal string alignment). */
function slipsBetween(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let slips = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        slips = Math.min(slips, (before[j - 2] ?? 0) + 1);
      }
      row.push(slips);
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
