/** The README's samples and commands, each of them run. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { tmpdir } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode } from '@temporalio/worker';
import { findFreePorts } from '../src/local/free-ports.ts';
import { deriveCallbackSecret, staticSettings, type StaticSettingsOptions } from '../src/settings/index.ts';
import { type Simulator, startSimulator } from '../src/simulator/index.ts';
import { runCommand } from './commands/context.ts';
import { type Child, listens, startChild } from './helpers/child.ts';
import { codeBlocks, sectionOf, tableOf } from './helpers/markdown.ts';
import { createPackageUser, type PackageUser, type UserProgram } from './helpers/package-user.ts';
import { recipientReport } from './webhook/webhook-fixture.ts';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
/** What goes wrong here mostly shows in that nothing happens. */
const MINUTES = { timeout: 180_000 };
const PLAN = { servicePlanId: 'readme-plan', apiToken: 'readme-token' };

/** The README's TypeScript by the file names in its first lines. */
const SAMPLES = Object.fromEntries(
  codeBlocks(README)
    .filter(({ language }) => language === 'ts')
    .map(({ text }) => {
      const name = /^\/\/ ([\w-]+\.ts)\n/.exec(text)?.[1];
      if (name === undefined) throw new Error(`A sample does not begin with the name of its file:\n${text}`);
      return [name, text];
    }),
);

/** What a sample has that a test cannot: a plan at Sinch, an address on the internet, a PostgreSQL server. */
const REPLACEMENTS = [
  ["'https://sms.example.com'", "process.env.PUBLIC_URL ?? '', allowPrivateHosts: ['127.0.0.1']"],
  ["region: 'eu'", "baseUrl: process.env.SINCH_BASE_URL ?? ''"],
  ["openDatabase({ url: process.env.DATABASE_URL ?? '' })", 'openDatabase({ memory: true })'],
] as const;

/** The samples as they can be run here; each replacement is needed somewhere. */
function runnable(samples: Readonly<Record<string, string>>): Record<string, string> {
  for (const [what] of REPLACEMENTS) {
    assert.ok(
      Object.values(samples).some((text) => text.includes(what)),
      `no sample has ${what}`,
    );
  }
  const replaced = (text: string): string => REPLACEMENTS.reduce((now, [what, by]) => now.replace(what, by), text);
  return Object.fromEntries(Object.entries(samples).map(([name, text]) => [name, replaced(text)]));
}

describe('the samples of the README', () => {
  let user: PackageUser;
  let up: Child;
  let addresses: Record<string, string>;
  let dataDir = '';
  const programs: UserProgram[] = [];

  before(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'temporal-sinch-readme-'));
    up = startChild('src/cli.ts', ['up', '--memory', '--json', '--report-delay', '200', '--data-dir', dataDir]);
    const [made, line] = await Promise.all([createPackageUser(), up.firstLine()]);
    user = made;
    addresses = JSON.parse(line) as Record<string, string>;
  });
  after(async () => {
    for (const program of programs) program.signal('SIGKILL');
    up.signal('SIGTERM');
    await Promise.all([up.exited, ...programs.map(({ exited }) => exited)]);
    await user?.[Symbol.asyncDispose]();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test('type-check for somebody who has installed the package', async () => {
    assert.ok(Object.keys(SAMPLES).length >= 8, Object.keys(SAMPLES).join(', '));
    assert.equal(await user.compile(SAMPLES), '');
  });

  describe('run as three processes', () => {
    let simulator: Simulator;
    let nodePort = 0;
    let honoPort = 0;
    let env: Record<string, string>;

    function run(file: string, more: Record<string, string> = {}): UserProgram {
      const program = user.run(file, { ...env, ...more });
      programs.push(program);
      return program;
    }

    /** What is waited for never comes where one of the programs has ended by itself. */
    async function unlessEnded<T>(waited: Promise<T>, ...needed: UserProgram[]): Promise<T> {
      const ended = needed.map(async (program) => {
        const code = await program.exited;
        throw new Error(`A program that is needed ended with ${code}:\n${program.stdout()}\n${program.stderr()}`);
      });
      return Promise.race([waited, ...ended]);
    }

    async function untilListening(port: number, program: UserProgram): Promise<void> {
      const isUp = async (): Promise<void> => {
        while (!(await listens(`127.0.0.1:${port}`))) await delay(50);
      };
      await unlessEnded(isUp(), program);
    }

    before(async () => {
      [nodePort = 0, honoPort = 0] = await findFreePorts('127.0.0.1', 2);
      simulator = await startSimulator({ plans: [PLAN], reportDelayMs: 200 });
      env = {
        TEMPORAL_ADDRESS: addresses['temporal'] ?? '',
        SINCH_SERVICE_PLAN_ID: PLAN.servicePlanId,
        SINCH_API_TOKEN: PLAN.apiToken,
        SINCH_BASE_URL: simulator.url,
        PUBLIC_URL: `http://127.0.0.1:${nodePort}`,
      };
      assert.equal(await user.compile(runnable(SAMPLES)), '');
    });
    after(() => simulator?.close());

    test('deliver a message: worker, webhook in Node.js alone, starter', MINUTES, async () => {
      const host = run('node-host.js', { PORT: String(nodePort) });
      await untilListening(nodePort, host);
      const worker = run('worker.js');
      const starter = run('start.js');
      assert.equal(await unlessEnded(starter.exited, host, worker), 0, starter.stderr());
      assert.match(starter.stdout(), /status: 'delivered'/);
      assert.equal(simulator.accepted('sinch/shop/welcome-017'), 1);
      worker.signal('SIGTERM');
      assert.equal(await worker.exited, 0, worker.stderr());
    });

    test('take a genuine callback in Hono, and no other', async () => {
      const host = run('hono-host.js', { PORT: String(honoPort) });
      await untilListening(honoPort, host);
      const url = `http://127.0.0.1:${honoPort}/webhooks/sinch/sinch-eu`;
      const call = async (secret: string): Promise<unknown[]> => {
        const body = recipientReport({ client_reference: 'sinch/shop/nobody' });
        const response = await fetch(`${url}/${secret}`, { method: 'POST', body });
        return [response.status, ((await response.json()) as { received: boolean }).received];
      };
      assert.deepEqual(await call(deriveCallbackSecret(PLAN.apiToken, 'sinch-eu')), [200, true]);
      assert.deepEqual(await call('guessed-and-of-22-chars'), [401, false]);
    });

    test('re-export the workflow for a bundle that is made without the plugin', async () => {
      const nothing = (): void => undefined;
      const logger = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
      const workflowsPath = path.join(user.folder, 'all-workflows.js');
      const { code } = await bundleWorkflowCode({ workflowsPath, logger });
      assert.match(code, /sendMessage/);
      assert.match(code, /greet/);
    });
  });

  test('ask for a message by curl, and follow it by command', MINUTES, async () => {
    const section = sectionOf(README, 'Quick start over HTTP');
    const blocks = codeBlocks(section);
    const request = requestOf(blocks.find(({ text }) => text.startsWith('curl '))?.text ?? '', {
      SINCH_API_KEY: addresses['api_key'] ?? '',
    });
    assert.match(request.url, /^http:\/\/127\.0\.0\.1:8080\//);
    const response = await fetch(request.url.replace('http://127.0.0.1:8080', addresses['url'] ?? ''), request);
    assert.equal(response.status, 200);
    const [answer] = blocks.filter(({ language }) => language === 'json');
    assert.deepEqual(await response.json(), JSON.parse(answer?.text ?? ''));

    const command = /^temporal-sinch (message [\w-]+)$/m.exec(section)?.[1] ?? '';
    const follow = async (...more: string[]): Promise<string> =>
      (await runCommand([...command.split(' '), ...more, '--data-dir', dataDir])).stdout;
    while (!(await follow()).includes(': delivered\n')) await delay(100);
    const [shown] = blocks.filter(({ language }) => language === 'text');
    assert.equal(withoutChance(await follow()), withoutChance(shown?.text ?? ''));
  });

  test('name the properties that events have', async () => {
    const named = tableOf(README, 'Property').map(([property = '']) => property.replaceAll('`', ''));
    const { stdout } = await runCommand(['message', 'welcome-017', '--json', '--data-dir', dataDir]);
    const { events } = JSON.parse(stdout) as { events: Record<string, unknown>[] };
    const had = new Set(events.flatMap((event) => Object.keys(event)));
    assert.deepEqual([...had].filter((property) => !named.includes(property)).sort(), []);
    // What goes well has neither.
    assert.deepEqual(named.filter((property) => !had.has(property)).sort(), ['comment', 'error']);
  });

  test('are queries that the Temporal server understands', async () => {
    const [block] = codeBlocks(sectionOf(README, 'Why has it not arrived?'));
    const queries = block?.text.trim().split('\n') ?? [];
    assert.equal(queries.length, 2);
    const connection = await Connection.connect({ address: addresses['temporal'] ?? '' });
    try {
      const client = new Client({ connection });
      for (const query of queries) await client.workflow.count(query);
      // The very message of the quick start, once its status is turned.
      const { count } = await client.workflow.count((queries[0] ?? '').replace('"open"', '"delivered"'));
      assert.equal(count, 1);
    } finally {
      await connection.close();
    }
  });

  test('are settings in JSON that staticSettings takes', async () => {
    const [block] = codeBlocks(sectionOf(README, 'Configuration')).filter(({ language }) => language === 'json');
    const settings = staticSettings(JSON.parse(block?.text ?? '') as StaticSettingsOptions);
    assert.deepEqual(
      (await settings.integrations()).map(({ id }) => id),
      ['sinch-eu', 'sinch-us'],
    );
  });
});

/** What a shell makes of a curl command, as `fetch` takes it. */
function requestOf(command: string, env: Readonly<Record<string, string>>) {
  const words = [...command.replaceAll('\\\n', ' ').matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, expanded, literal, bare]) =>
      expanded?.replaceAll(/\$(\w+)/g, (_, name: string) => env[name] ?? '') ?? literal ?? bare ?? '',
  );
  const after = (option: string): string[] =>
    words.flatMap((word, index) => (words[index - 1] === option ? [word] : []));
  const [curl, url = ''] = words;
  assert.equal(curl, 'curl');
  const headers = after('-H').map((header): [string, string] => {
    const [name = '', value = ''] = header.split(': ');
    return [name, value];
  });
  return { url, method: 'POST', headers, body: after('-d')[0] ?? '' };
}

/** Times and ids that each run has its own of. */
function withoutChance(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, '(date)')
    .replaceAll(/\d\d:\d\d:\d\d UTC/g, '(time)')
    .replaceAll(/\b[0-9A-HJKMNP-TV-Z]{26}\b/g, '(id)');
}
