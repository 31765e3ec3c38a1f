/** What waits in Temporal's queues, on a real server and without any worker of ours. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { DEFAULT_TASK_QUEUE, sendQueueOf } from '../../src/contract/names.ts';
import { startTemporalServer, type TemporalServer } from '../../src/local/index.ts';
import { createQueueStats, type QueueStats } from '../../src/plans/index.ts';
import { staticSettings } from '../../src/settings/index.ts';
import { findTestTemporal } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';

const settings = staticSettings({
  projects: [
    {
      id: 'shop',
      defaultIntegrationId: 'eu',
      integrations: [
        { id: 'eu', region: 'eu', servicePlanId: 'right', apiToken: 't', formerServicePlanIds: ['wrong'] },
        { id: 'eu-2', region: 'eu', servicePlanId: 'right', apiToken: 't' },
      ],
    },
  ],
});

let server: TemporalServer;
let connection: Connection;
let client: Client;
before(async () => {
  server = await startTemporalServer({ executable: await findTestTemporal(), env: process.env, ui: false });
  connection = await Connection.connect({ address: server.address });
  client = new Client({ connection });
});
after(async () => {
  await connection?.close();
  await server?.close();
});

/** The numbers as they are now, by queue and kind. */
async function now(): Promise<Record<string, QueueStats>> {
  const stats = await createQueueStats({ client, taskQueue: DEFAULT_TASK_QUEUE, settings }).read();
  return Object.fromEntries(stats.map((each) => [`${each.kind} ${each.queue}`, each]));
}

test('every queue is told once, that of a former plan too, and nothing waits at first', async () => {
  const stats = await now();
  assert.deepEqual(Object.keys(stats).sort(), [
    `activity ${DEFAULT_TASK_QUEUE}`,
    `activity ${sendQueueOf('right')}`,
    `activity ${sendQueueOf('wrong')}`,
    `workflow ${DEFAULT_TASK_QUEUE}`,
  ]);
  for (const { backlog, backlogAgeSeconds, pollers } of Object.values(stats)) {
    assert.deepEqual([backlog, backlogAgeSeconds, pollers], [0, 0, 0]);
  }
});

test('what nobody takes is counted and grows older, where no worker runs', async () => {
  for (const n of [1, 2, 3]) {
    await client.workflow.start('sendMessage', { workflowId: `waits-${n}`, taskQueue: DEFAULT_TASK_QUEUE });
  }
  await client.activity.start('send', {
    id: 'waits',
    taskQueue: sendQueueOf('right'),
    startToCloseTimeout: '30s',
    args: [],
  });
  await until('both are counted', async () => {
    const stats = await now();
    const workflows = stats[`workflow ${DEFAULT_TASK_QUEUE}`];
    const sends = stats[`activity ${sendQueueOf('right')}`];
    return (
      workflows?.backlog === 3 && sends?.backlog === 1 && workflows.backlogAgeSeconds > 1 && sends.backlogAgeSeconds > 1
    );
  });
  for (const { pollers } of Object.values(await now())) assert.equal(pollers, 0);
});

test('a worker that asks is counted, and what it takes waits no more', async () => {
  const { taskToken } = await client.withDeadline(Date.now() + 60_000, async () =>
    client.workflowService.pollWorkflowTaskQueue({
      namespace: 'default',
      taskQueue: { name: DEFAULT_TASK_QUEUE },
      identity: 'one',
    }),
  );
  assert.ok(taskToken.length > 0);
  await until('it is seen', async () => {
    const stats = (await now())[`workflow ${DEFAULT_TASK_QUEUE}`];
    return stats?.pollers === 1 && stats.backlog === 2;
  });
});

test('one answer serves several at once, and a failure is not kept', async () => {
  let asked = 0;
  const counting = {
    integrations: async () => {
      asked += 1;
      if (asked === 1) throw new Error('the database is away');
      return settings.integrations();
    },
  };
  const reader = createQueueStats({ client, taskQueue: DEFAULT_TASK_QUEUE, settings: counting, maxAgeMs: 3_600_000 });
  await assert.rejects(reader.read(), /the database is away/);
  const [one, two] = await Promise.all([reader.read(), reader.read()]);
  assert.equal(one, two);
  assert.equal(await reader.read(), one);
  assert.equal(asked, 2);
});
