import { createHash, timingSafeEqual } from 'node:crypto';
import type { CallbackAuth } from '../settings/index.ts';
import { verifyCallbackSignature } from '../sinch/index.ts';

/** What a callback brings to prove itself. */
export interface CallbackProof {
  rawBody: Uint8Array;
  headers: { get(name: string): string | null };
  /** The last part of the path, where there is one. */
  secret?: string;
  /** Milliseconds since 1970. */
  now: number;
}

/** Whether a callback comes from who knows the secret; `reason` is a label for counters, the same for every value. */
export type Authentication = { ok: true } | { ok: false; reason: string };

/** Checks a callback as its integration demands. Comparisons take the same time wherever the values differ. */
export function authenticate(auth: CallbackAuth, proof: CallbackProof): Authentication {
  switch (auth.type) {
    case 'hmac':
      return verifyCallbackSignature({
        rawBody: proof.rawBody,
        headers: proof.headers,
        secrets: auth.secrets,
        ...(auth.toleranceMs === undefined ? {} : { toleranceMs: auth.toleranceMs }),
        now: proof.now,
      });
    case 'basic':
      return authenticateBasic(auth, proof.headers.get('authorization'));
    case 'url-secret':
      if (proof.secret === undefined) return { ok: false, reason: 'missing_secret' };
      return isOneOf(proof.secret, auth.secrets) ? { ok: true } : { ok: false, reason: 'wrong_secret' };
  }
}

function authenticateBasic(auth: Extract<CallbackAuth, { type: 'basic' }>, header: string | null): Authentication {
  if (header === null) return { ok: false, reason: 'missing_credentials' };
  const encoded = /^basic +([A-Za-z0-9+/_-]+=*) *$/i.exec(header)?.[1];
  const credentials = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const colon = credentials.indexOf(':');
  if (colon < 0) return { ok: false, reason: 'malformed_credentials' };
  const sameUser = isOneOf(credentials.slice(0, colon), [auth.username]);
  const samePassword = isOneOf(credentials.slice(colon + 1), auth.passwords);
  return sameUser && samePassword ? { ok: true } : { ok: false, reason: 'wrong_credentials' };
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
