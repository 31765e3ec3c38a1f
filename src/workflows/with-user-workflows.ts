/**
 * The module that is bundled in place of the user's own workflows module when the plugin is on a worker: the user's
 * workflows and ours. `plugin.ts` points the alias below at the user's module.
 */
import { exportCampaignEvents } from './export-campaign-events.ts';
import { sendMessage } from './send-message.ts';
import * as userWorkflows from 'temporal-sinch-user-workflows';

for (const [name, ours] of Object.entries({ sendMessage, exportCampaignEvents })) {
  // Not as a member: the bundler refuses a module that names an export of another one which is not there.
  const theirs: unknown = Reflect.get(userWorkflows, name);
  if (theirs !== undefined && theirs !== ours) {
    throw new Error(
      `temporal-sinch adds a workflow named ${name}, and this worker's workflows already have another one of that name: rename yours`,
    );
  }
}

export * from 'temporal-sinch-user-workflows';
export { exportCampaignEvents, sendMessage };
/** The user's dynamic workflow, which `export *` leaves out. */
export const { default: userDefault } = userWorkflows as { default?: unknown };
export { userDefault as default };
