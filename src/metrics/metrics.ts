/** What an HTTP process shows to who scrapes it, in Prometheus' text format. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Log } from '../contract/log.ts';
import {
  type CounterName,
  type Counters,
  type GaugeName,
  type HistogramName,
  type Labels,
  type MetricDefinition,
  METRICS,
} from '../contract/metrics.ts';
import { reasonOf } from '../contract/reason.ts';
import { withDeadline } from '../timing/index.ts';

/** One value of a gauge. */
export interface GaugeValue {
  labels?: Labels;
  value: number;
}

export interface MetricsOptions {
  /**
   * What each gauge shows, asked at each scrape. One that fails, or takes longer than `gaugeDeadlineMs`, is left out of the
   * scrape: the others are needed most while something is away.
   */
  gauges: Readonly<Record<GaugeName, () => Promise<readonly GaugeValue[]>>>;
  /** Hears of a gauge that cannot be read, once until it can. */
  log: Pick<Log, 'warn'>;
  /** In milliseconds. @default 2,000 */
  gaugeDeadlineMs?: number;
}

/** The metrics of a process. */
export interface Metrics extends Counters {
  /** Notes one value of a histogram. Never throws. */
  observe(name: HistogramName, labels: Labels, value: number): void;
  /** All of them, those of the process (`process_…`, `nodejs_…`) first. */
  scrape(): Promise<{ contentType: string; body: string }>;
}

/** Each has its registry of its own, so that several can be in one process. */
export function createMetrics({ gauges, log, gaugeDeadlineMs = 2_000 }: MetricsOptions): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const common = (name: string, { help, labels }: MetricDefinition) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  });
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, Histogram>();
  const shown = new Map<GaugeName, Gauge>();
  for (const [name, metric] of Object.entries<MetricDefinition>(METRICS)) {
    if (metric.at !== 'server') continue;
    switch (metric.kind) {
      case 'counter':
        counters.set(name, new Counter(common(name, metric)));
        break;
      case 'histogram':
        histograms.set(name, new Histogram({ ...common(name, metric), buckets: [...(metric.buckets ?? [])] }));
        break;
      case 'gauge':
        shown.set(name as GaugeName, new Gauge(common(name, metric)));
        break;
    }
  }
  const unread = new Set<GaugeName>();

  async function read(name: GaugeName, gauge: Gauge): Promise<void> {
    gauge.reset();
    // A gauge without labels would show 0, which nobody has counted.
    gauge.remove({});
    try {
      const values = await withDeadline(gaugeDeadlineMs, () => gauges[name]());
      for (const { labels = {}, value } of values) gauge.set({ ...labels }, value);
      unread.delete(name);
    } catch (error) {
      if (!unread.has(name)) {
        log.warn({ gauge: name, error: reasonOf(error) }, 'A gauge cannot be read');
      }
      unread.add(name);
    }
  }

  return {
    increment: (name: CounterName, labels = {}, by = 1) => attempt(() => counters.get(name)?.inc({ ...labels }, by)),
    observe: (name, labels, value) => attempt(() => histograms.get(name)?.observe({ ...labels }, value)),
    async scrape() {
      await Promise.all([...shown].map(async ([name, gauge]) => read(name, gauge)));
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

/** What is counted must not fail because it is. */
function attempt(count: () => void): void {
  try {
    count();
  } catch {
    // A label that the metric does not have: tests see that, and a caller must not suffer it.
  }
}
