import { statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BundleOptions } from '@temporalio/worker';
import { checkBundle, refuseConflict } from './check-bundle.ts';

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/** Our workflows module, for a worker that has no workflows of its own. */
export const oursAlonePath = fileURLToPath(new URL(`../workflows/index.${extension}`, import.meta.url));

const mergedPath = fileURLToPath(new URL(`../workflows/with-user-workflows.${extension}`, import.meta.url));
const TAP = 'temporal-sinch';
const USER_WORKFLOWS = 'temporal-sinch-user-workflows';

/** What the bundler's hook takes, by the types of the bundler that the SDK has: ours need not be installed. */
type BundlerConfig = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];

/**
 * The options with our workflows beside those of `workflowsPath`. What was bundled is looked through before it is given
 * away, so bundling fails where anything has kept our workflows out, or where the user has others of their names.
 * Options that were through here already come back as they are.
 */
export function bundleWithOurs(given: BundleOptions): BundleOptions {
  const theirs = given.workflowsPath;
  // Of another installed copy of this package too: two that are merged into each other would import themselves.
  const hasOurs = theirs === oursAlonePath || path.basename(theirs) === path.basename(mergedPath);
  if (hasOurs && given.webpackConfigHook !== undefined && HOOKS.has(given.webpackConfigHook)) return given;
  // The bundler checks only the path it is given, and that will be ours.
  statSync(theirs);
  const previous = given.webpackConfigHook;
  const webpackConfigHook = (config: BundlerConfig): BundlerConfig => {
    const hooked = withCheck(previous ? previous(config) : config);
    return hasOurs ? hooked : withAlias(hooked, theirs);
  };
  HOOKS.add(webpackConfigHook);
  return { ...given, ...(hasOurs ? {} : { workflowsPath: mergedPath }), webpackConfigHook };
}

/** The hooks that are ours: options with another one have not been through here, or somebody wrapped it since. */
const HOOKS = new WeakSet<object>();

function withAlias(config: BundlerConfig, theirs: string): BundlerConfig {
  const alias = config.resolve?.alias;
  return {
    ...config,
    resolve: {
      ...config.resolve,
      alias: Array.isArray(alias)
        ? [...alias, { name: USER_WORKFLOWS, alias: theirs, onlyModule: true }]
        : { ...alias, [`${USER_WORKFLOWS}$`]: theirs },
    },
  };
}

/** Has the bundler look through what it made. What the hook throws is what the bundling fails with. */
function withCheck(config: BundlerConfig): BundlerConfig {
  return {
    ...config,
    plugins: [
      ...(config.plugins ?? []),
      ({ hooks }) => {
        hooks.afterCompile.tap(TAP, ({ errors, warnings }) => {
          for (const { message } of [...errors, ...warnings]) refuseConflict(message);
        });
        hooks.emit.tap(TAP, ({ assets, errors }) => {
          // The bundler tells of its errors, and gives nothing away. Of the assets the SDK takes the first as well.
          const [bundle] = Object.values(assets);
          if (errors.length === 0 && bundle) checkBundle(bundle.source().toString(), 'The workflow bundle');
        });
      },
    ],
  };
}
