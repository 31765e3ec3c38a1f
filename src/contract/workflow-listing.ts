import type { MessageKey } from './identity.ts';

/** A message's workflow as Temporal's visibility lists it. */
export interface ListedWorkflow extends MessageKey {
  running: boolean;
  /** How it stands or ended, in Temporal's word: `RUNNING`, `COMPLETED`, `FAILED`, `TERMINATED`, … */
  state: string;
  /** ISO 8601 */
  startedAt?: string;
  /** ISO 8601 */
  closedAt?: string;
}

/** What Temporal knows of messages. */
export interface WorkflowListing {
  /**
   * The workflows of a campaign, running and closed, as far as Temporal still keeps them.
   * @param page.token of the page before
   */
  ofCampaign(
    campaign: { projectId: string; campaignId: string },
    page: { size: number; token?: string },
  ): Promise<{ workflows: ListedWorkflow[]; nextToken?: string }>;
  /** The workflows of these messages as visibility lists them, which may lag by seconds; unknown ones are left out. */
  find(keys: readonly MessageKey[]): Promise<ListedWorkflow[]>;
  /** The workflow of one message as it is now; `undefined` where Temporal does not know it, or not any more. */
  describe(key: MessageKey): Promise<ListedWorkflow | undefined>;
}
