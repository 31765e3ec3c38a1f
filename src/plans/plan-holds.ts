import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { HoldPlanInput, PlanHold } from '../contract/plan-hold.ts';
import type { Refusal } from '../contract/send-outcome.ts';
import { HOLD_WORKFLOW, holdWorkflowIdOf, PLAN_FAULT_SIGNAL, PROBE_PLAN_SIGNAL } from '../contract/names.ts';

/** Deadline of every call, in milliseconds. */
const DEADLINE_MS = 3_000;

/** Most holds that are listed: one that many plans are in has other worries than the rest of them. */
const MOST_LISTED = 1_000;

export interface PlanHoldsOptions {
  client: Client;
  /** Queue of the workers that carry the plugin: holds run there. */
  taskQueue: string;
  /** Milliseconds between two probes of a plan that is held. @default DEFAULT_PROBE_INTERVAL_MS */
  probeIntervalMs?: number;
}

/**
 * The plans of a namespace that are held, each by one small workflow, `sinch-hold/{servicePlanId}`. Every method throws
 * `ServiceError` where Temporal cannot be reached or refuses.
 */
export interface PlanHolds {
  /** Holds the plan, or tells its hold of one more answer that shows the fault. */
  raise(servicePlanId: string, refusal: Refusal): Promise<void>;
  /** Has the plan probed now. @returns whether it is held */
  probe(servicePlanId: string): Promise<boolean>;
  /** The plan's hold; `undefined` where it is not held. */
  find(servicePlanId: string): Promise<PlanHold | undefined>;
  /** All plans that are held, the longest first. A change shows here within about a second. */
  list(): Promise<PlanHold[]>;
}

/** What is kept in a hold's memo, so that it can be read without a worker. */
type Memo = Record<string, unknown> & Partial<PlanHold>;

export function createPlanHolds({ client, taskQueue, probeIntervalMs }: PlanHoldsOptions): PlanHolds {
  const inTime = <T>(task: () => Promise<T>): Promise<T> => client.withDeadline(Date.now() + DEADLINE_MS, task);

  return {
    async raise(servicePlanId, refusal) {
      const since = new Date().toISOString();
      const input: HoldPlanInput = {
        servicePlanId,
        refusal,
        since,
        ...(probeIntervalMs === undefined ? {} : { probeIntervalMs }),
      };
      await inTime(() =>
        client.workflow.signalWithStart(HOLD_WORKFLOW, {
          workflowId: holdWorkflowIdOf(servicePlanId),
          taskQueue,
          args: [input],
          signal: PLAN_FAULT_SIGNAL,
          signalArgs: [refusal],
          memo: { servicePlanId, since, refusal } satisfies PlanHold,
          staticSummary: `Service plan ${servicePlanId} is held until its fault is mended`,
          // Before the messages that wait, so that a repair is seen at once.
          priority: { priorityKey: 1 },
        }),
      );
    },

    async probe(servicePlanId) {
      try {
        await inTime(() => client.workflow.getHandle(holdWorkflowIdOf(servicePlanId)).signal(PROBE_PLAN_SIGNAL));
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },

    async find(servicePlanId) {
      try {
        const { status, memo } = await inTime(() =>
          client.workflow.getHandle(holdWorkflowIdOf(servicePlanId)).describe(),
        );
        return status.name === 'RUNNING' ? holdOf(memo) : undefined;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      }
    },

    async list() {
      const query = `WorkflowType = '${HOLD_WORKFLOW}' AND ExecutionStatus = 'Running'`;
      return inTime(async () => {
        const holds: PlanHold[] = [];
        for await (const { memo } of client.workflow.list({ query, pageSize: 100 })) {
          const hold = holdOf(memo);
          if (hold) holds.push(hold);
          if (holds.length === MOST_LISTED) break;
        }
        return holds.toSorted((a, b) => Date.parse(a.since) - Date.parse(b.since));
      });
    },
  };
}

function holdOf(memo: Memo | undefined): PlanHold | undefined {
  if (memo?.servicePlanId === undefined || memo.since === undefined) return undefined;
  return { servicePlanId: memo.servicePlanId, since: memo.since, refusal: memo.refusal ?? {} };
}
