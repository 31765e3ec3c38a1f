import type { CounterName } from '../contract/metrics.ts';

/** Where the webhook tells what it saw; pino's loggers fit. Neither secrets nor phone numbers are ever passed. */
export interface WebhookLog {
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** Counts events by name and labels; a counter of prom-client or OpenTelemetry stands behind it. */
export interface WebhookCounters {
  increment(name: WebhookCounterName, labels: Readonly<Record<string, string>>): void;
}

/** Names of the webhook's counters. */
export const WEBHOOK_COUNTER = {
  /** Every answer. Labels: `integrationId`, `status` (HTTP). */
  answers: 'sinch_webhook_answers_total',
  /** Every authentic report or other callback. Labels: `integrationId`, `outcome`. */
  callbacks: 'sinch_webhook_callbacks_total',
  /**
   * Callbacks refused with 401. Labels: `integrationId`, `reason`. Alarm on it: Sinch never repeats a callback that was
   * refused, so a secret that differs on the two sides loses every report.
   */
  unauthenticated: 'sinch_webhook_unauthenticated_total',
  /** Signed callbacks whose nonce was seen before, where the age of signatures is limited. Label: `integrationId`. */
  replays: 'sinch_webhook_replays_total',
} as const satisfies Record<string, CounterName>;

/** One of these names. */
export type WebhookCounterName = (typeof WEBHOOK_COUNTER)[keyof typeof WEBHOOK_COUNTER];

/** The label in place of an integration's id that is none: a caller's own text would make labels without end. */
export const UNKNOWN_INTEGRATION = 'unknown';

/** Log and counters behind a fence: a report is not lost because it could not be counted. */
export interface Observers {
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
  count(name: WebhookCounterName, labels: Readonly<Record<string, string>>): void;
}

/** Leaves out what is not there, and survives what throws. */
export function createObservers(log?: WebhookLog, counters?: WebhookCounters): Observers {
  return {
    warn: (fields, message) => attempt(() => log?.warn(fields, message)),
    error: (fields, message) => attempt(() => log?.error(fields, message)),
    count: (name, labels) => attempt(() => counters?.increment(name, labels)),
  };
}

function attempt(observe: () => void): void {
  try {
    observe();
  } catch {
    // There is nobody left to tell.
  }
}
