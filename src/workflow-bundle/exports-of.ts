import assert from 'node:assert';
import { AsyncLocalStorage } from 'node:async_hooks';
import vm from 'node:vm';
import { isOurs } from '../contract/our-workflow.ts';

/** What a bundle exports as workflows, or why that cannot be seen. */
export type BundleExports =
  { kind: 'exports'; ours: ReadonlySet<string>; others: ReadonlySet<string> } | { kind: 'threw'; message: string };

/** Modules do no work but define; a bundle that takes longer than this is left to the worker, which has its own limit. */
const TIMEOUT_MS = 20_000;

const random = (): number => 0.5;

/**
 * Loads a bundle's workflows in a context of its own, as the SDK does for each workflow, and starts none. What a module
 * may ask for while it loads, such as the time, is there with values of no meaning.
 */
export function exportsOf(code: string): BundleExports {
  const context = vm.createContext(
    {
      URL,
      URLSearchParams,
      TextEncoder,
      TextDecoder,
      AbortController,
      AsyncLocalStorage,
      assert,
      console: Object.fromEntries(['log', 'warn', 'error', 'info', 'debug'].map((name) => [name, () => undefined])),
      __webpack_module_cache__: {},
      __TEMPORAL_ACTIVATOR__: {
        now: 0,
        random,
        currentRandom: random,
        info: { unsafe: {} },
        workflowSandboxDestructors: [],
      },
    },
    { microtaskMode: 'afterEvaluate' },
  );
  try {
    vm.runInContext(code, context, { timeout: TIMEOUT_MS });
    const workflows = vm.runInContext('__TEMPORAL__.importWorkflows()', context, { timeout: TIMEOUT_MS }) as object;
    const functions = Object.entries(workflows).filter(([, value]) => typeof value === 'function');
    const [ours, others] = [true, false].map(
      (wanted) => new Set(functions.flatMap(([name, value]) => (isOurs(value, name) === wanted ? [name] : []))),
    ) as [Set<string>, Set<string>];
    return { kind: 'exports', ours, others };
  } catch (error) {
    // Of the context's own realm, so no `instanceof` holds.
    const message: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'message') : error;
    return { kind: 'threw', message: String(message) };
  }
}
