/**
 * Records the histories of sweeps that `replay.test.ts` replays, by the rules of `record.ts`:
 *
 *     node --import tsx test/histories/record-sweep.ts
 *
 * One that somebody asked for; the first of a schedule, beside which one over the whole report window is begun; that one; the
 * second, which begins with what the first left; and one that finds the one over the whole window under way. What is there
 * already is left as it is: `sweep-first` and `sweep-next` are of when the first one read the whole window itself.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { createSweepClient } from '../../src/client/index.ts';
import {
  DEFAULT_TASK_QUEUE,
  deepSweepWorkflowIdOf,
  SWEEP_WORKFLOW,
  sweepWorkflowIdOf,
} from '../../src/contract/names.ts';
import { startMessageStack } from '../helpers/message-stack.ts';
import { triggerSweep } from '../sweeps/trigger-sweep.ts';

const PLAN = 'plan-main';

// Neither a process nor a machine is named in what is recorded.
await using stack = await startMessageStack({ worker: { identity: 'worker' }, clientIdentity: 'client' });
stack.simulator.setFault('*', { callbacks: 'drop' });
await stack.start('lost', { recipient: '33639980001' });
await stack.untilStatus('lost', ({ phase }) => phase === 'accepted');
await stack.simulator.whenIdle();

const key = { servicePlanId: PLAN, projectId: 'shop' };
const sweeps = createSweepClient({ client: stack.temporal });
const sweepId = await sweeps.start({ ...key, since: new Date(Date.now() - 3_600_000).toISOString() });
await record('sweep-asked-for', sweepWorkflowIdOf({ ...key, sweepId }));

await record('sweep-first-apart', await triggerSweep(stack.temporal, PLAN));
await record('sweep-deep', deepSweepWorkflowIdOf(PLAN));
await record('sweep-next-apart', await triggerSweep(stack.temporal, PLAN));

// It has no last result to go on from, as after one of the schedule that failed.
stack.simulator.setFault(PLAN, { slowMs: 2_000, methods: ['GET'] });
const deep = await stack.temporal.workflow.start(SWEEP_WORKFLOW, {
  workflowId: deepSweepWorkflowIdOf(PLAN),
  taskQueue: DEFAULT_TASK_QUEUE,
  args: [{ servicePlanId: PLAN, since: new Date(Date.now() - 3_600_000).toISOString() }],
});
const workflowId = 'sweep-beside-deep';
await stack.temporal.workflow.start(SWEEP_WORKFLOW, {
  workflowId,
  taskQueue: DEFAULT_TASK_QUEUE,
  args: [{ servicePlanId: PLAN }],
});
await record('sweep-beside-deep', workflowId);
await deep.result();

async function record(name: string, workflowId: string): Promise<void> {
  const handle = stack.temporal.workflow.getHandle(workflowId);
  await handle.result().catch(() => undefined);
  const file = fileURLToPath(new URL(`${name}.json`, import.meta.url));
  if (existsSync(file)) return console.log(`${name}: is there already`);
  const history = await handle.fetchHistory();
  await writeFile(file, `${JSON.stringify(JSON.parse(historyToJSON(history)), undefined, 1)}\n`);
  console.log(`${name}: ${history.events?.length ?? 0} events`);
}
