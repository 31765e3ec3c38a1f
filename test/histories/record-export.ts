/**
 * Records the history of an export that `replay.test.ts` replays, by the rules of `record.ts`:
 *
 *     node --import tsx test/histories/record-export.ts
 *
 * It meets every obstacle, drains, waits, is woken by events, and ends with its exporter.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { exportWorkflowIdOf } from '../../src/contract/names.ts';
import { openDatabase } from '../../src/db/index.ts';
import { SinchPlugin } from '../../src/plugin.ts';
import { DEMO_TRACKING_PROJECT, startTrackingApi } from '../../src/simulator/index.ts';
import { exporterOf, record, recordEnqueued, setExporter, statesOf } from '../exporters/export-fixture.ts';
import { createTestEnvironment } from '../helpers/temporal.ts';

const PROJECT = 'shop';
const { projectToken } = DEMO_TRACKING_PROJECT;
const nothing = (): void => undefined;

// Neither a process nor a machine is named in what is recorded.
await using environment = await createTestEnvironment({ client: { identity: 'client' } });
await using database = await openDatabase({ memory: true });
await using platform = await startTrackingApi();
await using exporter = exporterOf(database).exporter;
const plugin = new SinchPlugin({
  settings: { project: async () => undefined, integration: async () => undefined, integrations: async () => [] },
  events: { record: async () => undefined },
  sends: false,
  exporter,
  log: { warn: nothing, error: nothing },
});
const worker = await Worker.create({
  connection: environment.nativeConnection,
  taskQueue: 'exports',
  identity: 'worker',
  workflowsPath: fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url)),
  plugins: [plugin],
});

await worker.runUntil(async () => {
  await recordEnqueued(database, PROJECT, 120);
  platform.setFault(projectToken, { answer: { status: 503 }, times: 1 });
  await setExporter(database, PROJECT, platform, { secret: 'wrong', requestsPerSecond: 4 });
  await untilTimer('Pause before the events are sent again');
  await setExporter(database, PROJECT, platform, { requestsPerSecond: 4 });
  await untilTimer('Wait for campaign events');
  await record(database, PROJECT, { late: 'timeout', later: 'delivered' });
  await until(async () => (await statesOf(database, PROJECT))['pending'] === undefined);
  await untilTimer('Wait for campaign events');
  await setExporter(database, PROJECT, platform, { enabled: false });
  await environment.client.workflow.getHandle(exportWorkflowIdOf(PROJECT)).result();
});
const history = await environment.client.workflow.getHandle(exportWorkflowIdOf(PROJECT)).fetchHistory();
await writeFile(
  fileURLToPath(new URL('export.json', import.meta.url)),
  `${JSON.stringify(JSON.parse(historyToJSON(history)), undefined, 1)}\n`,
);
console.log(`export: ${history.events?.length ?? 0} events`);
await plugin.close();

/** Waits until the export's latest timer is called so. */
async function untilTimer(summary: string): Promise<void> {
  await until(async () => {
    const handle = environment.client.workflow.getHandle(exportWorkflowIdOf(PROJECT));
    const { events } = await handle.fetchHistory().catch(() => ({ events: [] }));
    const last = events?.findLast(
      (event) => event.timerStartedEventAttributes ?? event.activityTaskScheduledEventAttributes,
    );
    return Buffer.from(last?.userMetadata?.summary?.data ?? []).toString('utf8') === JSON.stringify(summary);
  });
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}
