/** The command line as a person meets it: a process of its own behind a pseudo-terminal, made by script of util-linux. */
import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Database, openDatabase } from '../../src/db/index.ts';
import type { IntegrationView } from '../../src/settings/index.ts';
import { type AdminStack, PLAN, startAdminStack } from './admin-fixture.ts';
import { CTRL_C, type Dialogue, ENTER } from './context.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const isThere = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;

describe('at a real terminal', { skip: !isThere && 'script of util-linux is not installed' }, () => {
  let database: Database;
  let stack: AdminStack;
  before(async () => {
    database = await openDatabase({ memory: true });
    stack = await startAdminStack(database);
    await stack.json('shop', 'projects create shop');
  });
  after(async () => {
    await stack?.[Symbol.asyncDispose]();
    await database?.close();
  });

  /** Types each answer once its question is on the screen; gives the exit code, and everything that was on the screen. */
  async function atTerminal(line: string, typed: Dialogue, look: (question: RegExp) => void = () => undefined) {
    const command = `${process.execPath} --import tsx src/cli.ts ${line}`;
    const child: ChildProcessWithoutNullStreams = spawn(
      'script',
      ['--quiet', '--return', '--command', command, '/dev/null'],
      {
        cwd: ROOT,
        env: { ...process.env, ...stack.env('shop'), SINCH_API_TOKEN: '', TERM: 'xterm' },
      },
    );
    let screen = '';
    let seen = 0;
    const left = [...typed];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      screen += text;
      const [next] = left;
      if (!next?.[0].test(screen.slice(seen))) return;
      seen = screen.length;
      left.shift();
      look(next[0]);
      child.stdin.write(next[1]);
    });
    const [exitCode] = (await once(child, 'close')) as [number | null];
    return { exitCode, screen };
  }

  /** What any user of this machine sees of every process. */
  function processArguments(): string {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        } catch {
          // It has ended since.
          return '';
        }
      })
      .join('\n');
  }

  const typed = (): Dialogue => [
    [/Name, for people: /, `Sinch EU${ENTER}`],
    [/Service Plan ID.*: /, `${PLAN.servicePlanId}${ENTER}`],
    [/Number or name: /, `6${ENTER}`],
    [/Base URL: /, `${stack.simulatorUrl}${ENTER}`],
    [/API token of the plan \(not shown\): /, `${PLAN.apiToken}${ENTER}`],
    [/Throughput by contract/, `25${ENTER}`],
    [/Test the connection now\?/, ENTER],
    [/default SMS provider \(there is none yet\)\?/, ENTER],
  ];

  test('integrations add asks, tests and makes it the default, and the token is seen nowhere', async () => {
    const seenArguments: string[] = [];
    const { exitCode, screen } = await atTerminal('integrations add', typed(), () =>
      seenArguments.push(processArguments()),
    );
    assert.equal(exitCode, 0, screen);
    assert.match(screen, /1 {2}us +https:\/\/us\.sms\.api\.sinch\.com/);
    assert.match(screen, /Callback URL +https:\/\/sms\.example\.com\/webhooks\/sinch\/sinch-eu\/[0-9a-f]{32}/);
    assert.match(screen, /Sinch takes the API token for service plan commands-plan/);
    assert.match(screen, /Integration sinch-eu is the default SMS provider now\./);
    assert.equal(seenArguments.length, 8);
    assert.ok(seenArguments.every((text) => text.includes('src/cli.ts integrations add')));
    for (const text of [screen, ...seenArguments]) assert.ok(!text.includes(PLAN.apiToken));
    const { state } = await stack.json<IntegrationView>('shop', 'integrations show sinch-eu');
    assert.equal(state, 'enabled');
  });

  test('Ctrl-C at the token ends with exit code 130, a short word and nothing changed', async () => {
    const { exitCode, screen } = await atTerminal('integrations add', [
      ...typed().slice(0, 4),
      [/not shown/, `tok${CTRL_C}`],
    ]);
    assert.equal(exitCode, 130, screen);
    assert.match(screen, /Error: Stopped: the question was not answered\.\r?\n$/);
    const { integrations } = await stack.json<{ integrations: IntegrationView[] }>('shop', 'integrations list');
    assert.equal(integrations.length, 1);
  });
});
