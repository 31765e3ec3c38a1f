import assert from 'node:assert/strict';
import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { buildTemporal } from '../../src/local/build-temporal.ts';
import { downloadTemporal } from '../../src/local/download-temporal.ts';
import { withInstallLock } from '../../src/local/install-lock.ts';
import { createProgressPrinter } from '../../src/local/progress-printer.ts';
import type { ProgressTicker } from '../../src/local/progress-ticker.ts';
import { TEMPORAL_CLI_VERSION } from '../../src/local/temporal-version.ts';
import { until } from '../helpers/until.ts';
import { isRunning, temporaryFolder } from './programs.ts';
import type { TemporaryFolder } from './programs.ts';

function recordingTicker(): ProgressTicker & { shown: string[] } {
  const shown: string[] = [];
  return {
    shown,
    show(phase, detail) {
      shown.push(detail === undefined ? phase : `${phase}, ${detail}`);
    },
    [Symbol.dispose]() {},
  };
}

/** Stands for the SDK's testing package; `body` is what its `createLocal` does with `server.executable`. */
async function testingModule(folder: TemporaryFolder, body: string): Promise<string> {
  const file = path.join(folder.path, 'testing.cjs');
  await writeFile(
    file,
    `const fs = require('node:fs'), path = require('node:path'), { spawn } = require('node:child_process');
exports.TestWorkflowEnvironment = { async createLocal({ server: { executable } }) {
  ${body}
  return { async teardown() {} };
} };`,
  );
  return file;
}

test('a download leaves the program and nothing running', async () => {
  await using folder = await temporaryFolder();
  const pidFile = path.join(folder.path, 'pid');
  const module = await testingModule(
    folder,
    `fs.writeFileSync(path.join(executable.downloadDir, 'temporal-' + executable.version), 'program', { mode: 0o755 });
     const server = spawn('sleep', ['60'], { stdio: 'ignore' });
     fs.writeFileSync(${JSON.stringify(pidFile)}, String(server.pid));
     throw new Error('the server was too slow to start');`,
  );
  const target = path.join(folder.path, 'download');
  const program = await downloadTemporal({
    env: process.env,
    folder: target,
    ticker: recordingTicker(),
    testingModule: module,
  });
  assert.equal(program, path.join(target, `temporal-v${TEMPORAL_CLI_VERSION}`));
  assert.equal(await readFile(program, 'utf8'), 'program');
  const pid = Number(await readFile(pidFile, 'utf8'));
  await until('the server that the download started ended', async () => !(await isRunning(pid)));
});

test('a download of which nothing arrives is given up, and one that fails says why in one line', async () => {
  await using folder = await temporaryFolder();
  const options = { env: process.env, folder: path.join(folder.path, 'download'), ticker: recordingTicker() };
  const silent = await testingModule(folder, 'await new Promise(() => setInterval(() => {}, 1000));');
  await assert.rejects(downloadTemporal({ ...options, testingModule: silent, silenceMs: 600 }), {
    message: 'nothing arrived for 0.6 s',
  });
  const failing = await testingModule(
    folder,
    `throw new Error('failed: dns error: no such host: dns error: no such host\\nat');`,
  );
  await assert.rejects(downloadTemporal({ ...options, testingModule: failing }), {
    message: 'failed: dns error: no such host',
  });
});

test('a download that is given up by the caller ends', async () => {
  await using folder = await temporaryFolder();
  const module = await testingModule(folder, 'await new Promise(() => setInterval(() => {}, 1000));');
  const giveUp = new AbortController();
  const downloading = downloadTemporal({
    env: process.env,
    folder: path.join(folder.path, 'download'),
    ticker: recordingTicker(),
    testingModule: module,
    signal: giveUp.signal,
  });
  setImmediate(() => giveUp.abort(new Error('enough')));
  await assert.rejects(downloading, /enough/);
});

/** Stands for Go: answers `go env`, and builds what `build` says. */
async function fakeGo(folder: TemporaryFolder, answer: string, build: string): Promise<NodeJS.ProcessEnv> {
  await folder.script('bin/go', `if [ "$1" = env ]; then printf '${answer}'; exit; fi\n${build}`);
  return { PATH: `${path.join(folder.path, 'bin')}:/usr/bin:/bin` };
}

test('a build shows how far it is and leaves a program that nobody else writes', async () => {
  await using folder = await temporaryFolder();
  const env = await fakeGo(
    folder,
    'go1.99.0\\nauto\\n',
    `echo "go: downloading example.com/x v1.0.0" >&2
echo "example.com/x" >&2
echo "github.com/temporalio/cli/cmd/temporal" >&2
while [ "$1" != -o ]; do shift; done
echo "$CGO_ENABLED $PWD" > "$2"`,
  );
  const ticker = recordingTicker();
  const options = { env, folder: path.join(folder.path, 'build'), ticker };
  const [one, other] = await Promise.all([buildTemporal(options), buildTemporal(options)]);
  assert.notEqual(one, other);
  assert.match(await readFile(one, 'utf8'), /^0 .*tools\/temporal\n$/);
  for (const expected of [/fetching modules, 1 so far/, /compiling, 1 packages so far/, /linking$/]) {
    assert.ok(
      ticker.shown.some((line) => expected.test(line)),
      String(expected),
    );
  }
});

test('a build that fails says what Go said, a Go that is too old says which one is needed', async () => {
  await using folder = await temporaryFolder();
  const options = { folder: path.join(folder.path, 'build'), ticker: recordingTicker() };
  const failing = await fakeGo(folder, 'go1.99.0\\nauto\\n', 'echo "no space left on device" >&2; exit 1');
  await assert.rejects(buildTemporal({ ...options, env: failing }), {
    message: /ended with 1: no space left on device/,
  });
  const old = await fakeGo(folder, 'go1.20.1\\n\\n', 'exit 0');
  await assert.rejects(buildTemporal({ ...options, env: old }), {
    message: /needs Go 1\.\d+\S* and .* is 1\.20\.1, .*too old/,
  });
  const held = await fakeGo(folder, 'go1.25.0\\nlocal\\n', 'exit 0');
  await assert.rejects(buildTemporal({ ...options, env: held }), { message: /GOTOOLCHAIN=local/ });
});

test('the install lock lets one in at a time and is left behind by nobody', async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'cache', 'install.lock');
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    inside -= 1;
  };
  await Promise.all([withInstallLock(file, work), withInstallLock(file, work), withInstallLock(file, work)]);
  assert.equal(most, 1);
  await assert.rejects(
    withInstallLock(file, async () => {
      throw new Error('failed');
    }),
    /failed/,
  );
  await assert.rejects(readFile(file), { code: 'ENOENT' });
});

test('the lock of a dead process is taken over, and so is one that nobody has touched for long', async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'install.lock');
  await mkdir(folder.path, { recursive: true });
  const noProcess = 2 ** 30;
  await writeFile(file, JSON.stringify({ pid: noProcess, host: hostname(), id: 'dead' }));
  assert.equal(await withInstallLock(file, async () => 'done'), 'done');

  await writeFile(file, JSON.stringify({ pid: 1, host: 'another machine', id: 'gone' }));
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(file, longAgo, longAgo);
  assert.equal(await withInstallLock(file, async () => 'done'), 'done');
});

test('progress is one rewritten line on a terminal, and now and then a line elsewhere', () => {
  const steps = [0, 1, 2, 14, 15, 16, 31].map((elapsedSeconds) => ({ phase: 'Compiling', elapsedSeconds }));
  const show = (interactive: boolean): string => {
    let text = '';
    const printer = createProgressPrinter({ write: (part) => (text += part), columns: 20 }, interactive);
    for (const step of steps) printer.report({ ...step, detail: `${step.elapsedSeconds * 10} packages` });
    printer.report({ phase: 'Linking', elapsedSeconds: 75 });
    printer.end();
    return text;
  };
  assert.deepEqual(show(false).split('\n'), [
    'Compiling, 0 packages (0 s)',
    'Compiling, 150 packages (15 s)',
    'Compiling, 310 packages (31 s)',
    'Linking (1 min 15 s)',
    '',
  ]);
  const terminal = show(true);
  assert.equal(terminal.split('\n').length, 2);
  assert.ok(terminal.endsWith('\r\u001B[2KLinking (1 min 15 s)'.slice(0, 5 + 19) + '\n'));
});
