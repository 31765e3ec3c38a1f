import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Client } from '@temporalio/client';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { createMessageClient } from '../../src/client/index.ts';
import { createKeyring, type Keyring, type KeyringKey } from '../../src/db/index.ts';
import { createSqlSink } from '../../src/events/index.ts';
import { createPayloadEncryption, runCodec } from '../../src/payload-encryption/index.ts';
import { SinchPlugin } from '../../src/plugin.ts';
import { type MessageStack, startMessageStack } from '../helpers/message-stack.ts';
import { createPackageUser } from '../helpers/package-user.ts';

const one: KeyringKey = { id: 'one', key: randomBytes(32) };
const two: KeyringKey = { id: 'two', key: randomBytes(32) };
const ringOf = (current: string, ...keys: KeyringKey[]): Keyring => createKeyring({ keys, current });
const payloadOf = (value: unknown): Payload => defaultPayloadConverter.toPayload<unknown>(value);
const valueOf = (payload: Payload | undefined): unknown =>
  defaultPayloadConverter.fromPayload(payload ?? assert.fail('there is no payload'));

const message = { recipient: '4915112345678', text: 'Sesame' };

describe('a payload', () => {
  const { codec } = createPayloadEncryption(ringOf('one', one));

  test('is encrypted with all that describes it, and tells the id of its key', async () => {
    const [encrypted] = await codec.encode([payloadOf(message)]);
    assert.deepEqual(Object.keys(encrypted?.metadata ?? {}).sort(), ['encoding', 'encryption-key-id']);
    assert.equal(Buffer.from(encrypted?.metadata?.['encryption-key-id'] ?? []).toString(), 'one');
    assert.doesNotMatch(Buffer.from(encrypted?.data ?? []).toString(), /json|recipient/);
    assert.deepEqual(valueOf((await codec.decode([encrypted ?? {}]))[0]), message);
  });

  test('without data, or with bytes for data, comes back as it was', async () => {
    const payloads = [payloadOf(undefined), payloadOf(randomBytes(100)), {}];
    const back = await codec.decode(await codec.encode(payloads));
    assert.deepEqual(
      back.map(({ metadata }) => Object.keys(metadata ?? {})),
      [['encoding'], ['encoding'], []],
    );
    assert.deepEqual(Buffer.from(back[1]?.data ?? []), Buffer.from(payloads[1]?.data ?? []));
    assert.deepEqual(await codec.encode([]), []);
  });

  test('that was never encrypted passes through, as running workflows have them', async () => {
    const plain = payloadOf(message);
    assert.deepEqual(await codec.decode([plain]), [plain]);
    const foreign = { metadata: { encoding: Buffer.from('binary/encrypted') }, data: Buffer.from('of another codec') };
    assert.deepEqual(await codec.decode([foreign]), [foreign]);
  });

  test('that was never encrypted is told of once, where payloads are encrypted', async () => {
    const told: string[] = [];
    const log = { warn: (_: unknown, line: string) => void told.push(line), error: () => assert.fail() };
    const encrypting = createPayloadEncryption(ringOf('one', one), { log }).codec;
    const foreign = { metadata: { encoding: Buffer.from('binary/encrypted') }, data: Buffer.from('of another codec') };
    await encrypting.decode([...(await encrypting.encode([payloadOf(message)])), payloadOf(undefined), foreign, {}]);
    assert.deepEqual(told, []);
    await encrypting.decode([payloadOf(message), payloadOf('another')]);
    await encrypting.decode([payloadOf(message)]);
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /unencrypted/);
    assert.doesNotMatch(told[0] ?? '', /Sesame|4915112345678/);

    const before = createPayloadEncryption(ringOf('one', one), { encrypts: false, log }).codec;
    await before.decode([payloadOf(message)]);
    assert.equal(told.length, 1, 'before it is switched on every payload is one');
  });

  test('of an old key is decrypted while the key is there, and names it where it is not', async () => {
    const old = await codec.encode([payloadOf(message)]);
    const rotated = createPayloadEncryption(ringOf('two', two, one)).codec;
    assert.deepEqual(valueOf((await rotated.decode(old))[0]), message);
    const [anew] = await rotated.encode([payloadOf(message)]);
    assert.equal(Buffer.from(anew?.metadata?.['encryption-key-id'] ?? []).toString(), 'two');
    await assert.rejects(async () => createPayloadEncryption(ringOf('two', two)).codec.decode(old), {
      code: 'key_unknown',
      message: /key "one".*add it back/,
    });
  });

  test('is the only thing that is decrypted: a token of the database under the same key is not', async () => {
    const [encrypted] = await codec.encode([payloadOf(message)]);
    const token = ringOf('one', one).encrypt(Buffer.from('a token of Sinch'));
    const disguised = { ...encrypted, data: Buffer.from(token) };
    await assert.rejects(async () => codec.decode([disguised]), { code: 'cipher_text_invalid' });
  });
});

describe('a data converter', () => {
  const encryption = createPayloadEncryption(ringOf('one', one));
  const theirs = { encode: async (payloads: Payload[]) => payloads, decode: async (payloads: Payload[]) => payloads };

  test('keeps the codecs that are there, which run before encryption', () => {
    const converter = encryption.dataConverter({ payloadCodecs: [theirs], payloadConverterPath: '/theirs.js' });
    assert.deepEqual(converter.payloadCodecs, [theirs, encryption.codec]);
    assert.equal(converter.payloadConverterPath, '/theirs.js');
    assert.deepEqual(encryption.dataConverter(converter), converter, 'twice is once');
  });

  test('keeps a failure converter that is there, and else has messages of failures encrypted', () => {
    assert.equal(encryption.dataConverter({ failureConverterPath: '/theirs.js' }).failureConverterPath, '/theirs.js');
    assert.match(encryption.dataConverter().failureConverterPath ?? '', /failure-converter\.ts$/);
  });

  test('that only decrypts leaves new payloads and failures as they are', async () => {
    const old = await encryption.codec.encode([payloadOf(message)]);
    const off = createPayloadEncryption(ringOf('one', one), { encrypts: false });
    assert.equal(off.encrypts, false);
    assert.equal(off.dataConverter().failureConverterPath, undefined);
    assert.deepEqual(await off.codec.encode([payloadOf(message)]), [payloadOf(message)]);
    assert.deepEqual(valueOf((await off.codec.decode(old))[0]), message);
  });
});

describe('what the web UI sends', () => {
  const { codec } = createPayloadEncryption(ringOf('one', one));

  test('is decrypted, and encrypted, as JSON', async () => {
    const data = Buffer.from(JSON.stringify(message)).toString('base64');
    const metadata = { encoding: Buffer.from('json/plain').toString('base64') };
    const encrypted = await runCodec(codec, 'encode', { payloads: [{ metadata, data }] });
    assert.notEqual(encrypted.payloads[0]?.data, data);
    assert.deepEqual(await runCodec(codec, 'decode', encrypted), { payloads: [{ metadata, data }] });
  });

  test('is refused where it is something else, or of a key that is not there', async () => {
    for (const body of [
      null,
      [],
      {},
      { payloads: {} },
      { payloads: [1] },
      { payloads: [{ metadata: [] }] },
      { payloads: [{ data: 1 }] },
    ]) {
      await assert.rejects(runCodec(codec, 'decode', body), { code: 'invalid_payloads' }, JSON.stringify(body));
    }
    const encrypted = await runCodec(codec, 'encode', { payloads: [{}] });
    await assert.rejects(runCodec(createPayloadEncryption(ringOf('two', two)).codec, 'decode', encrypted), {
      code: 'payload_undecodable',
      message: /could not be decoded\. .*key "one"/,
    });
  });
});

describe('messages', () => {
  const payloadEncryption = createPayloadEncryption(ringOf('one', one));
  let stack: MessageStack;
  before(async () => {
    stack = await startMessageStack({ payloadEncryption });
  });
  after(() => stack?.[Symbol.asyncDispose]());

  test('that began before encryption was switched on end with it', async () => {
    const plain = new Client({ connection: stack.environment.connection });
    const sent = stack.message('from-before', { recipient: '4915112349900' });
    await createMessageClient({ client: plain }).start(sent);
    assert.equal((await stack.outcome('from-before')).status, 'delivered');
    const { events = [] } = await plain.workflow.getHandle(stack.workflowId('from-before')).fetchHistory();
    const encodings = (events ?? []).flatMap(
      ({ workflowExecutionStartedEventAttributes: started, activityTaskScheduledEventAttributes: scheduled }) =>
        ((started ?? scheduled)?.input?.payloads ?? []).map(({ metadata }) =>
          Buffer.from(metadata?.['encoding'] ?? []).toString(),
        ),
    );
    assert.deepEqual([...new Set(encodings)], ['json/plain', 'binary/temporal-sinch-encrypted']);
  });

  test('are started and asked by a client that carries the plugin', async () => {
    const { plugin } = stack;
    const client = new Client({ connection: stack.environment.connection, plugins: [plugin] });
    const messages = createMessageClient({ client });
    await messages.start(stack.message('by-plugin', { recipient: '4915112349900' }));
    assert.equal((await messages.outcome({ projectId: 'shop', messageId: 'by-plugin' })).status, 'delivered');
    assert.equal((await messages.status({ projectId: 'shop', messageId: 'by-plugin' }))?.phase, 'delivered');
    const plain = new Client({ connection: stack.environment.connection });
    const result: unknown = await plain.workflow.getHandle(stack.workflowId('by-plugin')).result().catch(String);
    assert.match(String(result), /Unknown encoding: binary\/temporal-sinch-encrypted/, 'nobody else reads it');
  });
});

describe('a message that a worker without its key is to send', () => {
  let stack: MessageStack;
  before(async () => {
    stack = await startMessageStack({
      payloadEncryption: createPayloadEncryption(ringOf('two', two, one)),
      plugin: { sends: false },
    });
  });
  after(() => stack?.[Symbol.asyncDispose]());

  /** Runs send workers with these keys while `work` is under way. */
  async function withSends(keyring: Keyring, work: () => Promise<unknown>): Promise<void> {
    const { nativeConnection: connection } = stack.environment;
    await using plugin = new SinchPlugin({
      settings: stack.settings,
      events: createSqlSink(stack.database),
      payloadEncryption: createPayloadEncryption(keyring),
    });
    const worker = await Worker.create({ connection, taskQueue: 'sends-alone', activities: {}, plugins: [plugin] });
    await worker.runUntil(work);
  }

  test('is not sent, and neither held nor counted as perhaps sent; one that has the key sends it', async () => {
    const recipient = '4915112349900';
    await withSends(ringOf('one', one), async () => {
      await stack.start('rotated', { recipient });
      const status = await stack.untilStatus('rotated', ({ attempts }) => attempts > 0);
      assert.equal(status.phase, 'waiting_to_send');
      assert.match(status.explanation, /Not accepted yet \(.*send_unreadable.*key "two"/);
    });
    await withSends(ringOf('one', one, two), async () => {
      assert.equal((await stack.outcome('rotated')).status, 'delivered');
    });
    assert.equal(stack.accepted('rotated'), 1);
  });
});

test('the built package has the failure converter where the SDK looks for it', async () => {
  await using user = await createPackageUser();
  const program = `
    import { createRequire } from 'node:module';
    import { Client, Connection } from '@temporalio/client';
    import { bundleWorkflowCode } from '@temporalio/worker';
    import { createKeyring, createPayloadEncryption, SinchPlugin, staticSettings } from 'temporal-sinch';
    const keyring = createKeyring({ keys: [{ id: 'k', key: new Uint8Array(32) }], current: 'k' });
    const payloadEncryption = createPayloadEncryption(keyring);
    const settings = staticSettings({ projects: [{ id: 'shop', integrations: [] }] });
    const plugin = new SinchPlugin({ settings, events: { record: async () => undefined }, payloadEncryption });
    const connection = Connection.lazy();
    const client = new Client({ connection, plugins: [plugin] });
    const { failureConverter, payloadConverter } = client.options.loadedDataConverter;
    const { message } = failureConverter.errorToFailure(new Error('a number'), payloadConverter);
    const workflowsPath = createRequire(import.meta.url).resolve('temporal-sinch/workflows');
    const nothing = () => undefined;
    const logger = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
    const { code } = await bundleWorkflowCode({ workflowsPath, plugins: [plugin], logger });
    console.log(JSON.stringify({ message, bundled: code.includes('payload-encryption/failure-converter.js') }));
    await connection.close();
    await plugin.close();
  `;
  assert.equal(await user.compile({ 'program.ts': program }), '');
  const run = user.run('program.js', {});
  assert.equal(await run.exited, 0, run.stderr());
  assert.deepEqual(JSON.parse(run.stdout()), { message: 'Encoded failure', bundled: true });
});
