import { createHash, timingSafeEqual } from 'node:crypto';
import type { SettingsAdmin } from '../settings/index.ts';
import { basicCredentials, CONFLICTING, singleHeader } from '../web/index.ts';
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

/** What a key that is brought from outside lacks, so that every client can send it in every way that keys come. */
export function explainUnfitKey(key: string): string | undefined {
  if (key.trim() !== key) return 'expected no blank or line feed at its ends';
  if (!/^[\x20-\x7e]*$/.test(key)) {
    return 'expected characters of ASCII alone: clients send others each in their own way';
  }
  return key.length < SHORTEST_API_KEY
    ? `expected ${SHORTEST_API_KEY} characters or more, got ${key.length}`
    : undefined;
}

/**
 * The key of a request: `X-Api-Key`, `Authorization: Bearer`, or the password of HTTP Basic with any user name. The
 * platform's webhook node can send Basic and fixed headers. A header that comes twice with the same value counts once, and
 * with different ones not at all.
 */
export function keyOf(headers: Headers): string | undefined {
  const header = single(headers, 'x-api-key');
  if (header !== null) return header;
  const authorization = single(headers, 'authorization') ?? '';
  const [, bearer] = /^bearer\s+(\S+)\s*$/i.exec(authorization) ?? [];
  return bearer ?? basicCredentials(authorization)[0]?.password;
}

/** Different ones stay joined: so they are nobody's key, and a key with a comma is one. */
function single(headers: Headers, name: string): string | null {
  const value = singleHeader(headers, name);
  return value === CONFLICTING ? headers.get(name) : value;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
