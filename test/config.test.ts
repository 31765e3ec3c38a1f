import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { type Config, ConfigError, type Environment, readConfig, readServerConfig } from '../src/config.ts';

const WORKER = {
  DATABASE_URL: 'postgres://u:p@127.0.0.1/db',
  SINCH_SERVICE_PLAN_ID: 'plan-1',
  SINCH_API_TOKEN: 'token-1',
} as const;
const SERVER = { ...WORKER, SINCH_API_KEY: 'k'.repeat(16), ENCRYPTION_KEYS: 'x' } as const;

function problemsOf(read: (env: Environment) => unknown, env: Environment): string {
  try {
    read(env);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message;
  }
  return assert.fail('expected the configuration to be refused');
}

async function projectOf({ settings }: Config) {
  if (!settings) return assert.fail('the environment brings settings');
  const [integration] = await settings.integrations();
  const project = await settings.project(integration?.projectId ?? '');
  return { integration, project };
}

test('needs a database, a plan and its token; everything else has a default', async () => {
  const config = readConfig(WORKER);
  const { integration, project } = await projectOf(config);
  assert.equal(config.taskQueue, 'sinch-messages');
  assert.equal(config.searchAttributes, true);
  assert.equal(config.logLevel, 'info');
  assert.equal(config.sweepIntervalMs, 15 * 60_000);
  assert.deepEqual(
    [integration?.id, integration?.baseUrl, integration?.messagesPerSecond, integration?.callbackAuth.type],
    ['sinch', 'https://us.sms.api.sinch.com', 30, 'url-secret'],
  );
  assert.deepEqual([project?.projectId, project?.defaultIntegrationId], ['default', 'sinch']);
  assert.deepEqual([project?.waitWhereNoReportsExpected, project?.statusAttribute], [true, true]);
});

test('reads every variable', async () => {
  const config = readServerConfig({
    ...SERVER,
    SINCH_REGION: 'eu',
    SINCH_PROJECT_ID: 'shop',
    SINCH_INTEGRATION_ID: 'eu-1',
    SINCH_MESSAGES_PER_SECOND: '12.5',
    SINCH_DEFAULT_SENDER: '+44 7400 123456',
    SINCH_HMAC_SECRETS: 'new, old',
    PUBLIC_URL: 'https://sms.example.com/below',
    REPORT_WINDOW_HOURS: '48',
    WAIT_WHERE_NO_REPORTS: 'off',
    STATUS_ATTRIBUTE: 'off',
    BARE_NUMBERS: 'GB',
    RETENTION_DAYS: '90',
    PAYLOAD_ENCRYPTION: 'on',
    CODEC_ORIGINS: 'https://temporal.example.com, http://127.0.0.1:8233',
    SEARCH_ATTRIBUTES: 'off',
    TEMPORAL_TASK_QUEUE: 'own-queue',
    TEMPORAL_ADDRESS: 'temporal.example.com:7233',
    TEMPORAL_NAMESPACE: 'sms',
    LOG_LEVEL: 'debug',
    HOST: '0.0.0.0',
    PORT: '9000',
  });
  const { integration, project } = await projectOf(config);
  assert.equal(integration?.baseUrl, 'https://eu.sms.api.sinch.com');
  assert.equal(integration?.messagesPerSecond, 12.5);
  assert.deepEqual(integration?.callbackAuth, { type: 'hmac', secrets: ['new', 'old'] });
  assert.equal(integration?.callbackUrl, 'https://sms.example.com/below/webhooks/sinch/eu-1');
  assert.equal(project?.defaultSender, '447400123456');
  assert.deepEqual(
    [project?.reportWindowMs, project?.waitWhereNoReportsExpected, project?.statusAttribute, project?.retentionDays],
    [48 * 3_600_000, false, false, 90],
  );
  assert.equal(config.encryptPayloads, true);
  assert.deepEqual(config.codecOrigins, ['https://temporal.example.com', 'http://127.0.0.1:8233']);
  assert.deepEqual([config.host, config.port, config.taskQueue], ['0.0.0.0', 9000, 'own-queue']);
  assert.equal(config.searchAttributes, false);
  assert.equal(config.temporal.namespace, 'sms');
  assert.equal(config.temporal.connectionOptions.address, 'temporal.example.com:7233');
});

test('limits signatures and allows hosts only as far as the environment says', async () => {
  const plan = { ...WORKER, SINCH_BASE_URL: 'http://10.1.2.3' };
  assert.throws(() => readConfig(plan), /SINCH_BASE_URL: has to be/);
  const allowed = readConfig({
    ...WORKER,
    SINCH_BASE_URL: 'https://sinch-proxy.internal',
    ALLOW_PRIVATE_HOSTS: 'sinch-proxy.internal, 10.1.0.0/16',
    SINCH_HMAC_SECRETS: 'secret',
    SINCH_HMAC_TOLERANCE_HOURS: '25',
    METRICS_ADDRESS: '127.0.0.1:9464',
  });
  assert.deepEqual(allowed.allowPrivateHosts, ['sinch-proxy.internal', '10.1.0.0/16']);
  assert.deepEqual(allowed.settings?.allowPrivateHosts, allowed.allowPrivateHosts);
  assert.equal(allowed.metricsAddress, '127.0.0.1:9464');
  const { integration } = await projectOf(allowed);
  assert.deepEqual(integration?.callbackAuth, { type: 'hmac', secrets: ['secret'], toleranceMs: 90_000_000 });

  const proxied = readConfig({
    ...WORKER,
    HTTPS_PROXY: 'http://me:secret@proxy.internal:3128',
    no_proxy: '10.0.0.0/8',
  });
  assert.deepEqual(proxied.proxies, { https: 'http://me:secret@proxy.internal:3128', none: '10.0.0.0/8' });
  assert.throws(
    () => readConfig({ ...WORKER, HTTP_PROXY: 'socks5://me:secret@proxy.internal' }),
    (error: unknown) => /HTTP_PROXY: The proxy for http has to be/.test(String(error)) && !/secret/.test(String(error)),
  );

  const wrong = { ALLOW_PRIVATE_HOSTS: 'http://x', METRICS_ADDRESS: 'localhost', SINCH_HMAC_TOLERANCE_HOURS: '25' };
  for (const [variable, expected] of [
    ['ALLOW_PRIVATE_HOSTS', /ALLOW_PRIVATE_HOSTS: expected on, off, or names/],
    ['METRICS_ADDRESS', /METRICS_ADDRESS: expected an address of this machine with a port/],
    ['SINCH_HMAC_TOLERANCE_HOURS', /SINCH_HMAC_TOLERANCE_HOURS: expected SINCH_HMAC_SECRETS beside it/],
  ] as const) {
    assert.throws(() => readConfig({ ...WORKER, [variable]: wrong[variable] }), expected);
  }
});

test('leaves settings to the database where the environment has neither plan nor file', () => {
  const { DATABASE_URL } = WORKER;
  const stored = { DATABASE_URL, ENCRYPTION_KEY_FILE: '/run/keys', PUBLIC_URL: 'https://sms.example.com' };
  const config = readConfig(stored);
  assert.equal(config.settings, undefined);
  assert.deepEqual([config.publicUrl, config.encryption], ['https://sms.example.com', { keyFile: '/run/keys' }]);
  assert.equal(readServerConfig({ ...stored, SINCH_API_KEY: 'k'.repeat(16) }).settings, undefined);
});

test('refuses what would be passed over where settings are those of the database, and a worker without their keys', () => {
  const { DATABASE_URL } = WORKER;
  assert.match(problemsOf(readConfig, { DATABASE_URL }), /ENCRYPTION_KEYS or ENCRYPTION_KEY_FILE/);
  const said = problemsOf(readConfig, {
    DATABASE_URL,
    ENCRYPTION_KEYS: 'x',
    SINCH_REGION: 'eu',
    REPORT_WINDOW_HOURS: '48',
    PUBLIC_URL: 'ftp://user:secret@example.com',
  });
  assert.match(
    said,
    /SINCH_REGION, REPORT_WINDOW_HOURS: expected SINCH_SERVICE_PLAN_ID and SINCH_API_TOKEN beside them/,
  );
  assert.match(said, /^  - PUBLIC_URL: has to be/m);
  assert.doesNotMatch(said, /secret/);
  assert.match(
    problemsOf(readConfig, { DATABASE_URL, SINCH_SERVICE_PLAN_ID: 'plan-1' }),
    /SINCH_SERVICE_PLAN_ID and SINCH_API_TOKEN: .*not both set/,
  );
});

test('takes numbers in plain decimal digits alone, within their limits', () => {
  const wrong: [name: string, values: string[]][] = [
    ['REPORT_WINDOW_HOURS', ['0', '0.01', '721', '0x10', '1e2', '-1', '96h']],
    ['SINCH_MESSAGES_PER_SECOND', ['0', '0x1e', '1e1', '30/s']],
    ['RETENTION_DAYS', ['0', '1.5', '36501', '1e2', '0x5a']],
    ['PORT', ['65536', '0x50', '8e3', '-1']],
    ['WEBHOOK_MAX_CONCURRENT', ['0', '1.5', '1e3']],
    ['SWEEP_INTERVAL_MINUTES', ['0', '1441', '0xf', 'on']],
  ];
  for (const [name, values] of wrong) {
    for (const value of values) {
      assert.match(
        problemsOf(readServerConfig, { ...SERVER, [name]: value }),
        new RegExp(`^  - ${name}: expected`, 'm'),
        value,
      );
    }
  }
  const config = readServerConfig({
    ...SERVER,
    PORT: '0',
    SWEEP_INTERVAL_MINUTES: '1440',
    WEBHOOK_MAX_CONCURRENT: '8',
  });
  assert.deepEqual([config.port, config.sweepIntervalMs, config.maxConcurrentCallbacks], [0, 86_400_000, 8]);
});

test('takes a variable that is set to nothing as not set', () => {
  assert.equal(readConfig({ ...WORKER, LOG_LEVEL: '', SINCH_REGION: '' }).logLevel, 'info');
});

test('names every variable that is wrong, in one error, and shows no value', () => {
  const said = problemsOf(readServerConfig, {
    ...SERVER,
    DATABASE_URL: '',
    SINCH_API_KEY: 'short-secret',
    SINCH_REGION: 'mars',
    SINCH_MESSAGES_PER_SECOND: '-3',
    SINCH_PROJECT_ID: 'Not An Id',
    SINCH_API_TOKEN: 'tok en-secret',
    PUBLIC_URL: 'ftp://user:secret@example.com',
    PORT: '70000',
    STATUS_ATTRIBUTE: 'maybe',
    PAYLOAD_ENCRYPTION: 'secret-in-the-wrong-place',
    BARE_NUMBERS: 'national',
    RETENTION_DAYS: '0',
    CODEC_ORIGINS: 'https://secret.example/path',
  });
  for (const name of [
    'DATABASE_URL',
    'SINCH_API_KEY',
    'SINCH_REGION',
    'SINCH_MESSAGES_PER_SECOND',
    'SINCH_PROJECT_ID',
    'SINCH_API_TOKEN',
    'PUBLIC_URL',
    'PORT',
    'STATUS_ATTRIBUTE',
    'PAYLOAD_ENCRYPTION',
    'BARE_NUMBERS',
    'RETENTION_DAYS',
    'CODEC_ORIGINS',
  ]) {
    assert.match(said, new RegExp(`^  - ${name}: `, 'm'));
  }
  assert.doesNotMatch(said, /secret/);
});

test('reads projects and integrations from a file instead, and names the file that is none', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'temporal-sinch-config-'));
  try {
    const file = path.join(folder, 'settings.json');
    const integrations = [{ id: 'au-1', servicePlanId: 'p', region: 'au', apiToken: 'file-secret' }];
    writeFileSync(file, JSON.stringify({ projects: [{ id: 'travel', integrations }] }));
    const { integration, project } = await projectOf(
      readConfig({ DATABASE_URL: WORKER.DATABASE_URL, SINCH_SETTINGS_FILE: file }),
    );
    assert.deepEqual([project?.projectId, integration?.region], ['travel', 'au']);
    const both = problemsOf(readConfig, { ...WORKER, SINCH_SETTINGS_FILE: file, PUBLIC_URL: 'https://x.example' });
    assert.match(both, /PUBLIC_URL, SINCH_SERVICE_PLAN_ID, SINCH_API_TOKEN: expected to be left out/);
    writeFileSync(file, '{"apiToken": file-secret');
    const said = problemsOf(readConfig, { DATABASE_URL: WORKER.DATABASE_URL, SINCH_SETTINGS_FILE: file });
    assert.match(said, /SINCH_SETTINGS_FILE: .*settings\.json.*not JSON/);
    assert.doesNotMatch(said, /file-secret/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('sweeps come every so many minutes, or are off', () => {
  const read = (minutes: string) => readConfig({ ...WORKER, SWEEP_INTERVAL_MINUTES: minutes }).sweepIntervalMs;
  assert.equal(read('1'), 60_000);
  assert.equal(read('2.5'), 150_000);
  assert.equal(read('off'), false);
  for (const wrong of ['0', '-5', '0.5', 'never', '1441']) {
    const problems = problemsOf(readConfig, { ...WORKER, SWEEP_INTERVAL_MINUTES: wrong });
    assert.match(problems, /SWEEP_INTERVAL_MINUTES: expected minutes from 1 to 1440, or off/);
  }
});

test('refuses to encrypt payloads without keys, also in a worker whose plan is in the environment', () => {
  const worker = WORKER;
  assert.equal(readConfig(worker).encryptPayloads, false);
  assert.match(
    problemsOf(readConfig, { ...worker, PAYLOAD_ENCRYPTION: 'on' }),
    /ENCRYPTION_KEYS.*PAYLOAD_ENCRYPTION=on needs them/,
  );
});

test('takes a switch as on or off in every usual spelling, and nothing else', () => {
  for (const [words, isOn] of [
    [['on', 'ON', 'true', 'True', '1', ' on '], true],
    [['off', 'OFF', 'false', 'FALSE', '0'], false],
  ] as const) {
    for (const word of words) {
      const config = readConfig({ ...WORKER, SEARCH_ATTRIBUTES: word, PAYLOAD_ENCRYPTION: word, ENCRYPTION_KEYS: 'x' });
      assert.deepEqual([config.searchAttributes, config.encryptPayloads], [isOn, isOn], word);
      assert.equal(readConfig({ ...WORKER, ALLOW_PRIVATE_HOSTS: word }).allowPrivateHosts, isOn, word);
    }
  }
  for (const variable of ['SEARCH_ATTRIBUTES', 'WAIT_WHERE_NO_REPORTS', 'STATUS_ATTRIBUTE', 'PAYLOAD_ENCRYPTION']) {
    for (const word of ['yes', 'no', '2', 'enabled']) {
      const problems = problemsOf(readConfig, { ...WORKER, [variable]: word });
      assert.ok(problems.includes(`${variable}: expected on or off (or true, false, 1, 0); it is "${word}"`), problems);
    }
  }
  assert.match(
    problemsOf(readConfig, { ...WORKER, ALLOW_PRIVATE_HOSTS: 'Yes' }),
    /ALLOW_PRIVATE_HOSTS: expected on, off/,
  );
  assert.equal(readConfig({ ...WORKER, SWEEP_INTERVAL_MINUTES: 'False' }).sweepIntervalMs, false);
});

test('needs keys where payloads are to be encrypted, however that is spelt', () => {
  assert.match(problemsOf(readConfig, { ...WORKER, PAYLOAD_ENCRYPTION: 'True' }), /PAYLOAD_ENCRYPTION=on needs them/);
});

test('names what is wrong with the connection to Temporal beside everything else', () => {
  const problems = problemsOf(readConfig, { TEMPORAL_TLS: 'yes', TEMPORAL_API_KEY: 'geheim' });
  assert.match(problems, /TEMPORAL_TLS: expected true, false, 1 or 0; it is "yes"/);
  assert.match(problems, /DATABASE_URL: expected/);
  assert.doesNotMatch(problems, /geheim/);
});
