import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTE } from '../../src/contract/names.ts';
import { startTemporalServer, TemporalServerError } from '../../src/local/temporal-server.ts';
import { findTestTemporal } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';
import { isRunning, temporaryFolder } from './programs.ts';

const { env } = process;
let executable: string;

before(async () => {
  executable = await findTestTemporal();
});

test('a server serves its web UI, and leaves no process and no port behind, twice', async () => {
  for (let time = 0; time < 2; time += 1) {
    const server = await startTemporalServer({ executable, env });
    assert.ok(server.uiUrl);
    assert.equal((await fetch(server.uiUrl)).status, 200);
    assert.ok(await isRunning(server.pid));
    await Promise.all([server.close(), server.close()]);
    await server.exited;
    assert.equal(await isRunning(server.pid), false);
    await assertFree(server.address);
    await assertFree(new URL(server.uiUrl).host);
  }
});

test('two servers run side by side and know nothing of each other', async () => {
  const servers = await Promise.all([
    startTemporalServer({ executable, env, namespace: 'one' }),
    startTemporalServer({ executable, env, namespace: 'other', ui: false }),
  ]);
  try {
    const [one, other] = servers;
    assert.notEqual(one.address, other.address);
    assert.equal(other.uiUrl, undefined);
    await withConnection(other.address, async ({ workflowService }) => {
      await workflowService.describeNamespace({ namespace: 'other' });
      await assert.rejects(workflowService.describeNamespace({ namespace: 'one' }), { code: 5 });
    });
  } finally {
    await Promise.all(servers.map(async (server) => server.close()));
  }
});

test('once it has started, it knows our search attributes as keywords, keeps the limit of a queue, and has one partition', async () => {
  await using server = await startTemporalServer({ executable, env, ui: false });
  await withConnection(server.address, async ({ operatorService, workflowService }) => {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace: 'default' });
    const keyword = 2;
    for (const name of Object.values(SEARCH_ATTRIBUTE)) assert.equal(customAttributes?.[name], keyword, name);

    const queue = { namespace: 'default', taskQueueType: 2 } as const;
    await workflowService.updateTaskQueueConfig({
      ...queue,
      taskQueue: 'sinch-plan-test',
      updateQueueRateLimit: { rateLimit: { requestsPerSecond: 20 }, reason: 'the plan allows it' },
    });
    const described = await workflowService.describeTaskQueue({
      ...queue,
      taskQueue: { name: 'sinch-plan-test' },
      reportConfig: true,
    });
    assert.equal(described.config?.queueRateLimit?.rateLimit?.requestsPerSecond, 20);
    const partitions = await workflowService.listTaskQueuePartitions({
      namespace: 'default',
      taskQueue: { name: 'sinch-plan-test' },
    });
    assert.equal(partitions.activityTaskQueuePartitions?.length, 1);
    assert.equal(partitions.workflowTaskQueuePartitions?.length, 1);
  });
});

test('a file keeps the limit of a queue across a restart', async () => {
  await using folder = await temporaryFolder();
  const dbFilename = path.join(folder.path, 'temporal.db');
  const queue = { namespace: 'default', taskQueueType: 2 } as const;
  const first = await startTemporalServer({ executable, env, ui: false, dbFilename });
  await withConnection(first.address, async ({ workflowService }) =>
    workflowService.updateTaskQueueConfig({
      ...queue,
      taskQueue: 'kept',
      updateQueueRateLimit: { rateLimit: { requestsPerSecond: 3 } },
    }),
  );
  await first.close();

  await using second = await startTemporalServer({ executable, env, ui: false, dbFilename });
  const described = await withConnection(second.address, async ({ workflowService }) =>
    workflowService.describeTaskQueue({ ...queue, taskQueue: { name: 'kept' }, reportConfig: true }),
  );
  assert.equal(described.config?.queueRateLimit?.rateLimit?.requestsPerSecond, 3);
});

test('a server that ends early is reported with what it said last', async () => {
  await assert.rejects(startTemporalServer({ executable, env, extraArgs: ['--no-such-flag'] }), (error) => {
    assert.ok(error instanceof TemporalServerError);
    assert.equal(error.code, 'temporal_server_failed');
    assert.match(error.message, /ended before it served .* It said: Error: unknown flag: --no-such-flag/);
    return true;
  });
});

test('a program that cannot be started is reported with its path', async () => {
  await assert.rejects(startTemporalServer({ executable: '/no/such/temporal', env }), {
    code: 'temporal_server_failed',
    message: /\/no\/such\/temporal failed: .*ENOENT/,
  });
});

test('a chosen port that is taken is an error and not silently another port', async () => {
  const listener = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  try {
    await assert.rejects(startTemporalServer({ executable, env, port }), { message: /address already in use/ });
    await assert.rejects(startTemporalServer({ executable, env, uiPort: port }), { message: /address already in use/ });
  } finally {
    listener.close();
  }
});

test('a free port that is lost in the last moment is replaced', async () => {
  await using folder = await temporaryFolder();
  const seen = path.join(folder.path, 'seen');
  const losesOnce = await folder.script(
    'temporal',
    `[ -e '${seen}' ] || { echo > '${seen}'; echo "can't set frontend port 1: bind: address already in use" >&2; exit 1; }
exec '${executable}' "$@"`,
  );
  await using server = await startTemporalServer({ executable: losesOnce, env, ui: false });
  await withConnection(server.address, async ({ workflowService }) => workflowService.getSystemInfo({}));
});

test('a program that never serves is ended, with all that it started', { timeout: 150_000 }, async () => {
  await using folder = await temporaryFolder();
  const pidFile = path.join(folder.path, 'pid');
  const hangs = await folder.script('hangs', `sleep 600 & echo $! > '${pidFile}'; wait`);
  await assert.rejects(startTemporalServer({ executable: hangs, env, startTimeoutMs: 400 }), {
    message: /did not serve within 0.4 s/,
  });
  await assertEnded(pidFile);

  const leaves = await folder.script('leaves', `sleep 600 & echo $! > '${pidFile}'; echo "no more memory" >&2`);
  await assert.rejects(startTemporalServer({ executable: leaves, env }), { message: /It said: no more memory/ });
  await assertEnded(pidFile);
});

test('a start can be given up', { timeout: 150_000 }, async () => {
  await using folder = await temporaryFolder();
  const executable = await folder.script('temporal', 'exec sleep 600');
  const giveUp = new AbortController();
  const starting = startTemporalServer({ executable, env, signal: giveUp.signal });
  giveUp.abort(new Error('changed my mind'));
  await assert.rejects(starting, /changed my mind/);

  const later = new AbortController();
  const log = (): void => later.abort(new Error('seen enough'));
  const speaks = await folder.script('speaks', 'echo "starting" >&2; exec sleep 600');
  await assert.rejects(startTemporalServer({ executable: speaks, env, signal: later.signal, log }), /seen enough/);
});

for (const [how, ending] of [
  ['is killed', 'SIGKILL'],
  ['forgets to close it', undefined],
] as const) {
  test(`the server ends when the process that started it ${how}`, async () => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(new URL('./forgetful.ts', import.meta.url))],
      {
        env: { ...env, TEST_TEMPORAL: executable, TEST_WAIT: ending === undefined ? '' : 'yes' },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const pid = Number(line);
    assert.ok(pid > 0);
    if (ending !== undefined) child.kill(ending);
    await once(child, 'exit');
    await until('the server ended', async () => !(await isRunning(pid)));
  });
}

async function withConnection<T>(address: string, use: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

async function assertFree(hostAndPort: string): Promise<void> {
  const { hostname, port } = new URL(`http://${hostAndPort}`);
  const listener = createServer().listen(Number(port), hostname);
  await once(listener, 'listening');
  listener.close();
  await once(listener, 'close');
}

async function assertEnded(pidFile: string): Promise<void> {
  const pid = Number(await readFile(pidFile, 'utf8'));
  assert.ok(pid > 0);
  await until('what the program started ended', async () => !(await isRunning(pid)));
}
