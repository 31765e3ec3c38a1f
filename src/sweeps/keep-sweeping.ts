import { createHash } from 'node:crypto';
import {
  Client,
  type ClientOptions,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import type { Log } from '../contract/log.ts';
import { DEFAULT_REPORT_WINDOW_MS } from '../contract/message.ts';
import { SWEEP_WORKFLOW, sweepScheduleIdOf } from '../contract/names.ts';
import { reasonOf } from '../contract/reason.ts';
import type { SweepInput } from '../contract/sweep.ts';
import type { Settings } from '../settings/index.ts';
import { repeat, type Repeated } from '../timing/index.ts';

/** How often the integrations are looked at, in milliseconds. */
const RECONCILE_MS = 2_000;

/** How often a schedule that should be there is made sure of, in milliseconds: somebody may have deleted it by hand. */
const ENSURE_MS = 60_000;

/** After a server that was away, in milliseconds: one sweep catches up on all that were missed. */
const CATCH_UP_MS = 60_000;

/** What {@link keepSweeping} needs. */
export interface KeepSweepingOptions {
  connection: NonNullable<ClientOptions['connection']>;
  namespace: string;
  dataConverter?: ClientOptions['dataConverter'] | undefined;
  /** Who makes the schedules, as Temporal shows it. @default the SDK's */
  identity?: string | undefined;
  /** Queue of the workers that have the activity. */
  taskQueue: string;
  settings: Pick<Settings, 'integrations' | 'project'>;
  /** Milliseconds between two sweeps of a plan; `false` takes the schedules away. */
  intervalMs: number | false;
  log: Log;
}

/**
 * Keeps one schedule of sweeps for every plan with an integration that is enabled. Every process with the plugin does it;
 * the schedule's id makes that one schedule, and whoever starts last decides on its interval and queue. A schedule whose
 * plan went out of use while no process looked is taken away by its own next sweep. Closing leaves the schedules to go
 * on.
 */
export function keepSweeping(options: KeepSweepingOptions): Repeated {
  const { connection, namespace, dataConverter, identity, taskQueue, settings, intervalMs, log } = options;
  const { schedule } = new Client({
    connection,
    namespace,
    ...(dataConverter ? { dataConverter } : {}),
    ...(identity === undefined ? {} : { identity }),
  });
  /** Each plan's input, as the schedule has it from us. */
  const kept = new Map<string, { input: string; ensuredAt: number }>();

  function scheduleOf(input: SweepInput, everyMs: number): ScheduleOptions {
    return {
      scheduleId: sweepScheduleIdOf(input.servicePlanId),
      // Plans do not all begin at the same moment.
      spec: { intervals: [{ every: everyMs, offset: offsetOf(input.servicePlanId, everyMs) }] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCH_UP_MS },
      action: {
        type: 'startWorkflow',
        workflowType: SWEEP_WORKFLOW,
        workflowId: sweepScheduleIdOf(input.servicePlanId),
        taskQueue,
        args: [input],
        staticSummary: `Delivery reports of plan ${input.servicePlanId} whose callbacks were lost`,
      },
    };
  }

  async function put(input: SweepInput, everyMs: number): Promise<void> {
    const wanted = scheduleOf(input, everyMs);
    try {
      await schedule.create(wanted);
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      // Whether it is paused stays as a person has left it.
      await schedule.getHandle(wanted.scheduleId).update(({ state }) => ({ ...wanted, state }));
    }
  }

  async function remove(servicePlanId: string): Promise<void> {
    await unlessNotFound(() => schedule.getHandle(sweepScheduleIdOf(servicePlanId)).delete());
  }

  async function follow(input: SweepInput): Promise<void> {
    const { servicePlanId } = input;
    const spelled = JSON.stringify(input);
    const known = kept.get(servicePlanId);
    const now = Date.now();
    if (known?.input !== spelled) {
      await (intervalMs === false ? remove(servicePlanId) : put(input, intervalMs));
    } else if (intervalMs === false || now - known.ensuredAt < ENSURE_MS) {
      return;
    } else {
      const isThere = await unlessNotFound(() => schedule.getHandle(sweepScheduleIdOf(servicePlanId)).describe());
      if (!isThere) await put(input, intervalMs);
    }
    kept.set(servicePlanId, { input: spelled, ensuredAt: now });
  }

  async function reconcile(closing: AbortSignal): Promise<void> {
    const gone = new Set(kept.keys());
    for (const input of await plansOf(settings)) {
      gone.delete(input.servicePlanId);
      await attempt(input.servicePlanId, closing, () => follow(input));
    }
    for (const servicePlanId of gone) {
      await attempt(servicePlanId, closing, async () => {
        await remove(servicePlanId);
        kept.delete(servicePlanId);
      });
    }
  }

  /** One plan's failure is none of the others'. */
  async function attempt(servicePlanId: string, closing: AbortSignal, work: () => Promise<void>): Promise<void> {
    if (closing.aborted) return;
    try {
      await connection.withAbortSignal(closing, work);
    } catch (error) {
      if (closing.aborted) return;
      warn({ servicePlanId }, 'The schedule of the sweeps of delivery reports could not be set; trying again', error);
    }
  }

  function warn(fields: Record<string, unknown>, message: string, error: unknown): void {
    log.warn({ ...fields, error: reasonOf(error) }, message);
  }

  return repeat({
    task: reconcile,
    everyMs: RECONCILE_MS,
    onFailure: (error) => warn({}, 'The integrations could not be read; sweeps go on as they are', error),
  });
}

/** The plans to sweep, and how far back their messages wait. */
async function plansOf(settings: KeepSweepingOptions['settings']): Promise<SweepInput[]> {
  const windows = new Map<string, number>();
  for (const { servicePlanId, projectId, enabled } of await settings.integrations()) {
    if (!enabled) continue;
    const { reportWindowMs = DEFAULT_REPORT_WINDOW_MS } = (await settings.project(projectId)) ?? {};
    windows.set(servicePlanId, Math.max(windows.get(servicePlanId) ?? 0, reportWindowMs));
  }
  return [...windows].map(([servicePlanId, reportWindowMs]) => ({ servicePlanId, reportWindowMs }));
}

/** Somewhere within the interval, always the same for a plan. */
function offsetOf(servicePlanId: string, everyMs: number): number {
  return createHash('sha256').update(servicePlanId).digest().readUInt32BE() % everyMs;
}

/** @returns `false` where there is none. */
async function unlessNotFound(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return false;
    throw error;
  }
}
