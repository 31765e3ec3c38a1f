import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../commands/index.ts';
import { DEFAULT_REPORT_WINDOW_MS } from '../contract/message.ts';
import type { Ledger } from '../events/index.ts';
import type { MessageView } from '../http/index.ts';
import type { Stack } from '../local/index.ts';
import type { SimulatedMessage, Simulator } from '../simulator/index.ts';
import { skipTime, TimeSkippingError } from '../testing/index.ts';
import { askAgain } from './ask-again.ts';
import { inParallel } from './in-parallel.ts';
import { openMessages } from './recorded.ts';
import { type OpenMessage, whatIsToCome } from './what-is-to-come.ts';

/** Late reports come this long after dispatch, in milliseconds: when nobody waits for them any more. */
export const LATE_REPORT_MS = DEFAULT_REPORT_WINDOW_MS + 2 * 60 * 60 * 1000;

const POLL_MS = 200;
/** Looking takes the time of those that are looked for: at most this share of it. */
const SHARE_FOR_LOOKING = 0.1;
const SKIPS_AT_ONCE = 16;
/** A callback that failed five times comes again after 80 s, and a message of unknown outcome is settled after 60 s. */
const STUCK_AFTER_MS = 180_000;
/** Most messages that are named where nothing moves any more. */
const NAMED = 10;

/** What the passing of time needs of the running demo. */
export interface TimeDeps {
  stack: Pick<Stack, 'client' | 'database'>;
  simulator: Pick<Simulator, 'messages' | 'accepted'>;
  api: Pick<ApiClient, 'get'>;
  signal: AbortSignal;
  /** Told how many messages have not come to their end. */
  onOpen: (open: number) => void;
}

/** Waits, in real time, until every message has its outcome that gets one before four days have passed. */
export async function untilReported(deps: TimeDeps): Promise<Ledger> {
  return untilTrue(deps, 'wait for the delivery reports', (open) => onlyTimeHelps(deps, open));
}

/** Lets four days pass for every message that still waits. */
export async function skipFourDays(deps: TimeDeps): Promise<Ledger> {
  await inParallel(SKIPS_AT_ONCE, await openMessages(deps.stack.database), async ({ workflowId }) => {
    deps.signal.throwIfAborted();
    try {
      await skipTime(deps.stack.client, workflowId);
    } catch (error) {
      if (!(error instanceof TimeSkippingError && error.code === 'workflow_not_running')) throw error;
    }
  });
  return untilTrue(deps, 'let four days pass', (open) => open.length === 0);
}

/**
 * Whether nothing comes any more for any of the open messages before their days are over. What Sinch has is looked at
 * after `open` was read: of a message that it has taken meanwhile the report is waited for like that of any other.
 */
export async function onlyTimeHelps(
  { simulator, api, signal }: Pick<TimeDeps, 'simulator' | 'api' | 'signal'>,
  open: readonly OpenMessage[],
): Promise<boolean> {
  const atSinch = new Map<string, SimulatedMessage[]>();
  for (const message of simulator.messages()) {
    const { clientReference = '' } = message;
    atSinch.set(clientReference, [...(atSinch.get(clientReference) ?? []), message]);
  }
  const unsent: OpenMessage[] = [];
  for (const message of open) {
    const toCome = whatIsToCome(message, atSinch.get(message.workflowId) ?? []);
    if (toCome === 'report' || toCome === 'finding_out') return false;
    if (toCome === 'unsent') unsent.push(message);
  }
  for (const { messageId, workflowId } of unsent) {
    const { status } = await askAgain(signal, () => api.get<MessageView>(`/messages/${messageId}`));
    // Tried, with an answer that tells nothing. The demo's messages are held then, and not sent again.
    if (status !== 'undecided' || simulator.accepted(workflowId) > 0) return false;
  }
  return true;
}

/** Looks at the open messages until `isDone` says so. Fails where nothing moves any more. */
async function untilTrue(
  { stack, api, signal, onOpen }: TimeDeps,
  what: string,
  isDone: (open: readonly OpenMessage[]) => boolean | Promise<boolean>,
): Promise<Ledger> {
  let stoodAs = '';
  let movedAt = Date.now();
  for (;;) {
    signal.throwIfAborted();
    const lookedAt = Date.now();
    const open = await openMessages(stack.database);
    onOpen(open.length);
    if (await isDone(open)) return askAgain(signal, () => api.get<Ledger>('/ledger'));
    const stands = JSON.stringify(open);
    if (stands !== stoodAs) movedAt = Date.now();
    stoodAs = stands;
    if (Date.now() - movedAt > STUCK_AFTER_MS) throw stuck(what, open);
    await delay(Math.max(POLL_MS, (Date.now() - lookedAt) / SHARE_FOR_LOOKING), undefined, { signal });
  }
}

function stuck(what: string, open: readonly OpenMessage[]): Error {
  const ids = open.slice(0, NAMED).map(({ messageId, isAccepted }) => `${messageId}${isAccepted ? '' : ' (not sent)'}`);
  const more = open.length > NAMED ? ` and ${open.length - NAMED} more` : '';
  return new Error(
    `The demo could not ${what}: for ${STUCK_AFTER_MS / 1000} s nothing has happened, and these have no end: ` +
      `${ids.join(', ')}${more}.`,
  );
}
