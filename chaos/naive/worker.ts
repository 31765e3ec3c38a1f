/** The worker process of the naive variant. */
import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import { Pool } from 'pg';
import { createActivities } from './activities.ts';
import { NAIVE_TASK_QUEUE, readNaiveEnvironment } from './environment.ts';

const { databaseUrl, temporalAddress, sinchUrl, servicePlanId, apiToken, port } = readNaiveEnvironment();
const pool = new Pool({ connectionString: databaseUrl });
pool.on('error', () => undefined);
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address: temporalAddress }),
  taskQueue: NAIVE_TASK_QUEUE,
  workflowsPath: fileURLToPath(new URL('workflows.ts', import.meta.url)),
  activities: createActivities(pool, {
    baseUrl: sinchUrl,
    servicePlanId,
    apiToken,
    callbackUrl: `http://127.0.0.1:${port}/webhook`,
  }),
});
process.stderr.write('The naive worker runs\n');
await worker.run();
