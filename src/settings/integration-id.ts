import { randomBytes } from 'node:crypto';

const LONGEST = 48;

/** How many ids with a part made by chance are tried after the plain one. */
const MORE_TRIES = 3;

/** Ids made of an integration's name: the plain one first, then others in case that is taken. */
export function idsOfName(name: string): string[] {
  const plain =
    name
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, LONGEST)
      .replace(/^-|-$/g, '') || 'integration';
  return [plain, ...Array.from({ length: MORE_TRIES }, () => `${plain}-${randomBytes(3).toString('hex')}`)];
}
