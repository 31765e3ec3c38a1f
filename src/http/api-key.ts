import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether a request carries the API key. */
export type ApiKeyCheck = (headers: Headers) => boolean;

/** Shortest API key that is accepted from the environment, in characters. */
export const SHORTEST_API_KEY = 16;

/**
 * Takes the key as `Authorization: Bearer`, as `X-Api-Key`, or as the password of HTTP Basic with any user name: the
 * platform's webhook node can send Basic and fixed headers. Compared in constant time.
 */
export function createApiKeyCheck(apiKey: string): ApiKeyCheck {
  const expected = digest(apiKey);
  return (headers) => {
    const given = keyOf(headers);
    return given !== undefined && timingSafeEqual(digest(given), expected);
  };
}

function keyOf(headers: Headers): string | undefined {
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
