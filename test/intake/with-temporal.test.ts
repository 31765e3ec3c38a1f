import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { createMessageClient } from '../../src/client/index.ts';
import { type Database, openDatabase } from '../../src/db/index.ts';
import { createTestEnvironment, type TestEnvironment } from '../helpers/temporal.ts';
import { startProcess, until } from './intake-fixture.ts';

const sms = { messageId: 'm-1', recipient: '+447400123456', text: 'Hello Ada' };

let environment: TestEnvironment;
let database: Database;
before(async () => {
  [environment, database] = await Promise.all([createTestEnvironment(), openDatabase({ memory: true })]);
});
after(async () => {
  await environment?.teardown();
  await database?.close();
});

async function describeRun(workflowId: string) {
  return environment.client.workflow.getHandle(workflowId).describe();
}

test('a request that comes 20 times at once to two processes is one workflow, with one start in its history', async () => {
  const messages = createMessageClient({ client: environment.client });
  const processes = [1, 2].map(() =>
    startProcess({ database, projectId: 'once', startMessage: (message) => messages.start(message) }),
  );
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => processes[index % 2]?.take(sms) ?? Promise.reject(new Error('none'))),
  );
  assert.deepEqual(answers, Array(20).fill(answers[0]));
  assert.equal(processes.flatMap(({ started }) => started).length, 1);
  const run = await describeRun('sinch/once/m-1');
  assert.equal(run.type, 'sendMessage');
  assert.equal(run.status.name, 'RUNNING');

  // As if none of the starts had been noted: Temporal itself keeps them apart.
  const input = (await processes[0]?.register.find({ projectId: 'once', messageId: 'm-1' }))?.input;
  if (!input) assert.fail('the register has the input');
  assert.equal(await messages.start(input), 'running');
  assert.equal((await describeRun('sinch/once/m-1')).runId, run.runId);
  await Promise.all(processes.map(({ starts }) => starts.close()));
});

test('a request that comes while Temporal cannot be reached is accepted, and started once it can be', async () => {
  const nowhere = Connection.lazy({ address: '127.0.0.1:1' });
  const away = createMessageClient({ client: new Client({ connection: nowhere }), deadlineMs: 400 });
  const cutOff = startProcess({ database, projectId: 'away', startMessage: (message) => away.start(message) });
  const answer = await cutOff.take(sms);
  assert.equal(answer.success, true);
  await cutOff.starts.close();
  await nowhere.close();
  assert.deepEqual(cutOff.started, []);
  assert.match(cutOff.log.lines.join('\n'), /could not be started yet/);

  const messages = createMessageClient({ client: environment.client });
  const back = startProcess({ database, projectId: 'away', startMessage: (message) => messages.start(message) });
  assert.equal(await back.starts.sweep(), 1);
  assert.equal((await describeRun('sinch/away/m-1')).status.name, 'RUNNING');
  assert.deepEqual(await back.take(sms), answer);
  await back.starts.close();
});

test('a request that comes again when its message has ended, and when Temporal has forgotten it, sends nothing', async () => {
  const messages = createMessageClient({ client: environment.client });
  const { take, starts, started, register } = startProcess({
    database,
    projectId: 'again',
    startMessage: (message) => messages.start(message),
  });
  const answer = await take(sms);
  const handle = environment.client.workflow.getHandle('sinch/again/m-1');
  await handle.terminate('ended');
  assert.deepEqual(await take(sms), answer);

  await environment.client.workflowService.deleteWorkflowExecution({
    namespace: environment.client.options.namespace,
    workflowExecution: { workflowId: 'sinch/again/m-1' },
  });
  const isForgotten = async (): Promise<boolean> =>
    handle.describe().then(
      () => false,
      (error: unknown) => error instanceof WorkflowNotFoundError,
    );
  await until(isForgotten);
  assert.deepEqual(await take(sms), answer);
  assert.equal(await starts.sweep(), 0);
  assert.ok(await isForgotten());
  assert.deepEqual(started, ['sinch/again/m-1']);
  assert.notEqual((await register.find({ projectId: 'again', messageId: 'm-1' }))?.startedAt, undefined);
  await starts.close();
});
