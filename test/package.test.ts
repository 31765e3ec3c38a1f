/** The package as its user gets it: what is packed, what each entry brings along, and what its declarations say. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MIGRATIONS } from '../src/db/migrations.ts';
import { migrationsOfFolder } from './db/embed-migrations.ts';
import { codeBlocks, sectionOf } from './helpers/markdown.ts';
import { type PackedPackage, packPackage } from './helpers/packed-package.ts';
import { findPostgres, startPostgres } from './helpers/postgres.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../', import.meta.url));
const README = readFileSync(path.join(ROOT, 'README.md'), 'utf8');

/** Of esbuild, which tsx brings, only what is asked here. */
interface Bundler {
  build(options: object): Promise<{
    errors: unknown[];
    metafile: {
      inputs: Record<string, unknown>;
      outputs: Record<string, { imports: { path: string; external?: true }[] }>;
    };
  }>;
}
const esbuild = createRequire(createRequire(import.meta.url).resolve('tsx/package.json'))('esbuild') as Bundler;

/** `pg` looks for its native twin where that is installed, and goes on without. */
const OPTIONAL = ['pg-native'];

/** Brought by the worker: native, and the reason why a web process must not load it. */
const OF_WORKERS = ['@temporalio/worker', '@temporalio/core-bridge', '@temporalio/testing', 'webpack'];
const OF_DATABASES = ['pg', 'drizzle-orm', '@electric-sql/pglite'];

/** What a web process imports, what it must not bring along, and a program that uses it. */
const ENTRIES: Readonly<Record<string, { without: readonly string[]; program: string; says: string }>> = {
  webhook: {
    without: [...OF_WORKERS, ...OF_DATABASES, '@temporalio/client'],
    program: `
      import { createWebhook } from 'temporal-sinch/webhook';
      const none = async () => undefined;
      const webhook = createWebhook({
        settings: { project: none, integration: none, integrations: async () => [] },
        signalMessage: async () => 'signalled',
        reports: { keepLate: none, keepUnmatched: none, keepUnreadable: none },
        log: { warn() {}, error() {}, info() {}, debug() {} },
      });
      const request = new Request('http://web/webhooks/sinch/nobody/secret-of-22-characters', { method: 'POST', body: '{}' });
      webhook(request).then(({ status }) => console.log(status));`,
    says: '404',
  },
  client: {
    without: [...OF_WORKERS, ...OF_DATABASES],
    program: `
      import { createMessageClient, parseMessageRequest } from 'temporal-sinch/client';
      const parsed = parseMessageRequest({ messageId: 'm-1', recipient: '+33639980001', text: 'Hello' });
      console.log(parsed.ok, typeof createMessageClient);`,
    says: 'true function',
  },
  settings: {
    without: [...OF_WORKERS, ...OF_DATABASES, '@temporalio/client'],
    program: `
      import { staticSettings } from 'temporal-sinch/settings';
      const integrations = [{ id: 'eu', region: 'eu', servicePlanId: 'p', apiToken: 't' }];
      staticSettings({ projects: [{ id: 'shop', integrations }] }).project('shop').then(({ projectId }) => console.log(projectId));`,
    says: 'shop',
  },
  reports: {
    without: [...OF_WORKERS, '@temporalio/client'],
    program: `
      import { createKeyring, createSqlReportStore, openDatabase } from 'temporal-sinch/reports';
      const keyring = createKeyring({ keys: [{ id: 'k', key: new Uint8Array(32) }], current: 'k' });
      console.log(typeof createSqlReportStore({ orm: {} }, keyring).keepLate);
      openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none' }).catch(({ code }) => console.log(code));`,
    says: 'function\ndatabase_unreachable',
  },
  'sql-settings': {
    without: [...OF_WORKERS, '@temporalio/client'],
    program: `
      import { sqlSettings } from 'temporal-sinch/sql-settings';
      try { sqlSettings({}, {}, { publicUrl: 'nowhere' }); } catch (error) { console.log(error.name); }`,
    says: 'TypeError',
  },
  'payload-encryption': {
    without: [...OF_WORKERS, ...OF_DATABASES, '@temporalio/client'],
    program: `
      import { createPayloadEncryption } from 'temporal-sinch/payload-encryption';
      console.log(createPayloadEncryption({ current: 'k' }, { encrypts: false }).dataConverter().payloadCodecs.length);`,
    says: '1',
  },
};

const packageOf = (file: string): string => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? '';
const importsOf = (text: string): string[] =>
  [...text.matchAll(/^(?:import|export)\b[^;]*?from '([^'.][^']*)'/gm)].map(([, from = '']) => from);
const nameOf = (specifier: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;

describe('the package', () => {
  let packed: PackedPackage;
  let elsewhere = '';
  before(async () => {
    packed = await packPackage();
    elsewhere = mkdtempSync(path.join(tmpdir(), 'temporal-sinch-bundled-'));
  });
  after(async () => {
    await packed?.[Symbol.asyncDispose]();
    rmSync(elsewhere, { recursive: true, force: true });
  });

  test('has all that it names though nothing was built before, and nothing else', () => {
    const manifest = JSON.parse(readFileSync(path.join(packed.folder, 'package.json'), 'utf8')) as {
      exports: Record<string, { types: string; default: string } | string>;
      bin: Record<string, string>;
    };
    const named = [
      ...Object.values(manifest.exports).flatMap((each) => (typeof each === 'string' ? [each] : Object.values(each))),
      ...Object.values(manifest.bin),
      './lib/workflows/with-user-workflows.js',
      './lib/payload-encryption/failure-converter.js',
      './LICENSE',
      './README.md',
    ].map((file) => file.replace('./', ''));
    assert.deepEqual(
      named.filter((file) => !packed.files.includes(file)),
      [],
    );
    assert.ok(named.length > 20, named.join(', '));
    const folders = new Set(packed.files.map((file) => file.split('/')[0] ?? ''));
    assert.deepEqual([...folders].sort(), [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'docs',
      'examples',
      'lib',
      'migrations',
      'package.json',
      'tools',
    ]);
  });

  test('points to no source that is not in it', () => {
    const texts = packed.files.filter((file) => /\.(?:js|ts|map)$/.test(file));
    assert.ok(texts.length > 300, `${texts.length} files`);
    for (const file of texts) {
      const text = readFileSync(path.join(packed.folder, file), 'utf8');
      const mapped = /\/\/# sourceMappingURL=(?!data:)(\S+)/.exec(text)?.[1];
      assert.equal(mapped, undefined, `${file} names ${mapped}`);
      for (const [, from = ''] of text.matchAll(/^(?:import|export)\b[^;]*?from '(\.[^']+)'/gm)) {
        // A declaration names the source that it was made of; whoever reads it looks for the declaration instead.
        const target = path.join(path.dirname(file), file.endsWith('.d.ts') ? from.replace(/\.ts$/, '.d.ts') : from);
        // Next resolves modules without their ending.
        const names = [target, `${target}.ts`];
        assert.ok(
          names.some((name) => packed.files.includes(name)),
          `${file} imports ${target}`,
        );
      }
    }
  });

  for (const [entry, { without, program, says }] of Object.entries(ENTRIES)) {
    test(`gives ${entry} to a web process: bundled without externals it runs, and brings no worker`, async () => {
      const project = await packed.project([]);
      const file = path.join(project, 'program.mjs');
      writeFileSync(file, program);
      for (const format of ['cjs', 'esm']) {
        const outfile = path.join(elsewhere, `${entry}.${format === 'cjs' ? 'cjs' : 'mjs'}`);
        const { metafile } = await esbuild.build({
          entryPoints: [file],
          outfile,
          format,
          bundle: true,
          platform: 'node',
          metafile: true,
          logLevel: 'silent',
          // What a bundle in ES modules needs where a library of ours is CommonJS.
          ...(format === 'esm'
            ? {
                banner: {
                  js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
                },
              }
            : {}),
        });
        const brought = new Set(Object.keys(metafile.inputs).map(packageOf));
        assert.deepEqual(
          without.filter((name) => brought.has(name)),
          [],
          `${entry} brings ${[...brought].join(', ')}`,
        );
        const left = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map((each) => each.path));
        const { builtinModules } = await import('node:module');
        const external = left.filter(
          (name) => !builtinModules.includes(name.replace('node:', '')) && !OPTIONAL.includes(name),
        );
        assert.deepEqual(external, []);
        // No package is to be found there.
        const { stdout } = await run(process.execPath, [outfile], { cwd: elsewhere });
        assert.equal(stdout.trim(), says);
      }
    });
  }

  test('makes its tables and keeps a report from within a bundle', async (t) => {
    const bin = findPostgres();
    if (bin === undefined) return t.skip('no PostgreSQL found');
    const server = await startPostgres(bin);
    try {
      const program = path.join(await packed.project([]), 'program.mjs');
      writeFileSync(
        program,
        `import { createKeyring, createSqlReportStore, openDatabase } from 'temporal-sinch/reports';
        const keyring = createKeyring({ keys: [{ id: 'k', key: new Uint8Array(32) }], current: 'k' });
        (async () => {
          const database = await openDatabase({ url: process.env.DATABASE_URL });
          const entry = { integrationId: 'eu', reason: 'inbound', rawBody: Buffer.from('{}'), receivedAt: new Date().toISOString() };
          await createSqlReportStore(database, keyring).keepUnmatched(entry);
          await database.close();
          console.log('kept');
        })();`,
      );
      const outfile = path.join(elsewhere, 'keeps.cjs');
      const common = { bundle: true, platform: 'node', format: 'cjs', metafile: true, logLevel: 'silent' };
      await esbuild.build({ ...common, entryPoints: [program], outfile });
      const env = { PATH: process.env['PATH'], DATABASE_URL: await server.createDatabase() };
      const { stdout } = await run(process.execPath, [outfile], { cwd: elsewhere, env });
      assert.equal(stdout.trim(), 'kept');
    } finally {
      await server.stop();
    }
  });

  test('has its migrations in its code as they are in their folder', () => {
    assert.deepEqual(MIGRATIONS, migrationsOfFolder(), 'run `npm run migration`');
  });

  test('says nothing wrong to whoever checks the declarations of libraries too', async () => {
    const manifest = JSON.parse(readFileSync(path.join(packed.folder, 'package.json'), 'utf8')) as {
      exports: Record<string, unknown>;
      peerDependencies: Record<string, unknown>;
    };
    const entries = Object.keys(manifest.exports).filter((name) => name !== './package.json');
    const project = await packed.project([...Object.keys(manifest.peerDependencies), '@types/node']);
    const text = entries
      .map((entry, index) => `export * as e${index} from 'temporal-sinch${entry.slice(1)}';\n`)
      .join('');
    writeFileSync(path.join(project, 'all.ts'), text);
    for (const exactOptionalPropertyTypes of [false, true]) {
      const said = await compile(project, ['all.ts'], { skipLibCheck: false, exactOptionalPropertyTypes });
      const others = said.filter(
        (line) =>
          // Temporal's own: it names the types of `ms`, which a resolution by `exports` does not find, and a constraint
          // of its schedules does not hold where an optional member is not `undefined`.
          !/node_modules\/@temporalio\/common\/lib\/time\.d\.ts\(.*TS7016.*'ms'/.test(line) &&
          !(
            exactOptionalPropertyTypes &&
            /node_modules\/@temporalio\/client\/lib\/schedule-client\.d\.ts\(.*TS2344.*'ScheduleOptionsAction'/.test(
              line,
            )
          ),
      );
      assert.deepEqual(others, []);
    }
  });

  test('needs of whoever runs the samples what the install line names, and no more', async () => {
    const section = sectionOf(README, 'Quick start in your own code');
    const blocks = codeBlocks(section);
    const samples = Object.fromEntries(
      blocks
        .filter(({ language }) => language === 'ts')
        .map(({ text }) => [/^\/\/ ([\w-]+\.ts)\n/.exec(text)?.[1] ?? '', text]),
    );
    const installed = blocks
      .filter(({ language }) => language === 'sh')
      .flatMap(({ text }) => [...text.matchAll(/^npm install (.+?)(?: *#.*)?$/gm)])
      .flatMap(([, names = '']) => names.split(' '))
      .filter((name) => /^[@a-z][\w@/.-]*$/.test(name));
    const needed = Object.values(samples)
      .flatMap(importsOf)
      .filter((name) => !name.startsWith('node:'))
      .map(nameOf)
      .filter((name) => name !== 'temporal-sinch');
    assert.deepEqual(
      [...new Set(needed)].filter((name) => !installed.includes(name)),
      [],
      `the install line names ${installed.join(', ')}`,
    );
    const project = await packed.project([...installed, '@types/node']);
    for (const [name, text] of Object.entries(samples)) writeFileSync(path.join(project, name), text);
    writeFileSync(path.join(project, 'package.json'), JSON.stringify({ type: 'module' }));
    assert.deepEqual(await compile(project, Object.keys(samples), {}), []);
  });
});

/** What the compiler says of a user's files, line by line. */
async function compile(folder: string, files: readonly string[], options: object): Promise<string[]> {
  const compilerOptions = {
    target: 'es2022',
    module: 'nodenext',
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    noEmit: true,
    ...options,
  };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const tsc = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout } = await run(process.execPath, [tsc, '-p', folder, '--pretty', 'false']).catch(
    (error: { stdout: string }) => error,
  );
  return stdout.split('\n').filter((line) => line.includes('error TS'));
}
