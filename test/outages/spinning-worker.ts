/** A process of the standing-still test: somebody else's worker with the plugin. Ends when it is told to. */
import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import { SinchPlugin } from '../../src/index.ts';

const [address = '', taskQueue = ''] = process.argv.slice(2);
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection,
  taskQueue,
  workflowsPath: fileURLToPath(new URL('workflows/index.ts', import.meta.url)),
  plugins: [
    new SinchPlugin({
      settings: {
        project: async () => undefined,
        integration: async () => undefined,
        integrations: async () => [],
      },
      events: { record: async () => undefined },
      sweepIntervalMs: false,
    }),
  ],
});
process.stdout.write('running\n');
await worker.run();
await connection.close();
