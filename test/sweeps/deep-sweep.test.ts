/** The sweep over the whole report window, apart from those of the schedule: real parts, and the simulator for Sinch. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { WorkflowFailedError } from '@temporalio/client';
import { DEFAULT_TASK_QUEUE, deepSweepWorkflowIdOf, SWEEP_WORKFLOW } from '../../src/contract/names.ts';
import type { SweepInput, SweepResult } from '../../src/contract/sweep.ts';
import { createRealClock } from '../../src/simulator/index.ts';
import { type MessageStack, startMessageStack } from '../helpers/message-stack.ts';
import { triggerSweep } from './trigger-sweep.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PLAN = 'plan-main';
/** Delivered, as far as the simulator is asked. */
const RECIPIENT = '33639980001';

let stack: MessageStack;
let proxy: Server;
/** Which lists of reports are not answered at the moment; `deep`: those that go back further than a day. */
let held: 'none' | 'deep' | 'all' = 'deep';
/** Since when such lists were asked for. */
const deepAsked: string[] = [];
/** How far the simulator's time is behind ours. */
let behindMs = 2 * MINUTE;

before(async () => {
  const real = createRealClock();
  proxy = createServer((request, response) => void passOn(request, response)).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const baseUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  stack = await startMessageStack({
    simulator: { clock: { ...real, now: () => real.now() - behindMs } },
    settings: (given) => {
      const integrations = async () => (await given.integrations()).map((each) => ({ ...each, baseUrl }));
      return {
        ...given,
        integrations,
        integration: async (id) => (await integrations()).find((each) => each.id === id),
      };
    },
    plugin: { sweepIntervalMs: HOUR },
  });
});
after(async () => {
  proxy?.closeAllConnections();
  await stack?.[Symbol.asyncDispose]();
  proxy?.close();
});

/** Sinch, but for the lists of a sweep over the whole window while these are held. */
async function passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '', headers } = request;
  const since = new URL(url, 'http://sinch.invalid').searchParams.get('start_date');
  if (since !== null) {
    const isDeep = Date.now() - Date.parse(since) > 24 * HOUR;
    if (isDeep) deepAsked.push(since);
    if (held === 'all' || (isDeep && held === 'deep')) return;
  }
  const body = method === 'POST' ? await text(request) : null;
  const answer = await fetch(new URL(url, stack.simulator.url), {
    method,
    headers: { authorization: headers.authorization ?? '', 'content-type': headers['content-type'] ?? '' },
    body,
  });
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
}

function release(): void {
  held = 'none';
  proxy.closeAllConnections();
}

/** Sends a message whose callback Sinch loses, and waits until it has finished it. */
async function lose(messageId: string): Promise<void> {
  stack.simulator.setFault('*', { callbacks: 'drop' });
  // By the simulator's time no more than 3 days ahead.
  const expiresAt = new Date(Date.now() + 24 * HOUR).toISOString();
  await stack.start(messageId, { recipient: RECIPIENT, expiresAt });
  await stack.untilStatus(messageId, ({ phase }) => phase === 'accepted');
  await stack.simulator.whenIdle();
  stack.simulator.setFault('*', undefined);
}

const sweepOf = (workflowId: string) =>
  stack.temporal.workflow.getHandle<(input: SweepInput) => Promise<SweepResult>>(workflowId);
const trigger = async (): Promise<SweepResult> => sweepOf(await triggerSweep(stack.temporal, PLAN)).result();
const back = ({ since }: SweepResult, mark: string): number => Date.parse(mark) - Date.parse(since);

test('lost reports are recovered while a sweep over the whole window hangs, and by it what is older', async () => {
  behindMs = 2 * HOUR;
  await lose('old');
  behindMs = 2 * MINUTE;
  await lose('lately');

  const first = await trigger();
  assert.equal(first.signalled, 1);
  assert.equal((await stack.outcome('lately')).status, 'delivered');
  assert.equal(back(first, first.mark), HOUR / 2);
  assert.equal(first.deepMark, first.mark);
  const deep = sweepOf(deepSweepWorkflowIdOf(PLAN));
  const begun = await deep.describe();
  assert.equal(begun.status.name, 'RUNNING', 'it outlives the sweep that has begun it');
  while (deepAsked.length === 0) await new Promise((resolve) => setTimeout(resolve, 25));

  await lose('next');
  const next = await trigger();
  assert.equal(next.signalled, 1);
  assert.equal((await stack.outcome('next')).status, 'delivered');
  assert.equal(back(next, first.mark), HOUR / 2);
  assert.equal(next.deepMark, first.mark);

  // As the one after a failure: it knows of none, so that one over the whole window is due.
  const afresh = await stack.temporal.workflow.execute<(input: SweepInput) => Promise<SweepResult>>(SWEEP_WORKFLOW, {
    workflowId: 'afresh',
    taskQueue: DEFAULT_TASK_QUEUE,
    args: [{ servicePlanId: PLAN }],
  });
  assert.equal(back(afresh, afresh.mark), HOUR / 2);
  assert.equal(afresh.deepMark, undefined, 'due again when the one under way has ended');
  const still = await deep.describe();
  assert.deepEqual([still.status.name, still.runId], ['RUNNING', begun.runId]);

  const old = { projectId: 'shop', messageId: 'old' };
  assert.equal((await stack.messages.status(old))?.phase, 'accepted');
  release();
  const whole = await deep.result();
  assert.equal(whole.signalled, 1);
  assert.equal(whole.reports, 3);
  assert.equal(back(whole, first.mark), 4 * 24 * HOUR + HOUR / 2);
  assert.equal(whole.deepMark, undefined);
  assert.equal((await stack.outcome('old')).status, 'delivered');
});

test('one over the whole window goes on where the sweep that has begun it is cancelled', async () => {
  held = 'all';
  deepAsked.length = 0;
  const sweep = await stack.temporal.workflow.start(SWEEP_WORKFLOW, {
    workflowId: 'cancelled',
    taskQueue: DEFAULT_TASK_QUEUE,
    args: [{ servicePlanId: PLAN }],
  });
  while (deepAsked.length === 0) await new Promise((resolve) => setTimeout(resolve, 25));
  await sweep.cancel();
  await assert.rejects(sweep.result(), WorkflowFailedError);
  const deep = sweepOf(deepSweepWorkflowIdOf(PLAN));
  assert.equal((await deep.describe()).status.name, 'RUNNING');
  release();
  assert.equal((await deep.result()).alreadyFinal, 3);
});
