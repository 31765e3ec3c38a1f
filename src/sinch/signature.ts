import { createHmac, timingSafeEqual } from 'node:crypto';
import { CONFLICTING, singleHeader } from '../web/index.ts';

/** What a signature is made over, and with. */
export interface SignCallbackOptions {
  /** The body's bytes as they were sent: a body that was parsed and written again has another signature. */
  rawBody: Uint8Array;
  /** Taken as UTF-8, not decoded. Not empty. */
  secret: string;
  /** The nonce header's value. */
  nonce: string;
  /** The timestamp header's value: Unix time in seconds. */
  timestamp: string;
}

/** Why a signature was not taken: a label for counters, the same for every value. */
export type SignatureRefusal =
  | 'missing_header'
  | 'conflicting_headers'
  | 'unknown_algorithm'
  | 'missing_secret'
  | 'stale_timestamp'
  | 'wrong_signature';

/** Whether a callback was signed with one of the secrets. */
export type SignatureVerification = { ok: true } | { ok: false; reason: SignatureRefusal };

/** A callback whose signature is to be checked. */
export interface VerifyCallbackSignatureOptions {
  rawBody: Uint8Array;
  /** The request's headers, found without regard to case. */
  headers: { get(name: string): string | null };
  /** All that are valid, so that two work during rotation. Empty ones never match. */
  secrets: readonly string[];
  /** Largest distance of the timestamp from `now`, either way, in milliseconds. @default no limit */
  toleranceMs?: number;
  /** Milliseconds since 1970. */
  now: number;
}

const ALGORITHM = 'HmacSHA256';

/** The headers of a signed callback (Webhooks, "HMAC Authentication"). */
export const SIGNATURE_HEADERS = {
  signature: 'x-sinch-webhook-signature',
  algorithm: 'x-sinch-webhook-signature-algorithm',
  nonce: 'x-sinch-webhook-signature-nonce',
  timestamp: 'x-sinch-webhook-signature-timestamp',
} as const;

/**
 * The value of `x-sinch-webhook-signature` (Webhooks, "HMAC Authentication"): base64 of HMAC-SHA-256 over body, nonce
 * and timestamp joined by dots.
 * @throws TypeError for an empty secret, with which everybody could sign.
 */
export function signCallback({ rawBody, secret, nonce, timestamp }: SignCallbackOptions): string {
  if (secret === '') throw new TypeError('signCallback: expected `secret` to be a non-empty string');
  return createHmac('sha256', secret).update(rawBody).update(`.${nonce}.${timestamp}`, 'utf8').digest('base64');
}

/**
 * Reads a callback's four signature headers; one that comes twice with the same value counts once. Whether the signature
 * is right, only the body tells.
 */
export function readSignature(
  headers: VerifyCallbackSignatureOptions['headers'],
): { ok: true; signature: string; nonce: string; timestamp: string } | { ok: false; reason: SignatureRefusal } {
  const signature = singleHeader(headers, SIGNATURE_HEADERS.signature);
  const algorithm = singleHeader(headers, SIGNATURE_HEADERS.algorithm);
  const nonce = singleHeader(headers, SIGNATURE_HEADERS.nonce);
  const timestamp = singleHeader(headers, SIGNATURE_HEADERS.timestamp);
  if (signature === CONFLICTING || algorithm === CONFLICTING || nonce === CONFLICTING || timestamp === CONFLICTING) {
    return { ok: false, reason: 'conflicting_headers' };
  }
  if (!signature || !algorithm || !nonce || !timestamp) return { ok: false, reason: 'missing_header' };
  if (algorithm !== ALGORITHM) return { ok: false, reason: 'unknown_algorithm' };
  return { ok: true, signature, nonce, timestamp };
}

/** Checks a callback's four signature headers against each secret, in the same time wherever the values differ. */
export function verifyCallbackSignature(options: VerifyCallbackSignatureOptions): SignatureVerification {
  const { rawBody, toleranceMs, now } = options;
  const given = readSignature(options.headers);
  if (!given.ok) return given;
  const { signature, nonce, timestamp } = given;

  const secrets = options.secrets.filter((secret) => secret !== '');
  if (secrets.length === 0) return { ok: false, reason: 'missing_secret' };
  const matches = secrets.map((secret) => isSame(signature, signCallback({ rawBody, secret, nonce, timestamp })));
  if (!matches.includes(true)) return { ok: false, reason: 'wrong_signature' };

  // After the signature: a stale timestamp then says that a genuine callback came late, which is worth knowing.
  if (toleranceMs !== undefined && !(Math.abs(now - secondsOf(timestamp) * 1000) <= toleranceMs)) {
    return { ok: false, reason: 'stale_timestamp' };
  }
  return { ok: true };
}

/** The length of a digest is no secret. */
function isSame(given: string, expected: string): boolean {
  const givenBytes = Buffer.from(given, 'utf8');
  const expectedBytes = Buffer.from(expected, 'utf8');
  return givenBytes.length === expectedBytes.length && timingSafeEqual(givenBytes, expectedBytes);
}

function secondsOf(timestamp: string): number {
  return /^\d+$/.test(timestamp) ? Number(timestamp) : Number.NaN;
}
