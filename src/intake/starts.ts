/** Starting registered messages: at once where Temporal answers, by the sweeper where it did not. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type MessageKey, workflowIdOf } from '../contract/identity.ts';
import type { Log } from '../contract/log.ts';
import type { Counters } from '../contract/metrics.ts';
import type { SendMessageInput } from '../contract/message.ts';
import { reasonOf } from '../contract/reason.ts';
import type { MessageRegister } from '../register/index.ts';
import { createWaitingStarts } from './waiting-starts.ts';

/** Starts under way at once: more do not make one server start faster (measured). */
const AT_ONCE = 16;

/** Messages that one look of the sweeper takes up. */
const MOST_SWEPT = 500;

/** Messages that wait in memory for their start, the urgent ones first; what comes beyond is left to the sweeper. */
const MOST_WAITING = 10_000;

export interface StartsOptions {
  /** Starts the workflow, once. */
  startMessage: (message: SendMessageInput) => Promise<unknown>;
  register: Pick<MessageRegister<unknown>, 'markStarted' | 'unstarted'>;
  log: Log;
  /** @default nothing is counted */
  counters?: Counters;
  /**
   * How long a request waits for its message's start before it is answered without, in milliseconds: the message is
   * registered, so it is accepted.
   * @default 300
   */
  patienceMs?: number;
  /** How often the sweeper looks, in milliseconds. @default 5,000 */
  sweepMs?: number;
  /** How old a request is before the sweeper takes it for forgotten, in milliseconds. @default DEFAULT_START_GRACE_MS */
  graceMs?: number;
}

/** How old a request is before it counts as one whose start was forgotten, in milliseconds. */
export const DEFAULT_START_GRACE_MS = 10_000;

/** The starts of one process. */
export interface Starts {
  /** Starts a registered message, waiting for it only as long as the caller can afford. Never throws. */
  start(message: SendMessageInput): Promise<void>;
  /** The same for a caller that cannot wait at all. */
  startLater(message: SendMessageInput): void;
  /**
   * Starts what was registered and never started, some hundreds at a time: each look goes on where the last one ended,
   * and from the oldest again after the youngest, so that messages which cannot be started do not keep others waiting.
   * @returns how many were started.
   */
  sweep(): Promise<number>;
  /** Ends the sweeper; starts under way are finished, what waits is left to the next process's sweeper. */
  close(): Promise<void>;
}

export function createStarts(options: StartsOptions): Starts {
  const {
    startMessage,
    register,
    log,
    counters,
    patienceMs = 300,
    sweepMs = 5_000,
    graceMs = DEFAULT_START_GRACE_MS,
  } = options;
  const waiting = createWaitingStarts(MOST_WAITING);
  const running = new Set<Promise<void>>();
  const closing = new AbortController();
  let sweptTo: SendMessageInput | undefined;

  function pump(): void {
    while (running.size < AT_ONCE) {
      const next = waiting.next();
      if (!next) return;
      const run = next.begin().finally(() => {
        running.delete(run);
        pump();
      });
      running.add(run);
    }
  }

  async function startNow(message: SendMessageInput): Promise<boolean> {
    try {
      await startMessage(message);
    } catch (error) {
      counters?.increment('sinch_starts_failed_total');
      log.warn(
        { workflowId: workflowIdOf(message), error: reasonOf(error) },
        'A registered message could not be started yet; the sweeper will start it',
      );
      return false;
    }
    const key: MessageKey = { projectId: message.projectId, messageId: message.messageId };
    try {
      await register.markStarted([key]);
    } catch (error) {
      log.warn({ workflowId: workflowIdOf(message), error: reasonOf(error) }, 'A start could not be noted');
    }
    return true;
  }

  /** Resolves when the start has succeeded or failed, or is left to the sweeper of another process; `undefined` where there was no room to wait. */
  function enqueue(message: SendMessageInput): Promise<boolean> | undefined {
    if (closing.signal.aborted) return undefined;
    let settle: (started: boolean) => void = () => undefined;
    const started = new Promise<boolean>((resolve) => (settle = resolve));
    const isTaken = waiting.add({
      priority: message.priority,
      // Closing answers those that still wait without starting them, so that nobody waits for ever.
      begin: async () => settle(!closing.signal.aborted && (await startNow(message))),
      leave: () => settle(false),
    });
    if (!isTaken) return undefined;
    pump();
    return started;
  }

  const starts: Starts = {
    async start(message) {
      const started = enqueue(message);
      if (!started) return;
      const patience = new AbortController();
      await Promise.race([started, sleep(patienceMs, undefined, { signal: patience.signal }).catch(() => undefined)]);
      patience.abort();
    },
    startLater(message) {
      // Where there is no room, or the start fails, the sweeper has it.
      void enqueue(message);
    },
    async sweep() {
      const olderThan = new Date(Date.now() - graceMs).toISOString();
      const after = sweptTo;
      const forgotten = await register.unstarted({ olderThan, limit: MOST_SWEPT, ...(after ? { after } : {}) });
      const starting: Promise<boolean>[] = [];
      for (const message of forgotten) {
        const start = enqueue(message);
        if (!start) break;
        starting.push(start);
      }
      // Those that there was no room for come first the next time.
      const isAll = starting.length === forgotten.length && forgotten.length < MOST_SWEPT;
      sweptTo = isAll ? undefined : (forgotten[starting.length - 1] ?? after);
      const started = (await Promise.all(starting)).filter(Boolean).length;
      counters?.increment('sinch_starts_swept_total', {}, started);
      return started;
    },
    async close() {
      closing.abort();
      await sweeping;
      await Promise.all(running);
    },
  };

  async function keepSweeping(): Promise<void> {
    let goOn = false;
    while (!closing.signal.aborted) {
      if (!goOn) await sleep(sweepMs, undefined, { signal: closing.signal }).catch(() => undefined);
      goOn = false;
      if (closing.signal.aborted) return;
      try {
        const started = await starts.sweep();
        goOn = started > 0 && sweptTo !== undefined;
        if (started > 0) log.warn({ started }, 'Started messages that had been registered and never started');
      } catch (error) {
        log.warn({ error: reasonOf(error) }, 'Could not look for messages that were never started; trying again');
      }
    }
  }

  const sweeping = keepSweeping();
  return starts;
}
