import { randomUUID } from 'node:crypto';
import { ServiceError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';

const DEFAULT_TIMEOUT_MS = 10_000;
/** `FAST_FORWARD_POLLING_RESULT_…` in Temporal's API. */
const POLLING_RESULT = { completed: 2, failed: 3 } as const;
/** gRPC status codes. */
const STATUS = { cancelled: 1, invalidArgument: 3, deadlineExceeded: 4, notFound: 5, unimplemented: 12 } as const;

/** How far to skip. */
export interface SkipTimeOptions {
  /** Milliseconds to move ahead. Time passes normally again afterwards. @default skip whatever there is to wait for, to the end */
  by?: number;
  /** How long the server may take, in real milliseconds. @default 10 s */
  timeoutMs?: number;
  /** Gives up waiting. What was begun goes on in the server. */
  signal?: AbortSignal;
}

/**
 * What a skip came to: `skipping` when it was switched on until the workflow ends, `arrived` when the given duration has
 * passed, `ended` when the workflow ended on the way.
 */
export type SkipTimeResult = 'skipping' | 'arrived' | 'ended';

/**
 * Why time was not skipped. `time_skipping_unavailable`: the server is older than 1.32, or was started without
 * `frontend.WorkflowTimeSkippingEnabled=true`. `workflow_not_running`: there is no such workflow, or it has ended.
 * `time_skip_timed_out`: something was in flight the whole time.
 */
export type TimeSkippingErrorCode = 'time_skipping_unavailable' | 'workflow_not_running' | 'time_skip_timed_out';

/** Time was not skipped. */
export class TimeSkippingError extends Error {
  override readonly name = 'TimeSkippingError';
  readonly code: TimeSkippingErrorCode;

  constructor(code: TimeSkippingErrorCode, message: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/**
 * Lets a running workflow's time pass at once, on a real Temporal server: timers and the back-off of retries are skipped
 * for this one workflow, and its clock, its events' times and what its activities see move with it.
 *
 * Nothing is skipped while an activity, a child workflow or a Nexus operation is in flight; one that no worker has taken
 * yet counts too, so let a send begin first. A worker has to be running. With `by`, the promise settles when the time has
 * come, which is before the workflow has dealt with it. Each skip adds an event to the history, and a session skips 200
 * times at most (each call begins a new one).
 *
 * @throws TimeSkippingError see `TimeSkippingErrorCode`.
 */
export async function skipTime(
  client: Client,
  workflowId: string,
  options: SkipTimeOptions = {},
): Promise<SkipTimeResult> {
  const { by } = options;
  if (by === undefined) {
    await configure(client, workflowId, { enabled: true });
    return 'skipping';
  }
  if (!Number.isFinite(by) || by <= 0) throw new TypeError(`by: ${by} is not a positive number of milliseconds`);
  const id = randomUUID();
  await configure(client, workflowId, { enabled: true, fastForwardConfig: { id, duration: msToTs(by) } });
  return untilArrived(client, workflowId, id, options);
}

/** Lets the workflow's time pass normally again; what has been skipped stays skipped. */
export async function stopSkippingTime(client: Client, workflowId: string): Promise<void> {
  await configure(client, workflowId, { enabled: false });
}

/** The time by the workflow's own clock, which is ahead of ours by what has been skipped. */
export async function workflowTime(client: Client, workflowId: string): Promise<Date> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const { seconds, nanos } = raw.workflowExtendedInfo?.timeSkippingInfo?.currentTime ?? {};
  return seconds == null ? new Date() : new Date(Number(seconds) * 1_000 + Math.floor((nanos ?? 0) / 1e6));
}

type UpdateOptions = Parameters<Client['workflowService']['updateWorkflowExecutionOptions']>[0];
type TimeSkippingConfig = NonNullable<NonNullable<UpdateOptions['workflowExecutionOptions']>['timeSkippingConfig']>;

async function configure(client: Client, workflowId: string, timeSkippingConfig: TimeSkippingConfig): Promise<void> {
  try {
    await client.workflowService.updateWorkflowExecutionOptions({
      namespace: client.options.namespace,
      workflowExecution: { workflowId },
      workflowExecutionOptions: { timeSkippingConfig },
      updateMask: { paths: ['time_skipping_config'] },
    });
  } catch (error) {
    throw explained(error, workflowId);
  }
}

/** The server answers as soon as the fast-forward is over, and after about a minute if it is not. */
async function untilArrived(
  client: Client,
  workflowId: string,
  fastForwardId: string,
  options: SkipTimeOptions,
): Promise<SkipTimeResult> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const deadline = Date.now() + timeoutMs;
  const poll = async (): ReturnType<typeof client.workflowService.pollWorkflowExecutionTimeSkipping> =>
    client.workflowService.pollWorkflowExecutionTimeSkipping({
      namespace: client.options.namespace,
      workflowExecution: { workflowId },
      fastForwardId,
    });
  const { signal } = options;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const answer = await client.withDeadline(deadline, async () =>
        signal === undefined ? poll() : client.withAbortSignal(signal, poll),
      );
      const result: unknown = answer.fastForwardPollingResult;
      if (result === POLLING_RESULT.completed) return 'arrived';
      if (result === POLLING_RESULT.failed) {
        if (/execution ended/.test(answer.failedReason ?? '')) return 'ended';
        throw new Error(`Skipping the time of workflow ${workflowId} was stopped: ${answer.failedReason}`);
      }
    } catch (error) {
      signal?.throwIfAborted();
      // A call that its deadline ends while the SDK (1.24) may try again says now and then that it was cancelled.
      const status = statusOf(error);
      if (status !== STATUS.deadlineExceeded && status !== STATUS.cancelled) throw error;
      throw new TimeSkippingError(
        'time_skip_timed_out',
        `The time of workflow ${workflowId} did not pass within ${timeoutMs / 1_000} s. It does not while an activity, ` +
          `a child workflow or a Nexus operation is in flight, or while no worker polls the workflow's queue.`,
        error,
      );
    }
  }
}

function explained(error: unknown, workflowId: string): unknown {
  switch (statusOf(error)) {
    case STATUS.notFound:
      return new TimeSkippingError(
        'workflow_not_running',
        `The time of workflow ${workflowId} cannot be skipped: ${detailsOf(error)}.`,
        error,
      );
    case STATUS.invalidArgument:
    case STATUS.unimplemented:
      return new TimeSkippingError(
        'time_skipping_unavailable',
        `The Temporal server refused to skip the time of workflow ${workflowId} (${detailsOf(error)}). It has to be 1.32 or ` +
          `later and started with --dynamic-config-value frontend.WorkflowTimeSkippingEnabled=true.`,
        error,
      );
    default:
      return error;
  }
}

/** A client's connection gives gRPC's own error, or wraps it; a worker's gives one with the code and without a cause. */
function grpcErrorOf(error: unknown): { code?: unknown; details?: unknown; message?: unknown } {
  const { cause } = error instanceof ServiceError ? error : {};
  return cause ?? (error as object | undefined) ?? {};
}

function statusOf(error: unknown): number | undefined {
  const { code } = grpcErrorOf(error);
  return typeof code === 'number' ? code : undefined;
}

function detailsOf(error: unknown): string {
  const { details, message } = grpcErrorOf(error);
  // Empty in the error of a worker's connection.
  return String(details || message || error);
}
