import { type Client, type ScheduleDescription, ScheduleOverlapPolicy } from '@temporalio/client';
import { sweepScheduleIdOf } from '../../src/contract/names.ts';

/** Lets the schedule of a plan begin a sweep now, and waits for its end. @returns its workflow id */
export async function triggerSweep(temporal: Client, servicePlanId: string): Promise<string> {
  const schedule = temporal.schedule.getHandle(sweepScheduleIdOf(servicePlanId));
  const taken = (await schedule.describe()).info.numActionsTaken;
  // As the schedule itself would: what overlaps by order is no part of its succession.
  await schedule.trigger(ScheduleOverlapPolicy.SKIP);
  let info: ScheduleDescription['info'];
  do {
    await new Promise((resolve) => setTimeout(resolve, 25));
    ({ info } = await schedule.describe());
  } while (info.numActionsTaken === taken || info.runningActions.length > 0);
  const action = info.recentActions.at(-1)?.action;
  if (!action) throw new Error(`The schedule of plan ${servicePlanId} has begun nothing`);
  return action.workflow.workflowId;
}
