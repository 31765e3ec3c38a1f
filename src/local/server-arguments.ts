import { SEARCH_ATTRIBUTE } from '../contract/names.ts';

/** Search attributes that every server of ours knows from the start, all of type Keyword. */
export const SEARCH_ATTRIBUTE_NAMES: readonly string[] = Object.values(SEARCH_ATTRIBUTE);

/**
 * Server settings that the package counts on, as `KEY=JSON`.
 *
 * - Time skipping and fairness are off in Temporal unless they are asked for.
 * - One partition a queue: a send queue's limit is divided among its partitions, so with the usual four it is kept less
 *   exactly and priority holds only within each. The server matches settings by exact queue name or for all queues; this
 *   server is ours alone, so for all.
 * - The version check would call home once a day.
 * - The timer queue looks ahead by a second unless told otherwise: on a quiet server every timer is up to a second late,
 *   and so is what follows a skip in time (seen on 1.32: 800 ms late in the middle, 70 ms with this setting).
 */
const DYNAMIC_CONFIG: readonly string[] = [
  'frontend.WorkflowTimeSkippingEnabled=true',
  'matching.enableFairness=true',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
  'frontend.enableServerVersionCheck=false',
  'history.timerProcessorMaxTimeShift="50ms"',
];

/** What a development server is started with, once its ports are known. */
export interface ServerArguments {
  ip: string;
  port: number;
  /** Absent: no web UI. */
  uiPort?: number;
  namespace: string;
  dbFilename?: string;
  searchAttributes: readonly string[];
  extraArgs: readonly string[];
}

/** The arguments of `temporal` for a development server with the settings that the package counts on. */
export function startDevArguments(server: ServerArguments): string[] {
  return [
    'server',
    'start-dev',
    `--ip=${server.ip}`,
    `--port=${server.port}`,
    `--namespace=${server.namespace}`,
    '--log-level=error',
    ...(server.uiPort === undefined ? ['--headless'] : [`--ui-port=${server.uiPort}`, '--ui-disable-news-fetch']),
    ...(server.dbFilename === undefined ? [] : [`--db-filename=${server.dbFilename}`]),
    ...DYNAMIC_CONFIG.map((setting) => `--dynamic-config-value=${setting}`),
    ...server.searchAttributes.map((name) => `--search-attribute=${name}=Keyword`),
    ...server.extraArgs,
  ];
}
