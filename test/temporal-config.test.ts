import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { readTemporalConfig, TemporalConfigError } from '../src/temporal-config.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'temporal-sinch-toml-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const CLOUD = { TEMPORAL_ADDRESS: 'shop.tmprl.cloud:7233', TEMPORAL_API_KEY: 'geheim' };

/** An environment whose configuration file has this content. */
function withFile(content: string): { TEMPORAL_CONFIG_FILE: string } {
  const file = path.join(folder, 'temporal.toml');
  writeFileSync(file, content);
  return { TEMPORAL_CONFIG_FILE: file };
}

function refusal(env: Record<string, string>): string {
  try {
    readTemporalConfig(env);
  } catch (error) {
    assert.ok(error instanceof TemporalConfigError, String(error));
    assert.doesNotMatch(error.message, /geheim|Cannot read prop|Cannot create prop/);
    return error.message;
  }
  return assert.fail('expected it to be refused');
}

describe('the connection to Temporal', () => {
  for (const yes of ['true', 'True', 'TRUE', '1', ' true\n']) {
    test(`has TLS where TEMPORAL_TLS is ${JSON.stringify(yes)}`, () => {
      assert.ok(readTemporalConfig({ TEMPORAL_TLS: yes }).connectionOptions.tls);
      assert.ok(readTemporalConfig({ ...CLOUD, TEMPORAL_TLS: yes }).connectionOptions.tls);
    });
  }

  for (const no of ['false', 'False', 'FALSE', '0']) {
    test(`has no TLS where TEMPORAL_TLS is ${no}`, () => {
      assert.equal(readTemporalConfig({ TEMPORAL_TLS: no }).connectionOptions.tls, false);
    });
  }

  for (const other of ['yes', 'on', 'off', 'enabled', 'tru', '2', '  ', 'wahr']) {
    test(`is refused where TEMPORAL_TLS is ${JSON.stringify(other)}, with the variable and its value`, () => {
      assert.equal(
        refusal({ TEMPORAL_TLS: other }),
        `TEMPORAL_TLS: expected true, false, 1 or 0; it is ${JSON.stringify(other)}`,
      );
    });
  }

  test('takes an empty variable for none, and has TLS with an API key', () => {
    const { connectionOptions } = readTemporalConfig({ ...CLOUD, TEMPORAL_TLS: '' });
    assert.equal(connectionOptions.tls, true);
    assert.equal(connectionOptions.apiKey, 'geheim');
  });

  test('is never one that sends a key in plain text to another machine', () => {
    const { TEMPORAL_API_KEY } = CLOUD;
    for (const TEMPORAL_ADDRESS of [
      'shop.tmprl.cloud:7233',
      '10.0.0.5:7233',
      'localhost@evil.example:7233',
      'notlocalhost:1',
    ]) {
      const exposed = refusal({ TEMPORAL_ADDRESS, TEMPORAL_API_KEY, TEMPORAL_TLS: 'FALSE' });
      assert.match(exposed, /^TEMPORAL_API_KEY: expected TLS beside it.* set TEMPORAL_TLS=true/);
    }
    const inMetadata = { TEMPORAL_ADDRESS: 'temporal:7233', TEMPORAL_GRPC_META_AUTHORIZATION: 'Bearer geheim' };
    assert.match(refusal(inMetadata), /^TEMPORAL_GRPC_META_AUTHORIZATION: expected TLS/);
    for (const address of [
      'localhost:7233',
      '127.0.0.1:7233',
      '127.8.9.1:7233',
      '[::1]:7233',
      'temporal.localhost:7233',
    ]) {
      const env = { TEMPORAL_ADDRESS: address, TEMPORAL_API_KEY, TEMPORAL_TLS: 'false' };
      assert.equal(readTemporalConfig(env).connectionOptions.tls, false);
    }
    assert.equal(readTemporalConfig({ TEMPORAL_API_KEY, TEMPORAL_TLS: '0' }).connectionOptions.tls, false);
  });

  test('is never one that sends the key of a profile in plain text either', () => {
    const profile = withFile(
      '[profile.default]\naddress = "shop.tmprl.cloud:7233"\napi_key = "geheim"\n[profile.default.tls]\ndisabled = true\n',
    );
    assert.match(refusal(profile), /^TEMPORAL_API_KEY: expected TLS .*take `disabled = true` out/);
    assert.ok(readTemporalConfig({ ...profile, TEMPORAL_TLS: 'True' }).connectionOptions.tls);
  });

  test('is read from a profile, which the variables go before', () => {
    const file = withFile('[profile.default]\naddress = "a:1"\nnamespace = "one"\n[profile.prod]\naddress = "b:2"\n');
    assert.equal(readTemporalConfig(file).connectionOptions.address, 'a:1');
    assert.equal(readTemporalConfig({ ...file, TEMPORAL_PROFILE: 'prod' }).connectionOptions.address, 'b:2');
    assert.equal(readTemporalConfig({ ...file, TEMPORAL_NAMESPACE: 'two' }).namespace, 'two');
  });

  for (const [what, content, expected] of [
    ['is empty', '', /expected profiles, such as a table \[profile\.default\]/],
    ['holds a comment alone', '# later\n', /expected profiles/],
    ['has a profile that is no table', '[profile]\ndefault = 3\n', /expected profiles/],
    ['is no TOML', '[profile.default]\napi_key = "geheim\n', /expected TOML; it cannot be read from line 2/],
    ['has an address that is no text', '[profile.default]\naddress = 7233\n', /expected address to be a text/],
  ] as const) {
    test(`is refused with a sentence where the file ${what}`, () => {
      const env = withFile(content);
      const message = refusal(env);
      assert.match(message, expected);
      assert.ok(message.startsWith(`TEMPORAL_CONFIG_FILE, ${env.TEMPORAL_CONFIG_FILE}: `), message);
    });
  }

  test('is refused where the file is not there, is a folder, or has no such profile', () => {
    assert.match(
      refusal({ TEMPORAL_CONFIG_FILE: path.join(folder, 'none') }),
      /^TEMPORAL_CONFIG_FILE: .*there is none at/,
    );
    const directory = path.join(folder, 'directory');
    mkdirSync(directory);
    assert.match(refusal({ TEMPORAL_CONFIG_FILE: directory }), /^TEMPORAL_CONFIG_FILE.*failed: EISDIR/);
    const file = withFile('[profile.default]\n');
    assert.match(
      refusal({ ...file, TEMPORAL_PROFILE: 'prod' }),
      /^TEMPORAL_PROFILE: expected the name of a profile in .* none named "prod"/,
    );
  });

  test('is refused where the file of this user is empty', () => {
    const configs = path.join(folder, 'configs');
    mkdirSync(path.join(configs, 'temporalio'), { recursive: true });
    writeFileSync(path.join(configs, 'temporalio', 'temporal.toml'), '');
    assert.match(refusal({ XDG_CONFIG_HOME: configs }), /^temporal\.toml of this user/);
  });

  test('is refused where a certificate cannot be read, has no key, or is given twice', () => {
    const certificate = path.join(folder, 'client.pem');
    writeFileSync(certificate, 'x');
    chmodSync(certificate, 0o600);
    const missing = path.join(folder, 'missing.pem');
    assert.match(
      refusal({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: missing }),
      /^TEMPORAL_TLS_SERVER_CA_CERT_PATH: reading .*ENOENT/,
    );
    assert.match(refusal({ TEMPORAL_TLS_CLIENT_CERT_PATH: certificate }), /^TEMPORAL_TLS_CLIENT_CERT_PATH: .*not set/);
    assert.match(refusal({ TEMPORAL_TLS_CLIENT_KEY_DATA: 'x' }), /^TEMPORAL_TLS_CLIENT_KEY_DATA: .*not set/);
    const twice = { TEMPORAL_TLS_CLIENT_CERT_PATH: certificate, TEMPORAL_TLS_CLIENT_CERT_DATA: 'x' };
    assert.match(refusal(twice), /Cannot specify both/);
  });

  test('is refused where the host is not to be verified, which the SDK cannot leave out', () => {
    const name = 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION';
    assert.match(refusal({ [name]: 'True' }), /expected false, since .* always verifies/);
    assert.match(refusal({ [name]: 'ja' }), /expected true, false, 1 or 0; it is "ja"/);
    assert.equal(readTemporalConfig({ [name]: 'FALSE' }).connectionOptions.address, undefined);
  });
});
