import { createHash, timingSafeEqual } from 'node:crypto';
import type { SettingsAdmin } from '../settings/index.ts';
import type { Caller, Purpose } from './access.ts';

/** Shortest deployment key that is accepted from the environment, in characters. */
export const SHORTEST_API_KEY = 16;

/** Who holds a key, or `undefined` where nobody does. */
export type CallerOf = (key: string) => Promise<Caller | undefined>;

/** The keys that a process knows. */
export interface KnownKeys {
  deploymentKey: string;
  /** Keys for one purpose alone. @default the deployment key is needed for that too */
  purposeKeys?: Partial<Record<Purpose, string>>;
  /** Knows the keys of projects. Absent with static settings: then there are none. */
  admin?: Pick<SettingsAdmin, 'holderOf'>;
}

/** Knows the deployment key, those for one purpose, and the keys of projects where settings are kept in the database. */
export function createCallerOf({ deploymentKey, purposeKeys = {}, admin }: KnownKeys): CallerOf {
  const deployment = digest(deploymentKey);
  const purposes = Object.entries(purposeKeys).map(([purpose, key]) => ({
    purpose: purpose as Purpose,
    digest: digest(key),
  }));
  return async (key) => {
    // Digests have one length, which the comparison needs, and their beginnings tell nothing of the key's.
    const given = digest(key);
    if (timingSafeEqual(given, deployment)) return { kind: 'deployment' };
    const found = purposes.find((each) => timingSafeEqual(given, each.digest));
    if (found) return { kind: 'purpose', purpose: found.purpose };
    const holder = await admin?.holderOf(key);
    return holder && { kind: 'key', ...holder };
  };
}

/**
 * The key of a request: `X-Api-Key`, `Authorization: Bearer`, or the password of HTTP Basic with any user name. The
 * platform's webhook node can send Basic and fixed headers.
 */
export function keyOf(headers: Headers): string | undefined {
  const header = headers.get('x-api-key');
  if (header !== null) return header;
  const [, scheme, credentials] = /^(\S+)\s+(\S+)\s*$/.exec(headers.get('authorization') ?? '') ?? [];
  switch (scheme?.toLowerCase()) {
    case 'bearer':
      return credentials;
    case 'basic': {
      const decoded = Buffer.from(credentials ?? '', 'base64').toString('utf8');
      const colon = decoded.indexOf(':');
      return colon < 0 ? undefined : decoded.slice(colon + 1);
    }
    default:
      return undefined;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
