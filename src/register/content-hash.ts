import { createHash } from 'node:crypto';

/** Hash of plain JSON whatever the order of its members; members that are `undefined` count as absent. */
export function contentHashOf(content: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(content)) ?? '')
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  // A list of pairs: an object would put members such as "2" before "10" by itself, and take "__proto__" for another thing.
  return {
    members: members.filter(([, member]) => member !== undefined).map(([name, member]) => [name, sorted(member)]),
  };
}
