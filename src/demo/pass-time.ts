import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../commands/index.ts';
import { OPEN_STATUS, SEARCH_ATTRIBUTE } from '../contract/names.ts';
import { parseWorkflowId } from '../contract/identity.ts';
import { DEFAULT_REPORT_WINDOW_MS } from '../contract/message.ts';
import type { Ledger } from '../events/index.ts';
import type { MessageView } from '../http/index.ts';
import type { Stack } from '../local/index.ts';
import type { Simulator } from '../simulator/index.ts';
import { skipTime, TimeSkippingError } from '../testing/index.ts';
import { inParallel } from './in-parallel.ts';
import { staysSilent } from './silent.ts';

/** Late reports come this long after dispatch, in milliseconds: when nobody waits for them any more. */
export const LATE_REPORT_MS = DEFAULT_REPORT_WINDOW_MS + 2 * 60 * 60 * 1000;

const POLL_MS = 200;
const SKIPS_AT_ONCE = 16;
/** Nothing in the demo takes longer than a few seconds; what has not moved for so long is stuck. */
const STUCK_AFTER_MS = 60_000;

/** What the passing of time needs of the running demo. */
export interface TimeDeps {
  stack: Pick<Stack, 'client'>;
  simulator: Simulator;
  api: ApiClient;
  signal: AbortSignal;
  /** Told how many requests have come to their end. */
  onSettled: (settled: number) => void;
}

/** Waits, in real time, until every message that a report comes for has its outcome. */
export async function untilReported(deps: TimeDeps): Promise<Ledger> {
  return untilTrue(deps, 'wait for the delivery reports', async (ledger) => {
    const silent = deps.simulator.messages().filter(staysSilent).length;
    if (ledger.waitingForReport > silent) return false;
    return ledger.waitingToSend === 0 || (await onlyUnaccepted(deps));
  });
}

/**
 * Lets four days pass for every message that still waits. Messages that Sinch has and we do not know of have to be found
 * before, or their time would be over before their report comes.
 */
export async function skipFourDays(deps: TimeDeps): Promise<Ledger> {
  await inParallel(SKIPS_AT_ONCE, await openWorkflows(deps), async (workflowId) => {
    deps.signal.throwIfAborted();
    try {
      await skipTime(deps.stack.client, workflowId);
    } catch (error) {
      if (!(error instanceof TimeSkippingError && error.code === 'workflow_not_running')) throw error;
    }
  });
  return untilTrue(deps, 'let four days pass', async (ledger) => ledger.waitingToSend + ledger.waitingForReport === 0);
}

/** Polls the ledger until `isDone` says so. Fails where nothing moves any more. */
async function untilTrue(
  { api, signal, onSettled }: TimeDeps,
  what: string,
  isDone: (ledger: Ledger) => Promise<boolean>,
): Promise<Ledger> {
  let settled = -1;
  let movedAt = Date.now();
  for (;;) {
    signal.throwIfAborted();
    const ledger = await api.get<Ledger>('/ledger');
    const waiting = ledger.waitingToSend + ledger.waitingForReport;
    if (ledger.requested - waiting !== settled) {
      settled = ledger.requested - waiting;
      movedAt = Date.now();
      onSettled(settled);
    }
    if (await isDone(ledger)) return ledger;
    if (Date.now() - movedAt > STUCK_AFTER_MS) {
      throw new Error(
        `The demo could not ${what}: for ${STUCK_AFTER_MS / 1000} s nothing has happened, with ` +
          `${ledger.waitingToSend} messages waiting to be sent and ${ledger.waitingForReport} for a report.`,
      );
    }
    await delay(POLL_MS, undefined, { signal });
  }
}

/** Whether each message that is not known to be at Sinch was tried and is in truth not there. */
async function onlyUnaccepted({ stack, simulator, api, signal }: TimeDeps): Promise<boolean> {
  for (const workflowId of await openWorkflows({ stack })) {
    signal.throwIfAborted();
    const key = parseWorkflowId(workflowId);
    if (key === undefined) continue;
    const { status } = await api.get<MessageView>(`/messages/${key.messageId}`);
    if (status === 'waiting_to_send') return false;
    if (status === 'undecided' && simulator.accepted(workflowId) > 0) return false;
  }
  return true;
}

async function openWorkflows({ stack }: Pick<TimeDeps, 'stack'>): Promise<string[]> {
  const ids: string[] = [];
  const query = `ExecutionStatus = "Running" AND ${SEARCH_ATTRIBUTE.status} = "${OPEN_STATUS}"`;
  for await (const { workflowId } of stack.client.workflow.list({ query })) ids.push(workflowId);
  return ids;
}
