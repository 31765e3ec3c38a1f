/** What becomes of messages when the worker's process is told to stop, is killed, or stands still. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Deployment, PLAN, PROJECT, startDeployment } from '../helpers/deployment.ts';
import type { Child } from '../helpers/child.ts';
import { until } from '../helpers/until.ts';
import { findPostgres } from '../helpers/postgres.ts';
import type { MessageStatus } from '../../src/client/index.ts';

/** Recipients that Sinch never reports on. */
const SILENT = '+447400129907';

/** Sent again where nobody knows whether Sinch has it, and held then; by their priorities. */
const RESENT = { priority: 1, recipient: SILENT };
const HELD = { priority: 3, recipient: SILENT };

const bin = findPostgres();
const skip = bin === undefined && 'no PostgreSQL found: initdb is neither on PATH nor below /usr/lib/postgresql';

// One after the other on one deployment: each leaves it without a worker, or says so.
describe('a worker process', { skip, timeout: 480_000 }, () => {
  let deployment: Deployment;
  before(async () => {
    if (bin === undefined) return;
    deployment = await startDeployment({ bin, settleMs: 1_000 });
    await deployment.startServer();
  });
  after(() => deployment?.[Symbol.asyncDispose]());

  test('that is told to stop finishes the send under way, records it, and ends by itself', async () => {
    const worker = await deployment.startWorker();
    deployment.simulator.setFault(PLAN, { slowMs: 3_000, methods: ['POST'] });
    await ask(['stopped'], HELD);
    await until('the POST is under way', () => posts() === 1);
    worker.signal('SIGTERM');
    assert.equal(await worker.exited, 0, worker.stderr());
    assert.equal(deployment.accepted('stopped'), 1);
    assert.deepEqual(await statusesOf('stopped'), ['enqueued']);
  });

  test('that is told twice ends at once, and the next one finds what it had sent', async () => {
    const worker = await deployment.startWorker();
    // What the worker before had sent goes on here, and is not sent again.
    await report('stopped');
    await until('it is delivered', async () => (await statusesOf('stopped')).includes('delivered'));
    assert.equal(deployment.accepted('stopped'), 1);

    deployment.simulator.setFault(PLAN, { answer: 'hang', carryOut: true, methods: ['POST'] });
    await ask(['told-twice'], HELD);
    await until('Sinch has it', () => deployment.accepted('told-twice') === 1);
    worker.signal('SIGTERM');
    await worker.untilStderr(/Stopping: finishing the sends under way\. Ctrl-C again stops at once/);
    worker.signal('SIGTERM');
    assert.equal(await worker.exited, null);
  });

  test('that is killed or stands still loses nothing and doubles nothing', async () => {
    const killed = await deployment.startWorker();

    // Before Sinch has them.
    deployment.simulator.setFault(PLAN, { answer: 'hang', methods: ['POST'] });
    const before = posts();
    await Promise.all([ask(['before-resent'], RESENT), ask(['before-held'], HELD)]);
    await until('their POSTs are under way', () => posts() === before + 2);
    // When Sinch has them and has not said so.
    deployment.simulator.setFault(PLAN, { answer: 'hang', carryOut: true, methods: ['POST'] });
    await Promise.all([ask(['accepted-resent'], RESENT), ask(['accepted-held'], HELD)]);
    const accepted = ['accepted-resent', 'accepted-held'];
    await until('Sinch has them', () => accepted.every((each) => deployment.accepted(each) === 1));
    // When Sinch has said so.
    deployment.simulator.setFault(PLAN, undefined);
    await Promise.all([ask(['receipt-resent'], RESENT), ask(['receipt-held'], HELD)]);
    const receipts = ['receipt-resent', 'receipt-held'];
    for (const each of receipts) {
      await until('the receipt is there', async () => (await statusesOf(each)).includes('enqueued'));
    }
    killed.signal('SIGKILL');
    await killed.exited;

    // Two workers share the plan, and one of them stands still with some of the sends in its hands.
    const [stalled, other] = await Promise.all([deployment.startWorker(), deployment.startWorker()]);
    await until('the server knows a poll of it', () => deployment.pollsForSends(stalled));
    stalled.signal('SIGSTOP');
    const resent: string[] = [];
    const held: string[] = [];
    let inItsHands: string[] = [];
    // Which of the polls that wait the server answers is its own choice.
    while (inItsHands.length === 0) {
      const round = [
        numbered(`stalled-resent-${resent.length}`, 10),
        numbered(`stalled-held-${held.length}`, 10),
      ] as const;
      await Promise.all([ask(round[0], RESENT), ask(round[1], HELD)]);
      resent.push(...round[0]);
      held.push(...round[1]);
      await until('the other has sent what the one that stands still has not got', async () => {
        const unsent = round.flat().filter((each) => deployment.accepted(each) === 0);
        const holds = await Promise.all(unsent.map((each) => deployment.hasSend(stalled, each)));
        inItsHands = unsent.filter((_, index) => holds[index]);
        return inItsHands.length === unsent.length;
      });
    }

    // All that takes as long as the server gives one attempt, and the time in which an unknown outcome is settled.
    await Promise.all([
      until('what Sinch did not have is sent again', () => deployment.accepted('before-resent') === 1),
      until('what it did not have is held', async () => (await phaseOf('before-held')) === 'undecided'),
      ...[...accepted, ...receipts, 'told-twice'].map((each) =>
        until(`${each} waits for its report`, async () => (await phaseOf(each)) === 'accepted'),
      ),
      ...resent.map((each) => until(`${each} is with Sinch`, () => deployment.accepted(each) === 1)),
      ...held.map((each) =>
        until(`${each} is with Sinch or held`, async () => {
          const status = await statusOf(each);
          return status?.phase === 'accepted' || (status?.phase === 'undecided' && status.waitsUntil !== undefined);
        }),
      ),
    ]);
    const heldBack = held.filter((each) => inItsHands.includes(each));

    stalled.signal('SIGCONT');
    other.signal('SIGTERM');
    assert.equal(await other.exited, 0, other.stderr());
    // It comes to these only after the tasks that it had in its hands.
    const later = numbered('later', 5);
    await ask(later, HELD);
    for (const each of later) await until(`${each} is sent`, async () => (await phaseOf(each)) === 'accepted');

    const all = [...resent, ...later, ...accepted, ...receipts, 'before-resent', 'told-twice', 'stopped'];
    for (const each of all) assert.equal(deployment.accepted(each), 1, each);
    for (const each of [...heldBack, 'before-held']) assert.equal(deployment.accepted(each), 0, each);
    for (const each of held) assert.ok(deployment.accepted(each) <= 1, each);

    for (const each of all.filter((name) => name !== 'stopped')) {
      await report(each);
      await until(`${each} is delivered`, () => isDelivered(each, stalled));
      assert.deepEqual(await statusesOf(each), ['enqueued', 'delivered'], each);
    }
    // A report proves what nobody knew.
    await report('before-held');
    await until('the held one is delivered', () => isDelivered('before-held', stalled));
    stalled.signal('SIGTERM');
    assert.equal(await stalled.exited, 0, stalled.stderr());
  });

  const posts = (): number => deployment.simulator.counts().posts;

  async function ask(messageIds: readonly string[], message: Record<string, unknown>): Promise<void> {
    await deployment.askMany(messageIds.map((messageId) => ({ messageId, ...message })));
  }

  async function report(messageId: string): Promise<void> {
    const { status } = await deployment.report(messageId);
    assert.equal(status, 200, messageId);
  }

  async function statusOf(messageId: string): Promise<MessageStatus | undefined> {
    return deployment.messages.status({ projectId: PROJECT, messageId });
  }

  async function phaseOf(messageId: string): Promise<string | undefined> {
    return (await statusOf(messageId))?.phase;
  }

  /** @throws Error that says how it stands with Temporal and what its worker said, where it is not */
  async function isDelivered(messageId: string, worker: Child): Promise<boolean> {
    const statuses = await statusesOf(messageId);
    if (statuses.includes('delivered')) return true;
    const workflow = JSON.stringify(await statusOf(messageId));
    throw new Error(`it has ${JSON.stringify(statuses)}, its workflow ${workflow}, its worker said ${worker.stderr()}`);
  }

  async function statusesOf(messageId: string): Promise<string[]> {
    return (await deployment.events(messageId)).events.map(({ status }) => status);
  }
});

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index}`);
}
