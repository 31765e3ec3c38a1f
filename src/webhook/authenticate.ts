import { createHash, timingSafeEqual } from 'node:crypto';
import type { CallbackAuth } from '../settings/index.ts';
import { readSignature } from '../sinch/index.ts';
import { basicCredentials, composed, CONFLICTING, singleHeader } from '../web/index.ts';

/** What a callback brings to prove itself before its body. */
export interface CallbackHead {
  headers: { get(name: string): string | null };
  /** The last part of the path, where there is one. */
  secret?: string;
}

/** Whether a callback comes from who knows the secret; `reason` is a label for counters, the same for every value. */
export type Authentication = { ok: true } | { ok: false; reason: string };

/**
 * Checks what can be checked before the body is read, as the callback's integration demands: a password or path secret
 * wholly, and of a signature that there is one, which its body has to verify. Comparisons take the same time wherever the
 * values differ.
 */
export function authenticateHead(auth: CallbackAuth, { headers, secret }: CallbackHead): Authentication {
  switch (auth.type) {
    case 'hmac':
      return readSignature(headers);
    case 'basic':
      return authenticateBasic(auth, singleHeader(headers, 'authorization'));
    case 'url-secret':
      if (secret === undefined) return { ok: false, reason: 'missing_secret' };
      return isOneOf(secret, auth.secrets) ? { ok: true } : { ok: false, reason: 'wrong_secret' };
  }
}

function authenticateBasic(
  auth: Extract<CallbackAuth, { type: 'basic' }>,
  header: ReturnType<typeof singleHeader>,
): Authentication {
  if (header === null) return { ok: false, reason: 'missing_credentials' };
  if (header === CONFLICTING) return { ok: false, reason: 'conflicting_headers' };
  const readings = basicCredentials(header);
  if (readings.length === 0) return { ok: false, reason: 'malformed_credentials' };
  const usernames = [composed(auth.username)];
  const passwords = auth.passwords.map(composed);
  // All of them, so that the time tells nothing.
  const matches = readings.map(({ username, password }) => {
    const sameUser = isOneOf(username, usernames);
    const samePassword = isOneOf(password, passwords);
    return sameUser && samePassword;
  });
  return matches.includes(true) ? { ok: true } : { ok: false, reason: 'wrong_credentials' };
}

/** Compares with every candidate. An empty one never counts: a setting left blank must not open the door. */
function isOneOf(given: string, candidates: readonly string[]): boolean {
  const givenDigest = digestOf(given);
  return candidates
    .map((candidate) => candidate !== '' && timingSafeEqual(givenDigest, digestOf(candidate)))
    .includes(true);
}

/** Digests have the same length, which `timingSafeEqual` demands and which hides the secret's. */
function digestOf(value: string): Buffer {
  return createHash('sha256').update(value, 'utf8').digest();
}
