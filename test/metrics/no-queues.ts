import type { MetricsOptions } from '../../src/metrics/index.ts';

type QueueGauge = Extract<keyof MetricsOptions['gauges'], `sinch_queue_${string}`>;

/** The gauges of queues where there are none. */
export const NO_QUEUES: Pick<MetricsOptions['gauges'], QueueGauge> = {
  sinch_queue_backlog: async () => [],
  sinch_queue_backlog_age_seconds: async () => [],
  sinch_queue_pollers: async () => [],
};
