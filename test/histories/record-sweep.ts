/**
 * Records the histories of sweeps that `replay.test.ts` replays, by the rules of `record.ts`:
 *
 *     node --import tsx test/histories/record-sweep.ts
 *
 * One that somebody asked for; the first of a schedule; and the second, which begins with what the first left.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { createSweepClient } from '../../src/client/index.ts';
import { sweepScheduleIdOf, sweepWorkflowIdOf } from '../../src/contract/names.ts';
import { startMessageStack } from '../helpers/message-stack.ts';

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

await record('sweep-first', await scheduled());
await record('sweep-next', await scheduled());

/** Lets the schedule begin a sweep, and gives its workflow id. */
async function scheduled(): Promise<string> {
  const schedule = stack.temporal.schedule.getHandle(sweepScheduleIdOf(PLAN));
  const taken = (await schedule.describe()).info.numActionsTaken;
  await schedule.trigger(ScheduleOverlapPolicy.SKIP);
  for (;;) {
    const { info } = await schedule.describe();
    const last = info.recentActions.at(-1);
    if (info.numActionsTaken > taken && info.runningActions.length === 0 && last) {
      return last.action.workflow.workflowId;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function record(name: string, workflowId: string): Promise<void> {
  const handle = stack.temporal.workflow.getHandle(workflowId);
  await handle.result().catch(() => undefined);
  const history = await handle.fetchHistory();
  await writeFile(
    fileURLToPath(new URL(`${name}.json`, import.meta.url)),
    `${JSON.stringify(JSON.parse(historyToJSON(history)), undefined, 1)}\n`,
  );
  console.log(`${name}: ${history.events?.length ?? 0} events`);
}
