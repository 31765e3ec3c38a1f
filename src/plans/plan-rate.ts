import type { ConnectionLike } from '@temporalio/client';
import { sendQueueOf } from '../contract/names.ts';

/** `TASK_QUEUE_TYPE_ACTIVITY` of the server's API. */
const ACTIVITY_QUEUE = 2;
/** `RATE_LIMIT_SOURCE_API`: the limit was set by a call and not by a worker's poll, which the last poll overwrites. */
const SET_BY_CALL = 1;

/** A poll that began longer ago than this is of a worker that is idle or gone. */
const LIVE_POLL_MS = 10_000;

/** The server's side of a plan's throughput. */
export interface PlanRate {
  /** Makes the server dispatch the plan's sends at this rate, 0 for none; acts within 0.2 s, and survives its restart. */
  set(servicePlanId: string, messagesPerSecond: number): Promise<void>;
  /** How many workers send for the plan at the moment, this one included. */
  liveWorkers(servicePlanId: string): Promise<number>;
}

const DEADLINE_MS = 5_000;

export function createPlanRate(
  connection: Pick<ConnectionLike, 'workflowService' | 'withDeadline'>,
  namespace: string,
  now: () => number = Date.now,
): PlanRate {
  function describe(servicePlanId: string) {
    return connection.withDeadline(Date.now() + DEADLINE_MS, () =>
      connection.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: sendQueueOf(servicePlanId) },
        taskQueueType: ACTIVITY_QUEUE,
        reportConfig: true,
      }),
    );
  }

  return {
    async set(servicePlanId, messagesPerSecond) {
      const { effectiveRateLimit } = await describe(servicePlanId);
      const inForce =
        effectiveRateLimit?.rateLimitSource === SET_BY_CALL &&
        Math.abs((effectiveRateLimit.requestsPerSecond ?? 0) - messagesPerSecond) < 1e-3;
      if (inForce) return;
      await connection.withDeadline(Date.now() + DEADLINE_MS, () =>
        connection.workflowService.updateTaskQueueConfig({
          namespace,
          identity: 'temporal-sinch',
          taskQueue: sendQueueOf(servicePlanId),
          taskQueueType: ACTIVITY_QUEUE,
          updateQueueRateLimit: {
            rateLimit: { requestsPerSecond: messagesPerSecond },
            reason: 'Throughput of the Sinch service plan',
          },
        }),
      );
    },
    async liveWorkers(servicePlanId) {
      const { pollers } = await describe(servicePlanId);
      const live = (pollers ?? []).filter(({ lastAccessTime }) => {
        const at = Number(lastAccessTime?.seconds ?? 0) * 1_000;
        return now() - at < LIVE_POLL_MS;
      });
      return Math.max(1, live.length);
    },
  };
}
