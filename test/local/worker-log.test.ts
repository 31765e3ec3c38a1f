/** What the SDK says of tasks joins our log. Its runtime is one a process, so this has a file of its own. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sendQueueOf } from '../../src/contract/names.ts';
import { type Stack, startStack } from '../../src/local/index.ts';
import { until } from '../helpers/until.ts';
import { recordLog } from '../intake/intake-fixture.ts';

const log = recordLog();

let stack: Stack;
before(async () => {
  stack = await startStack({ env: process.env, memory: true, log });
});
after(() => stack?.close());

test('a task that a worker cannot begin is logged without what it carries', async () => {
  const sending = await stack.client.activity.start('activityOfANewerRelease', {
    id: 'of-a-newer-release',
    taskQueue: sendQueueOf('demo-plan'),
    args: [{ recipient: '33639980001', text: 'Hello Ada' }],
    startToCloseTimeout: '30s',
    retry: { maximumAttempts: 1 },
  });
  await assert.rejects(sending.result());
  await until('it is logged', () => log.lines.some((line) => line.includes('activityOfANewerRelease')));
  const said = log.lines.join('\n');
  const decoded = (said.match(/[A-Za-z0-9+/=]{24,}/g) ?? []).map((word) => Buffer.from(word, 'base64').toString());
  for (const trace of ['33639980001', 'Hello Ada']) {
    assert.ok(!said.includes(trace) && !decoded.some((text) => text.includes(trace)), said);
  }
});
