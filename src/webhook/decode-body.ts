import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';

const DECODERS: Readonly<Record<string, (body: Uint8Array, limit: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/**
 * The body as it was before somebody compressed it on its way: Sinch is not known to, but a report that arrives so is a
 * report all the same. What is not compressed as its header says, or would have more than `maxBytes`, stays as it came.
 * @param encoding of the header `content-encoding`
 */
export async function decodeBody(body: Uint8Array, encoding: string | null, maxBytes: number): Promise<Uint8Array> {
  const decode = DECODERS[(encoding ?? '').trim().toLowerCase()];
  if (decode === undefined) return body;
  try {
    return await decode(body, { maxOutputLength: maxBytes });
  } catch {
    return body;
  }
}
