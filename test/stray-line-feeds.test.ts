/** Secrets, tokens and keys as files have them: with a line feed, a carriage return or a byte order mark around them. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { readConfig, readRotationConfig, readServerConfig, settingsFromFile } from '../src/config.ts';
import { resolveTarget } from '../src/commands/target.ts';
import { loadKeyring } from '../src/db/index.ts';
import { createCallerOf, explainUnfitKey } from '../src/http/index.ts';
import { keyOf } from '../src/http/credentials.ts';
import { type CallbackAuth, staticSettings } from '../src/settings/index.ts';

/** What stands around a value that comes from a file. */
const STRAYS = ['\n', '\r\n', ' \n', '\t', '\n\n'] as const;
const KEY = Buffer.alloc(32, 7).toString('base64');

const VALUES = {
  DATABASE_URL: 'postgres://user:pass@db.example/sinch',
  SINCH_SERVICE_PLAN_ID: 'plan-1',
  SINCH_API_TOKEN: 'token-1',
  SINCH_REGION: 'eu',
  SINCH_CALLBACK_SECRETS: 'secret-of-22-characters-1,secret-of-22-characters-2',
  SINCH_API_KEY: 'a-key-of-16-chars',
  METRICS_KEY: 'b-key-of-16-chars',
  CODEC_KEY: 'c-key-of-16-chars',
  ENCRYPTION_KEYS: KEY,
  PUBLIC_URL: 'https://sms.example/sms',
  PORT: '8080',
  PAYLOAD_ENCRYPTION: 'on',
  TEMPORAL_API_KEY: 'temporal-key',
};

const folder = mkdtempSync(path.join(tmpdir(), 'temporal-sinch-strays-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A file of that content. */
function file(name: string, content: string | Uint8Array): string {
  const place = path.join(folder, name);
  writeFileSync(place, content, { mode: 0o600 });
  return place;
}

test('the environment is read as without them', async () => {
  const settingsOf = async (env: Record<string, string>) => {
    const { settings, ...config } = readServerConfig(env);
    return { ...config, integrations: await settings?.integrations() };
  };
  const clean = await settingsOf(VALUES);
  assert.match(clean.integrations?.[0]?.callbackUrl ?? '', /\/sms\/webhooks\/sinch\/sinch\/secret-of-22-characters-1$/);
  for (const stray of STRAYS) {
    const env = Object.fromEntries(
      Object.entries(VALUES).map(([name, value]) => [name, `\uFEFF${value.replace(',', `${stray},`)}${stray}`]),
    );
    assert.deepEqual(await settingsOf(env), clean);
    assert.deepEqual(readRotationConfig(env), readRotationConfig(VALUES));
    assert.deepEqual(readConfig({ ...env, SINCH_HMAC_SECRETS: ` ${stray}` }).databaseUrl, VALUES.DATABASE_URL);
  }
});

test('a command finds its server and its key as without them', async () => {
  const env = {
    TEMPORAL_SINCH_URL: 'http://127.0.0.1:8080/sms/\n',
    SINCH_API_KEY: 'a-key\r\n',
    TEMPORAL_SINCH_PROJECT: 'shop\n',
  };
  const { url, apiKey, projectId } = await resolveTarget({ dataDir: folder }, env);
  assert.deepEqual([url, apiKey, projectId], ['http://127.0.0.1:8080/sms', 'a-key', 'shop']);
});

test('key files and settings files are read as without them', async () => {
  const clean = await loadKeyring({ keys: KEY });
  for (const [index, stray] of STRAYS.entries()) {
    const keyring = await loadKeyring({ keyFile: file(`keys-${index}`, `\uFEFF${KEY}${stray}\n${KEY}\r\n`) });
    assert.equal(keyring.current, clean.current);
  }
  const options = { publicUrl: 'https://x.example', projects: [{ id: 'shop', integrations: [] }] };
  const settings = settingsFromFile(file('settings.json', `\uFEFF${JSON.stringify(options)}\r\n`));
  assert.equal(settings.publicUrl, 'https://x.example');
  const utf16 = file('utf16.json', Buffer.from(`\uFEFF${JSON.stringify(options)}`, 'utf16le'));
  assert.throws(() => settingsFromFile(utf16), /UTF-16: save it as UTF-8/);
});

describe('settings refuse them with that reason, and without the value', () => {
  const integration = { id: 'sinch', region: 'eu', servicePlanId: 'plan', apiToken: 'token' } as const;
  const refusalOf = (more: Record<string, unknown>): string => {
    try {
      staticSettings({ projects: [{ id: 'shop', integrations: [{ ...integration, ...more }] }] });
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };
  const secretsOf = (secret: string): CallbackAuth[] => [
    { type: 'hmac', secrets: [secret] },
    { type: 'hmac', secrets: ['good', secret] },
    { type: 'basic', username: 'sinch', passwords: [secret] },
    { type: 'basic', username: secret, passwords: ['good'] },
  ];
  for (const stray of ['\n', '\r\n', ' ', '\t', '\uFEFF', '\u2028']) {
    test(JSON.stringify(stray), () => {
      assert.match(
        refusalOf({ apiToken: `tok${stray}` }),
        /without blanks and line feeds; received a value that is not/,
      );
      for (const callbackAuth of [...secretsOf(`geheim${stray}`), ...secretsOf(`${stray}geheim`)]) {
        const refusal = refusalOf({ callbackAuth });
        assert.match(refusal, /neither a line feed or another control character nor blanks at its ends/);
        assert.doesNotMatch(refusal, /geheim/);
      }
      assert.match(
        refusalOf({ callbackAuth: { type: 'url-secret', secrets: [`${'x'.repeat(22)}${stray}`] } }),
        /22 of/,
      );
    });
  }
  test('what is well stays well', () => {
    for (const callbackAuth of [...secretsOf('pass phrase'), ...secretsOf('pässwörd €'), ...secretsOf('a,b;c"d')]) {
      assert.equal(refusalOf({ callbackAuth }), '');
    }
  });
});

test('a key of the API that not every client could send is refused at the start with the reason', () => {
  assert.equal(explainUnfitKey('a-key-of-16-chars'), undefined);
  assert.equal(explainUnfitKey('four words of 16'), undefined);
  assert.match(explainUnfitKey('schlüssel-von-uns') ?? '', /ASCII/);
  assert.match(explainUnfitKey('a-key-of-16-chars\n') ?? '', /line feed at its ends/);
  assert.match(explainUnfitKey('short') ?? '', /16 characters or more, got 5/);
  for (const name of ['SINCH_API_KEY', 'METRICS_KEY', 'CODEC_KEY']) {
    const refused = (): unknown => readServerConfig({ ...VALUES, [name]: 'schlüssel-von-uns' });
    assert.throws(refused, new RegExp(`${name}: expected characters of ASCII alone`));
  }
});

test('a key that a proxy doubled is one, and two keys are none', async () => {
  const deploymentKey = 'key, with a comma: yes';
  const callerOf = createCallerOf({ deploymentKey });
  const kindOf = async (...headers: [string, string][]): Promise<string | undefined> => {
    const all = new Headers();
    for (const [name, value] of headers) all.append(name, value);
    return (await callerOf(keyOf(all) ?? ''))?.kind;
  };
  const basic = `Basic ${Buffer.from(`anybody:${deploymentKey}`).toString('base64')}`;
  assert.equal(await kindOf(['x-api-key', deploymentKey]), 'deployment');
  assert.equal(await kindOf(['authorization', basic], ['authorization', basic]), 'deployment');
  assert.equal(await kindOf(['authorization', basic], ['authorization', 'Basic YTpi']), undefined);
  const plain = createCallerOf({ deploymentKey: 'a-key-of-16-chars' });
  const doubled = new Headers([
    ['x-api-key', 'a-key-of-16-chars'],
    ['x-api-key', 'a-key-of-16-chars'],
  ]);
  assert.equal((await plain(keyOf(doubled) ?? ''))?.kind, 'deployment');
});
