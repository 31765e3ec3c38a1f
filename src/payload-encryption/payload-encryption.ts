/**
 * Payloads encrypted before they leave for Temporal: inputs, results, signals, queries, memos, summaries, and with them
 * the messages and stack traces of failures. Ids, types, queues, search attributes and fairness keys are never encrypted,
 * and hold no number and no text.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DataConverter, PayloadCodec } from '@temporalio/common';
import type { Log } from '../contract/log.ts';
import type { Keyring } from '../db/index.ts';
import { createPayloadCodec } from './payload-codec.ts';

/** How {@link createPayloadEncryption} works. */
export interface PayloadEncryptionOptions {
  /**
   * `false`: what is encrypted is decrypted, and nothing new is encrypted. For the processes of a deployment before
   * encryption is switched on in the first of them, and as long as there are histories from before it was switched off.
   * @default true
   */
  encrypts?: boolean;
  /**
   * Is told once where a payload came unencrypted although new ones are encrypted: from before it was switched on, or from
   * a client that does not encrypt. @default nobody is told
   */
  log?: Log;
}

/** Payload encryption with one keyring. The keys are the caller's: no key, no payload. */
export interface PayloadEncryption {
  /** Whether new payloads are encrypted. */
  readonly encrypts: boolean;
  readonly codec: PayloadCodec;
  /**
   * A data converter for a Temporal client or worker. Codecs of `existing` stay and are run before encryption, so that a
   * compression has something to compress. So does a failure converter of its own, which then has to see to it that
   * messages of failures become payloads (`encodeCommonAttributes`). Adding it twice is adding it once.
   */
  dataConverter(existing?: DataConverter): DataConverter;
}

/**
 * Found when it is asked for: a bundle in CommonJS has no address while it loads. And not by `new URL(…, import.meta.url)`,
 * which bundlers take for a file to bring along.
 */
function failureConverterPath(): string {
  const { dir, ext } = path.parse(fileURLToPath(import.meta.url));
  return path.join(dir, `failure-converter${ext}`);
}

/**
 * Makes payload encryption of a keyring: AES-256-GCM, a random iv for each payload. The keyring's current key encrypts,
 * all of its keys decrypt; a payload of another key fails with KeyringError `key_unknown`, which names the key's id. A
 * workflow task that fails so is tried again, and goes on once the key is back.
 */
export function createPayloadEncryption(
  keyring: Keyring,
  { encrypts = true, log }: PayloadEncryptionOptions = {},
): PayloadEncryption {
  const codec = createPayloadCodec(keyring, encrypts, log);
  return {
    encrypts,
    codec,
    dataConverter(existing = {}) {
      const { payloadCodecs = [] } = existing;
      return {
        // Failures that were encoded before are decoded by the SDK's own converter too.
        ...(encrypts ? { failureConverterPath: failureConverterPath() } : {}),
        ...existing,
        payloadCodecs: payloadCodecs.includes(codec) ? payloadCodecs : [...payloadCodecs, codec],
      };
    },
  };
}
