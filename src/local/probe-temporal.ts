import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { reasonOf } from '../contract/reason.ts';
import { startTemporalServer, TemporalServerError } from './temporal-server.ts';

/** Raised when the probe asks for more than before, so that older verdicts do not count. */
const PROBE_VERSION = 1;
const CALL_TIMEOUT_MS = 10_000;
const START_TIMEOUT_MS = 20_000;

const run = promisify(execFile);

class NoAnswerError extends Error {}

/** Whether a `temporal` program can do what the package counts on. */
export type Verdict = { usable: true } | { usable: false; reason: string };

/** What a probe needs to know. */
export interface ProbeOptions {
  env: NodeJS.ProcessEnv;
  /** Where verdicts are remembered. */
  cacheDir: string;
  signal?: AbortSignal;
}

/**
 * Tells whether `executable` is a Temporal that can do what the package counts on, by starting a server and using it:
 * queue limits have to be kept and time skipping to be on. That takes about two seconds; the verdict is remembered for
 * the file as it is (path, size, time of change). Only "it did not answer in time" is not remembered: the machine may
 * have been busy.
 */
export async function probeTemporal(executable: string, options: ProbeOptions): Promise<Verdict> {
  const file = await verdictFile(executable, options.cacheDir);
  const known = await readVerdict(file);
  if (known !== undefined) return known;
  try {
    await checkName(executable, options);
    await useServer(executable, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    const reason = reasonOf(error);
    const verdict: Verdict = { usable: false, reason };
    const late = error instanceof NoAnswerError || (error instanceof TemporalServerError && !error.died);
    if (!late) await writeVerdict(file, verdict);
    return verdict;
  }
  await writeVerdict(file, { usable: true });
  return { usable: true };
}

/** Remembers that `executable` passed the probe, for a program that was probed before it was moved to its place. */
export async function rememberUsable(executable: string, cacheDir: string): Promise<void> {
  await writeVerdict(await verdictFile(executable, cacheDir), { usable: true });
}

/** Spares a program that only shares the name from being asked to start a server. */
async function checkName(executable: string, options: ProbeOptions): Promise<void> {
  let answer: { stdout: string };
  try {
    answer = await run(executable, ['--version'], {
      env: options.env,
      timeout: CALL_TIMEOUT_MS,
      killSignal: 'SIGKILL',
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (error) {
    const { killed = false, message } = error as Error & { killed?: boolean };
    if (killed) throw new NoAnswerError(`\`--version\` did not answer within ${CALL_TIMEOUT_MS / 1_000} s`);
    throw new Error(`\`--version\` failed: ${message.trim().split('\n').slice(0, 3).join(' | ')}`, { cause: error });
  }
  if (!answer.stdout.startsWith('temporal version '))
    throw new Error('it is not the Temporal CLI, judging by `--version`');
}

async function useServer(executable: string, options: ProbeOptions): Promise<void> {
  await using server = await startTemporalServer({
    executable,
    env: options.env,
    startTimeoutMs: START_TIMEOUT_MS,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const connection = Connection.lazy({ address: server.address });
  try {
    await connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, async () => {
      await useQueueLimit(connection);
      await useTimeSkipping(connection);
    });
  } finally {
    await connection.close();
  }
}

type TaskQueueType = NonNullable<
  Parameters<Connection['workflowService']['updateTaskQueueConfig']>[0]['taskQueueType']
>;
/** `TASK_QUEUE_TYPE_ACTIVITY` in Temporal's API. */
const ACTIVITY_QUEUE = 2 as unknown as TaskQueueType;
const PROBE = { namespace: 'default', taskQueue: 'probe', identity: 'temporal-sinch probe' } as const;

async function useQueueLimit(connection: Connection): Promise<void> {
  const { namespace, taskQueue, identity } = PROBE;
  const requestsPerSecond = 7;
  await connection.workflowService
    .updateTaskQueueConfig({
      namespace,
      identity,
      taskQueue,
      taskQueueType: ACTIVITY_QUEUE,
      updateQueueRateLimit: { rateLimit: { requestsPerSecond }, reason: 'probe' },
    })
    .catch(explain('it cannot limit a queue (Temporal server 1.29 and later can)'));
  const described = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: ACTIVITY_QUEUE,
    reportConfig: true,
  });
  const kept = described.config?.queueRateLimit?.rateLimit?.requestsPerSecond;
  if (kept !== requestsPerSecond) throw new Error('it does not keep the limit of a queue');
}

async function useTimeSkipping(connection: Connection): Promise<void> {
  const { namespace, taskQueue, identity } = PROBE;
  const workflowId = 'probe';
  await connection.workflowService.startWorkflowExecution({
    namespace,
    identity,
    workflowId,
    requestId: randomUUID(),
    workflowType: { name: 'probe' },
    taskQueue: { name: taskQueue },
  });
  const missing = 'it cannot skip time (Temporal server 1.32 and later can)';
  const updated = await connection.workflowService
    .updateWorkflowExecutionOptions({
      namespace,
      workflowExecution: { workflowId },
      workflowExecutionOptions: { timeSkippingConfig: { enabled: true } },
      updateMask: { paths: ['time_skipping_config'] },
    })
    .catch(explain(missing));
  if (updated.workflowExecutionOptions?.timeSkippingConfig?.enabled !== true) throw new Error(missing);
}

function explain(what: string): (cause: Error) => never {
  return (cause) => {
    throw new Error(`${what}: ${cause.message}`, { cause });
  };
}

async function verdictFile(executable: string, cacheDir: string): Promise<string> {
  const file = await realpath(executable);
  const { mtimeMs, size } = await stat(file);
  const key = JSON.stringify([PROBE_VERSION, process.platform, process.arch, file, mtimeMs, size]);
  return path.join(cacheDir, 'verdicts', `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`);
}

async function readVerdict(file: string): Promise<Verdict | undefined> {
  try {
    const verdict = JSON.parse(await readFile(file, 'utf8')) as Verdict;
    return typeof verdict.usable === 'boolean' ? verdict : undefined;
  } catch {
    return undefined;
  }
}

/** A verdict that cannot be written costs two seconds the next time, no more. */
async function writeVerdict(file: string, verdict: Verdict): Promise<void> {
  const written = `${file}.${randomUUID()}`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(written, JSON.stringify(verdict));
    await rename(written, file);
  } catch {
    return;
  }
}
