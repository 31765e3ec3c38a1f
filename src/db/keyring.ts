import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Why something could not be encrypted or decrypted, or a key not be had. */
export type KeyringErrorCode =
  /** A key that is not 32 bytes of base64, or no key at all. */
  | 'key_invalid'
  /** The key file may be read by every user of the machine. */
  | 'key_file_exposed'
  /** It was encrypted with a key that is not in this ring. */
  | 'key_unknown'
  /** Not of our making, or changed since. */
  | 'cipher_text_invalid';

/** Never carries a key or what was encrypted. */
export class KeyringError extends Error {
  readonly code: KeyringErrorCode;

  constructor(code: KeyringErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KeyringError';
    this.code = code;
  }
}

/** Keys for data at rest: one encrypts, all decrypt. */
export interface Keyring {
  /** Id of the key that encrypts. */
  readonly current: string;
  /** `v1.{key id}.{iv}.{tag and cipher text}`, the last two in base64url: AES-256-GCM, a random iv each time. */
  encrypt(plain: Uint8Array, options?: SealOptions): string;
  /** @throws KeyringError `key_unknown` or `cipher_text_invalid` */
  decrypt(sealed: string, options?: SealOptions): Uint8Array;
  /**
   * `f1.{key id}.{HMAC-SHA256 in base64url}`: tells whether another text is the same, and nothing to whoever has not the
   * key, however few texts there may be.
   */
  fingerprint(text: string): string;
  /** Whether a fingerprint is that of the text. `false` also where its key is not in this ring any more. */
  matches(text: string, fingerprint: string): boolean;
}

/** What a cipher text is bound to. */
export interface SealOptions {
  /**
   * What it is for, authenticated with it: what was encrypted for one purpose is not decrypted for another, so that
   * whoever may have payloads decrypted cannot have tokens decrypted.
   * @default data of the database
   */
  purpose?: string;
}

/** A key and the id that cipher texts name it by. */
export interface KeyringKey {
  /** Without a dot. */
  id: string;
  /** 32 bytes. */
  key: Uint8Array;
}

const VERSION = 'v1';
const FINGERPRINT_VERSION = 'f1';
/** Length of a key. */
export const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * @param options `current` is the id of the key that encrypts; the other keys only decrypt.
 * @throws KeyringError `key_invalid`
 */
export function createKeyring(options: { keys: readonly KeyringKey[]; current: string }): Keyring {
  const keys = new Map(options.keys.map(({ id, key }) => [id, key]));
  for (const [id, key] of keys) {
    if (key.length !== KEY_BYTES || !/^[^.]+$/.test(id)) {
      throw new KeyringError(
        'key_invalid',
        `A key has ${KEY_BYTES} bytes and an id without a dot; key "${id}" has not`,
      );
    }
  }
  const current = keys.get(options.current);
  if (!current) throw new KeyringError('key_invalid', `The keyring has no key "${options.current}" to encrypt with`);

  return {
    current: options.current,
    encrypt(plain, sealOptions) {
      const header = `${VERSION}.${options.current}`;
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', current, iv).setAAD(authenticated(header, sealOptions));
      const cipherText = Buffer.concat([cipher.update(plain), cipher.final()]);
      const sealed = Buffer.concat([cipher.getAuthTag(), cipherText]);
      return `${header}.${iv.toString('base64url')}.${sealed.toString('base64url')}`;
    },
    decrypt(text, sealOptions) {
      const [version, id, ivText, sealedText, ...rest] = text.split('.');
      const iv = Buffer.from(ivText ?? '', 'base64url');
      const sealed = Buffer.from(sealedText ?? '', 'base64url');
      if (version !== VERSION || id === undefined || rest.length > 0) throw notOurs();
      if (iv.length !== IV_BYTES || sealed.length < TAG_BYTES) throw notOurs();
      const key = keys.get(id);
      if (!key) {
        throw new KeyringError(
          'key_unknown',
          `Encrypted with key "${id}", which this keyring does not have: add it back`,
        );
      }
      const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES })
        .setAAD(authenticated(`${version}.${id}`, sealOptions))
        .setAuthTag(sealed.subarray(0, TAG_BYTES));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(TAG_BYTES)), decipher.final()]);
      } catch (cause) {
        throw new KeyringError(
          'cipher_text_invalid',
          `Decrypting with key "${id}" failed: the data was changed or is for another purpose, or another key goes by that id`,
          { cause },
        );
      }
    },
    fingerprint: (text) => fingerprintOf(options.current, current, text),
    matches(text, fingerprint) {
      const [version, id = ''] = fingerprint.split('.');
      const key = keys.get(id);
      if (version !== FINGERPRINT_VERSION || !key) return false;
      const expected = Buffer.from(fingerprintOf(id, key, text));
      const given = Buffer.from(fingerprint);
      return expected.length === given.length && timingSafeEqual(expected, given);
    },
  };
}

function authenticated(header: string, { purpose }: SealOptions = {}): Buffer {
  return Buffer.from(purpose === undefined ? header : `${header}.${purpose}`);
}

/** With a key made of the one that encrypts, which has no other use. */
function fingerprintOf(id: string, key: Uint8Array, text: string): string {
  const own = createHmac('sha256', key).update('temporal-sinch fingerprint').digest();
  return `${FINGERPRINT_VERSION}.${id}.${createHmac('sha256', own).update(text).digest('base64url')}`;
}

/** What every cipher text of the current key begins with. */
export function sealOf({ current }: Pick<Keyring, 'current'>): string {
  return `${VERSION}.${current}.`;
}

function notOurs(): KeyringError {
  return new KeyringError('cipher_text_invalid', 'Decrypting failed: this was not encrypted by this keyring');
}
