import type { FrameworkRequest } from './node-request.ts';

/** A body that somebody read before us, as far as they kept it. */
export interface KeptBody {
  bytes: Uint8Array;
  /**
   * `raw`: the bytes that were sent, at most without their compression. `text`: they were made a text, and may differ.
   * `parsed`: what they meant, written anew.
   */
  form: 'raw' | 'text' | 'parsed';
}

/**
 * What frameworks keep of a body: `rawBody` (Nest, Firebase, Google Cloud Functions, koa-bodyparser, fastify-raw-body), and
 * `body` as bytes (`express.raw()`), text (`express.text()`) or JSON that was parsed. Other things that were parsed, such
 * as forms, are not what was sent.
 */
export function keptBodyOf(
  sources: readonly FrameworkRequest[],
  headers: { get(name: string): string | null },
): KeptBody | undefined {
  for (const kept of [...sources.map(({ rawBody }) => rawBody), ...sources.map(({ body }) => body)]) {
    if (kept instanceof Uint8Array) return { bytes: kept, form: 'raw' };
    if (kept instanceof ArrayBuffer) return { bytes: new Uint8Array(kept), form: 'raw' };
    if (typeof kept === 'string' && kept !== '') return textBody(kept, headers);
    // An empty object is what Express 4 has where nothing was parsed.
    if (typeof kept === 'object' && kept !== null && Object.keys(kept).length > 0 && isJson(headers)) {
      return { bytes: Buffer.from(JSON.stringify(kept)), form: 'parsed' };
    }
  }
  return undefined;
}

/** A text of as many bytes as were sent is what was sent: whatever decoding alters, it alters the length. */
function textBody(text: string, headers: { get(name: string): string | null }): KeptBody {
  const bytes = Buffer.from(text);
  const isWhole = headers.get('content-encoding') === null && Number(headers.get('content-length')) === bytes.length;
  return { bytes, form: isWhole ? 'raw' : 'text' };
}

function isJson(headers: { get(name: string): string | null }): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\b/i.test(headers.get('content-type') ?? '');
}
