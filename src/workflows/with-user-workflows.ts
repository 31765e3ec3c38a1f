/**
 * The module that is bundled in place of the user's own workflows module when the plugin is on a worker: the user's
 * workflows and ours. `workflow-bundle` points the alias below at the user's module.
 */
import * as userWorkflows from 'temporal-sinch-user-workflows';
import { clashOf, isOurs } from '../contract/our-workflow.ts';
import * as ours from './index.ts';

for (const name of Object.keys(ours)) {
  const theirs: unknown = Reflect.get(userWorkflows, name);
  // What is no function is no workflow, such as a signal's definition: what is exported below by its name stands before it.
  if (typeof theirs === 'function' && !isOurs(theirs, name)) throw new Error(clashOf(name));
}

export * from 'temporal-sinch-user-workflows';
// By their names, since two stars would be a conflict of names: `test/workflows/bundle.test.ts` does not compile where one
// of the index is missing, and no bundle is given away without it.
export { exportCampaignEvents, holdPlan, sendMessage, sweepDeliveryReports } from './index.ts';

const { default: exported } = userWorkflows as { default?: unknown };
/**
 * The user's dynamic workflow, which `export *` leaves out. Of a CommonJS module the default is all that it exports, its
 * own default among it.
 */
const userDefault: unknown =
  typeof exported === 'object' && exported !== null ? Reflect.get(exported, 'default') : exported;
export { userDefault as default };
