/**
 * The module that is bundled in place of the user's own workflows module when the plugin is on a worker: the user's
 * workflows and ours. `plugin.ts` points the alias below at the user's module.
 */
import { sendMessage } from './send-message.ts';
import * as userWorkflows from 'temporal-sinch-user-workflows';

// Not by its name: the bundler refuses a module that names an export of another one which is not there.
const theirs: unknown = Reflect.get(userWorkflows, 'sendMessage');
if (theirs !== undefined && theirs !== sendMessage) {
  throw new Error(
    "temporal-sinch adds a workflow named sendMessage, and this worker's workflows already have another one of that name: rename yours",
  );
}

export * from 'temporal-sinch-user-workflows';
export { sendMessage };
/** The user's dynamic workflow, which `export *` leaves out. */
export const { default: userDefault } = userWorkflows as { default?: unknown };
export { userDefault as default };
