import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createKeyring, loadKeyring } from '../../src/db/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'temporal-sinch-keys-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const one = { id: 'one', key: randomBytes(32) };
const two = { id: 'two', key: randomBytes(32) };
const plain = Buffer.from('{"recipient":"4915112345678"}');

test('what is encrypted can be decrypted, and does not show', () => {
  const keyring = createKeyring({ keys: [one], current: 'one' });
  const sealed = keyring.encrypt(plain);
  assert.match(sealed, /^v1\.one\.[\w-]{16}\.[\w-]+$/);
  assert.ok(!sealed.includes(plain.toString('base64url').slice(4, 16)));
  assert.deepEqual(Buffer.from(keyring.decrypt(sealed)), plain);
  assert.deepEqual(Buffer.from(keyring.decrypt(keyring.encrypt(new Uint8Array()))), Buffer.alloc(0));
});

test('the same content is encrypted differently each time', () => {
  const keyring = createKeyring({ keys: [one], current: 'one' });
  assert.notEqual(keyring.encrypt(plain), keyring.encrypt(plain));
});

test('an old key still decrypts after another one has become current', () => {
  const sealed = createKeyring({ keys: [one], current: 'one' }).encrypt(plain);
  const rotated = createKeyring({ keys: [one, two], current: 'two' });
  assert.deepEqual(Buffer.from(rotated.decrypt(sealed)), plain);
  assert.match(rotated.encrypt(plain), /^v1\.two\./);
});

test('a key that is missing is named', () => {
  const sealed = createKeyring({ keys: [one], current: 'one' }).encrypt(plain);
  const other = createKeyring({ keys: [two], current: 'two' });
  assert.throws(() => other.decrypt(sealed), { code: 'key_unknown', message: /"one"/ });
});

test('the wrong key, a changed byte, a changed header and foreign text are refused', () => {
  const keyring = createKeyring({ keys: [one, two], current: 'one' });
  const sealed = keyring.encrypt(plain);
  const impostor = createKeyring({ keys: [{ id: 'one', key: two.key }], current: 'one' });
  const refused = { code: 'cipher_text_invalid' };
  assert.throws(() => impostor.decrypt(sealed), refused);
  const last = sealed.slice(0, -4) + (sealed.endsWith('AAAA') ? 'BBBB' : 'AAAA');
  assert.throws(() => keyring.decrypt(last), refused);
  assert.throws(() => keyring.decrypt(sealed.replace('.one.', '.two.')), refused);
  for (const text of ['', 'v1', 'v2.one.a.b', 'v1.one.AAAA.AAAA', `${sealed}.x`, 'hello']) {
    assert.throws(() => keyring.decrypt(text), refused, text);
  }
});

test('keys of the wrong length and a missing current key are refused', () => {
  assert.throws(() => createKeyring({ keys: [{ id: 'short', key: randomBytes(16) }], current: 'short' }), {
    code: 'key_invalid',
  });
  assert.throws(() => createKeyring({ keys: [one], current: 'two' }), { code: 'key_invalid' });
});

test('the first run makes a key file that only its owner can read, and later runs use it', async () => {
  const keyFile = join(folder, 'new', 'key');
  const [first, second] = await Promise.all([loadKeyring({ keyFile }), loadKeyring({ keyFile })]);
  assert.equal(first.current, second.current);
  assert.equal(statSync(keyFile).mode & 0o777, 0o600);
  const again = await loadKeyring({ keyFile });
  assert.deepEqual(Buffer.from(again.decrypt(first.encrypt(plain))), plain);
});

test('a second line in the key file still decrypts', async () => {
  const keyFile = join(folder, 'rotated');
  const old = await loadKeyring({ keyFile });
  writeFileSync(keyFile, `${randomBytes(32).toString('base64')}\n${readFileSync(keyFile, 'utf8')}`);
  const rotated = await loadKeyring({ keyFile });
  assert.notEqual(rotated.current, old.current);
  assert.deepEqual(Buffer.from(rotated.decrypt(old.encrypt(plain))), plain);
});

test('a key file that everybody can read is refused with what to do', async () => {
  const keyFile = join(folder, 'open');
  await loadKeyring({ keyFile });
  chmodSync(keyFile, 0o644);
  await assert.rejects(loadKeyring({ keyFile }), { code: 'key_file_exposed', message: /chmod 600/ });
});

test('keys given as text come before the file', async () => {
  const keys = [one, two].map(({ key }) => Buffer.from(key).toString('base64'));
  const both = await loadKeyring({ keys: keys.join(','), keyFile: join(folder, 'unused') });
  const first = await loadKeyring({ keys: keys[0] ?? '' });
  const second = await loadKeyring({ keys: keys[1] ?? '' });
  assert.equal(both.current, first.current);
  assert.deepEqual(Buffer.from(both.decrypt(second.encrypt(plain))), plain);
});

test('a key that is not 32 bytes of base64 is refused without being shown', async () => {
  for (const keys of ['geheim', '', randomBytes(16).toString('base64'), `!${randomBytes(32).toString('base64')}`]) {
    await assert.rejects(loadKeyring({ keys }), (error: Error) => {
      assert.equal('code' in error && error.code, 'key_invalid');
      assert.ok(keys === '' || !error.message.includes(keys));
      return true;
    });
  }
});

test('what was encrypted for one purpose is not decrypted for another', () => {
  const keyring = createKeyring({ keys: [one], current: 'one' });
  const sealed = keyring.encrypt(plain, { purpose: 'payloads' });
  assert.deepEqual(Buffer.from(keyring.decrypt(sealed, { purpose: 'payloads' })), plain);
  assert.throws(() => keyring.decrypt(sealed), { code: 'cipher_text_invalid' });
  assert.throws(() => keyring.decrypt(keyring.encrypt(plain), { purpose: 'payloads' }), {
    code: 'cipher_text_invalid',
  });
});

test('a fingerprint is that of one text, with the keys that are there', () => {
  const keyring = createKeyring({ keys: [one], current: 'one' });
  const fingerprint = keyring.fingerprint('4915112345678');
  assert.match(fingerprint, /^f1\.one\.[\w-]{43}$/);
  assert.equal(keyring.fingerprint('4915112345678'), fingerprint);
  assert.ok(keyring.matches('4915112345678', fingerprint));
  assert.ok(!keyring.matches('4915112345679', fingerprint));
  assert.ok(createKeyring({ keys: [one, two], current: 'two' }).matches('4915112345678', fingerprint));
  assert.ok(!createKeyring({ keys: [two], current: 'two' }).matches('4915112345678', fingerprint));
  assert.notEqual(
    createKeyring({ keys: [{ id: 'one', key: two.key }], current: 'one' }).fingerprint('4915112345678'),
    fingerprint,
  );
  for (const other of ['', 'f1', 'f1.one.', 'f2.one.x', '4915112345678'])
    assert.ok(!keyring.matches('4915112345678', other));
});
