import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asTyped, invocationOf } from '../../src/commands/invocation.ts';
import { startChild } from '../helpers/child.ts';

const typed = (script: string, more: Partial<Parameters<typeof invocationOf>[0]> = {}): string =>
  invocationOf({ argv: ['/usr/bin/node', script], execArgv: [], env: {}, cwd: '/home/me/app', ...more });

describe('how a command is typed', () => {
  test('is told by how this one was started', () => {
    assert.equal(typed('/usr/local/bin/temporal-sinch'), 'temporal-sinch');
    assert.equal(typed('/home/me/app/node_modules/.bin/temporal-sinch'), 'npx temporal-sinch');
    assert.equal(typed('/root/.npm/_npx/1/temporal-sinch', { env: { npm_command: 'exec' } }), 'npx temporal-sinch');
    assert.equal(typed('/home/me/app/src/cli.ts', { execArgv: ['--import', 'tsx'] }), 'node --import tsx src/cli.ts');
    assert.equal(typed('/home/me/app/lib/cli.js'), 'node lib/cli.js');
    assert.equal(typed('/opt/my tools/cli.js'), "node '/opt/my tools/cli.js'");
  });

  test('takes the place of our name before a command, and nowhere else', () => {
    const inClone = (text: string): string => asTyped(text, 'node src/cli.ts', ['up', 'send', 'integrations']);
    assert.equal(inClone('Try temporal-sinch send --to x.'), 'Try node src/cli.ts send --to x.');
    assert.equal(inClone('`temporal-sinch integrations test`'), '`node src/cli.ts integrations test`');
    for (const text of ['temporal-sinch is up.', 'temporal-sinch upside', '/x/temporal-sinch up']) {
      assert.equal(inClone(text), text);
    }
  });

  test('is what hints and help say in a clone', async () => {
    const help = startChild('src/cli.ts', ['integrations', 'add', '--help']);
    assert.equal(await help.exited, 0);
    assert.match(help.stdout(), /^Usage: node --import tsx src\/cli\.ts integrations add \[options\]/);
    assert.match(help.stdout(), /\n {2}node --import tsx src\/cli\.ts integrations add --name/);
    assert.doesNotMatch(help.stdout(), /temporal-sinch (?:integrations|up)/);
    const error = startChild('src/cli.ts', ['ledger', '--data-dir', '/tmp/temporal-sinch-there-is-none']);
    assert.equal(await error.exited, 1);
    assert.match(error.stderr(), /Start one with `node --import tsx src\/cli\.ts up`/);
  });
});
