/** Bundles that lack our workflows, or have others of their names: refused before a message can hang. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { type BundleOptions, bundleWorkflowCode, Worker } from '@temporalio/worker';
import { SinchPlugin } from '../../src/plugin.ts';
import * as ours from '../../src/workflows/index.ts';
import { exportsOf } from '../../src/workflow-bundle/exports-of.ts';
import { pathOfWorkflows } from './plugin-fixture.ts';

const nothing = (): void => undefined;
const logger = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
const NAMES = Object.keys(ours);
const history: unknown = JSON.parse(readFileSync(new URL('../histories/delivered.json', import.meta.url), 'utf8'));

const folder = mkdtempSync(path.join(tmpdir(), 'temporal-sinch-bundles-'));
after(() => rmSync(folder, { recursive: true, force: true }));
// As the workflows of most users are: an ES module by their package, or CommonJS as the compiler emits it.
writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ type: 'module' }));

let written = 0;
function module(text: string, extension = 'js'): string {
  written += 1;
  const file = path.join(folder, `workflows-${written}.${extension}`);
  writeFileSync(file, text);
  return file;
}

function createPlugin(): SinchPlugin {
  return new SinchPlugin({
    settings: { project: async () => undefined, integration: async () => undefined, integrations: async () => [] },
    events: { record: async () => undefined },
    log: { warn: nothing, error: nothing },
  });
}

const plugin = createPlugin();
after(() => plugin.close());

async function bundle(workflowsPath: string, options: Partial<BundleOptions> = {}): Promise<{ code: string }> {
  const { code } = await bundleWorkflowCode({ workflowsPath, plugins: [plugin], logger, ...options });
  return { code };
}

/** Is refused before the worker looks for a server. */
const create = async (workflowBundle: { code: string } | { codePath: string }): Promise<Worker> =>
  Worker.create({ taskQueue: 'shop', workflowBundle, plugins: [plugin] });

const HOW = [
  /bundleWorkflowCode\(\{ workflowsPath, plugins: \[sinchPlugin\] \}\)/,
  /export \* from 'temporal-sinch\/workflows'/,
];

/** The error says which workflows are missing and how to bundle them. */
function lacks(...names: readonly string[]) {
  return (error: unknown): true => {
    assert.ok(error instanceof TypeError, String(error));
    assert.match(error.message, new RegExp(`lacks .*\\(${names.join(', ')}\\)`));
    for (const how of HOW) assert.match(error.message, how);
    return true;
  };
}

const clashes = (name: string) => ({
  name: 'TypeError',
  message: new RegExp(`adds a workflow named ${name}, and .* already have another one of that name: rename yours`),
});

describe("a user's workflow of a name of ours", () => {
  for (const name of NAMES) {
    test(`is refused at the start: ${name}`, async () => {
      const workflowsPath = module(`export async function greet() {}\nexport async function ${name}() {}\n`);
      await assert.rejects(bundle(workflowsPath), clashes(name));
      await assert.rejects(Worker.create({ taskQueue: 'shop', workflowsPath, plugins: [plugin] }), clashes(name));
      const common = module(`exports.greet = async () => 1;\nexports.${name} = async () => 2;\n`, 'cjs');
      await assert.rejects(bundle(common), clashes(name));
    });
  }

  test('is refused where a star of the user hides it, or hides ours', async () => {
    const mine = path.basename(module('export async function holdPlan() {}\n'));
    const all = new URL('../../src/workflows/index.ts', import.meta.url).pathname;
    for (const stars of [
      [all, `./${mine}`],
      [`./${mine}`, all],
    ]) {
      const text = stars.map((from) => `export * from ${JSON.stringify(from)};\n`).join('');
      await assert.rejects(bundle(module(text)), clashes('holdPlan'));
      // Of a module in TypeScript the bundler only warns.
      await assert.rejects(bundle(module(text, 'ts')), clashes('holdPlan'));
    }
  });

  test('is refused in a bundle that was made without the plugin', async () => {
    await assert.rejects(create(await bundle(pathOfWorkflows('taken-names'), { plugins: [] })), clashes('holdPlan'));
  });

  test('is no clash where it is ours, however often, nor where it is no workflow', async () => {
    const all = JSON.stringify(new URL('../../src/workflows/index.ts', import.meta.url).pathname);
    const again = path.basename(module(`export * from ${all};\n`));
    for (const text of [
      `export * from ${all};\nexport * from './${again}';\n`,
      `export { sendMessage } from ${all};\n`,
      `export { sendMessage as sendText } from ${all};\n`,
      "export const sendMessage = { type: 'signal', name: 'sendMessage' };\n",
    ]) {
      const found = exportsOf((await bundle(module(text))).code);
      assert.deepEqual(found.kind === 'exports' && [...found.ours].sort(), [...NAMES].sort(), text);
    }
    await assert.rejects(bundle(module(`export { holdPlan as sendMessage } from ${all};\n`)), clashes('sendMessage'));
  });
});

describe('a prebuilt bundle', () => {
  test('without our workflows is refused, and how to bundle is said', async () => {
    const own = pathOfWorkflows('own-workflows');
    const { code } = await bundle(own, { plugins: [] });
    await assert.rejects(create({ code }), lacks(...NAMES));
    const codePath = path.join(folder, 'bundle.js');
    writeFileSync(codePath, code);
    await assert.rejects(create({ codePath }), lacks(...NAMES));
    await assert.rejects(create({ codePath }), /The workflow bundle \S+bundle\.js lacks/);
    await assert.rejects(
      Worker.runReplayHistory({ workflowBundle: { code }, plugins: [plugin] }, history),
      lacks(...NAMES),
    );
    const minified = await bundle(own, {
      plugins: [],
      webpackConfigHook: (config) => ({ ...config, mode: 'production' }),
    });
    await assert.rejects(create(minified), lacks(...NAMES));
  });

  test('of a version with fewer workflows is refused by the names of those, whatever a default would take', async () => {
    const some = await bundle(pathOfWorkflows('some-workflows'), { plugins: [] });
    await assert.rejects(create(some), lacks('holdPlan', 'sweepDeliveryReports'));
  });

  test('that is none is refused', async () => {
    await assert.rejects(create({ code: 'not a bundle' }), lacks(...NAMES));
    await assert.rejects(create({ codePath: path.join(folder, 'nowhere.js') }), /ENOENT.*nowhere\.js/);
  });

  test('may ask for what is there only in a workflow while its modules load', async () => {
    // As a file of the repository, so that the SDK's package is found from it.
    const { code } = await bundle(pathOfWorkflows('asking-workflows'));
    assert.equal(exportsOf(code).kind, 'exports');
  });

  test('whose modules load only in a workflow is judged by what stands in it', async () => {
    const text =
      "if (globalThis.nowhere === undefined) throw new Error('not here');\nexport async function greet() {}\n";
    const { code } = await bundle(module(text));
    assert.deepEqual(exportsOf(code), { kind: 'threw', message: 'not here' });
    await assert.doesNotReject(plugin.configureWorker({ taskQueue: 'shop', workflowBundle: { code } }));
    const production = await bundle(module(text), {
      webpackConfigHook: (config) => ({ ...config, mode: 'production' }),
    });
    await assert.doesNotReject(plugin.configureWorker({ taskQueue: 'shop', workflowBundle: production }));
    const without = await bundle(pathOfWorkflows('own-workflows'), { plugins: [] });
    await assert.rejects(create({ code: `throw new Error('not here');\n${without.code}` }), lacks(...NAMES));
  });

  test('of 20 MB is looked through as well', async () => {
    const { code } = await bundle(pathOfWorkflows('own-workflows'));
    const large = `${code}\n;globalThis.table = ${JSON.stringify('x'.repeat(20_000_000))};\n`;
    await assert.doesNotReject(plugin.configureWorker({ taskQueue: 'shop', workflowBundle: { code: large } }));
  });
});

describe('another plugin', () => {
  const elsewhere = {
    name: 'elsewhere',
    configureBundler: (options: BundleOptions): BundleOptions => ({
      ...options,
      workflowsPath: pathOfWorkflows('own-workflows'),
    }),
  };
  const own = (): string => module('export async function greet() {}\n');

  test('that sets the workflows path after ours is refused, and has to stand before it', async () => {
    await assert.rejects(bundle(own(), { plugins: [plugin, elsewhere] }), (error: Error) => {
      lacks(...NAMES)(error);
      assert.match(error.message, /stand before SinchPlugin/);
      return true;
    });
    const found = exportsOf((await bundle(own(), { plugins: [elsewhere, plugin] })).code);
    assert.deepEqual(found.kind === 'exports' && [...found.others].sort(), ['default', 'greet']);
  });

  test('may wrap the hook of the bundler between two of ours, which may be two plugins', async () => {
    const second = createPlugin();
    const wrapping = {
      name: 'wrapping',
      configureBundler: (options: BundleOptions): BundleOptions => ({
        ...options,
        webpackConfigHook: (config) => options.webpackConfigHook?.(config) ?? config,
      }),
    };
    for (const plugins of [
      [plugin, wrapping, plugin],
      [plugin, plugin],
      [plugin, second],
    ]) {
      const found = exportsOf((await bundle(own(), { plugins })).code);
      assert.deepEqual(found.kind === 'exports' && [...found.ours].sort(), [...NAMES].sort());
    }
    await second.close();
  });
});
