/**
 * The workflow of one sweep of a plan's delivery reports: wiring over `sweep-range.ts`. It may import only
 * `@temporalio/workflow` and `contract/`, like all workflows.
 */
import { proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { SweepActivities } from '../contract/activities.ts';
import type { SweepInput, SweepResult } from '../contract/sweep.ts';
import { rangeOf, sweepResultOf } from './sweep-range.ts';

const { sweepReports } = proxyActivities<SweepActivities>({
  // Ends by its heartbeats where its worker is lost; a whole report window of a busy plan takes long.
  startToCloseTimeout: '12h',
  heartbeatTimeout: '10s',
  // Goes on where the last attempt was. Given up after some minutes: the next sweep begins no later than this one did.
  retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: 10 },
  summary: "Read Sinch's delivery reports",
});

/** Recovers the delivery reports whose callbacks were lost. One run is one sweep; a schedule per plan starts them. */
export async function sweepDeliveryReports(input: SweepInput): Promise<SweepResult> {
  const now = Date.now();
  const { since, madeBefore, deepMark } = rangeOf(input, sweepResultOf(workflowInfo().lastResult), now);
  setCurrentDetails(`Reading the reports of plan ${input.servicePlanId} since ${since}.`);
  const counts = await sweepReports({
    servicePlanId: input.servicePlanId,
    since,
    ...(madeBefore === undefined ? {} : { madeBefore }),
    ...(input.projectId === undefined ? {} : { projectId: input.projectId }),
  });
  const { reports, signalled, alreadyFinal, late, unknown, unreadable } = counts;
  setCurrentDetails(
    `${reports} reports since ${since}: ${signalled} handed to their messages, ${alreadyFinal} known already, ${late} too late, ${unknown} of no message of ours, ${unreadable} unreadable.`,
  );
  return { ...counts, since, mark: new Date(now).toISOString(), ...(deepMark === undefined ? {} : { deepMark }) };
}
