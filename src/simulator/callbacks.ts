import { ulid } from 'ulid';
import { Agent, request } from 'undici';
import type { SimulatorClock } from './clock.ts';
import type { Faults } from './faults.ts';
import type { ResolvedOptions, SimulatorPlan } from './options.ts';
import { signatureHeaders } from './signature.ts';
import { type WorkTracker, createWorkTracker } from './work.ts';

/** One callback, and who wants to know what becomes of it. */
export interface OutgoingCallback {
  servicePlanId: string;
  url: string;
  /** JSON. */
  body: string;
  /** Called for each attempt. */
  onSent(): void;
  /** Called once, at a 2xx. */
  onAnswered(): void;
  /** Called once, when it will not be tried again. */
  onLost(): void;
}

/** Sends callbacks and repeats them as Sinch does (Webhooks, "Retries"). */
export interface CallbackSender {
  /**
   * Resolves when the first attempt has ended, at once where a fault holds callbacks up. Never rejects.
   * @param after the first attempt waits for it
   */
  send(callback: OutgoingCallback, after?: Promise<void>): Promise<void>;
  /** Sends what was held up and is not any more. */
  release(): void;
  /** Resolves when no receiver owes an answer; callbacks that wait for a retry or are held up do not count. */
  whenNoneInFlight(): Promise<void>;
  close(): Promise<void>;
}

/** What the sender needs. */
export interface CallbackSenderDeps {
  clock: SimulatorClock;
  work: WorkTracker;
  faults: Faults;
  planOf: (servicePlanId: string) => SimulatorPlan | undefined;
  options: Pick<ResolvedOptions, 'callbackRetryMs' | 'callbackTimeoutMs' | 'retrySignature' | 'log'>;
}

/** The last retry is at 2^14 times the first one's delay after the first failure: 81,920 s with Sinch's 5 s. */
const RETRIES = 15;
/** Shorter than the usual keep-alive of a receiver, so that no callback meets a connection that is being closed. */
const KEEP_ALIVE_MS = 1000;
const CONNECTIONS = 64;
const TOO_MANY_REQUESTS = 429;

/** What an attempt came to. */
type Attempt = 'answered' | 'refused' | 'failed';

/** Makes a sender with its own connections; `close` ends them. */
export function createCallbackSender({ clock, work, faults, planOf, options }: CallbackSenderDeps): CallbackSender {
  const { callbackRetryMs, callbackTimeoutMs, retrySignature, log } = options;
  const agent = new Agent({
    connections: CONNECTIONS,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: { timeout: callbackTimeoutMs },
  });
  const inFlight = createWorkTracker();
  const held = new Set<() => void>();
  let closed = false;

  const sign = (plan: SimulatorPlan, body: string): Record<string, string> =>
    plan.hmacSecret === undefined
      ? {}
      : signatureHeaders({
          secret: plan.hmacSecret,
          body,
          nonce: ulid(clock.now()),
          timestamp: Math.floor(clock.now() / 1000),
        });

  const post = async (url: string, body: string, headers: Record<string, string>): Promise<Attempt> => {
    try {
      const response = await request(url, {
        method: 'POST',
        headers,
        body,
        dispatcher: agent,
        headersTimeout: callbackTimeoutMs,
        bodyTimeout: callbackTimeoutMs,
      });
      await response.body.dump();
      if (response.statusCode >= 200 && response.statusCode < 300) return 'answered';
      return response.statusCode >= 500 || response.statusCode === TOO_MANY_REQUESTS ? 'failed' : 'refused';
    } catch {
      return 'failed';
    }
  };

  const start = async (callback: OutgoingCallback, after?: Promise<void>): Promise<void> => {
    const { servicePlanId, url, body } = callback;
    const endWork = work.begin();
    let firstFailureAt: number | undefined;
    let retries = 0;
    let signature: Record<string, string> | undefined;

    const end = (result: 'onAnswered' | 'onLost', why: string): void => {
      callback[result]();
      log(why, { servicePlanId, retries });
      endWork();
    };

    const attempt = async (): Promise<void> => {
      const plan = planOf(servicePlanId);
      const mode = faults.callbackMode(servicePlanId);
      if (mode === 'drop' || plan === undefined) return end('onLost', 'callback dropped');
      if (mode === 'hold') {
        held.add(() => void attempt());
        return;
      }
      if (signature === undefined || retrySignature === 'fresh') signature = sign(plan, body);
      const headers = { 'content-type': 'application/json', ...plan.callbackHeaders, ...signature };
      const endFlight = inFlight.begin();
      callback.onSent();
      const result = await post(url, body, headers);
      if (!closed) settle(result);
      endFlight();
    };

    const settle = (result: Attempt): void => {
      if (result === 'answered') return end('onAnswered', 'callback answered');
      if (result === 'refused') return end('onLost', 'callback refused for good');
      if (retries === RETRIES) return end('onLost', 'callback given up');
      firstFailureAt ??= clock.now();
      const dueAt = firstFailureAt + callbackRetryMs * 2 ** retries;
      retries += 1;
      log('callback failed, will be repeated', { servicePlanId, retries, inMs: dueAt - clock.now() });
      clock.setTimer(() => void attempt(), Math.max(0, dueAt - clock.now()));
    };

    if (after === undefined) return attempt();
    const endFlight = inFlight.begin();
    await after;
    const attempted = attempt();
    endFlight();
    return attempted;
  };

  return {
    send: start,
    release() {
      const waiting = [...held];
      held.clear();
      for (const attempt of waiting) attempt();
    },
    whenNoneInFlight: () => inFlight.whenNone(),
    async close() {
      closed = true;
      inFlight.abandon(new Error('The simulator was closed'));
      await agent.destroy();
    },
  };
}
