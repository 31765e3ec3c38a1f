/**
 * One Temporal worker per plan, for the plan's queue and the `send` activity alone. They start and stop as integrations
 * are added, changed and disabled, with no restart of the process.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createSendActivities, type ActivityDependencies, watchSuspension } from '../activities/index.ts';
import { sendQueueOf } from '../contract/names.ts';
import type { Refusal } from '../contract/send-outcome.ts';
import { SEND_TIMEOUT_MS } from '../contract/send-timeouts.ts';
import type { PlanHold } from '../contract/plan-hold.ts';
import { reasonOf } from '../contract/reason.ts';
import {
  accessOf,
  createPlanFaults,
  createPlanHolds,
  createPlanRate,
  integrationsOfPlan,
  probeIntegrations,
  ratesOfPlans,
  type Responsible,
} from '../plans/index.ts';
import type { Integration } from '../settings/index.ts';
import { repeat } from '../timing/index.ts';
import { createPacer, type Pacer } from './pacer.ts';

/** How often settings are compared with the workers that run, in milliseconds. */
const RECONCILE_MS = 500;

/** How often it is asked whether a plan is held, and how many other send workers it has, in milliseconds. */
const LOOK_MS = 5_000;

/** The same for a plan that is held. */
const LOOK_WHILE_HELD_MS = 1_000;

/** Pause before a send worker that failed is started again, in milliseconds. */
const RESTART_MS = 1_000;

/** Sends of one plan in flight in this process: enough for a slow provider at a plan's usual throughput. */
const MOST_SENDS_AT_ONCE = 100;

export interface SendWorkersOptions extends ActivityDependencies {
  connection: NativeConnection;
  namespace: string;
  /** Queue of the workers that carry the plugin, where holds of plans run. */
  taskQueue: string;
  /** Milliseconds between two probes of a plan that is held. @default DEFAULT_PROBE_INTERVAL_MS */
  probeIntervalMs?: number;
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
  /** Why nothing is sent for the plan; its hold then has the limit of its queue. */
  hold?: PlanHold | undefined;
  /** What its integrations have with Sinch, to see that it was changed. */
  credentials: string;
  /** Throughput that the pacer goes by. */
  rate: number;
  /** The limit that the server has confirmed. */
  limit?: number;
  /** Why it did not the last time. */
  limitRefused?: string;
  lookedAt: number;
  stop(): Promise<void>;
}

/** Starts a send worker for every plan that is set up, and follows the settings from then on. */
export async function startSendWorkers(options: SendWorkersOptions): Promise<SendWorkers> {
  const { connection, namespace, settings, log, taskQueue, probeIntervalMs } = options;
  const planRate = createPlanRate(connection, namespace);
  const { dataConverter, identity } = options.workerOptions;
  const holds = createPlanHolds({
    client: new Client({
      connection,
      namespace,
      ...(dataConverter ? { dataConverter } : {}),
      ...(identity === undefined ? {} : { identity }),
    }),
    taskQueue,
    ...(probeIntervalMs === undefined ? {} : { probeIntervalMs }),
  });
  const plans = new Map<string, PlanWorker>();
  const stopping = new Set<Promise<void>>();
  const turns = new Map<string, Promise<void>>();
  const suspension = watchSuspension();

  async function reconcile(): Promise<void> {
    const integrations = await settings.integrations();
    const rates = ratesOfPlans(integrations);
    for (const [servicePlanId, plan] of plans) {
      if (rates.has(servicePlanId)) continue;
      plans.delete(servicePlanId);
      const stopped = plan.stop().finally(() => stopping.delete(stopped));
      stopping.add(stopped);
    }
    for (const [servicePlanId, rate] of rates) {
      try {
        const credentials = credentialsOf(integrationsOfPlan(integrations, servicePlanId));
        await inTurn(servicePlanId, () => follow(servicePlanId, rate, credentials));
      } catch (error) {
        warn(`The send worker of plan ${servicePlanId} could not be brought up to date; trying again`, error);
      }
    }
  }

  /** One at a time for each plan: a limit that is about to be set must not undo a hold that has just begun. */
  function inTurn(servicePlanId: string, task: () => Promise<void>): Promise<void> {
    const turn = (turns.get(servicePlanId) ?? Promise.resolve()).then(task);
    turns.set(
      servicePlanId,
      turn.catch(() => undefined),
    );
    return turn;
  }

  async function follow(servicePlanId: string, rate: number, credentials: string): Promise<void> {
    let plan = plans.get(servicePlanId);
    const isDue = !plan || Date.now() - plan.lookedAt >= (plan.hold ? LOOK_WHILE_HELD_MS : LOOK_MS);
    const hold = isDue ? await holds.find(servicePlanId) : plan?.hold;
    // Of a plan that is held, the hold sets the limit, and a limit that was set before it is in force no more. Of any
    // other, another process may have stopped the queue and then not been able to hold the plan.
    if (plan && (hold || isDue)) delete plan.limit;
    const refused = hold || plan?.limit === rate ? undefined : await limit(servicePlanId, rate);
    if (!plan) {
      // Also where the server takes no limit: the worker brings its own, which is less exact and better than no sends.
      plan = await startPlan(servicePlanId, rate, credentials);
      plans.set(servicePlanId, plan);
      // What keeps the plan from sending may have been mended while nobody looked.
      if (hold) await holds.probe(servicePlanId);
    }
    if (hold) tellHeld(plan, hold);
    plan.hold = hold;
    if (refused !== undefined) warnOnce(plan, servicePlanId, refused);
    else if (!hold) plan.limit = rate;
    if (plan.credentials !== credentials) {
      // Also where no hold is known of yet.
      await holds.probe(servicePlanId);
      plan.credentials = credentials;
    }
    if (!isDue && plan.rate === rate) return;
    plan.rate = rate;
    plan.lookedAt = Date.now();
    plan.pacer.setRate(rate / (await planRate.liveWorkers(servicePlanId)));
  }

  /** The alarm: once in each process for each hold. */
  function tellHeld(plan: PlanWorker, { servicePlanId, since, refusal }: PlanHold): void {
    if (plan.hold !== undefined) return;
    log.error(
      { servicePlanId, since, ...refusal },
      'A service plan is held: Sinch refuses its integration, so that nothing is sent through it. Messages wait; check token, plan and address of the integration, and the account with Sinch',
    );
  }

  /** Stops the plan's queue, first and fast, and has its hold look after it. */
  async function holdPlan(servicePlanId: string, refusal: Refusal, refused: string): Promise<void> {
    const plan = plans.get(servicePlanId);
    // First: where only one of the two succeeds, the queue has a limit that nobody else would put right.
    if (plan) delete plan.limit;
    await Promise.all([planRate.set(servicePlanId, 0), holds.raise(servicePlanId, refusal)]);
    if (!plan) return;
    const hold = { servicePlanId, since: new Date().toISOString(), refusal };
    tellHeld(plan, hold);
    // It is looked at again soon, and its limit left alone until then.
    Object.assign(plan, { hold, lookedAt: Date.now() });
    // What a change has to differ from, also one that was made meanwhile.
    plan.credentials = refused;
  }

  /** Integrations that share a plan hold it only while none of them works. */
  async function responsibleOf(
    all: readonly Integration[],
    refusal: Refusal,
    integrationId: string,
  ): Promise<Responsible> {
    const probes = await probeIntegrations(all, refusal, options.sinch);
    if (probes.size > 0 && [...probes.values()].every(({ kind }) => kind === 'fault')) return 'plan';
    const own = all.find(({ id }) => id === integrationId);
    return own && probes.get(accessOf(own))?.kind === 'fault' ? 'integration' : 'message';
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

  async function startPlan(servicePlanId: string, rate: number, credentials: string): Promise<PlanWorker> {
    const pacer = createPacer(rate, {
      clock: { now: Date.now, sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}) },
    });
    let accused = credentials;
    const activities = createSendActivities({
      ...options,
      // A plan from before a correction shares the throughput of the one that it goes through.
      turn: (presentPlanId, signal) => (plans.get(presentPlanId)?.pacer ?? pacer).turn(signal),
      faults: createPlanFaults({
        async examine(refusal, integrationId) {
          const integrations = integrationsOfPlan(await settings.integrations(), servicePlanId);
          accused = credentialsOf(integrations);
          return responsibleOf(integrations, refusal, integrationId);
        },
        hold: (refusal) => inTurn(servicePlanId, () => holdPlan(servicePlanId, refusal, accused)),
      }),
      resumedAt: suspension.resumedAt,
    });
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
      credentials,
      lookedAt: 0,
      async stop() {
        ending.abort();
        if (worker?.getState() === 'RUNNING') worker.shutdown();
        await running;
      },
    };
  }

  function warn(message: string, error: unknown): void {
    log.warn({ error: reasonOf(error) }, message);
  }

  await reconcile();
  const following = repeat({
    task: reconcile,
    everyMs: RECONCILE_MS,
    firstAfterMs: RECONCILE_MS,
    // Sending goes on with the settings that were read last.
    onFailure: (error) => warn('The integrations could not be read; send workers stay as they are', error),
  });
  return {
    async close() {
      await following.close();
      await Promise.all([...stopping, ...[...plans.values()].map((plan) => plan.stop())]);
      plans.clear();
      suspension.close();
    },
  };
}

/** What a plan's integrations have with Sinch; only ever compared. */
function credentialsOf(integrations: readonly Integration[]): string {
  return JSON.stringify(integrations.map((each) => [each.id, accessOf(each), each.callbackUrl]));
}
