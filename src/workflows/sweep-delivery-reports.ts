/**
 * The workflow of one sweep of a plan's delivery reports: wiring over `sweep-range.ts`. It may import only
 * `@temporalio/workflow` and `contract/`, like all workflows.
 */
import {
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  patched,
  proxyActivities,
  setCurrentDetails,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { SweepActivities } from '../contract/activities.ts';
import { deepSweepWorkflowIdOf, SWEEP_WORKFLOW } from '../contract/names.ts';
import { markAsOurs } from '../contract/our-workflow.ts';
import type { SweepInput, SweepResult } from '../contract/sweep.ts';
import { type DeepRange, rangeOf, type SweepRange, sweepResultOf } from './sweep-range.ts';

const { sweepReports } = proxyActivities<SweepActivities>({
  // Ends by its heartbeats where its worker is lost; a whole report window of a busy plan takes long.
  startToCloseTimeout: '12h',
  heartbeatTimeout: '10s',
  // Goes on where the last attempt was. Given up after some minutes: the next sweep begins no later than this one did.
  retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: 10 },
  summary: "Read Sinch's delivery reports",
});

/**
 * Recovers the delivery reports whose callbacks were lost. One run is one sweep; a schedule per plan starts them, and one of
 * these starts one over the whole report window where that is due.
 */
export async function sweepDeliveryReports(input: SweepInput): Promise<SweepResult> {
  const now = Date.now();
  const range = rangeOf(input, sweepResultOf(workflowInfo().lastResult), now);
  const { since, madeBefore, deepMark } = range.deep ? await beginDeep(input, range, range.deep) : range;
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

markAsOurs(sweepDeliveryReports, 'temporal-sinch/sweepDeliveryReports');

/** Begins the sweep over the whole report window before this one reads, so that neither waits for the other. */
async function beginDeep(input: SweepInput, ordinary: SweepRange, deep: DeepRange): Promise<SweepRange> {
  const { since, madeBefore, mark } = deep;
  // Sweeps that began before this patch read the whole window themselves.
  if (!patched('deep-sweep-apart')) return { since, madeBefore, deepMark: mark };
  return (await startDeep({ ...input, since, madeBefore })) ? { ...ordinary, deepMark: mark } : ordinary;
}

/** @returns `false` where one is under way: it is due again when that has ended. */
async function startDeep(input: SweepInput): Promise<boolean> {
  try {
    await startChild<(input: SweepInput) => Promise<SweepResult>>(SWEEP_WORKFLOW, {
      workflowId: deepSweepWorkflowIdOf(input.servicePlanId),
      args: [input],
      // It outlives this sweep, and whoever cancels this one.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      // The next one is 6 hours away: it outlasts an outage of some hours.
      retry: { initialInterval: '5m', backoffCoefficient: 2, maximumInterval: '1h', maximumAttempts: 5 },
      staticSummary: `Delivery reports of plan ${input.servicePlanId} over the whole report window, beside the schedule's`,
    });
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'WorkflowExecutionAlreadyStartedError') return false;
    throw error;
  }
}
