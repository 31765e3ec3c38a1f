import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ActivityOptions } from '@temporalio/common';
import { msToNumber } from '@temporalio/common/lib/time.js';
import { bundleWorkflowCode } from '@temporalio/worker';
import * as ours from '../../src/workflows/index.ts';
import type * as merged from '../../src/workflows/with-user-workflows.ts';
import { exportsOf } from '../../src/workflow-bundle/exports-of.ts';

const workflowsPath = fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url));
const nothing = (): void => undefined;
const logger = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

describe('the workflow bundle', () => {
  let code = '';
  let modules: string[] = [];
  before(async () => {
    ({ code } = await bundleWorkflowCode({ workflowsPath, logger }));
    // The bundler's mode is `development`, which names each module in a comment.
    modules = [...code.matchAll(/^ {2}!\*\*\* (\S+).* \*\*\*!$/gm)].map(([, path]) => path ?? '');
  });

  test('holds the workflows and their rules', () => {
    const rules = ['message-state', 'message-record', 'explain-message', 'export-pause'];
    for (const name of ['index', 'send-message', 'export-campaign-events', ...rules]) {
      assert.ok(modules.includes(`./src/workflows/${name}.ts`), `${name} is in the bundle`);
    }
    assert.ok(modules.length > 50, `${modules.length} modules were found`);
  });

  test("exports the workflows of the one list, each marked as ours, and the module with the user's has all of them", () => {
    // Does not compile where that module lacks one.
    const list: readonly (keyof typeof merged)[] = Object.keys(ours) as (keyof typeof ours)[];
    const found = exportsOf(code);
    assert.deepEqual(found.kind === 'exports' && [...found.ours].sort(), [...list].sort());
    assert.deepEqual(found.kind === 'exports' && [...found.others], []);
  });

  test('holds of our sources only the workflows and the contract', () => {
    const ours = modules.filter((path) => path.startsWith('./src/'));
    const others = ours.filter((path) => !path.startsWith('./src/workflows/') && !path.startsWith('./src/contract/'));
    assert.deepEqual(others, []);
  });

  test("holds of other packages only Temporal's workflow side and what that needs", () => {
    const packages = modules
      .filter((path) => path.includes('node_modules/'))
      .map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path);
    assert.deepEqual([...new Set(packages)].sort(), [
      '@temporalio/common',
      '@temporalio/workflow',
      'long',
      'ms',
      'nexus-rpc',
    ]);
  });

  test('holds no module of Node.js and no library of ours', () => {
    const wrong = modules.filter((path) => /^(?:node:|external )|zod|libphonenumber|undici|drizzle|hono/.test(path));
    assert.deepEqual(wrong, []);
    assert.doesNotMatch(code, /require\(["']node:/);
  });
});

test('a time-out that is no duration does not compile', () => {
  const options: ActivityOptions = {
    // @ts-expect-error: the paths in tsconfig.json are what makes Duration more than `any`.
    startToCloseTimeout: 'banana',
  };
  assert.throws(() => msToNumber(options.startToCloseTimeout ?? 0), TypeError);
});
