import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runCommand } from './context.ts';

const COMMANDS = ['up', 'send', 'message', 'ledger', 'worker', 'server', 'simulator'];

describe('the command line', () => {
  for (const command of COMMANDS) {
    test(`${command} --help says what it does, with examples or the environment it reads`, async () => {
      const { exitCode, stdout, stderr } = await runCommand([command, '--help']);
      assert.equal(exitCode, 0);
      assert.equal(stderr, '');
      assert.match(stdout, new RegExp(`^Usage: temporal-sinch ${command} `));
      assert.match(stdout, /Examples:|Environment:/);
      assert.match(stdout, /--json/);
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
    ['an address that is none', ['ledger', '--url', 'localhost'], /--url is no http or https address: localhost/],
    ['a missing message id', ['message'], /missing required argument 'id'/],
  ];
  for (const [what, args, said] of wrong) {
    test(`${what} is a usage error: exit code 2, and nothing on standard output`, async () => {
      const { exitCode, stdout, stderr } = await runCommand(args);
      assert.equal(exitCode, 2);
      assert.equal(stdout, '');
      assert.match(stderr, said);
    });
  }

  test('worker and server name every variable that is missing', async () => {
    const worker = await runCommand(['worker']);
    assert.equal(worker.exitCode, 1);
    assert.match(worker.stderr, /DATABASE_URL[^]*SINCH_SERVICE_PLAN_ID and SINCH_API_TOKEN/);
    const server = await runCommand(['server']);
    assert.equal(server.exitCode, 1);
    assert.match(server.stderr, /DATABASE_URL[^]*SINCH_API_KEY[^]*ENCRYPTION_KEYS/);
  });

  test('with --json an error is one line of JSON with its code', async () => {
    const { exitCode, stdout } = await runCommand(['ledger', '--json', '--data-dir', '/nonexistent/folder']);
    assert.equal(exitCode, 1);
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    assert.equal(error.code, 'no_stack');
    assert.match(error.message, /temporal-sinch up/);
  });
});
