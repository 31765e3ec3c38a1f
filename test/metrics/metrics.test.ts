import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type MetricDefinition, METRICS } from '../../src/contract/metrics.ts';
import { createMetrics, type MetricsOptions } from '../../src/metrics/index.ts';
import { WEBHOOK_COUNTER } from '../../src/webhook/index.ts';
import { sourceFiles } from '../architecture/source-imports.ts';
import { tableOf } from '../helpers/markdown.ts';
import { NO_QUEUES } from './no-queues.ts';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const silent = { warn: () => undefined };
const none: MetricsOptions['gauges'] = {
  ...NO_QUEUES,
  sinch_plan_held: async () => [],
  sinch_starts_waiting: () => Promise.resolve([]),
};

/** The lines of one metric, without its help and type. */
async function linesOf(metrics: ReturnType<typeof createMetrics>, name: string): Promise<string[]> {
  const { body } = await metrics.scrape();
  return body.split('\n').filter((line) => line.startsWith(name));
}

describe('the metrics of a process', () => {
  test('are counted by their labels, and shown beside those of the process itself', async () => {
    const metrics = createMetrics({ gauges: none, log: silent });
    metrics.increment('sinch_http_requests_total', { route: 'GET /healthz', status: '200' });
    metrics.increment('sinch_http_requests_total', { route: 'GET /healthz', status: '200' }, 2);
    metrics.observe('sinch_http_request_seconds', { route: 'GET /healthz' }, 0.02);
    assert.deepEqual(await linesOf(metrics, 'sinch_http_requests_total'), [
      'sinch_http_requests_total{route="GET /healthz",status="200"} 3',
    ]);
    const classes = await linesOf(metrics, 'sinch_http_request_seconds_bucket');
    assert.ok(classes.includes('sinch_http_request_seconds_bucket{le="0.01",route="GET /healthz"} 0'));
    assert.ok(classes.includes('sinch_http_request_seconds_bucket{le="0.025",route="GET /healthz"} 1'));
    assert.equal((await linesOf(metrics, 'process_resident_memory_bytes')).length, 1);
    assert.match((await metrics.scrape()).contentType, /^text\/plain; version=0\.0\.4/);
  });

  test('are shown in two processes that are one, each with its own', async () => {
    const [one, two] = [createMetrics({ gauges: none, log: silent }), createMetrics({ gauges: none, log: silent })];
    one.increment('sinch_starts_failed_total');
    assert.deepEqual(await linesOf(one, 'sinch_starts_failed_total'), ['sinch_starts_failed_total 1']);
    assert.deepEqual(await linesOf(two, 'sinch_starts_failed_total'), ['sinch_starts_failed_total 0']);
  });

  test('leave a gauge out that cannot be read or hangs, and say so once until it can', async () => {
    const warned: string[] = [];
    let gauge: () => Promise<{ value: number }[]> = () => Promise.resolve([{ value: 3 }]);
    const metrics = createMetrics({
      gauges: { ...NO_QUEUES, sinch_plan_held: async () => [], sinch_starts_waiting: () => gauge() },
      log: { warn: (fields) => void warned.push(String(fields['error'])) },
      gaugeDeadlineMs: 20,
    });
    const shown = () => linesOf(metrics, 'sinch_starts_waiting');
    assert.deepEqual(await shown(), ['sinch_starts_waiting 3']);
    gauge = () => Promise.reject(new Error('the database is away'));
    assert.deepEqual(await shown(), []);
    gauge = () => new Promise(() => undefined);
    assert.deepEqual(await shown(), []);
    assert.deepEqual(warned, ['the database is away']);
    gauge = () => Promise.resolve([{ value: 0 }]);
    assert.deepEqual(await shown(), ['sinch_starts_waiting 0']);
    gauge = () => Promise.reject(new Error('away again'));
    await shown();
    assert.deepEqual(warned, ['the database is away', 'away again']);
  });

  test('never throw for a label that there is not', () => {
    const metrics = createMetrics({ gauges: none, log: silent });
    metrics.increment('sinch_starts_failed_total', { wrong: 'label' });
    metrics.observe('sinch_http_request_seconds', { wrong: 'label' }, 1);
  });
});

describe('the table of metrics', () => {
  const all = Object.entries<MetricDefinition>(METRICS);

  test('names them as Prometheus has it', () => {
    for (const [name, { kind }] of all) {
      assert.match(name, /^sinch_[a-z_]+$/);
      assert.equal(name.endsWith('_total'), kind === 'counter', name);
    }
  });

  test('has every counter of the webhook', () => {
    for (const name of Object.values(WEBHOOK_COUNTER)) assert.ok(name in METRICS);
  });

  test('holds nothing that is counted nowhere', () => {
    const sources = sourceFiles()
      .filter((file) => file !== 'contract/metrics.ts')
      .map((file) => read(`src/${file}`))
      .join('\n');
    const unused = all.map(([name]) => name).filter((name) => !new RegExp(`\\b${name}\\b`).test(sources));
    assert.deepEqual(unused, []);
  });

  test('is that of docs/operations.md', () => {
    const bare = (cell = ''): string => cell.replaceAll('`', '');
    assert.deepEqual(
      tableOf(read('docs/operations.md'), 'Metric').map(([name, at, labels]) => [bare(name), at, bare(labels)]),
      all.map(([name, { at, labels }]) => [name, at, labels.join(', ')]),
    );
  });
});
