import { readFile } from 'node:fs/promises';
import type { WorkerOptions } from '@temporalio/worker';
import { clashOf, isClash, markOf } from '../contract/our-workflow.ts';
import * as ours from '../workflows/index.ts';
import { exportsOf } from './exports-of.ts';

const WORKFLOW_TYPES = Object.keys(ours);

/** What the bundler says where two modules that are re-exported by a star each have a name. In TypeScript it warns only, and takes the first. */
const CONFLICT = /conflicting star exports for the names? (.+?) with the previous requested module/;

/**
 * Looks through a prebuilt bundle as a worker is given it.
 * @throws TypeError as {@link checkBundle} does
 */
export async function checkBundleOption(bundle: NonNullable<WorkerOptions['workflowBundle']>): Promise<void> {
  if ('code' in bundle) return checkBundle(bundle.code, 'The workflow bundle of this worker');
  checkBundle(await readFile(bundle.codePath, 'utf8'), `The workflow bundle ${bundle.codePath}`);
}

/**
 * Sees that a bundle has every workflow of ours, under its name.
 * @param what begins the error's message: `The workflow bundle of this worker`
 * @throws TypeError that names the workflows that are missing, or the one that is another's, and says what to do
 */
export function checkBundle(code: string, what: string): void {
  const found = exportsOf(code);
  if (found.kind === 'threw' && isClash(found.message)) throw new TypeError(`SinchPlugin: ${found.message}`);
  // What cannot be run outside of a workflow is searched for our marks, which stand in it as they are.
  const isThere = (type: string): boolean =>
    found.kind === 'exports' ? found.ours.has(type) : code.includes(markOf(type));
  const missing = WORKFLOW_TYPES.filter((type) => !isThere(type));
  const clash = found.kind === 'exports' ? missing.find((type) => found.others.has(type)) : undefined;
  if (clash !== undefined) throw new TypeError(`SinchPlugin: ${what}: ${clashOf(clash)}. ${HOW_TO_BUNDLE}`);
  if (missing.length === 0) return;
  throw new TypeError(
    `SinchPlugin: ${what} lacks ${missing.length === WORKFLOW_TYPES.length ? 'the workflows' : 'workflows'} of this version ` +
      `of temporal-sinch (${missing.join(', ')}), so messages would wait for ever. ${HOW_TO_BUNDLE}`,
  );
}

const HOW_TO_BUNDLE =
  'Make the bundle anew, with the plugin: `bundleWorkflowCode({ workflowsPath, plugins: [sinchPlugin] })`. ' +
  "Or have your workflows module re-export ours: `export * from 'temporal-sinch/workflows'`. " +
  'Another plugin that sets `workflowsPath` has to stand before SinchPlugin in `plugins`';

/** @throws TypeError where the bundler says that a workflows module re-exports a name of ours from two modules. */
export function refuseConflict(message: string): void {
  const names = CONFLICT.exec(message)?.[1]?.match(/[\w$]+/g) ?? [];
  const clash = names.find((name) => WORKFLOW_TYPES.includes(name));
  if (clash !== undefined) throw new TypeError(`SinchPlugin: ${clashOf(clash)}`);
}
