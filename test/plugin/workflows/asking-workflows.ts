import { uuid4, workflowInfo } from '@temporalio/workflow';

/** Asked for while the module loads, which the SDK allows in a workflow. */
const LOADED = [Date.now(), uuid4(), Math.random(), workflowInfo().workflowType];

/** A workflow of somebody who keeps what was there at first. */
export async function whatWasThere(): Promise<unknown[]> {
  return LOADED;
}
