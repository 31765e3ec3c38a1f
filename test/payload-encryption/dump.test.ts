/** Every byte that a Temporal server with a file keeps, searched for numbers and texts. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { WorkflowFailedError } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { createKeyring } from '../../src/db/index.ts';
import { createPayloadEncryption, type PayloadEncryption } from '../../src/payload-encryption/index.ts';
import { SinchPlugin } from '../../src/plugin.ts';
import { skipTime } from '../../src/testing/index.ts';
import { type MessageStack, startMessageStack } from '../helpers/message-stack.ts';

/** The recipients' digits behind their country code and before the last four, which choose what the simulator does. */
const NUMBER = '151873640';
const TEXT = 'Sesame';
const content = { kind: 'sms', text: `${TEXT}, your password is on its way` } as const;
const to = (suffix: string): string => `49${NUMBER}${suffix}`;
const workflowsPath = fileURLToPath(new URL('./workflows/index.ts', import.meta.url));

/** The needle as it may stand in a file; in base64 it depends on how many bytes stand before it. */
function spellings(needle: string): Record<string, Buffer> {
  const base64 = [0, 1, 2].map((before) => {
    const text = Buffer.from(' '.repeat(before) + needle).toString('base64');
    // The characters at both ends also hold bits of what stands beside it.
    return Buffer.from(text.slice(before === 0 ? 0 : before + 1, Math.floor(((before + needle.length) * 8) / 6)));
  });
  return {
    plain: Buffer.from(needle),
    'UTF-16': Buffer.from(needle, 'utf16le'),
    hexadecimal: Buffer.from(Buffer.from(needle).toString('hex')),
    ...Object.fromEntries(base64.map((each, index) => [`base64 at ${index}`, each])),
  };
}

function foundIn(files: ReadonlyMap<string, Buffer>): string[] {
  return [NUMBER, TEXT].flatMap((needle) =>
    Object.entries(spellings(needle)).flatMap(([how, bytes]) =>
      [...files].flatMap(([name, content]) =>
        content.includes(bytes) ? [`${needle === TEXT ? 'the text' : 'the number'}, ${how}, in ${name}`] : [],
      ),
    ),
  );
}

/** Messages of every end, and a workflow of somebody's own whose failures quote the number. */
async function sendOfEveryEnd(stack: MessageStack, payloadEncryption: PayloadEncryption | undefined): Promise<void> {
  assert.equal((await stack.send('delivered', { recipient: to('9900'), content })).status, 'delivered');
  stack.simulator.setFault('plan-main', {
    answer: { status: 400, body: { code: 'syntax_invalid_parameter_format', text: `${to('9920')} is no number` } },
    methods: ['POST'],
    times: 1,
  });
  assert.equal((await stack.send('refused', { recipient: to('9920'), content })).status, 'enqueue_failed');
  await stack.start('held', { recipient: to('9934'), content });
  await stack.untilStatus('held', ({ phase }) => phase === 'undecided');
  await stack.start('under-way', { recipient: to('9907'), content });
  await stack.untilStatus('under-way', ({ phase }) => phase === 'accepted');
  await stack.messages.cancel({ projectId: 'shop', messageId: 'under-way' });
  await skipTime(stack.temporal, stack.workflowId('held'), { by: 5 * 60_000 });
  assert.equal(
    await stack.messages.cancelOrStartCancelled(stack.message('cancelled', { recipient: to('9900'), content })),
    'requested',
  );
  assert.equal((await stack.outcome('cancelled')).status, 'skipped');

  const plugin = new SinchPlugin({
    settings: stack.settings,
    events: { record: () => Promise.resolve() },
    sends: false,
    ...(payloadEncryption ? { payloadEncryption } : {}),
  });
  const worker = await Worker.create({
    connection: stack.environment.nativeConnection,
    taskQueue: 'own',
    workflowsPath,
    activities: { quote: (number: string) => Promise.reject(new Error(`${number} does not answer`)) },
    plugins: [plugin],
  });
  await worker.runUntil(async () => {
    const handle = await stack.temporal.workflow.start('quoting', {
      taskQueue: 'own',
      workflowId: 'quoting',
      args: [to('9900')],
      staticDetails: `For ${to('9900')}`,
      memo: { number: to('9900') },
    });
    await assert.rejects(handle.result(), (error) => {
      assert.ok(error instanceof WorkflowFailedError);
      assert.equal(error.cause?.message, `No luck with ${to('9900')}`, 'whoever has the key reads the failure');
      return true;
    });
    assert.equal(await handle.query('number'), to('9900'));
  });
  await plugin.close();
}

for (const encrypted of [true, false]) {
  describe(`a Temporal server's files, ${encrypted ? 'with' : 'without'} payload encryption`, () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'temporal-sinch-dump-'));
    const payloadEncryption = encrypted
      ? createPayloadEncryption(createKeyring({ keys: [{ id: 'k1', key: randomBytes(32) }], current: 'k1' }))
      : undefined;
    let stack: MessageStack;
    const files = (): Map<string, Buffer> =>
      new Map(readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name))]));

    before(async () => {
      stack = await startMessageStack({
        dbFilename: path.join(folder, 'temporal.db'),
        ...(payloadEncryption ? { payloadEncryption } : {}),
      });
    });
    after(async () => {
      await stack?.[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    });

    test(
      encrypted ? 'hold no number and no text' : 'hold numbers and texts, so that the search finds some',
      async () => {
        await sendOfEveryEnd(stack, payloadEncryption);
        const running = files();
        // What a server that stopped leaves is the whole of it, moved from the log to the table files.
        await stack[Symbol.asyncDispose]();
        const stopped = files();
        assert.ok(
          [...stopped.values()].some((content) => content.includes('sinch/shop/delivered')),
          'the files were read',
        );
        const found = [...foundIn(running), ...foundIn(stopped)];
        if (encrypted) assert.deepEqual(found, []);
        else
          for (const what of ['the number, plain', 'the text, plain']) assert.match(found.join('\n'), new RegExp(what));
      },
    );
  });
}
