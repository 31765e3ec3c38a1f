import type { ExporterView } from '../settings/index.ts';
import { listLines } from './table.ts';
import { utcTime } from './utc-time.ts';

/** An exporter, whole. */
export function exporterLines(exporter: ExporterView): string[] {
  const { statusNames } = exporter;
  const names = Object.entries(statusNames).map(([status, name]) => `${status} as ${name}`);
  return listLines([
    ['Tracking API', exporter.baseUrl],
    ['Project token', exporter.projectToken],
    ['Key id', exporter.keyId],
    ['State', exporter.enabled ? 'on' : 'off: events wait'],
    ['Requests', `at most ${exporter.requestsPerSecond} a second`],
    ['Statuses', names.length === 0 ? 'as they are' : names.join(', ')],
    ['Timeouts', 'timeout' in statusNames ? undefined : 'do not leave: map timeout to a name to let them'],
    ['Events since', utcTime(exporter.since)],
    ['Changed', utcTime(exporter.updatedAt)],
  ]);
}
