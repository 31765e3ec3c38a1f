import { sleep } from '@temporalio/workflow';

/** A message workflow that does something else first: what a change without `patched` would be. */
export async function sendMessage(): Promise<void> {
  await sleep('1 minute');
}

/** A hold that does something else first. */
export async function holdPlan(): Promise<void> {
  await sleep('1 minute');
}

/** An export that does something else first. */
export async function exportCampaignEvents(): Promise<void> {
  await sleep('1 minute');
}

/** A sweep that does something else first. */
export async function sweepDeliveryReports(): Promise<void> {
  await sleep('1 minute');
}
