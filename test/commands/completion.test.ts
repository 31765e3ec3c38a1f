import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runCommand } from './context.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What a shell gets for what is typed so far. */
async function completed(...typed: string[]): Promise<string[]> {
  const args = ['--import', 'tsx', 'src/cli.ts', 'complete', '--', ...typed];
  const { stdout } = await run(process.execPath, args, { cwd: ROOT });
  return stdout.split('\n').flatMap((line) => (line === '' || line.startsWith(':') ? [] : [line]));
}

test('a shell completes commands, those below them, options and values', async () => {
  const commands = await completed('');
  assert.ok(commands.includes('send\tsend one message'), commands.join('\n'));
  assert.ok(!commands.some((line) => line.startsWith('complete\t')), 'what the shell asks through is hidden');
  assert.deepEqual(
    (await completed('integrations', 'd')).map((line) => line.split('\t')[0]),
    ['default', 'disable'],
  );
  assert.deepEqual(
    (await completed('send', '--on-u')).map((line) => line.split('\t')[0]),
    ['--on-unknown-outcome'],
  );
  assert.deepEqual(
    (await completed('send', '--on-unknown-outcome', '')).map((line) => line.trim()),
    ['resend', 'hold'],
  );
});

test('each shell gets its script, and another one is refused', async () => {
  for (const shell of ['bash', 'zsh', 'fish', 'powershell']) {
    const { stdout } = await run(process.execPath, ['--import', 'tsx', 'src/cli.ts', 'completion', shell], {
      cwd: ROOT,
    });
    assert.match(stdout, /temporal-sinch.* complete /, shell);
  }
  const { exitCode, stderr } = await runCommand(['completion', 'tcsh']);
  assert.equal(exitCode, 2);
  assert.match(stderr, /zsh, bash, fish, powershell/);
});
