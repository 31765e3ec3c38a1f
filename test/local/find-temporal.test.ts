import assert from 'node:assert/strict';
import { chmod, copyFile, mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, test } from 'node:test';
import { cachedProgram, cacheFolder } from '../../src/local/cache-folder.ts';
import { DEFAULT_TOOLS_FOLDER } from '../../src/local/build-temporal.ts';
import { findTemporal, TemporalNotFoundError } from '../../src/local/find-temporal.ts';
import type { FindTemporalOptions, ObtainTemporal } from '../../src/local/find-temporal.ts';
import { TEMPORAL_CLI_VERSION } from '../../src/local/temporal-version.ts';
import { findTestTemporal } from '../helpers/temporal.ts';
import { linesIn, temporaryFolder } from './programs.ts';
import type { TemporaryFolder } from './programs.ts';

let executable: string;

before(async () => {
  executable = await findTestTemporal();
});

const notAllowed: ObtainTemporal = async () => {
  throw new Error('not in this test');
};

/** A search that sees only what the test put there. */
function searchIn(folder: TemporaryFolder, env: NodeJS.ProcessEnv = {}): FindTemporalOptions {
  return {
    env: { PATH: path.join(folder.path, 'bin'), HOME: folder.path, ...env },
    cacheDir: path.join(folder.path, 'cache'),
    download: notAllowed,
    build: notAllowed,
  };
}

/** A wrapper around the real program that notes each call. */
async function countingProgram(folder: TemporaryFolder, name: string): Promise<{ file: string; calls: string }> {
  const calls = path.join(folder.path, `${path.basename(name)}.calls`);
  return { calls, file: await folder.script(name, `echo "$1" >> '${calls}'\nexec '${executable}' "$@"`) };
}

test('the pinned release is the one that tools/temporal builds', async () => {
  const goMod = await readFile(path.join(DEFAULT_TOOLS_FOLDER, 'go.mod'), 'utf8');
  assert.equal(/^\s*(?:require )?github\.com\/temporalio\/cli v(\S+)/m.exec(goMod)?.[1], TEMPORAL_CLI_VERSION);
});

test('TEMPORAL_CLI comes first, and an unusable one is an error though another is on PATH', async () => {
  await using folder = await temporaryFolder();
  const named = await folder.link('elsewhere/my-temporal', executable);
  const onPath = await folder.link('bin/temporal', executable);
  assert.deepEqual(await findTemporal(searchIn(folder, { TEMPORAL_CLI: named })), {
    path: named,
    source: 'TEMPORAL_CLI',
  });
  assert.deepEqual(await findTemporal(searchIn(folder, { TEMPORAL_CLI: 'temporal' })), {
    path: onPath,
    source: 'TEMPORAL_CLI',
  });

  const broken = await folder.script('elsewhere/broken', 'echo "cannot open shared object" >&2; exit 127');
  for (const [file, reason] of [
    ['/no/such/temporal', /\/no\/such\/temporal: there is no such file/],
    [folder.path, /it is not a file/],
    [broken, /cannot open shared object/],
  ] as const) {
    await assert.rejects(findTemporal(searchIn(folder, { TEMPORAL_CLI: file })), (error) => {
      assert.ok(error instanceof TemporalNotFoundError);
      assert.equal(error.code, 'temporal_not_found');
      assert.match(error.message, /^TEMPORAL_CLI names a program that cannot be used/);
      assert.match(error.message, reason);
      assert.match(error.message, /unset it/);
      return true;
    });
  }
});

test('a usable temporal on PATH is taken, and its verdict is remembered until the file changes', async () => {
  await using folder = await temporaryFolder();
  const { file, calls } = await countingProgram(folder, 'bin/temporal');
  const search = searchIn(folder);
  assert.deepEqual(await findTemporal(search), { path: file, source: 'path' });
  assert.equal(await linesIn(calls), 2);
  assert.deepEqual(await findTemporal(search), { path: file, source: 'path' });
  assert.equal(await linesIn(calls), 2, 'the second time it was not started');

  await utimes(file, new Date(0), new Date(0));
  await findTemporal(search);
  assert.equal(await linesIn(calls), 4, 'a changed file is tried anew');
});

test('a program that only shares the name is passed over for the next one, and asked once', async () => {
  await using folder = await temporaryFolder();
  const calls = path.join(folder.path, 'calls');
  await folder.script('first/temporal', `echo call >> '${calls}'; echo "temporal, a tense checker"`);
  const usable = await folder.link('bin/temporal', executable);
  const search = searchIn(folder, {
    PATH: [path.join(folder.path, 'first'), path.dirname(usable)].join(path.delimiter),
  });
  for (let time = 0; time < 2; time += 1) {
    assert.deepEqual(await findTemporal(search), { path: usable, source: 'path' });
  }
  assert.equal(await linesIn(calls), 1);
});

test('a temporal that cannot skip time is not taken', async () => {
  await using folder = await temporaryFolder();
  await folder.script(
    'bin/temporal',
    `for a; do shift; [ "$a" = --dynamic-config-value=frontend.WorkflowTimeSkippingEnabled=true ] || set -- "$@" "$a"; done
exec '${executable}' "$@"`,
  );
  await assert.rejects(findTemporal(searchIn(folder)), { message: /bin\/temporal on PATH: it cannot skip time/ });
});

test('the cached program comes before a download', async () => {
  await using folder = await temporaryFolder();
  const search = searchIn(folder);
  const cached = await folder.link(path.relative(folder.path, cachedProgram(search.cacheDir ?? '')), executable);
  assert.deepEqual(await findTemporal(search), { path: cached, source: 'cache' });
});

test('what is downloaded must pass, is then cached, and is found there the next time', async () => {
  await using folder = await temporaryFolder();
  let downloads = 0;
  const download: ObtainTemporal = async ({ folder: target }) => {
    downloads += 1;
    return folder.link(path.relative(folder.path, path.join(target, 'downloaded')), executable);
  };
  const search = { ...searchIn(folder), download };
  const cached = cachedProgram(search.cacheDir ?? '');
  // Two at once: the one waits for the other.
  const sources = (await Promise.all([findTemporal(search), findTemporal(search)])).map(({ source }) => source);
  assert.deepEqual(sources.sort(), ['cache', 'download']);
  assert.deepEqual(await findTemporal(search), { path: cached, source: 'cache' });
  assert.equal(downloads, 1);
});

test('a download that cannot be used leads to the build', async () => {
  await using folder = await temporaryFolder();
  const search: FindTemporalOptions = {
    ...searchIn(folder),
    download: async () => folder.script('downloaded/temporal', 'exit 1'),
    build: async ({ folder: target }) => {
      await mkdir(target, { recursive: true });
      const program = path.join(target, 'built');
      await copyFile(executable, program);
      await chmod(program, 0o755);
      return program;
    },
  };
  const found = await findTemporal(search);
  assert.deepEqual(found, { path: cachedProgram(search.cacheDir ?? ''), source: 'build' });
  assert.ok((await stat(found.path)).size > 0);
});

test('when every choice fails, one error lists each with its reason and says what to install', async () => {
  await using folder = await temporaryFolder();
  await folder.script('bin/temporal', 'echo "segmentation fault" >&2; exit 139');
  const { build: _, ...search } = searchIn(folder);
  const download: ObtainTemporal = async () => {
    throw new Error('nothing arrived for 6 s');
  };
  await assert.rejects(findTemporal({ ...search, download }), (error) => {
    assert.ok(error instanceof TemporalNotFoundError);
    const choices = error.message.split('\n').filter((line) => line.startsWith('  - '));
    for (const [i, expected] of [
      /TEMPORAL_CLI: it is not set/,
      /bin\/temporal on PATH: .*segmentation fault/,
      /cached .*temporal-\d.*: there is no such file/,
      /download by the Temporal SDK: nothing arrived for 6 s/,
      /build of tools\/temporal with Go: there is no `go` on PATH/,
      /install the Temporal CLI/,
      /set TEMPORAL_CLI/,
      /reach https:\/\/temporal.download/,
      /install Go/,
    ].entries()) {
      assert.match(choices[i] ?? '', expected);
    }
    return true;
  });
});

test('a search can be given up while another process installs', async () => {
  await using folder = await temporaryFolder();
  const search = searchIn(folder);
  const lock = path.join(search.cacheDir ?? '', 'install.lock');
  await mkdir(path.dirname(lock), { recursive: true });
  await writeFile(lock, '');
  const giveUp = new AbortController();
  const phases: string[] = [];
  const searching = findTemporal({
    ...search,
    signal: giveUp.signal,
    onProgress: ({ phase }) => {
      phases.push(phase);
      giveUp.abort();
    },
  });
  await assert.rejects(searching, { name: 'AbortError' });
  assert.match(phases[0] ?? '', /another process/);
});

test('the cache is where each system keeps such things', () => {
  assert.equal(cacheFolder({ HOME: '/home/ada' }, 'linux'), '/home/ada/.cache/temporal-sinch');
  assert.equal(cacheFolder({ HOME: '/home/ada', XDG_CACHE_HOME: '/var/tmp' }, 'linux'), '/var/tmp/temporal-sinch');
  assert.equal(cacheFolder({ HOME: '/Users/ada' }, 'darwin'), '/Users/ada/Library/Caches/temporal-sinch');
  assert.match(cacheFolder({ LOCALAPPDATA: 'L' }, 'win32'), /^L.temporal-sinch.Cache$/);
});
