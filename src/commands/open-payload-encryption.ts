import type { Config } from '../config.ts';
import type { Log } from '../contract/log.ts';
import { loadKeyring } from '../db/index.ts';
import { createPayloadEncryption, type PayloadEncryption } from '../payload-encryption/index.ts';

/**
 * What the configuration says of payloads. Wherever there are keys, encrypted ones are decrypted: encryption may be
 * switched on in one process after another, and off again.
 * @throws KeyringError where the keys cannot be read
 */
export async function openPayloadEncryption(
  { encryption, encryptPayloads }: Pick<Config, 'encryption' | 'encryptPayloads'>,
  log: Log,
): Promise<PayloadEncryption | undefined> {
  if (encryption.keys === undefined && encryption.keyFile === undefined) return undefined;
  return createPayloadEncryption(await loadKeyring(encryption), { encrypts: encryptPayloads, log });
}
