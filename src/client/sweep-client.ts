/** Starting sweeps of delivery reports and reading how far they are. */
import {
  ActivityFailure,
  ApplicationFailure,
  type Client,
  type WorkflowExecutionDescription,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { ulid } from 'ulid';
import { DEFAULT_TASK_QUEUE, SWEEP_WORKFLOW, sweepWorkflowIdOf } from '../contract/names.ts';
import {
  NO_REPORTS,
  SWEEP_PRIORITY,
  type SweepCounts,
  type SweepErrorCode,
  type SweepInput,
  type SweepProgress,
  type SweepResult,
} from '../contract/sweep.ts';

const DEFAULT_DEADLINE_MS = 5_000;

/** Options of {@link createSweepClient}. */
export interface SweepClientOptions {
  /** A Temporal client for the namespace of the workers that carry the plugin, with the same data converter. */
  client: Client;
  /** The task queue of those workers. @default DEFAULT_TASK_QUEUE, `sinch-messages` */
  taskQueue?: string;
  /** Deadline of every call, in milliseconds. @default 5,000 */
  deadlineMs?: number;
}

/** A sweep that somebody of a project asked for. */
export interface SweepKey {
  servicePlanId: string;
  projectId: string;
  sweepId: string;
}

/** How far a sweep is. The counts of one that failed are 0: what it did is done, but is not known any more. */
export interface SweepStatus extends SweepCounts {
  state: 'running' | 'completed' | 'failed';
  /** Items read so far, of all projects that share the plan. Absent while no worker is at it, and then no count is known. */
  seen?: number;
  /** Items that there are, where Sinch says so; only while it runs. */
  total?: number;
  /** ISO 8601 */
  startedAt: string;
  /** From its start to its end, or until now. */
  seconds: number;
  /** Set where it failed. */
  error?: { code: SweepErrorCode; message: string };
}

/** The sweeps that somebody asks for; those of the schedules are none of them. Its methods throw where Temporal is away. */
export interface SweepClient {
  /**
   * Starts a sweep over the project's messages of a plan. It runs on without its caller; several at once do no harm.
   * @param since ISO 8601
   * @returns its id
   */
  start(sweep: { servicePlanId: string; projectId: string; since: string }): Promise<string>;
  /** `undefined` where Temporal has no such sweep (any more). */
  status(key: SweepKey): Promise<SweepStatus | undefined>;
}

/** Makes the client of sweeps over a Temporal client, which stays the caller's. */
export function createSweepClient(options: SweepClientOptions): SweepClient {
  const { client, taskQueue = DEFAULT_TASK_QUEUE, deadlineMs = DEFAULT_DEADLINE_MS } = options;

  function withDeadline<T>(task: () => Promise<T>): Promise<T> {
    return client.withDeadline(Date.now() + deadlineMs, task);
  }

  async function progressOf({ raw, workflowId }: WorkflowExecutionDescription): Promise<SweepProgress | undefined> {
    const [activity] = raw.pendingActivities ?? [];
    let payloads = activity?.heartbeatDetails?.payloads ?? [];
    const { payloadConverter, payloadCodecs } = client.options.loadedDataConverter;
    const context = {
      type: 'activity',
      namespace: client.options.namespace,
      workflowId,
      ...(activity?.activityId == null ? {} : { activityId: activity.activityId }),
      isLocal: false,
    } as const;
    for (const codec of payloadCodecs.toReversed()) payloads = await codec.decode(payloads, context);
    const [first] = payloads;
    return first && payloadConverter.fromPayload<SweepProgress>(first, context);
  }

  return {
    async start({ servicePlanId, projectId, since }) {
      const sweepId = ulid();
      await withDeadline(() =>
        client.workflow.start<(input: SweepInput) => Promise<SweepResult>>(SWEEP_WORKFLOW, {
          workflowId: sweepWorkflowIdOf({ servicePlanId, projectId, sweepId }),
          taskQueue,
          args: [{ servicePlanId, projectId, since }],
          priority: { priorityKey: SWEEP_PRIORITY },
          staticSummary: `Delivery reports of plan ${servicePlanId} for project ${projectId} since ${since}`,
        }),
      );
      return sweepId;
    },

    async status(key) {
      const handle = client.workflow.getHandle<(input: SweepInput) => Promise<SweepResult>>(sweepWorkflowIdOf(key));
      try {
        const description = await withDeadline(() => handle.describe());
        const { startTime, closeTime = new Date(), status } = description;
        const times = {
          startedAt: startTime.toISOString(),
          seconds: Math.max(0, closeTime.getTime() - startTime.getTime()) / 1000,
        };
        if (status.name === 'RUNNING') {
          const progress = await progressOf(description);
          if (!progress) return { state: 'running', ...NO_REPORTS, ...times };
          const { seen, total } = progress;
          return { state: 'running', ...countsOf(progress), seen, ...(total === undefined ? {} : { total }), ...times };
        }
        try {
          return { state: 'completed', ...countsOf(await withDeadline(() => handle.result())), ...times };
        } catch (error) {
          if (!(error instanceof WorkflowFailedError)) throw error;
          return { state: 'failed', ...NO_REPORTS, ...times, error: errorOf(error) };
        }
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      }
    },
  };
}

function countsOf({ reports, signalled, alreadyFinal, late, unknown, unreadable }: SweepCounts): SweepCounts {
  return { reports, signalled, alreadyFinal, late, unknown, unreadable };
}

const KNOWN_FAILURES: readonly string[] = ['sweep_refused', 'sweep_plan_unknown'] satisfies SweepErrorCode[];

function errorOf({ cause }: WorkflowFailedError): NonNullable<SweepStatus['error']> {
  if (!(cause instanceof ActivityFailure)) {
    return { code: 'sweep_stopped', message: 'The sweep was cancelled or terminated; start it again' };
  }
  const failure = cause.cause;
  const message = failure?.message ?? cause.message;
  return failure instanceof ApplicationFailure && KNOWN_FAILURES.includes(failure.type ?? '')
    ? { code: failure.type as SweepErrorCode, message }
    : { code: 'sweep_failed', message: `The sweep was given up; start it again. ${message}` };
}
