import type { Payload, PayloadCodec } from '@temporalio/common';
import type { Log } from '../contract/log.ts';
import type { Keyring } from '../db/index.ts';
import { framed, unframed } from './payload-frame.ts';

/** Not the SDK samples' `binary/encrypted`, which another codec of the same worker may use. */
const ENCODING = 'binary/temporal-sinch-encrypted';

/** Encodings that anybody can read. What has no data, or comes from another codec, is none of them. */
const PLAIN = new Set(['json/plain', 'json/protobuf', 'binary/plain', 'binary/protobuf']);

/** Binds cipher texts to payloads: tokens and secrets of the database, under the same keys, are never decrypted here. */
const PURPOSE = 'temporal payload';

/**
 * Encrypts payloads, metadata included, with the keyring's current key, and decrypts those of every key in it. A payload
 * that it did not encrypt passes through as it is: workflows that began before encryption go on.
 * @param encrypts `false`: only decrypts
 * @param log is told of the first plain payload, where this process encrypts its own
 */
export function createPayloadCodec(keyring: Keyring, encrypts: boolean, log?: Log): PayloadCodec {
  let toldPlain = false;
  const metadata = { encoding: Buffer.from(ENCODING), 'encryption-key-id': Buffer.from(keyring.current) };

  function encrypted(payload: Payload): Payload {
    return { metadata, data: Buffer.from(keyring.encrypt(framed(payload), { purpose: PURPOSE })) };
  }

  function decrypted(payload: Payload): Payload {
    const { encoding } = payload.metadata ?? {};
    if (!encoding) return payload;
    const name = textOf(encoding);
    if (name !== ENCODING) {
      if (encrypts && PLAIN.has(name)) tellPlain();
      return payload;
    }
    return unframed(keyring.decrypt(textOf(payload.data ?? new Uint8Array()), { purpose: PURPOSE }));
  }

  function tellPlain(): void {
    if (toldPlain) return;
    toldPlain = true;
    log?.warn(
      {},
      'A payload came from Temporal unencrypted although payloads are encrypted here. As long as workflows run that began before encryption was switched on, that is as it should be; otherwise a client or worker has no payload encryption, and its texts and numbers are plain in Temporal. Told once.',
    );
  }

  return {
    encode: async (payloads) => (encrypts ? payloads.map(encrypted) : payloads),
    decode: async (payloads) => payloads.map(decrypted),
  };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}
