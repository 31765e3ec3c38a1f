import { createHmac } from 'node:crypto';

/** What a signed callback carries (Sinch, Webhooks, "HMAC Authentication"). */
export interface SignatureInput {
  secret: string;
  /** The raw body as it is sent. */
  body: string;
  /** Unique for each signature; Sinch's are ULIDs. */
  nonce: string;
  /** Unix time in whole seconds. */
  timestamp: number;
}

/**
 * The four headers by which a receiver knows that a callback is Sinch's: HMAC-SHA-256 with the secret's own bytes as
 * key, over body, nonce and timestamp joined by dots.
 */
export function signatureHeaders({ secret, body, nonce, timestamp }: SignatureInput): Record<string, string> {
  return {
    'x-sinch-webhook-signature': createHmac('sha256', secret)
      .update(`${body}.${nonce}.${timestamp}`, 'utf8')
      .digest('base64'),
    'x-sinch-webhook-signature-algorithm': 'HmacSHA256',
    'x-sinch-webhook-signature-nonce': nonce,
    'x-sinch-webhook-signature-timestamp': String(timestamp),
  };
}
