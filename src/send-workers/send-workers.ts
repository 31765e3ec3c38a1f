/**
 * One Temporal worker per plan, for the plan's queue and the `send` activity alone. They start and stop as integrations
 * are added, changed and disabled, with no restart of the process.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createSendActivities, type ActivityDependencies } from '../activities/index.ts';
import { sendQueueOf } from '../contract/names.ts';
import { SEND_TIMEOUT_MS } from '../contract/send-timeouts.ts';
import type { Integration } from '../settings/index.ts';
import { createPacer, type Pacer } from './pacer.ts';
import { createPlanRate } from './plan-rate.ts';

/** How often settings are compared with the workers that run, in milliseconds. */
const RECONCILE_MS = 500;

/** How often the plan's other send workers are counted, in milliseconds. */
const COUNT_WORKERS_MS = 5_000;

/** Pause before a send worker that failed is started again, in milliseconds. */
const RESTART_MS = 1_000;

/** Sends of one plan in flight in this process: enough for a slow provider at a plan's usual throughput. */
const MOST_SENDS_AT_ONCE = 100;

export interface SendWorkersOptions extends ActivityDependencies {
  connection: NativeConnection;
  namespace: string;
  /** What send workers share with the worker that carries the plugin: converters, interceptors. */
  workerOptions: Pick<WorkerOptions, 'dataConverter' | 'interceptors' | 'identity'>;
}

/** The send workers of one process and namespace. */
export interface SendWorkers {
  /** Stops taking new sends, lets those under way finish, and stops. */
  close(): Promise<void>;
}

interface PlanWorker {
  pacer: Pacer;
  /** Throughput that the pacer goes by. */
  rate: number;
  /** The limit that the server has confirmed. */
  limit?: number;
  /** Why it did not the last time. */
  limitRefused?: string;
  countedAt: number;
  stop(): Promise<void>;
}

/** What a plan's queue may carry: the lowest rate of the enabled integrations that share the plan. */
export function ratesOfPlans(integrations: readonly Integration[]): Map<string, number> {
  const rates = new Map<string, number>();
  for (const { servicePlanId, messagesPerSecond, enabled } of integrations) {
    if (!enabled) continue;
    rates.set(servicePlanId, Math.min(messagesPerSecond, rates.get(servicePlanId) ?? Infinity));
  }
  return rates;
}

/** Starts a send worker for every plan that is set up, and follows the settings from then on. */
export async function startSendWorkers(options: SendWorkersOptions): Promise<SendWorkers> {
  const { connection, namespace, settings, log } = options;
  const planRate = createPlanRate(connection, namespace);
  const plans = new Map<string, PlanWorker>();
  const stopping = new Set<Promise<void>>();
  const closing = new AbortController();

  async function reconcile(): Promise<void> {
    const rates = ratesOfPlans(await settings.integrations());
    for (const [servicePlanId, plan] of plans) {
      if (rates.has(servicePlanId)) continue;
      plans.delete(servicePlanId);
      const stopped = plan.stop().finally(() => stopping.delete(stopped));
      stopping.add(stopped);
    }
    for (const [servicePlanId, rate] of rates) {
      try {
        await follow(servicePlanId, rate);
      } catch (error) {
        warn(`The send worker of plan ${servicePlanId} could not be brought up to date; trying again`, error);
      }
    }
  }

  async function follow(servicePlanId: string, rate: number): Promise<void> {
    let plan = plans.get(servicePlanId);
    const refused = plan?.limit === rate ? undefined : await limit(servicePlanId, rate);
    if (!plan) {
      // Also where the server takes no limit: the worker brings its own, which is less exact and better than no sends.
      plan = await startPlan(servicePlanId, rate);
      plans.set(servicePlanId, plan);
    }
    if (refused === undefined) plan.limit = rate;
    else warnOnce(plan, servicePlanId, refused);
    const changed = plan.rate !== rate;
    if (!changed && Date.now() - plan.countedAt < COUNT_WORKERS_MS) return;
    plan.rate = rate;
    plan.countedAt = Date.now();
    plan.pacer.setRate(rate / (await planRate.liveWorkers(servicePlanId)));
  }

  /** @returns why the server did not take the limit, if it did not. */
  async function limit(servicePlanId: string, rate: number): Promise<string | undefined> {
    try {
      await planRate.set(servicePlanId, rate);
      return undefined;
    } catch (error) {
      return reasonOf(error);
    }
  }

  function warnOnce(plan: PlanWorker, servicePlanId: string, refused: string): void {
    if (plan.limitRefused === refused) return;
    plan.limitRefused = refused;
    log.warn(
      { servicePlanId, error: refused },
      'The server does not take the limit of a send queue, which needs Temporal 1.29 or later and the right to change queues; sending goes on with the limit that the send workers bring, and it is tried again',
    );
  }

  async function startPlan(servicePlanId: string, rate: number): Promise<PlanWorker> {
    const pacer = createPacer(rate, {
      clock: { now: Date.now, sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}) },
    });
    const activities = createSendActivities({ ...options, turn: (_plan, signal) => pacer.turn(signal) });
    const create = (): Promise<Worker> =>
      Worker.create({
        ...options.workerOptions,
        connection,
        namespace,
        taskQueue: sendQueueOf(servicePlanId),
        activities: { ...activities },
        maxTaskQueueActivitiesPerSecond: rate,
        maxConcurrentActivityTaskExecutions: MOST_SENDS_AT_ONCE,
        activityTaskPollerBehavior: { type: 'autoscaling', minimum: 1, initial: 1, maximum: 4 },
        // Longer than a send may take: what is being sent when the worker stops is finished, never repeated.
        shutdownGraceTime: SEND_TIMEOUT_MS + 5_000,
      });
    let worker: Worker | undefined = await create();
    const ending = new AbortController();
    const running = supervise();

    async function supervise(): Promise<void> {
      while (!ending.signal.aborted) {
        try {
          worker ??= await create();
          const run = worker.run();
          // It may have been told to stop while it was being made.
          if (ending.signal.aborted && worker.getState() === 'RUNNING') worker.shutdown();
          await run;
          return;
        } catch (error) {
          worker = undefined;
          warn(`The send worker of plan ${servicePlanId} failed; starting it again`, error);
        }
        await sleep(RESTART_MS, undefined, { signal: ending.signal }).catch(() => undefined);
      }
    }

    return {
      pacer,
      rate,
      countedAt: 0,
      async stop() {
        ending.abort();
        if (worker?.getState() === 'RUNNING') worker.shutdown();
        await running;
      },
    };
  }

  async function followSettings(): Promise<void> {
    while (!closing.signal.aborted) {
      await sleep(RECONCILE_MS, undefined, { signal: closing.signal }).catch(() => undefined);
      if (closing.signal.aborted) return;
      try {
        await reconcile();
      } catch (error) {
        // Sending goes on with the settings that were read last.
        warn('The integrations could not be read; send workers stay as they are', error);
      }
    }
  }

  function warn(message: string, error: unknown): void {
    log.warn({ error: reasonOf(error) }, message);
  }

  await reconcile();
  const following = followSettings();
  return {
    async close() {
      closing.abort();
      await following;
      await Promise.all([...stopping, ...[...plans.values()].map((plan) => plan.stop())]);
      plans.clear();
    },
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
