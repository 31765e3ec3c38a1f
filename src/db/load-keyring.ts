import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createKeyring, KEY_BYTES, type Keyring, KeyringError, type KeyringKey } from './keyring.ts';

/** Where keys come from. */
export interface KeySource {
  /** Keys in base64, 32 bytes each, separated by commas: the first one encrypts, all decrypt. Comes before the file. */
  keys?: string;
  /** File with one key in base64 a line: the first one encrypts. Made with a new key, mode 0600, where there is none. */
  keyFile?: string;
}

/**
 * The keyring of an installation. A key's id is made of the key, so nobody has to think one up.
 * @throws KeyringError `key_invalid`, `key_file_exposed`
 */
export async function loadKeyring({ keys, keyFile }: KeySource): Promise<Keyring> {
  if (keys !== undefined) return keyringOf(keys.split(','), 'The encryption key');
  if (keyFile === undefined) throw new KeyringError('key_invalid', 'Neither an encryption key nor a key file is given');
  await createKeyFile(keyFile);
  if (process.platform !== 'win32' && ((await stat(keyFile)).mode & 0o007) !== 0) {
    throw new KeyringError(
      'key_file_exposed',
      `The key file ${keyFile} is open to every user of this machine. Run: chmod 600 ${keyFile}`,
    );
  }
  return keyringOf((await readFile(keyFile, 'utf8')).split('\n'), `The key file ${keyFile}`);
}

function keyringOf(texts: readonly string[], source: string): Keyring {
  const keys = texts
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => keyOf(text, source));
  const [first] = keys;
  if (!first) throw new KeyringError('key_invalid', `${source} is empty`);
  return createKeyring({ keys, current: first.id });
}

function keyOf(text: string, source: string): KeyringKey {
  const key = Buffer.from(text, 'base64');
  if (key.length !== KEY_BYTES || !/^[A-Za-z0-9+/_-]+=*$/.test(text)) {
    throw new KeyringError(
      'key_invalid',
      `${source} holds something that is not ${KEY_BYTES} bytes in base64. Make a key with: openssl rand -base64 ${KEY_BYTES}`,
    );
  }
  return { id: createHash('sha256').update(key).digest('hex').slice(0, 8), key };
}

/** Made whole or not at all, and never over another one: a lost key is lost data. */
async function createKeyFile(path: string): Promise<void> {
  if (await exists(path)) return;
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, path);
  } catch (error) {
    // Another process of the same first run was quicker: its key is the key.
    if (!(await exists(path))) throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
