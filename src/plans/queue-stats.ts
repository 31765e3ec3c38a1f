/** How much waits in Temporal's queues, as its server tells: that is known without any worker. */
import type { Client } from '@temporalio/client';
import { sendQueueOf } from '../contract/names.ts';
import type { Settings } from '../settings/index.ts';

/** One queue, at one moment. */
export interface QueueStats {
  queue: string;
  /** Of what tasks. */
  kind: 'workflow' | 'activity';
  /** Tasks that wait, about. */
  backlog: number;
  /** How long the oldest of them waits, in seconds, about. */
  backlogAgeSeconds: number;
  /** Workers that asked for a task in the last 2 minutes; a long poll lasts one. */
  pollers: number;
}

/** Tells how the queues stand. */
export interface QueueStatsReader {
  /** At most so old as was said. */
  read(): Promise<readonly QueueStats[]>;
}

export interface QueueStatsOptions {
  client: Client;
  /** Of the message workflows. */
  taskQueue: string;
  settings: Pick<Settings, 'integrations'>;
  /** How long an answer is good for, in milliseconds. @default 5 s */
  maxAgeMs?: number;
}

const POLLED_WITHIN_MS = 120_000;

/** Temporal's numbers of the two kinds, which the package of its types would bring in alone. */
const TASK_QUEUE_TYPE = { workflow: 1, activity: 2 } as const;

/** All gauges of one scrape share one answer, which is a call a queue. */
export function createQueueStats({
  client,
  taskQueue,
  settings,
  maxAgeMs = 5_000,
}: QueueStatsOptions): QueueStatsReader {
  let last: { at: number; stats: Promise<readonly QueueStats[]> } | undefined;

  async function ask(): Promise<readonly QueueStats[]> {
    const plans = (await settings.integrations()).flatMap(({ servicePlanId, formerServicePlanIds = [] }) => [
      servicePlanId,
      ...formerServicePlanIds,
    ]);
    const queues = [
      { queue: taskQueue, kind: 'workflow' },
      { queue: taskQueue, kind: 'activity' },
      ...[...new Set(plans)].map((plan) => ({ queue: sendQueueOf(plan), kind: 'activity' }) as const),
    ] as const;
    return Promise.all(queues.map(async ({ queue, kind }) => describe(client, queue, kind)));
  }

  return {
    async read() {
      if (last === undefined || performance.now() - last.at > maxAgeMs) {
        const stats = ask();
        last = { at: performance.now(), stats };
        // A failure is nobody's answer but his who asked.
        stats.catch(() => (last = last?.stats === stats ? undefined : last));
      }
      return last.stats;
    },
  };
}

async function describe(client: Client, queue: string, kind: QueueStats['kind']): Promise<QueueStats> {
  const { stats, pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: queue },
    taskQueueType: TASK_QUEUE_TYPE[kind],
    reportStats: true,
  });
  const since = Date.now() - POLLED_WITHIN_MS;
  const { seconds, nanos } = stats?.approximateBacklogAge ?? {};
  return {
    queue,
    kind,
    backlog: Number(stats?.approximateBacklogCount ?? 0),
    backlogAgeSeconds: Number(seconds ?? 0) + (nanos ?? 0) / 1e9,
    pollers: pollers.filter(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000 >= since).length,
  };
}
