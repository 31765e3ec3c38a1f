import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type {
  ApiKeyView,
  AuditEntryView,
  ExporterView,
  IntegrationView,
  ProjectView,
  SenderView,
} from '../../src/settings/index.ts';
import type { ConnectionTest } from '../../src/sinch/index.ts';
import { COUNTRIES_WITHOUT_REPORTS } from '../../src/countries/index.ts';
import { createKeyring, type Database, openDatabase } from '../../src/db/index.ts';
import { createSqlReportStore } from '../../src/events/index.ts';
import { codeBlocks, sectionOf } from '../helpers/markdown.ts';
import { type AdminStack, PLAN, startAdminStack } from './admin-fixture.ts';
import { CTRL_C, type Dialogue, ENTER } from './context.ts';

// oxlint-disable-next-line no-control-regex -- these are the ones to find
const ESCAPES = /\u001B\[[0-9;]*[A-Za-z]/g;

const SECRETS = [
  PLAN.apiToken,
  'another-token-of-the-plan',
  'signing-secret-1',
  'signing-secret-2',
  'secret-of-the-key',
];

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** A screen without what moves the cursor on it, and without times and secrets that each run has its own of. */
function withoutChance(screen: string): string {
  return screen
    .replaceAll(ESCAPES, '')
    .replaceAll('\r', '')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, '(date)')
    .replaceAll(/\b[0-9a-f]{32}\b/g, '(secret)')
    .replaceAll(/ +$/gm, '');
}

describe('commands of admins', () => {
  let database: Database;
  let stack: AdminStack;
  before(async () => {
    database = await openDatabase({ memory: true });
    stack = await startAdminStack(database);
  });
  after(async () => {
    await stack?.[Symbol.asyncDispose]();
    await database?.close();
  });

  const adding = (id: string, ...more: string[]): string[] => [
    ...`integrations add --id ${id} --plan ${PLAN.servicePlanId} --token-stdin`.split(' '),
    '--name',
    `The ${id}`,
    '--base-url',
    stack.simulatorUrl,
    ...more,
  ];
  const token = { piped: `${PLAN.apiToken}\n` };

  async function project(id: string): Promise<void> {
    await stack.json(id, `projects create ${id}`);
  }

  test('make a project, and a key for its first admin that is shown once', async () => {
    const made = await stack.run('none', ['projects', 'create', 'shop', '--name', 'The shop']);
    assert.equal(made.stdout, 'Project shop was made.\n');
    assert.match(made.stderr, /keys create "First admin" --role admin --project shop/);

    const created = await stack.run('shop', ['keys', 'create', 'The admin', '--role', 'admin', '--expires', '90d']);
    assert.match(created.stdout, /^ts_[\w-]{32}\n$/);
    assert.match(created.stderr, /with the role admin expires \d{4}-\d\d-\d\d .*It is shown this once:/);
    const env = { SINCH_API_KEY: created.stdout.trim() };
    const list = await stack.run('shop', 'keys list', { env });
    assert.match(list.stdout, /^id +name +role +added +last used +expires\n\w{26} +The admin +admin /);
    assert.doesNotMatch(list.stdout, /ts_/);

    const { id } = (await stack.json<{ keys: ApiKeyView[] }>('shop', 'keys list')).keys[0] ?? { id: '' };
    assert.equal((await stack.run('shop', `keys revoke ${id}`)).stdout, `Key ${id} is revoked.\n`);
    const refused = await stack.run('shop', 'keys list', { env });
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /refused with 401: the API key is not right\. It came from SINCH_API_KEY/);
    const again = await stack.run('none', 'projects create shop --json');
    assert.equal(again.exitCode, 1);
    assert.equal((JSON.parse(again.stdout) as { error: { code: string } }).error.code, 'already_exists');
  });

  test('are refused with the role that is needed', async () => {
    await project('roles');
    const { key } = await stack.json<{ key: string }>('roles', 'keys create a-viewer --role viewer');
    const refused = await stack.run('roles', 'integrations list', { env: { SINCH_API_KEY: key } });
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /^Error: .* needs the role admin, and this key has the role viewer/);
    const deployment = await stack.run('roles', 'projects create other', { env: { SINCH_API_KEY: key } });
    assert.match(deployment.stderr, /^Error: .* needs the deployment key/m);
  });

  describe('on integrations', () => {
    before(() => project('plans'));

    test('add one with the token of standard input, or of the environment', async () => {
      const piped = await stack.json<IntegrationView>('plans', adding('piped', '--rate', '20', '--default'), token);
      assert.deepEqual(
        [piped.id, piped.messagesPerSecond, piped.isDefault, piped.mmsCountries],
        ['piped', 20, true, ['US', 'CA', 'AU', 'PR']],
      );
      const line = adding('from-env', '--mms-countries', 'us,ca', '--default-originator').filter(
        (word) => word !== '--token-stdin',
      );
      const fromEnv = await stack.run('plans', line, { env: { SINCH_API_TOKEN: PLAN.apiToken } });
      assert.equal(fromEnv.exitCode, 0, fromEnv.stderr);
      assert.match(fromEnv.stderr, /^The API token of the plan is that of SINCH_API_TOKEN\.$/m);
      assert.match(fromEnv.stdout, /Integration from-env of project plans\n {2}Name +The from-env\n/);
      assert.match(fromEnv.stdout, /MMS to +US, CA\n {2}Originator +Sinch has a default one\n/);
      assert.match(
        fromEnv.stdout,
        /Callback URL +https:\/\/sms\.example\.com\/webhooks\/sinch\/from-env\/[0-9a-f]{32}\n/,
      );
      assert.match(fromEnv.stdout, /Service plan commands-plan is shared with piped\./);
    });

    test('list them as a table with what is to be known of shared plans', async () => {
      const { stdout } = await stack.run('plans', 'integrations list');
      const [heading, ...rows] = stdout.split('\n').map((line) => line.trimEnd().replaceAll(/ {2,}/g, ' | '));
      const host = new URL(stack.simulatorUrl).host;
      assert.equal(heading, 'default | id | name | service plan | region | messages/s | of the plan | state');
      assert.deepEqual(rows.slice(0, 2).sort(), [
        ` | from-env | The from-env | commands-plan | ${host} | 30 | 20 | enabled`,
        `* | piped | The piped | commands-plan | ${host} | 20 | 20 | enabled`,
      ]);
      assert.match(stdout, /\n\nfrom-env: Service plan commands-plan is shared with piped/);
      const { integrations } = await stack.json<{ integrations: IntegrationView[] }>('plans', 'integrations list');
      assert.equal(integrations.length, 2);
    });

    test('test the connection in words, with exit code 1 where it does not work', async () => {
      const good = await stack.run('plans', 'integrations test piped');
      assert.equal(good.exitCode, 0);
      assert.match(good.stdout, /^Sinch takes the API token for service plan commands-plan/);
      await stack.json('plans', adding('wrong', '--name', 'Wrong'), { piped: 'another-token-of-the-plan' });
      const bad = await stack.run('plans', 'integrations test wrong');
      assert.equal(bad.exitCode, 1);
      assert.match(bad.stdout, /^The API token or the service plan id is wrong/);
      assert.equal(bad.stderr, '');
      const { exitCode, stdout } = await stack.run('plans', 'integrations test wrong --json');
      const { ok, verdict } = JSON.parse(stdout) as ConnectionTest;
      assert.deepEqual([exitCode, ok, verdict], [1, false, 'token_or_plan']);
    });

    test('change what is given, and rotate a token that holds at once', async () => {
      const changed = await stack.json<IntegrationView>('plans', [
        ...'integrations change wrong --rate 12.5 --no-default-originator --mms-countries AU --name'.split(' '),
        'Right now',
      ]);
      assert.deepEqual(
        [changed.name, changed.messagesPerSecond, changed.mmsCountries, changed.hasDefaultOriginator],
        ['Right now', 12.5, ['AU'], false],
      );
      await stack.json('plans', 'integrations change wrong --token-stdin', token);
      assert.equal((await stack.run('plans', 'integrations test wrong')).exitCode, 0);
      const nobody = await stack.run('plans', 'integrations change wrong --rotate-token');
      assert.equal(nobody.exitCode, 2);
      assert.match(nobody.stderr, /is missing: the API token of the plan, in SINCH_API_TOKEN or .*--token-stdin/);
    });

    test('correct a mistyped plan, and show the former one', async () => {
      const added = 'integrations add --id mistyped --name Mistyped --plan mistyped-plan --region eu --token-stdin';
      await stack.json('plans', added, token);
      const one = 'integrations change mistyped --plan';
      const corrected = await stack.run('plans', `${one} the-right-plan --region us`);
      assert.match(corrected.stdout, /Service plan +the-right-plan\n/);
      assert.match(
        corrected.stdout,
        /Former plans +mistyped-plan: what waits in their queues is sent through the-right-plan\n/,
      );
      assert.match(corrected.stdout, /Region +us, https:\/\/us\.sms\.api\.sinch\.com\n/);
      const moved = await stack.json<IntegrationView>('plans', [
        ...'integrations change mistyped --base-url'.split(' '),
        stack.simulatorUrl,
      ]);
      assert.deepEqual(
        [moved.servicePlanId, moved.formerServicePlanIds, moved.region, moved.baseUrl],
        ['the-right-plan', ['mistyped-plan'], 'custom', stack.simulatorUrl],
      );
      assert.doesNotMatch((await stack.run('plans', 'integrations show piped')).stdout, /Former plans/);
      const both = await stack.run(
        'plans',
        `integrations change mistyped --region eu --base-url ${stack.simulatorUrl}`,
      );
      assert.equal(both.exitCode, 2);
      assert.match(both.stderr, /a plan lives at one place, so give one/);
    });

    test('rotate a path secret, with the one before still valid', async () => {
      const before = await stack.json<IntegrationView>('plans', 'integrations show piped');
      const rotated = await stack.json<IntegrationView>('plans', 'integrations change piped --rotate-callback-secret');
      assert.deepEqual(rotated.callbackAuth, { type: 'url-secret', secrets: 2 });
      assert.notEqual(rotated.callbackUrl, before.callbackUrl);
      assert.match(rotated.callbackUrl ?? '', /\/webhooks\/sinch\/piped\/[0-9a-f]{32}$/);
    });

    test('set and rotate the secret that Sinch signs with', async () => {
      const args = adding('signed', '--callback-auth', 'hmac').filter((word) => word !== '--token-stdin');
      const missing = await stack.run('plans', args, { env: { SINCH_API_TOKEN: PLAN.apiToken } });
      assert.match(missing.stderr, /missing: the secret or password of callbacks, in CALLBACK_SECRET/);
      const signed = await stack.json<IntegrationView>('plans', [...args, '--callback-secret-stdin'], {
        env: { SINCH_API_TOKEN: PLAN.apiToken },
        piped: 'signing-secret-1',
      });
      assert.deepEqual(signed.callbackAuth, { type: 'hmac', secrets: 1 });
      const rotated = await stack.json<IntegrationView>(
        'plans',
        'integrations change signed --rotate-callback-secret --callback-secret-stdin',
        { piped: 'signing-secret-2' },
      );
      assert.deepEqual(rotated.callbackAuth, { type: 'hmac', secrets: 2 });
      const limited = await stack.json<IntegrationView>('plans', 'integrations change signed --callback-tolerance 25');
      assert.deepEqual(limited.callbackAuth, { type: 'hmac', secrets: 2, toleranceMs: 90_000_000 });
      const shown = await stack.run('plans', 'integrations show signed');
      assert.match(shown.stdout, /Callbacks +Sinch's signature, 2 are valid, at most 25 hours old\n/);
      const open = await stack.json<IntegrationView>('plans', 'integrations change signed --callback-tolerance off');
      assert.deepEqual(open.callbackAuth, { type: 'hmac', secrets: 2 });
      const unfit = await stack.run('plans', 'integrations change piped --callback-tolerance 25');
      assert.match(unfit.stderr, /callbackToleranceMs goes with callbackAuth of type "hmac"/);
      const usage = await stack.run(
        'plans',
        'integrations change signed --callback-auth basic --callback-tolerance 25',
      );
      assert.equal(usage.exitCode, 2);
    });

    test('add a path secret to an address of their own, and carry it through a rotation', async () => {
      const url = 'https://other.example/webhooks/sinch/elsewhere';
      const added = await stack.json<IntegrationView>('plans', adding('elsewhere', '--callback-url', url), token);
      assert.match(added.callbackUrl ?? '', /^https:\/\/other\.example\/webhooks\/sinch\/elsewhere\/[0-9a-f]{32}$/);
      const rotated = await stack.json<IntegrationView>(
        'plans',
        'integrations change elsewhere --rotate-callback-secret',
      );
      assert.match(rotated.callbackUrl ?? '', /^https:\/\/other\.example\/webhooks\/sinch\/elsewhere\/[0-9a-f]{32}$/);
      assert.notEqual(rotated.callbackUrl, added.callbackUrl);
    });

    test('disable, enable, make the default and archive, and pass on why not', async () => {
      const refused = await stack.run('plans', 'integrations disable piped');
      assert.equal(refused.exitCode, 1);
      assert.match(refused.stderr, /default SMS provider and cannot be disabled: make another one the default first/);
      assert.match((await stack.run('plans', 'integrations default from-env')).stdout, /from-env is the default SMS/);
      assert.match((await stack.run('plans', 'integrations disable piped')).stdout, /^Integration piped is disabled/);
      assert.match((await stack.run('plans', 'integrations enable piped')).stdout, /^Integration piped is enabled/);
      const unasked = await stack.run('plans', 'integrations archive piped');
      assert.equal(unasked.exitCode, 2);
      assert.match(unasked.stderr, /--yes, to confirm: Archive integration piped for good\?/);
      const denied = await stack.run('plans', 'integrations archive piped', { typed: [[/for good\?/, ENTER]] });
      assert.equal(denied.exitCode, 1);
      assert.match(denied.stderr, /Nothing was changed\./);
      const archived = await stack.run('plans', 'integrations archive piped', { typed: [[/for good\?/, `y${ENTER}`]] });
      assert.match(archived.stdout, /^Integration piped is archived/);
      const { state } = await stack.json<IntegrationView>('plans', 'integrations archive wrong --yes');
      assert.equal(state, 'archived');
    });

    test('never take a secret as an option, and do not repeat it', async () => {
      for (const option of [`--token=${PLAN.apiToken}`, `--api-token=${PLAN.apiToken}`]) {
        const refused = await stack.run('plans', ['integrations', 'add', option]);
        assert.equal(refused.exitCode, 2);
        assert.match(refused.stderr, /is not taken: .* your shell keeps it in its history\. Remove it there/);
      }
    });
  });

  describe('on integrations, at a terminal', () => {
    before(() => project('asked'));

    const answers = (): Dialogue => [
      [/Name, for people: $/, `Sinch EU${ENTER}`],
      [/Service Plan ID.*: $/, `${PLAN.servicePlanId}${ENTER}`],
      [/6 {2}custom [^]*Number or name: $/, `custom${ENTER}`],
      [/Base URL: $/, `${stack.simulatorUrl}${ENTER}`],
      [/API token of the plan \(not shown\): $/, `${PLAN.apiToken}${ENTER}`],
      [/Throughput by contract.*\[30\]: /, `25${ENTER}`],
    ];

    test('ask for what is missing, then offer to test it and to make it the default', async () => {
      const { exitCode, stdout, stderr } = await stack.run('asked', 'integrations add', {
        typed: [
          ...answers(),
          [/Test the connection now\?.*\[Y\/n\]/, ENTER],
          [/default SMS provider \(there is none yet\)\? \[Y\/n\]/, ENTER],
        ],
      });
      assert.equal(exitCode, 0, stderr);
      assert.match(stdout, /Integration sinch-eu of project asked\n/);
      assert.match(stdout, /Throughput +25 messages a second/);
      assert.match(stdout, /Integration sinch-eu is the default SMS provider now\.\n$/);
      assert.match(stderr, /Sinch takes the API token for service plan commands-plan/);
      assert.doesNotMatch(stdout, /\?|: $/m);
      const settings = await stack.json<ProjectView>('asked', 'settings show');
      assert.equal(settings.defaultIntegrationId, 'sinch-eu');
    });

    test('check each answer as it is given, and ask again', async () => {
      await project('checked');
      const { exitCode, screen } = await stack.run('checked', 'integrations add', {
        typed: [
          [/Name, for people: $/, `${'x'.repeat(201)}${ENTER}`],
          [/The name has to be a name of 1 to 200 characters\.[^]*Name, for people: $/, `Checked${ENTER}`],
          [/Service Plan ID.*: $/, `my plan!${ENTER}`],
          [/The id has to be the Service Plan ID of Sinch: [^]*Service Plan ID.*: $/, `checked-plan${ENTER}`],
          [/Number or name: $/, `custom${ENTER}`],
          [/Base URL: $/, `eu.sms.api.sinch.com${ENTER}`],
          [/The address has to be a URL of scheme and host[^]*Base URL: $/, `${stack.simulatorUrl}${ENTER}`],
          [/not shown/, `Bearer ${PLAN.apiToken}${ENTER}`],
          [
            /The token has to be the API token of the plan, without blanks and line feeds\.[^]*not shown/,
            `${PLAN.apiToken}${ENTER}`,
          ],
          [/Throughput by contract/, `none${ENTER}`],
          [/Expected a number above 0\.[^]*Throughput by contract/, `50${ENTER}`],
          [/Test the connection now/, `n${ENTER}`],
          [/default SMS provider/, `n${ENTER}`],
        ],
      });
      assert.equal(exitCode, 0, screen);
      assert.doesNotMatch(screen, /reaches people/);
    });

    test('refuse an option that is wrong before anything is asked', async () => {
      for (const [option, value, expected] of [
        ['--plan', 'my plan!', /--plan has to be the Service Plan ID/],
        ['--base-url', 'http://sinch.example', /--base-url has to be a URL of scheme and host/],
        ['--id', '..', /--id has to be 1 to 64/],
        ['--name', ' ', /--name has to be a name of 1 to 200/],
      ] as const) {
        const { exitCode, stderr } = await stack.run('asked', ['integrations', 'add', option, value], { typed: [] });
        assert.equal(exitCode, 2);
        assert.match(stderr, expected);
        assert.doesNotMatch(stderr, /for people/);
      }
    });

    test('warn of an integration that reaches people, when it is added and when it becomes the default', async () => {
      await project('real');
      const added = await stack.run(
        'real',
        'integrations add --id real-eu --name Real --plan real-plan --region eu --token-stdin --json'.split(' '),
        token,
      );
      assert.equal(added.exitCode, 0, added.stderr);
      assert.match(added.stderr, /integration real-eu goes to Sinch at eu\.sms\.api\.sinch\.com: it reaches people/);
      assert.equal(added.stdout.trimEnd().split('\n').length, 1);
      const made = await stack.run('real', 'integrations default real-eu');
      assert.match(made.stderr, /Every message that names no other integration goes to Sinch/);
    });

    test('ask and answer as the README has it', async () => {
      const [block] = codeBlocks(sectionOf(README, 'Setting up integrations')).filter(
        ({ language }) => language === 'text',
      );
      await project('readme');
      const { exitCode, screen } = await stack.run('readme', 'integrations add', {
        typed: [
          [/Name, for people: $/, `Sinch EU${ENTER}`],
          [/Service Plan ID.*: $/, `my-plan${ENTER}`],
          [/Number or name: $/, `eu${ENTER}`],
          [/not shown/, `${PLAN.apiToken}${ENTER}`],
          [/Throughput by contract/, `50${ENTER}`],
          [/Test the connection now/, ENTER],
          [/default SMS provider/, ENTER],
        ],
      });
      assert.equal(exitCode, 0, screen);
      const readme = block?.text.replace('of project shop', 'of project readme') ?? '';
      // An id is unique over all projects, and a project before has taken the one of the name.
      const alike = (text: string): string => withoutChance(text).replaceAll(/sinch-eu(?:-[0-9a-f]{6})?/g, 'sinch-eu');
      assert.equal(alike(screen), alike(readme));
    });

    test('offer less with --json, whose answer is one line', async () => {
      const { stdout } = await stack.run('asked', 'integrations add --json', { typed: answers() });
      assert.match((JSON.parse(stdout) as IntegrationView).id, /^sinch-eu-[0-9a-f]{6}$/);
      assert.equal(stdout.trimEnd().split('\n').length, 1);
    });

    test('change nothing at Ctrl-C', async () => {
      const { exitCode, stdout, stderr } = await stack.run('asked', 'integrations add', {
        typed: [...answers().slice(0, 4), [/not shown/, `half-a-token${CTRL_C}`]],
      });
      assert.deepEqual([exitCode, stdout], [130, '']);
      assert.match(stderr, /Error: Stopped: the question was not answered\.\n$/);
      assert.doesNotMatch(stderr, /half/);
      const { integrations } = await stack.json<{ integrations: IntegrationView[] }>('asked', 'integrations list');
      assert.equal(integrations.length, 2);
    });

    test('ask for a new token without showing it', async () => {
      const { exitCode, stderr } = await stack.run('asked', 'integrations change sinch-eu --rotate-token', {
        typed: [[/not shown/, `another-token-of-the-plan${ENTER}`]],
      });
      assert.equal(exitCode, 0, stderr);
      assert.equal((await stack.run('asked', 'integrations test sinch-eu')).exitCode, 1);
    });
  });

  test('on settings show and change them, country by country', async () => {
    await project('settings');
    const shown = await stack.run('settings', 'settings show');
    assert.match(shown.stdout, /Default SMS provider +none: set one/);
    assert.match(shown.stdout, /Report window +96 hours, the standard/);
    assert.match(shown.stdout, /Without reports +34 countries, the standard: BD BJ/);
    await stack.json('settings', 'senders add Shop');
    const changed = await stack.json<ProjectView>(
      'settings',
      'settings change --default-sender Shop --event-name sms --report-window 48 --settle 0.5 --wait-where-no-reports off ' +
        '--add-without-reports in,TR --remove-without-reports DE',
    );
    assert.deepEqual(
      [changed.defaultSender, changed.eventName, changed.reportWindowMs, changed.settleMs],
      ['Shop', 'sms', 48 * 3_600_000, 500],
    );
    assert.equal(changed.waitWhereNoReportsExpected, false);
    assert.deepEqual(changed.countriesWithoutReports, [
      ...COUNTRIES_WITHOUT_REPORTS.filter((code) => code !== 'DE'),
      'IN',
      'TR',
    ]);
    const reset = await stack.json<ProjectView>(
      'settings',
      'settings change --no-default-sender --reset-without-reports --report-window default --settle default',
    );
    for (const name of ['defaultSender', 'countriesWithoutReports', 'reportWindowMs', 'settleMs'] as const) {
      assert.equal(reset[name], undefined, name);
    }
    const national = await stack.run('settings', 'settings change --bare-numbers gb');
    assert.match(national.stdout, /Numbers without \+ +national ones of United Kingdom/);
    assert.equal((await stack.json<ProjectView>('settings', 'settings show')).bareNumbers, 'GB');
    const unknown = await stack.run('settings', 'settings change --bare-numbers XX');
    assert.equal(unknown.exitCode, 2);
    assert.match(unknown.stderr, /Expected international, refused, or the code of a country/);
    const wrong = await stack.run('settings', 'settings change --default-integration nobody');
    assert.equal(wrong.exitCode, 1);
    assert.match(wrong.stderr, /^Error: .*nobody/m);
  });

  test('on senders add, list and remove them, and warn where they do not work', async () => {
    await project('senders');
    const added = await stack.run('senders', 'senders add Shop --default');
    assert.equal(added.stdout, 'Sender Shop is predefined, and the default one.\n');
    assert.match(added.stderr, /United States and Canada/);
    const number = await stack.json<SenderView>('senders', ['senders', 'add', '+44 7400 123456']);
    assert.deepEqual([number.sender, number.kind], ['447400123456', 'number']);
    assert.match(
      (await stack.run('senders', 'senders list')).stdout,
      /^default +sender +kind +added +note\n\* +Shop +name/,
    );
    const refused = await stack.run('senders', 'senders remove Shop');
    assert.match(refused.stderr, /^Error: .*default sender/m);
    assert.deepEqual(await stack.json('senders', 'senders remove +447400123456'), { removed: '+447400123456' });
    const wrong = await stack.run('senders', 'senders add 12');
    assert.equal(wrong.exitCode, 1);
    assert.match(wrong.stderr, /^Error: .*3 to 15 characters/m);
  });

  test('on the exporter set, change, retry and remove it, and keep its secret', async () => {
    await project('exporter');
    const none = await stack.run('exporter', 'exporter show');
    assert.match(none.stderr, /^Error: .*has no exporter/m);
    const missing = await stack.run('exporter', 'exporter set --key-id my-key');
    assert.equal(missing.exitCode, 2);
    assert.match(missing.stderr, /missing: --base-url; --project-token; the secret .*TRACKING_API_SECRET/);
    const set = await stack.run('exporter', 'exporter set --map-status timeout=no_report', {
      typed: [
        [/Address of the tracking API: $/, `https://api.example${ENTER}`],
        [/Project token/, `my-token${ENTER}`],
        [/Id of the API key/, `my-key${ENTER}`],
        [/not shown/, `secret-of-the-key${ENTER}`],
      ],
    });
    assert.equal(set.exitCode, 0, set.stderr);
    assert.match(set.stdout, /^Set: campaign events leave from now on\.\n {2}Tracking API +https:\/\/api\.example\n/);
    const changed = await stack.json<ExporterView>(
      'exporter',
      'exporter set --enabled off --rate 50 --map-status failed=not_delivered --unmap-status timeout',
    );
    assert.deepEqual(
      [changed.enabled, changed.requestsPerSecond, changed.statusNames],
      [false, 50, { failed: 'not_delivered' }],
    );
    const { statusNames } = await stack.json<ExporterView>('exporter', 'exporter set --map-status timeout=unknown');
    assert.deepEqual(statusNames, { failed: 'not_delivered', timeout: 'unknown' });
    await stack.json('exporter', 'exporter set --secret-stdin', { piped: 'secret-of-the-key' });
    await stack.run('exporter', 'exporter retry');
    assert.deepEqual(stack.retried, ['exporter']);
    assert.deepEqual(await stack.json('exporter', 'exporter remove --yes'), { removed: 'exporter' });
    assert.equal((await stack.run('exporter', 'exporter show')).exitCode, 1);
  });

  test('list reports that reached no message, page by page and without their bodies', async () => {
    await project('reports');
    const add = 'integrations add --id reporting --name Reporting --plan reports-plan --region eu --token-stdin';
    await stack.json('reports', add, { piped: PLAN.apiToken });
    assert.equal((await stack.run('reports', 'late-reports')).stdout, 'No report came too late.\n');
    assert.equal((await stack.run('reports', 'unmatched-reports')).stdout, 'Every callback found its message.\n');

    const keyring = createKeyring({ keys: [{ id: 'k1', key: randomBytes(32) }], current: 'k1' });
    const store = createSqlReportStore(database, keyring);
    const integrationId = 'reporting';
    const entry = { integrationId, rawBody: Buffer.from('{"body":"the body of it"}') };
    const report = { integrationId, status: 'Delivered', statusCode: 0, at: '2026-11-20T09:59:00.000Z' };
    const receivedAt = '2026-11-20T10:00:00.000Z';
    await store.keepLate({ ...entry, projectId: 'reports', messageId: 'm-1', report, receivedAt });
    await store.keepUnmatched({
      ...entry,
      reason: 'unknown_message',
      clientReference: 'sinch/reports/m-2',
      receivedAt,
    });
    await store.keepUnreadable({ ...entry, why: 'The body is not JSON.', receivedAt: '2026-11-20T11:00:00.000Z' });

    const late = await stack.run('reports', 'late-reports');
    assert.match(late.stdout, /^received +times +message +status +code +why late +integration\n/);
    assert.match(late.stdout, /10:00:00 UTC +1 +m-1 +Delivered +0 +the message had ended +reporting\n$/);
    const first = await stack.run('reports', 'unmatched-reports --limit 1');
    assert.match(
      first.stdout,
      /^received +times +integration +why\n.*1 +reporting +not readable: The body is not JSON\.\n$/,
    );
    const [, more = ''] = /^There are more: temporal-sinch (.*)\n$/.exec(first.stderr) ?? [];
    const second = await stack.run('reports', more);
    assert.match(second.stdout, /reporting +Temporal does not know the message +sinch\/reports\/m-2\n$/);
    const { unmatchedReports } = await stack.json<{ unmatchedReports: { reason: string }[] }>(
      'reports',
      'unmatched-reports',
    );
    assert.deepEqual(
      unmatchedReports.map(({ reason }) => reason),
      ['unreadable', 'unknown_message'],
    );
    assert.ok(!stack.written().includes('the body of it'));
  });

  test('list changes page by page, with what was before', async () => {
    await project('audited');
    for (const rate of [10, 20]) await stack.json('audited', `settings change --name rate-${rate}`);
    const first = await stack.run('audited', 'audit --limit 2');
    assert.match(
      first.stdout,
      /^when +who +what +of +change\n.* UTC +deployment +project\.changed +audited +name: rate-10 → rate-20\n/,
    );
    const [, more = ''] = /^There are more: temporal-sinch (.*)\n$/.exec(first.stderr) ?? [];
    const second = await stack.run('audited', more);
    assert.match(second.stdout, /project\.created +audited +name: audited\n$/);
    assert.equal(second.stderr, '');
    const page = await stack.json<{ entries: AuditEntryView[]; nextCursor?: string }>('audited', 'audit --limit 1');
    assert.equal(page.entries.length, 1);
    assert.equal(typeof page.nextCursor, 'string');
  });

  test('write no secret, whatever was asked of them', () => {
    const written = stack.written();
    assert.ok(written.length > 5_000);
    for (const secret of SECRETS) assert.ok(!written.includes(secret), `${secret} is shown`);
  });
});
