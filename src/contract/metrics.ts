/**
 * Every metric of ours: its name, what it counts, and its labels. Dashboards and alarms go by them, so they are added to
 * and never changed. docs/operations.md has the same, and a test holds the two together.
 */

/** A metric as it is scraped. */
export interface MetricDefinition {
  kind: 'counter' | 'gauge' | 'histogram';
  /** Who shows it: the HTTP process at `/metrics`, or a worker at METRICS_ADDRESS. */
  at: 'server' | 'worker';
  help: string;
  /** Few values each: no ids of messages or campaigns, and nothing of a person. */
  labels: readonly string[];
  /** Upper bounds of a histogram's classes, in the unit that its name ends in. */
  buckets?: readonly number[];
}

export const METRICS = {
  sinch_http_requests_total: {
    kind: 'counter',
    at: 'server',
    help: 'Requests that were answered, by the pattern of their route, `unknown` for none, and HTTP status',
    labels: ['route', 'status'],
  },
  sinch_http_request_seconds: {
    kind: 'histogram',
    at: 'server',
    help: 'Time to an answer, in seconds',
    labels: ['route'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 1, 2.5, 5, 10],
  },
  sinch_intake_answers_total: {
    kind: 'counter',
    at: 'server',
    help: 'Recipients that were asked for, by what they were answered; `failed`: not made durable, to be asked for again',
    labels: ['projectId', 'status'],
  },
  sinch_starts_failed_total: {
    kind: 'counter',
    at: 'server',
    help: 'Starts of registered messages that Temporal did not take; the sweeper tries them again',
    labels: [],
  },
  sinch_starts_swept_total: {
    kind: 'counter',
    at: 'server',
    help: 'Messages that were registered and not started, and that the sweeper started',
    labels: [],
  },
  sinch_starts_waiting: {
    kind: 'gauge',
    at: 'server',
    help: 'Messages that are registered for 10 seconds or more and not started; the same from every server',
    labels: [],
  },
  sinch_webhook_answers_total: {
    kind: 'counter',
    at: 'server',
    help: 'Answers to callbacks, by HTTP status; integration `unknown` where the path names none, or a body was too large',
    labels: ['integrationId', 'status'],
  },
  sinch_webhook_callbacks_total: {
    kind: 'counter',
    at: 'server',
    help: 'Authentic reports and other callbacks, by what became of them',
    labels: ['integrationId', 'outcome'],
  },
  sinch_webhook_unauthenticated_total: {
    kind: 'counter',
    at: 'server',
    help: 'Callbacks refused with 401, by reason: Sinch never repeats them',
    labels: ['integrationId', 'reason'],
  },
  sinch_webhook_replays_total: {
    kind: 'counter',
    at: 'server',
    help: 'Signed callbacks whose nonce was seen before, where the age of signatures is limited',
    labels: ['integrationId'],
  },
  sinch_plan_held: {
    kind: 'gauge',
    at: 'server',
    help: '1 for each service plan that Sinch refuses, so that nothing is sent through it',
    labels: ['servicePlanId'],
  },
  sinch_queue_backlog: {
    kind: 'gauge',
    at: 'server',
    help: 'Tasks that wait in a queue of Temporal, about: `workflow` and `activity` of the messages, and the sends of each plan',
    labels: ['queue', 'kind'],
  },
  sinch_queue_backlog_age_seconds: {
    kind: 'gauge',
    at: 'server',
    help: 'How long the oldest of them waits, in seconds, about',
    labels: ['queue', 'kind'],
  },
  sinch_queue_pollers: {
    kind: 'gauge',
    at: 'server',
    help: 'Workers that asked a queue for a task in the last 2 minutes',
    labels: ['queue', 'kind'],
  },
  sinch_integration_faults_total: {
    kind: 'counter',
    at: 'worker',
    help: 'Answers of Sinch that blame the integration and no message, by HTTP status',
    labels: ['servicePlanId', 'status'],
  },
  sinch_unknown_outcomes_total: {
    kind: 'counter',
    at: 'worker',
    help: 'Messages of unknown outcome that Sinch did not show, by what was decided: `resend` or `hold`',
    labels: ['servicePlanId', 'policy'],
  },
  sinch_recovered_total: {
    kind: 'counter',
    at: 'worker',
    help: 'What a message found by looking at Sinch: an `acceptance` without an answer, or a `report` without a callback',
    labels: ['servicePlanId', 'what'],
  },
  sinch_messages_ended_total: {
    kind: 'counter',
    at: 'worker',
    help: 'Messages whose end was written, by status; one whose end is written again, as for a report that came meanwhile, counts again',
    labels: ['status'],
  },
  sinch_events_exported_total: {
    kind: 'counter',
    at: 'worker',
    help: 'Campaign events that an exporter settled: `exported`, `refused` or `left_out`',
    labels: ['projectId', 'result'],
  },
} as const satisfies Record<string, MetricDefinition>;

/** The name of a metric. */
export type MetricName = keyof typeof METRICS;

/** Names of one kind of metrics. */
type NameOf<Kind extends MetricDefinition['kind']> = {
  [Name in MetricName]: (typeof METRICS)[Name]['kind'] extends Kind ? Name : never;
}[MetricName];

export type CounterName = NameOf<'counter'>;
export type GaugeName = NameOf<'gauge'>;
export type HistogramName = NameOf<'histogram'>;

/** Values by the names of labels. */
export type Labels = Readonly<Record<string, string>>;

/** Counts what happens. Never throws. */
export interface Counters {
  /** @param by 0 or more. @default 1 */
  increment(name: CounterName, labels?: Labels, by?: number): void;
}
