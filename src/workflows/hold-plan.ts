/**
 * The workflow of a plan that is held: its queue is stopped, Sinch is asked every minute, and the queue goes on when the
 * fault is mended. It may import only `@temporalio/workflow` and `contract/`, like all workflows.
 */
import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import type { PlanActivities } from '../contract/activities.ts';
import { PLAN_FAULT_SIGNAL, PROBE_PLAN_SIGNAL } from '../contract/names.ts';
import { markAsOurs } from '../contract/our-workflow.ts';
import {
  DEFAULT_PROBE_INTERVAL_MS,
  type HoldPlanInput,
  type HoldPlanResult,
  type ProbeOutcome,
} from '../contract/plan-hold.ts';
import { describeRefusal, type Refusal, refusalOf } from '../contract/send-outcome.ts';

const planFaultSignal = defineSignal<[Refusal]>(PLAN_FAULT_SIGNAL);
const probePlanSignal = defineSignal(PROBE_PLAN_SIGNAL);

/** Events of a history after which the next run begins. */
const MOST_HISTORY_EVENTS = 1_000;

/** How long the plan has to send without a fault before its hold ends, in milliseconds. */
const PROVING_MS = 3_000;

const { stopPlan, resumePlan } = proxyActivities<Pick<PlanActivities, 'stopPlan' | 'resumePlan'>>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
});
const { probePlan } = proxyActivities<Pick<PlanActivities, 'probePlan'>>({
  startToCloseTimeout: '30s',
  // A probe that fails is made again with the next one.
  retry: { maximumAttempts: 1 },
  summary: 'Ask Sinch whether the fault is mended',
});

/** Keeps a plan from sending until Sinch takes what it has. Its messages wait in their queue, which costs nothing. */
export async function holdPlan(input: HoldPlanInput): Promise<HoldPlanResult> {
  const { servicePlanId, since, probeIntervalMs = DEFAULT_PROBE_INTERVAL_MS } = input;
  let { refusal, probes = 0 } = input;
  let isAskedFor = false;
  let faults = 0;

  function show(): void {
    setCurrentDetails(
      `Service plan ${servicePlanId} sends nothing since ${since.slice(0, 19).replace('T', ' ')} UTC: ${describeRefusal(refusal)}. Check the integration's token, plan and address, and the account with Sinch. Messages wait in the queue and are sent when this is mended; Sinch was asked ${probes} times.`,
    );
  }

  setHandler(
    planFaultSignal,
    (seen) => {
      faults += 1;
      refusal = seen;
    },
    { description: 'One more answer that shows the fault' },
  );
  setHandler(probePlanSignal, () => void (isAskedFor = true), { description: 'Ask Sinch now' });

  const result = (reason: HoldPlanResult['reason']): HoldPlanResult => ({
    servicePlanId,
    since,
    until: new Date().toISOString(),
    reason,
    probes,
  });

  await stopPlan(servicePlanId);
  for (;;) {
    show();
    await condition(() => isAskedFor, probeIntervalMs, { summary: 'Pause before Sinch is asked again' });
    isAskedFor = false;
    probes += 1;
    const outcome = await probe(servicePlanId, refusal);
    if (outcome.kind === 'gone') return result('gone');
    if (outcome.kind === 'fault') {
      refusal = refusalOf(outcome);
      upsertMemo({ servicePlanId, since, refusal });
    }
    if (outcome.kind === 'open') {
      const before = faults;
      await resumePlan(servicePlanId);
      if (!(await condition(() => faults > before, PROVING_MS, { summary: 'See that sends are taken' }))) {
        return result('mended');
      }
      await stopPlan(servicePlanId);
    }
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    if (historyLength >= MOST_HISTORY_EVENTS || continueAsNewSuggested) {
      await continueAsNew<typeof holdPlan>({ ...input, refusal, probes });
    }
  }
}

markAsOurs(holdPlan, 'temporal-sinch/holdPlan');

async function probe(servicePlanId: string, refusal: Refusal): Promise<ProbeOutcome> {
  try {
    return await probePlan(servicePlanId, refusal);
  } catch {
    return { kind: 'no_answer' };
  }
}
