import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

type Decoder = (body: Uint8Array, limit: { maxOutputLength: number }) => Promise<Buffer>;

const gunzip: Decoder = promisify(zlib.gunzip);
const inflate: Decoder = promisify(zlib.inflate);
const inflateRaw: Decoder = promisify(zlib.inflateRaw);

/** Of Node.js 22.15 and later. */
const { zstdDecompress } = zlib as { zstdDecompress?: typeof zlib.gunzip };

const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: gunzip,
  'x-gzip': gunzip,
  // The format of zlib by RFC 9110; some send what is inside of it alone.
  deflate: async (body, limit) => {
    try {
      return await inflate(body, limit);
    } catch (error) {
      if (isTooLarge(error)) throw error;
      return inflateRaw(body, limit);
    }
  },
  br: promisify(zlib.brotliDecompress),
  ...(zstdDecompress === undefined ? {} : { zstd: promisify(zstdDecompress) }),
};

/** One after the other; nobody has a reason for more. */
const MOST_ENCODINGS = 3;

/** A body without the compression of its way. */
export type DecodedBody =
  | { kind: 'decoded'; bytes: Uint8Array }
  /** It had none, or is not what its header says: somebody has taken it off on the way and left the header. */
  | { kind: 'as_it_came' }
  /** It would have more bytes than the limit. */
  | { kind: 'too_large' }
  /** Nobody here can read its encoding, such as zstd before Node.js 22.15. */
  | { kind: 'unknown_encoding'; encoding: string };

/**
 * Takes off what somebody on the way did to a body: Sinch is not known to compress, but a report that arrives so is a
 * report all the same.
 * @param encoding of the header `content-encoding`: one, or several in the order in which they were applied
 * @param maxBytes of each step's outcome
 */
export async function decodeBody(body: Uint8Array, encoding: string | null, maxBytes: number): Promise<DecodedBody> {
  const encodings = (encoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  const unknown = encodings.find((name) => !Object.hasOwn(DECODERS, name));
  if (unknown !== undefined || encodings.length > MOST_ENCODINGS) {
    return { kind: 'unknown_encoding', encoding: encodings.join(', ').slice(0, 40) };
  }
  let bytes = body;
  let isDecoded = false;
  for (const name of encodings.reverse()) {
    try {
      bytes = (await DECODERS[name]?.(bytes, { maxOutputLength: maxBytes })) ?? bytes;
      isDecoded = true;
    } catch (error) {
      if (isTooLarge(error)) return { kind: 'too_large' };
      // The header comes twice, or its outer encoding was taken off and the header left: the others may hold.
    }
  }
  return isDecoded ? { kind: 'decoded', bytes } : { kind: 'as_it_came' };
}

function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError || (error as { code?: unknown } | undefined)?.code === 'ERR_BUFFER_TOO_LARGE';
}
