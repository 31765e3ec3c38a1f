import { proxyActivities, sleep } from '@temporalio/workflow';

const { stayBusy } = proxyActivities<{ stayBusy(): Promise<void> }>({ startToCloseTimeout: '1 minute' });

/** Waits as long as a message waits for its report. */
export async function waitFourDays(): Promise<number> {
  await sleep('4 days');
  return Date.now();
}

/** Has an activity in flight until the test lets it finish. */
export async function waitForActivity(): Promise<void> {
  await stayBusy();
}
