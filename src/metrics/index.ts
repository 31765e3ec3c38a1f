export { createMetrics, type GaugeValue, type Metrics, type MetricsOptions } from './metrics.ts';
