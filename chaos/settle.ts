/** From the last fault to the end of every message. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { abortable } from '../src/db/index.ts';
import { inParallel } from '../src/demo/in-parallel.ts';
import type { SimulatedMessage, Simulator } from '../src/simulator/index.ts';
import { skipTime } from '../src/testing/index.ts';
import type { ChaosRequest } from './requests.ts';
import type { ChaosSystem, OpenMessage } from './system.ts';

/** What settling needs of a run. */
export interface SettleDeps {
  system: ChaosSystem;
  simulator: Pick<Simulator, 'messages' | 'whenIdle'>;
  client: Client;
  requests: readonly ChaosRequest[];
  /** From when on lost callbacks are recovered. */
  since: Date;
  onProgress: (open: number, what: string) => void;
  signal: AbortSignal;
}

/** How a run settled. */
export interface Settled {
  /** Milliseconds since the epoch: from when on messages were not waited for in real time any more. */
  skippedAt: number;
  /** How many reports the sweep signalled; `undefined` where there is none. */
  swept: number | undefined;
  /** Ids of the messages that did not end. */
  stuck: readonly string[];
}

const POLL_MS = 500;
const AT_ONCE = 16;

/**
 * The longest that anything takes by itself: a send whose worker was killed is given up by the server after 30 s, and is
 * then looked for.
 */
const STUCK_AFTER_MS = 75_000;

/** How long callbacks are waited for that nobody takes, such as those about messages that have ended. */
const IDLE_WITHIN_MS = 15_000;

/** How long no message may end while time is skipped. */
const SKIP_STUCK_AFTER_MS = 60_000;

/**
 * Waits until nothing but time would change anything, recovers what callbacks were lost, and lets the rest of the time
 * pass at once.
 */
export async function settle(deps: SettleDeps): Promise<Settled> {
  const { system, simulator, since, signal } = deps;
  await untilOnlyTimeIsLeft(deps);
  await Promise.race([
    abortable(simulator.whenIdle(), signal),
    delay(IDLE_WITHIN_MS, undefined, { signal, ref: false }),
  ]);
  const swept = await system.sweep(since);
  const skippedAt = Date.now();
  const stuck = await skipWhatIsLeft(deps);
  return { skippedAt, swept, stuck };
}

/** Gives up, rather than failing, where nothing moves any more: the comparison tells what is stuck. */
async function untilOnlyTimeIsLeft(deps: SettleDeps): Promise<void> {
  const { system, requests, onProgress, signal } = deps;
  const byId = new Map(requests.map((request) => [request.messageId, request]));
  let left = -1;
  let movedAt = Date.now();
  while (Date.now() - movedAt < STUCK_AFTER_MS) {
    signal.throwIfAborted();
    const open = await system.openMessages();
    // Only now: of what Sinch has taken since the store was read, the report is still to come.
    const accepted = acceptedByReference(deps);
    let moving = 0;
    await inParallel(AT_ONCE, open, async ({ messageId, stands }) => {
      const request = byId.get(messageId);
      if (request === undefined) return;
      if (!(await waitsForTime(system, { request, stands, accepted: accepted.get(request.clientReference) ?? [] })))
        moving += 1;
    });
    onProgress(moving, 'still under way');
    if (moving === 0) return;
    if (moving !== left) {
      left = moving;
      movedAt = Date.now();
    }
    await delay(POLL_MS, undefined, { signal });
  }
}

async function skipWhatIsLeft({ system, client, requests, onProgress, signal }: SettleDeps): Promise<string[]> {
  const referenceOf = new Map(requests.map(({ messageId, clientReference }) => [messageId, clientReference]));
  const skipped = new Set<string>();
  let left = Infinity;
  let movedAt = Date.now();
  for (;;) {
    signal.throwIfAborted();
    const open = await system.openMessages();
    onProgress(open.length, 'wait for nothing but time, which is skipped');
    if (open.length < left) movedAt = Date.now();
    left = Math.min(left, open.length);
    if (open.length === 0 || Date.now() - movedAt > SKIP_STUCK_AFTER_MS) return open.map(({ messageId }) => messageId);
    await inParallel(AT_ONCE, open, async ({ messageId }) => {
      const reference = referenceOf.get(messageId);
      if (reference === undefined || skipped.has(messageId)) return;
      try {
        await skipTime(client, reference);
        skipped.add(messageId);
      } catch {
        // It has just ended, or its workflow is not there: then it stays open and is told as stuck.
      }
    });
    await delay(POLL_MS, undefined, { signal });
  }
}

interface Standing {
  request: ChaosRequest;
  stands: OpenMessage['stands'];
  /** What Sinch has of it. */
  accepted: readonly SimulatedMessage[];
}

/** Whether an open message may be left to the passing of time. */
async function waitsForTime(
  system: Pick<ChaosSystem, 'waitsForTime'>,
  { request, stands, accepted }: Standing,
): Promise<boolean> {
  if (owesReport(accepted)) return false;
  switch (stands) {
    case 'enqueued':
      return true;
    case 'held':
      // The look-ups to come, whose time is skipped, have to find what is there to be found.
      return accepted.every(({ visibleAt }) => Date.parse(visibleAt) < Date.now());
    case undefined:
      return accepted.length > 0 && system.waitsForTime(request);
  }
}

/** Whether a callback has been taken, or is on its way, that has to end the message. */
function owesReport(accepted: readonly SimulatedMessage[]): boolean {
  return accepted.some(
    ({ finalStatus, callbacks }) => finalStatus !== undefined && callbacks.answered > 0 && callbacks.lost === 0,
  );
}

function acceptedByReference({ simulator }: SettleDeps): Map<string, SimulatedMessage[]> {
  const groups = new Map<string, SimulatedMessage[]>();
  for (const message of simulator.messages()) {
    const { clientReference = '' } = message;
    groups.set(clientReference, [...(groups.get(clientReference) ?? []), message]);
  }
  return groups;
}
