import { type Behaviour, isBehaviour } from './behaviours.ts';
import { type SimulatorClock, createRealClock } from './clock.ts';

/** A service plan of the simulator. */
export interface SimulatorPlan {
  /** 1 to 64 of `A-Za-z0-9_-`. */
  servicePlanId: string;
  /** The bearer token that requests must carry. */
  apiToken: string;
  /** Where reports go unless a batch names its own URL; http or https. @default none: then each batch must name one */
  callbackUrl?: string;
  /** Signs callbacks (Sinch, Webhooks, "HMAC Authentication"). @default callbacks are not signed */
  hmacSecret?: string;
  /** Headers that every callback carries besides, such as `authorization`. @default none */
  callbackHeaders?: Readonly<Record<string, string>>;
  /** Messages a second that leave the plan's queue, first in, first out; above 0. @default no limit */
  messagesPerSecond?: number;
  /**
   * The sender of messages that name none; reports then say `applied_originator`.
   * @default none: a message without `from` is refused
   */
  defaultOriginator?: string;
}

/** Options of `startSimulator`. */
export interface SimulatorOptions {
  /** Port on 127.0.0.1, 0 to 65535. @default 0: a free one */
  port?: number;
  /** At least one, each id once. @default the plan `demo-plan` with the token `demo-token` */
  plans?: readonly SimulatorPlan[];
  /** Milliseconds between dispatch and report, on average; single ones vary from 0.6 to 3 times that. @default 1000 */
  reportDelayMs?: number;
  /** Milliseconds between dispatch and report where the report is a late one. @default 60000 */
  lateReportMs?: number;
  /** Weights of what becomes of ordinary recipients; those of the magic table are not drawn. @default all delivered */
  mix?: Partial<Record<Behaviour, number>>;
  /** Integer that decides the draws and delays: the same seed and requests give the same outcomes. @default 1 */
  seed?: number;
  /** Milliseconds for which a new batch and its reports are invisible to look-ups. @default 0 */
  visibilityDelayMs?: number;
  /** Milliseconds for which a batch of a hidden behaviour is invisible to look-ups. @default 120000 */
  hiddenMs?: number;
  /**
   * Milliseconds from the first failure of a callback to its first retry; the following come at 2, 4, 8, … times
   * that, 15 retries in all (Sinch: 5 s, 10 s, 20 s, …, 81,920 s).
   * @default 5000
   */
  callbackRetryMs?: number;
  /** Milliseconds of the machine's time that a callback's receiver has for its answer. @default 10000 */
  callbackTimeoutMs?: number;
  /**
   * Whether a retried callback is signed anew or carries the signature of the first attempt. Sinch does not document it.
   * @default 'fresh'
   */
  retrySignature?: 'fresh' | 'same';
  /** @default the machine's time */
  clock?: SimulatorClock;
  /** Told what happens, without tokens, texts and phone numbers. @default nobody */
  log?: (message: string, details: Readonly<Record<string, unknown>>) => void;
}

/** The plan that is there when no other is given. Its token is public: it opens nothing but a simulator. */
export const DEMO_PLAN: SimulatorPlan = { servicePlanId: 'demo-plan', apiToken: 'demo-token' };

/** The options with every default filled in. */
export interface ResolvedOptions extends Required<Omit<SimulatorOptions, 'mix'>> {
  mix: ReadonlyMap<Behaviour, number>;
}

const DEFAULT_REPORT_DELAY_MS = 1000;
const DEFAULT_LATE_REPORT_MS = 60_000;
/** Twice the time after which a message that is not found is given up looking for by default. */
const DEFAULT_HIDDEN_MS = 120_000;
const DEFAULT_CALLBACK_RETRY_MS = 5000;
const DEFAULT_CALLBACK_TIMEOUT_MS = 10_000;
const PLAN_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Checks the options and fills in the defaults. @throws TypeError that names the option and the value */
export function resolveOptions(options: SimulatorOptions): ResolvedOptions {
  const { clock, log, retrySignature = 'fresh' } = options;
  if (log !== undefined && typeof log !== 'function') throw mistake('log', 'a function', log);
  if (retrySignature !== 'fresh' && retrySignature !== 'same') {
    throw mistake('retrySignature', '"fresh" or "same"', retrySignature);
  }
  if (clock !== undefined && (typeof clock.now !== 'function' || typeof clock.setTimer !== 'function')) {
    throw mistake('clock', 'an object with now and setTimer', clock);
  }
  const port = options.port ?? 0;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw mistake('port', 'an integer from 0 to 65535', port);
  const seed = options.seed ?? 1;
  if (!Number.isSafeInteger(seed)) throw mistake('seed', 'an integer', seed);
  return {
    port,
    seed,
    retrySignature,
    plans: resolvePlans(options.plans ?? [DEMO_PLAN]),
    reportDelayMs: duration('reportDelayMs', options.reportDelayMs, DEFAULT_REPORT_DELAY_MS),
    lateReportMs: duration('lateReportMs', options.lateReportMs, DEFAULT_LATE_REPORT_MS),
    visibilityDelayMs: duration('visibilityDelayMs', options.visibilityDelayMs, 0),
    hiddenMs: duration('hiddenMs', options.hiddenMs, DEFAULT_HIDDEN_MS),
    callbackRetryMs: duration('callbackRetryMs', options.callbackRetryMs, DEFAULT_CALLBACK_RETRY_MS),
    callbackTimeoutMs: duration('callbackTimeoutMs', options.callbackTimeoutMs, DEFAULT_CALLBACK_TIMEOUT_MS),
    mix: resolveMix(options.mix ?? { delivered: 1 }),
    clock: clock ?? createRealClock(),
    log: log ?? (() => undefined),
  };
}

/** Checks one plan. @throws TypeError that names the member and, unless it is a secret, the value */
export function checkPlan(plan: SimulatorPlan): SimulatorPlan {
  const { servicePlanId, apiToken, callbackUrl, hmacSecret, callbackHeaders, messagesPerSecond } = plan;
  if (typeof servicePlanId !== 'string' || !PLAN_ID.test(servicePlanId)) {
    throw mistake('plans[].servicePlanId', '1 to 64 of A-Za-z0-9_-', servicePlanId);
  }
  const at = `plan ${servicePlanId}: `;
  if (typeof apiToken !== 'string' || apiToken === '')
    throw new TypeError(`${at}apiToken: expected a string, not empty`);
  if (hmacSecret !== undefined && (typeof hmacSecret !== 'string' || hmacSecret === '')) {
    throw new TypeError(`${at}hmacSecret: expected a string, not empty`);
  }
  if (callbackUrl !== undefined && !isHttpUrl(callbackUrl)) {
    throw mistake(`${at}callbackUrl`, 'an http or https URL', callbackUrl);
  }
  if (messagesPerSecond !== undefined && !(Number.isFinite(messagesPerSecond) && messagesPerSecond > 0)) {
    throw mistake(`${at}messagesPerSecond`, 'a number above 0', messagesPerSecond);
  }
  if (Object.values(callbackHeaders ?? {}).some((value) => typeof value !== 'string')) {
    throw new TypeError(`${at}callbackHeaders: expected an object of strings`);
  }
  return { ...plan };
}

/** Whether `value` is a URL that can be called. */
export function isHttpUrl(value: unknown): value is string {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  return ['http:', 'https:'].includes(new URL(value).protocol);
}

function resolvePlans(plans: readonly SimulatorPlan[]): SimulatorPlan[] {
  if (!Array.isArray(plans) || plans.length === 0) throw mistake('plans', 'a list of at least one plan', plans);
  const checked = plans.map(checkPlan);
  const ids = checked.map(({ servicePlanId }) => servicePlanId);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw mistake('plans', 'each servicePlanId once', twice);
  return checked;
}

function resolveMix(mix: Partial<Record<Behaviour, number>>): Map<Behaviour, number> {
  const resolved = new Map<Behaviour, number>();
  for (const [behaviour, weight] of Object.entries(mix)) {
    if (!isBehaviour(behaviour)) throw mistake('mix', 'names of behaviours from MAGIC_RECIPIENTS', behaviour);
    if (!Number.isFinite(weight) || weight < 0) throw mistake(`mix.${behaviour}`, 'a weight of 0 or more', weight);
    resolved.set(behaviour, weight);
  }
  if (![...resolved.values()].some((weight) => weight > 0)) throw mistake('mix', 'at least one weight above 0', mix);
  return resolved;
}

function duration(option: string, value: number | undefined, fallback: number): number {
  const ms = value ?? fallback;
  if (!Number.isFinite(ms) || ms < 0) throw mistake(option, '0 or more milliseconds', ms);
  return ms;
}

function mistake(option: string, expected: string, got: unknown): TypeError {
  const shown = typeof got === 'number' ? String(got) : JSON.stringify(got);
  return new TypeError(`${option}: expected ${expected}, got ${shown}`);
}
