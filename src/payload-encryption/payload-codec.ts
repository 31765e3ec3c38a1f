import type { Payload, PayloadCodec } from '@temporalio/common';
import type { Keyring } from '../db/index.ts';
import { framed, unframed } from './payload-frame.ts';

/** Not the SDK samples' `binary/encrypted`, which another codec of the same worker may use. */
const ENCODING = 'binary/temporal-sinch-encrypted';

/** Binds cipher texts to payloads: tokens and secrets of the database, under the same keys, are never decrypted here. */
const PURPOSE = 'temporal payload';

/**
 * Encrypts payloads, metadata included, with the keyring's current key, and decrypts those of every key in it. A payload
 * that it did not encrypt passes through as it is: workflows that began before encryption go on.
 * @param encrypts `false`: only decrypts
 */
export function createPayloadCodec(keyring: Keyring, encrypts: boolean): PayloadCodec {
  const metadata = { encoding: Buffer.from(ENCODING), 'encryption-key-id': Buffer.from(keyring.current) };

  function encrypted(payload: Payload): Payload {
    return { metadata, data: Buffer.from(keyring.encrypt(framed(payload), { purpose: PURPOSE })) };
  }

  function decrypted(payload: Payload): Payload {
    const { encoding } = payload.metadata ?? {};
    if (!encoding || textOf(encoding) !== ENCODING) return payload;
    return unframed(keyring.decrypt(textOf(payload.data ?? new Uint8Array()), { purpose: PURPOSE }));
  }

  return {
    encode: async (payloads) => (encrypts ? payloads.map(encrypted) : payloads),
    decode: async (payloads) => payloads.map(decrypted),
  };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}
