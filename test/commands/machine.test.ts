/** What a person is told of a port that is taken, a folder that cannot be used, and a start that was stopped. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { machineErrorOf } from '../../src/commands/machine-error.ts';
import { startChild } from '../helpers/child.ts';
import { runCommand } from './context.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'temporal-sinch-machine-'));
after(() => rmSync(folder, { recursive: true, force: true }));

describe('a port that is taken', () => {
  const other = createServer();
  let port = '';
  before(async () => {
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    port = String((other.address() as AddressInfo).port);
  });
  after(() => other.close());

  for (const option of ['--port', '--ui-port', '--temporal-port']) {
    test(`is said of ${option} of up before anything is started, with exit code 1`, async () => {
      const dataDir = path.join(folder, option);
      const { exitCode, stderr } = await runCommand(['up', '--data-dir', dataDir, option, port]);
      assert.equal(exitCode, 1);
      assert.equal(
        stderr,
        `Error: Port ${port} of 127.0.0.1 is taken by another program. Give another one with ${option}, or none to have a free one chosen.\n`,
      );
      assert.equal(existsSync(dataDir), false);
    });
  }

  test('is said of the simulator, in a sentence', async () => {
    const { exitCode, stderr } = await runCommand(['simulator', '--port', port]);
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      new RegExp(`^Error: Listening on port ${port} of 127\\.0\\.0\\.1 failed: another program has it\\. .*--port`),
    );
    assert.doesNotMatch(stderr, /EADDRINUSE|\n +at /);
  });
});

test('a folder that cannot be used is said in a sentence that names it, with exit code 1', async () => {
  const file = path.join(folder, 'file');
  writeFileSync(file, '');
  for (const dataDir of [file, path.join(file, 'below'), '/sys/temporal-sinch']) {
    const { exitCode, stderr } = await runCommand(['up', '--data-dir', dataDir]);
    assert.equal(exitCode, 1);
    assert.ok(stderr.startsWith('Error: ') && stderr.includes(dataDir), stderr);
    assert.doesNotMatch(stderr, /\n +at /);
  }
});

test('what a file system refuses is said in words', () => {
  for (const [code, words] of [
    ['EROFS', /\/data\/x cannot be used \(mkdir\): the file system can only be read/],
    ['EACCES', /this user may not write there/],
    ['ENOSPC', /the disk is full/],
  ] as const) {
    const error = Object.assign(new Error(`${code}: mkdir '/data/x'`), { code, syscall: 'mkdir', path: '/data/x' });
    assert.match(String(machineErrorOf(error)), words);
  }
  const own = new Error('ours');
  assert.equal(machineErrorOf(own), own);
});

describe('a start of up that is stopped', () => {
  for (const [what, mark] of [
    ['while the database is opened', 'database/temporal-sinch.lock'],
    ['while Temporal is started', 'temporal.db.making'],
  ] as const) {
    test(`${what} ends with 130 and a sentence, and the next one comes up`, { timeout: 300_000 }, async () => {
      const dataDir = path.join(folder, mark.replaceAll('/', '-'));
      const early = startChild('src/cli.ts', ['up', '--data-dir', dataDir]);
      while (!existsSync(path.join(dataDir, mark))) await new Promise((resolve) => setTimeout(resolve, 5));
      early.signal('SIGINT');
      assert.equal(await early.exited, 130, early.stderr());
      assert.match(early.stderr(), /Error: Stopped before all was up; nothing was left running\.\n$/);
      assert.ok(!readdirSync(path.join(dataDir, 'database')).includes('temporal-sinch.lock'));
      const next = startChild('src/cli.ts', ['up', '--data-dir', dataDir, '--json']);
      await next.firstLine();
      next.signal('SIGINT');
      assert.equal(await next.exited, 0, next.stderr());
    });
  }

  test('with kill -9, at whatever moment, does not stop the next one', { timeout: 600_000 }, async () => {
    for (const mark of ['database/.making', 'database/PG_VERSION', 'temporal.db', 'stack.json']) {
      const dataDir = path.join(folder, `killed-${mark.replaceAll('/', '-')}`);
      const killed = startChild('src/cli.ts', ['up', '--data-dir', dataDir]);
      while (!existsSync(path.join(dataDir, mark))) await new Promise((resolve) => setTimeout(resolve, 2));
      killed.signal('SIGKILL');
      await killed.exited;
      const next = startChild('src/cli.ts', ['up', '--data-dir', dataDir, '--json']);
      await next.firstLine();
      next.signal('SIGINT');
      assert.equal(await next.exited, 0, next.stderr());
    }
  });
});
