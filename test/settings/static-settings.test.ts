import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCallbackPath } from '../../src/contract/callback-path.ts';
import { COUNTRIES_WITHOUT_REPORTS } from '../../src/countries/index.ts';
import type { AllowPrivateHosts } from '../../src/hosts/index.ts';
import {
  type CallbackAuth,
  deriveCallbackSecret,
  type StaticIntegrationOptions,
  staticSettings,
  type StaticSettingsOptions,
} from '../../src/settings/index.ts';

const TOKEN = 'token-that-nobody-may-see';
const SECRET = 'a-path-secret-that-is-long-enough';

const integration = (more: Partial<StaticIntegrationOptions> = {}): StaticIntegrationOptions => ({
  id: 'eu-1',
  servicePlanId: 'plan-1',
  region: 'eu',
  apiToken: TOKEN,
  ...more,
});

const options = (more: Partial<StaticIntegrationOptions> = {}, publicUrl?: string): StaticSettingsOptions => ({
  ...(publicUrl === undefined ? {} : { publicUrl }),
  projects: [{ id: 'shop', integrations: [integration(more)] }],
});

test('what is left out has its documented default', async () => {
  const settings = staticSettings(options());
  assert.deepEqual(await settings.integration('eu-1'), {
    id: 'eu-1',
    projectId: 'shop',
    name: 'eu-1',
    servicePlanId: 'plan-1',
    region: 'eu',
    baseUrl: 'https://eu.sms.api.sinch.com',
    apiToken: TOKEN,
    messagesPerSecond: 30,
    enabled: true,
    callbackAuth: { type: 'url-secret', secrets: [deriveCallbackSecret(TOKEN, 'eu-1')] },
    mmsCountries: ['US', 'CA', 'AU', 'PR'],
    hasDefaultOriginator: false,
  });
  assert.deepEqual(await settings.project('shop'), {
    projectId: 'shop',
    defaultIntegrationId: 'eu-1',
    senders: [],
    eventName: 'campaign',
    countriesWithoutReports: [...COUNTRIES_WITHOUT_REPORTS],
  });
});

test('what is given is taken', async () => {
  const given = {
    name: 'Europe',
    messagesPerSecond: 0.5,
    enabled: false,
    callbackAuth: { type: 'hmac', secrets: ['new', 'old'], toleranceMs: 172_800_000 },
    callbackUrl: 'https://elsewhere.example/hook',
    mmsCountries: ['US'],
    hasDefaultOriginator: true,
  } as const satisfies Partial<StaticIntegrationOptions>;
  const settings = staticSettings({
    projects: [
      {
        id: 'shop',
        defaultSender: '+44 7400 123456',
        eventName: 'sms campaign',
        countriesWithoutReports: ['DE'],
        integrations: [integration(given)],
      },
    ],
  });
  assert.deepEqual({ ...(await settings.integration('eu-1')) }, { ...(await settings.integration('eu-1')), ...given });
  const project = await settings.project('shop');
  assert.equal(project?.defaultSender, '447400123456');
  assert.equal(project?.eventName, 'sms campaign');
  assert.deepEqual(project?.countriesWithoutReports, ['DE']);
});

test('former plans are kept where there are any, each once', async () => {
  const formerOf = async (formerServicePlanIds: readonly string[]) =>
    (await staticSettings(options({ formerServicePlanIds })).integration('eu-1'))?.formerServicePlanIds;
  assert.deepEqual(await formerOf(['plan-typo', 'plan-other', 'plan-typo']), ['plan-typo', 'plan-other']);
  assert.equal(await formerOf([]), undefined);
});

test('unknown ids are answered with nothing, and inherited names are no ids', async () => {
  const settings = staticSettings(options());
  for (const id of ['us-1', '__proto__', 'constructor', '']) {
    assert.equal(await settings.integration(id), undefined);
    assert.equal(await settings.project(id), undefined);
  }
  assert.equal((await settings.integrations()).length, 1);
});

test('several integrations have one default, which has to be named', async () => {
  const integrations = [integration(), integration({ id: 'us-1', servicePlanId: 'plan-2', region: 'us' })];
  const named = staticSettings({ projects: [{ id: 'shop', defaultIntegrationId: 'us-1', integrations }] });
  assert.equal((await named.project('shop'))?.defaultIntegrationId, 'us-1');
  assert.throws(() => staticSettings({ projects: [{ id: 'shop', integrations }] }), {
    name: 'TypeError',
    message:
      'staticSettings: projects[0].defaultIntegrationId has to be the id of one of the integrations of project shop (eu-1, us-1); received nothing.',
  });
  assert.throws(
    () => staticSettings({ projects: [{ id: 'shop', defaultIntegrationId: 'au-1', integrations }] }),
    /received "au-1"/,
  );
});

test('a project may have no integration yet', async () => {
  const settings = staticSettings({ projects: [{ id: 'shop', integrations: [] }] });
  assert.equal((await settings.project('shop'))?.defaultIntegrationId, undefined);
});

test('the callback URL is made of the public URL and holds the path secret only where that is the proof', async () => {
  const urlOf = async (auth: CallbackAuth | undefined, publicUrl: string): Promise<string | undefined> => {
    const settings = staticSettings(options(auth === undefined ? {} : { callbackAuth: auth }, publicUrl));
    return (await settings.integration('eu-1'))?.callbackUrl;
  };
  const derived = deriveCallbackSecret(TOKEN, 'eu-1');
  assert.equal(await urlOf(undefined, 'https://sms.example/'), `https://sms.example/webhooks/sinch/eu-1/${derived}`);
  assert.equal(
    await urlOf({ type: 'url-secret', secrets: [SECRET, 'b'.repeat(22)] }, 'https://x.example/apps/sms'),
    `https://x.example/apps/sms/webhooks/sinch/eu-1/${SECRET}`,
  );
  for (const auth of [
    { type: 'hmac', secrets: ['s'] },
    { type: 'basic', username: 'u', passwords: ['p'] },
  ] as const) {
    assert.equal(await urlOf(auth, 'http://127.0.0.1:8080'), 'http://127.0.0.1:8080/webhooks/sinch/eu-1');
  }
  const path = new URL((await urlOf(undefined, 'https://sms.example')) ?? '').pathname;
  assert.deepEqual(parseCallbackPath(path), { integrationId: 'eu-1', secret: derived });
});

test('the derived secret has 128 bits, is the same each time, and differs by token and by integration', () => {
  const secret = deriveCallbackSecret('token', 'eu-1');
  assert.equal(secret, deriveCallbackSecret('token', 'eu-1'));
  assert.match(secret, /^[0-9a-f]{32}$/);
  assert.equal(
    new Set([secret, deriveCallbackSecret('token2', 'eu-1'), deriveCallbackSecret('token', 'eu-2')]).size,
    3,
  );
});

test('a token can be changed without losing the reports of messages sent before', async () => {
  const secrets = [deriveCallbackSecret('new', 'eu-1'), deriveCallbackSecret('old', 'eu-1')];
  const settings = staticSettings(
    options({ apiToken: 'new', callbackAuth: { type: 'url-secret', secrets } }, 'https://sms.example'),
  );
  const { callbackAuth, callbackUrl } = (await settings.integration('eu-1')) ?? {};
  assert.deepEqual(callbackAuth, { type: 'url-secret', secrets });
  assert.ok(callbackUrl?.endsWith(deriveCallbackSecret('new', 'eu-1')));
});

test('a base URL is taken with https, and without it on this machine only', async () => {
  for (const baseUrl of ['https://proxy.example', 'http://127.0.0.1:4010', 'http://localhost:4010', 'http://[::1]:1']) {
    const settings = staticSettings({
      allowPrivateHosts: true,
      projects: [
        { id: 'shop', integrations: [{ id: 'x', servicePlanId: 'p', apiToken: 't', baseUrl: `${baseUrl}/` }] },
      ],
    });
    const found = await settings.integration('x');
    assert.equal(found?.baseUrl, baseUrl);
    assert.equal(found?.region, 'custom');
  }
});

test('a base URL on this machine or in a private network is refused unless it is allowed', async () => {
  const withBaseUrl = (baseUrl: string, allowPrivateHosts?: AllowPrivateHosts) =>
    staticSettings({
      ...(allowPrivateHosts === undefined ? {} : { allowPrivateHosts }),
      projects: [{ id: 'shop', integrations: [{ id: 'x', servicePlanId: 'p', apiToken: 't', baseUrl }] }],
    });
  for (const baseUrl of [
    'http://127.0.0.1:4010',
    'http://localhost',
    'https://169.254.169.254',
    'https://sinch.internal',
  ]) {
    assert.throws(
      () => withBaseUrl(baseUrl),
      /^TypeError: staticSettings: projects\[0\]\.integrations\[0\]\.baseUrl has to be on the internet: .*ALLOW_PRIVATE_HOSTS/,
    );
    assert.throws(() => withBaseUrl(baseUrl, ['10.0.0.0/8']), /has to be on the internet/);
  }
  const allowed = withBaseUrl('https://sinch.internal', ['sinch.internal']);
  assert.equal((await allowed.integration('x'))?.baseUrl, 'https://sinch.internal');
  assert.deepEqual(allowed.allowPrivateHosts, ['sinch.internal'], 'whoever connects asks the settings');
  assert.throws(
    () => withBaseUrl('https://x.example', ['http://x']),
    /allowPrivateHosts has to be true, false, or a list/,
  );
});

test('integrations of one plan agree on its rate and host', () => {
  const project = (id: string, more: Partial<StaticIntegrationOptions>): StaticSettingsOptions['projects'][number] => ({
    id,
    integrations: [integration({ id: `${id}-eu`, ...more })],
  });
  assert.doesNotThrow(() => staticSettings({ projects: [project('a', {}), project('b', {})] }));
  assert.throws(
    () => staticSettings({ projects: [project('a', {}), project('b', { messagesPerSecond: 10 })] }),
    /projects\[1\]\.integrations\[0\]\.messagesPerSecond has to be 30, as for integration a-eu .*; received 10\./,
  );
  assert.throws(
    () => staticSettings({ projects: [project('a', {}), project('b', { region: 'us' })] }),
    /projects\[1\]\.integrations\[0\]\.baseUrl has to be https:\/\/eu\.sms\.api\.sinch\.com/,
  );
});

test('changing the options or what was read afterwards changes no settings', async () => {
  const given = { projects: [{ id: 'shop', integrations: [integration({ mmsCountries: ['US'] })] }] };
  const settings = staticSettings(given);
  given.projects[0]?.integrations.pop();
  const read = await settings.integration('eu-1');
  assert.throws(() => Object.assign(read ?? {}, { apiToken: 'other' }), TypeError);
  assert.deepEqual((await settings.integration('eu-1'))?.mmsCountries, ['US']);
});

/** Reads like the compiler does not: what comes from an environment or from JavaScript. */
const untyped = (value: unknown): StaticSettingsOptions => value as StaticSettingsOptions;
const withIntegration = (more: Record<string, unknown>): StaticSettingsOptions =>
  untyped({ projects: [{ id: 'shop', integrations: [{ ...integration(), ...more }] }] });

test('a wrong option is named with its place, what it has to be and what it was', () => {
  const cases: [StaticSettingsOptions, RegExp][] = [
    [untyped(undefined), /its options have to be an object .*received nothing/],
    [untyped({}), /projects has to be a list of projects; received nothing/],
    [untyped({ projects: [] }), /projects has to hold at least one project; received a list of 0/],
    [untyped({ projects: [{ id: 'Shop', integrations: [] }] }), /projects\[0\]\.id has to be .*; received "Shop"/],
    [untyped({ projects: [{ id: 'shop' }] }), /projects\[0\]\.integrations has to be a list of integrations/],
    [
      untyped({ projects: ['a', 'a'].map((id) => ({ id, integrations: [] })) }),
      /projects\[1\]\.id has to be unique over all projects; received "a"/,
    ],
    [
      untyped({ projects: ['a', 'b'].map((id) => ({ id, integrations: [integration()] })) }),
      /projects\[1\]\.integrations\[0\]\.id has to be unique/,
    ],
    [
      untyped({ projects: [{ id: 'a', integrations: [], defaultSender: 'A name that is too long' }] }),
      /projects\[0\]\.defaultSender cannot be a sender: a sender has 3 to 15 characters; received "A name/,
    ],
    [
      untyped({ projects: [{ id: 'a', integrations: [], countriesWithoutReports: ['DE', 'Germany'] }] }),
      /projects\[0\]\.countriesWithoutReports\[1\] has to be an ISO .*received "Germany"/,
    ],
    [withIntegration({ id: 'a/b' }), /integrations\[0\]\.id has to be 1 to 64 .*received "a\/b"/],
    [withIntegration({ id: '..' }), /integrations\[0\]\.id/],
    [withIntegration({ servicePlanId: ' plan' }), /servicePlanId has to be .*received " plan"/],
    [withIntegration({ formerServicePlanIds: 'plan-2' }), /formerServicePlanIds has to be a list of Service Plan IDs/],
    [
      withIntegration({ formerServicePlanIds: ['plan-2', ''] }),
      /formerServicePlanIds\[1\] has to be the Service Plan ID .*received ""/,
    ],
    [
      withIntegration({ formerServicePlanIds: ['plan-2', 'plan-1'] }),
      /formerServicePlanIds\[1\] has to be another plan than servicePlanId, the present one; received "plan-1"/,
    ],
    [withIntegration({ region: 'moon' }), /region has to be "us", "eu", "au", "br" or "ca"; received "moon"/],
    [withIntegration({ region: undefined }), /region has to be given, or else baseUrl, and not both; received nothing/],
    [withIntegration({ baseUrl: 'https://x.example' }), /region has to be given, or else baseUrl, and not both/],
    [withIntegration({ messagesPerSecond: 0 }), /messagesPerSecond has to be a number above 0; received 0\./],
    [withIntegration({ messagesPerSecond: '30' }), /messagesPerSecond has to be a number above 0; received "30"/],
    [withIntegration({ messagesPerSecond: Number.NaN }), /messagesPerSecond has to be a number above 0; received NaN/],
    [withIntegration({ enabled: 'no' }), /enabled has to be true or false; received "no"/],
    [withIntegration({ mmsCountries: 'US' }), /mmsCountries has to be a list/],
    [withIntegration({ apiTokn: 'x' }), /there is no option projects\[0\]\.integrations\[0\]\.apiTokn\./],
    [
      untyped({ ...options(), publicUrl: 'http://sms.example' }),
      /publicUrl has to be .*https.*"http:\/\/sms\.example"/,
    ],
    [untyped({ ...options(), publicUrl: 'sms.example' }), /publicUrl/],
  ];
  for (const baseUrl of [
    'http://sms.example',
    'https://eu.sms.api.sinch.com/xms/v1',
    'ftp://x.example',
    'https://x.example?a',
  ]) {
    cases.push([
      withIntegration({ region: undefined, baseUrl }),
      /integrations\[0\]\.baseUrl has to be a URL of scheme and host/,
    ]);
  }
  for (const [wrong, message] of cases) {
    assert.throws(
      () => staticSettings(wrong),
      (error) => {
        assert.ok(error instanceof TypeError);
        assert.match(error.message, /^staticSettings: /);
        assert.match(error.message, message);
        return true;
      },
      String(message),
    );
  }
});

test('no error shows a secret', () => {
  const leak = 'leak-leak-leak';
  const cases: StaticSettingsOptions[] = [
    withIntegration({ apiToken: `${leak} with blanks` }),
    withIntegration({ apiToken: [leak] }),
    withIntegration({ callbackAuth: leak }),
    withIntegration({ callbackAuth: { type: leak } }),
    withIntegration({ callbackAuth: { type: 'url-secret', secrets: [leak] } }),
    withIntegration({ callbackAuth: { type: 'url-secret', secrets: leak } }),
    withIntegration({ callbackAuth: { type: 'hmac', secrets: [leak, leak, leak] } }),
    withIntegration({ callbackAuth: { type: 'hmac', secrets: [] } }),
    withIntegration({ callbackAuth: { type: 'hmac', secrets: [''] } }),
    withIntegration({ callbackAuth: { type: 'hmac', secrets: [leak], toleranceMs: 0 } }),
    withIntegration({ callbackAuth: { type: 'basic', username: `a:${leak}`, passwords: [leak] } }),
    withIntegration({ callbackUrl: `http://x.example/${leak}` }),
    withIntegration({ callbackUrl: `https://x.example/${leak}` }),
    withIntegration({ region: undefined, baseUrl: `https://user:${leak}@x.example` }),
    untyped({ ...options(), publicUrl: `https://user:${leak}@x.example` }),
  ];
  for (const wrong of cases) {
    assert.throws(
      () => staticSettings(wrong),
      (error) => error instanceof TypeError && !error.message.includes(leak) && !error.message.includes(TOKEN),
      JSON.stringify(wrong),
    );
  }
});

test('a callback URL that lacks the path secret is refused, since every report would be', async () => {
  assert.throws(
    () => staticSettings(options({ callbackUrl: 'https://x.example/webhooks/sinch/eu-1' })),
    /callbackUrl has to end in one of the path secrets/,
  );
  const callbackUrl = `https://x.example/hook/${SECRET}`;
  const settings = staticSettings(
    options({ callbackUrl, callbackAuth: { type: 'url-secret', secrets: [SECRET] } }, 'https://sms.example'),
  );
  assert.equal((await settings.integration('eu-1'))?.callbackUrl, callbackUrl);
});

test('what a project says of waiting is kept, and checked', async () => {
  const waiting = {
    reportWindowMs: 3_600_000,
    settleMs: 0,
    waitWhereNoReportsExpected: false,
    statusAttribute: false,
    bareNumbers: 'GB',
    retentionDays: 90,
  };
  const given = options();
  const [first] = given.projects;
  assert.ok(first);
  const projectOf = (changes: Record<string, unknown>) => untyped({ ...given, projects: [{ ...first, ...changes }] });
  const project = await staticSettings(projectOf(waiting)).project(first.id);
  assert.deepEqual({ ...project, ...waiting }, project);
  for (const [wrong, words] of [
    [{ reportWindowMs: 0 }, /reportWindowMs has to be a number of milliseconds above 0/],
    [{ settleMs: -1 }, /settleMs has to be a number of milliseconds, 0 or more/],
    [{ statusAttribute: 'off' }, /statusAttribute has to be true or false/],
    [{ bareNumbers: 'UK' }, /bareNumbers has to be "international", "refused", or the ISO 3166-1 alpha-2 code/],
    [{ retentionDays: 0 }, /retentionDays has to be a whole number of days, 1 to 36,500/],
    [{ retentionDays: 1.5 }, /retentionDays has to be a whole number of days/],
  ] as const) {
    assert.throws(() => staticSettings(projectOf(wrong)), words);
  }
});
