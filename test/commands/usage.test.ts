import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { allCommands, commandsBelow, runCommand } from './context.ts';

const COMMANDS = await commandsBelow();
const ALL_COMMANDS = await allCommands();
const TARGET = ['--url', 'http://127.0.0.1:9', '--api-key', 'a-key-of-16-characters'];
const ADD = ['integrations', 'add', ...TARGET];

describe('the command line', () => {
  test('has the commands that it is known for', () => {
    assert.deepEqual(
      [
        'up',
        'send',
        'message',
        'ledger',
        'integrations add',
        'keys revoke',
        'audit',
        'secrets rotate',
        'worker',
      ].filter((command) => !ALL_COMMANDS.includes(command)),
      [],
    );
  });

  for (const command of new Set([...COMMANDS, ...ALL_COMMANDS])) {
    test(`${command} --help says what it does, with examples or the environment it reads`, async () => {
      const { exitCode, stdout, stderr } = await runCommand([...command.split(' '), '--help']);
      assert.equal(exitCode, 0);
      assert.equal(stderr, '');
      assert.match(stdout, new RegExp(`^Usage: temporal-sinch ${command} `));
      assert.match(stdout, /Examples:|Environment:/);
      // What `completion` prints is for a shell alone.
      if (command !== 'completion') assert.match(stdout, /--json/);
    });
  }

  test('--help names every command, and --version the version', async () => {
    const { exitCode, stdout } = await runCommand(['--help']);
    assert.equal(exitCode, 0);
    for (const command of COMMANDS) assert.match(stdout, new RegExp(`^ {2}${command}\\b`, 'm'));
    assert.match((await runCommand(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
  });

  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['no command', [], /Usage: temporal-sinch/],
    ['an unknown command', ['sned'], /unknown command 'sned'.*\n.*Did you mean send/],
    ['an unknown option', ['ledger', '--campagin', 'x'], /unknown option '--campagin'/],
    ['a missing recipient', ['send', '--text', 'Hi'], /required option '--to <number>'/],
    ['a message without text and media', ['send', '--to', '+33639980001'], /give --text, or --media-url/],
    ['an impossible priority', ['send', '--to', '1', '--priority', '9'], /whole number from 1 to 5/],
    ['an impossible port', ['up', '--port', '70000'], /whole number from 1 to 65535/],
    ['an impossible rate', ['up', '--rate', '0'], /number above 0/],
    ['memory with a server that outlives it', ['up', '--memory', '--use-server'], /--memory does not go with/],
    ['a port of a server that is not started', ['up', '--use-server', '--ui-port', '1'], /--ui-port do not go with/],
    [
      'a rate of no simulator',
      ['up', '--settings', 'x.json', '--rate', '5', '--seed', '1'],
      /--seed, --rate: the simulator/,
    ],
    [
      'a mix of what nobody knows',
      ['up', '--mix', 'delivered=1,lost=1'],
      /There is no lost; expected delivered, failed/,
    ],
    [
      'a number in two ways',
      ['erase', '--recipient', '1', '--recipient-stdin', ...TARGET],
      /--recipient does not go with/,
    ],
    ['a number that nobody gives', ['erase', ...TARGET], /Nobody can be asked here/],
    ['an address that is none', ['ledger', '--url', 'localhost'], /--url is no http or https address: localhost/],
    ['a missing message id', ['message'], /missing required argument 'id'/],
    ['a command without what it is to do', ['integrations'], /Usage: temporal-sinch integrations/],
    ['a change of nothing', ['integrations', 'change', 'x', ...TARGET], /There is nothing to change: name a setting/],
    ['settings that stay as they are', ['settings', 'change', ...TARGET], /There is nothing to change/],
    ['two places of one plan', [...ADD, '--region', 'eu', '--base-url', 'https://x.example'], /so give one/],
    ['a region that there is not', [...ADD, '--region', 'mars'], /Allowed choices are us, eu, au, br, ca/],
    ['countries that are none', [...ADD, '--mms-countries', 'USA'], /ISO 3166-1 alpha-2 codes, separated by commas/],
    ['two secrets by one pipe', [...ADD, '--token-stdin', '--callback-secret-stdin'], /only one secret can come/],
    ['a user name of no password', [...ADD, '--callback-user', 'x'], /goes with --callback-auth basic/],
    ['a password of no user name', [...ADD, '--callback-auth', 'basic'], /basic needs --callback-user/],
    ['a key without a role', ['keys', 'create', 'x'], /required option '--role <role>'/],
    ['an expiry that is none', ['keys', 'create', 'x', '--expires', '2027'], /days such as 90d, a date such as/],
    ['a switch that is neither', ['settings', 'change', '--status-attribute', 'yes'], /Expected on or off/],
    ['a status without a name', ['exporter', 'set', '--map-status', 'timeout'], /such as timeout=no_report/],
  ];
  for (const [what, args, said] of wrong) {
    test(`${what} is a usage error: exit code 2, and nothing on standard output`, async () => {
      const { exitCode, stdout, stderr } = await runCommand(args);
      assert.equal(exitCode, 2);
      assert.equal(stdout, '');
      assert.match(stderr, said);
    });
  }

  test('an API key that is too short is refused before anything starts', async () => {
    const { exitCode, stderr } = await runCommand(['up', '--memory'], { SINCH_API_KEY: 'short' });
    assert.equal(exitCode, 2);
    assert.equal(stderr, 'Error: SINCH_API_KEY: expected 16 characters or more, got 5.\n');
  });

  test('a settings file that is no JSON is named, and nothing of it is shown', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'temporal-sinch-settings-'));
    try {
      const file = path.join(folder, 'settings.json');
      writeFileSync(file, '{"apiToken":tok-8f2a9c}');
      const { exitCode, stderr } = await runCommand(['up', '--memory', '--settings', file]);
      assert.equal(exitCode, 1);
      assert.match(stderr, /settings\.json.*it is not JSON/);
      assert.doesNotMatch(stderr, /tok-|8f2a|apiToken/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a Temporal server that does not answer is named, with what to look at', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'temporal-sinch-unreachable-'));
    try {
      const { exitCode, stdout } = await runCommand(['up', '--use-server', '--json', '--data-dir', folder], {
        TEMPORAL_ADDRESS: '127.0.0.1:1',
      });
      assert.equal(exitCode, 1);
      const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
      assert.equal(error.code, 'temporal_unreachable');
      assert.match(error.message, /^No connection to Temporal at 127\.0\.0\.1:1\. .*TEMPORAL_ADDRESS/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('worker and server name every variable that is missing', async () => {
    const worker = await runCommand(['worker']);
    assert.equal(worker.exitCode, 1);
    assert.match(worker.stderr, /DATABASE_URL[^]*ENCRYPTION_KEYS/);
    const server = await runCommand(['server']);
    assert.equal(server.exitCode, 1);
    assert.match(server.stderr, /DATABASE_URL[^]*ENCRYPTION_KEYS[^]*SINCH_API_KEY/);
  });

  test('with --json an error is one line of JSON with its code', async () => {
    const { exitCode, stdout } = await runCommand(['ledger', '--json', '--data-dir', '/nonexistent/folder']);
    assert.equal(exitCode, 1);
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    assert.equal(error.code, 'no_stack');
    assert.match(error.message, /temporal-sinch up/);
  });
});
