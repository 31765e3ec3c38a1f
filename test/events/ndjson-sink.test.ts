import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { after, before, test } from 'node:test';
import { createNdjsonSink } from '../../src/events/index.ts';
import { sampleEvent, sampleMessage, sampleRecord } from '../helpers/messages.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ndjson-'));
});
after(() => rm(folder, { recursive: true }));

const message = sampleMessage({ projectId: 'shop' });
const enqueued = sampleEvent(message, { status: 'enqueued' });
const delivered = sampleEvent(message, { status: 'delivered' });

async function linesOf(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
}

test('an event is a line with its id, in a file of its owner', async () => {
  const file = path.join(folder, 'whole.ndjson');
  await using sink = createNdjsonSink(file);
  await sink.record(sampleRecord(message, { events: [enqueued, delivered] }));
  assert.deepEqual(
    (await linesOf(file)).map((line) => JSON.parse(line) as unknown),
    [
      { eventId: 'shop/m-1/admission', ...enqueued },
      { eventId: 'shop/m-1/final', ...delivered },
    ],
  );
  assert.equal((await stat(file)).mode & 0o777, 0o600);
});

test('a record that comes again is written once, and the first of an id counts', async () => {
  const file = path.join(folder, 'once.ndjson');
  await using sink = createNdjsonSink(file);
  const record = sampleRecord(message, { events: [delivered] });
  await Promise.all(Array.from({ length: 20 }, async () => sink.record(record)));
  await sink.record(sampleRecord(message, { events: [sampleEvent(message, { status: 'failed' })] }));
  const lines = await linesOf(file);
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { status: string }).status),
    ['delivered'],
  );
});

test('a file goes on where it ended, also after a line that a crash has cut off', async () => {
  const file = path.join(folder, 'cut.ndjson');
  {
    await using sink = createNdjsonSink(file);
    await sink.record(sampleRecord(message, { events: [enqueued] }));
  }
  await appendFile(file, '{"eventId":"shop/m-1/fin');
  {
    await using sink = createNdjsonSink(file);
    await sink.record(sampleRecord(message, { events: [delivered] }));
  }
  const lines = await linesOf(file);
  assert.equal(lines.length, 3);
  assert.deepEqual(
    [lines[0], lines[2]].map((line) => (JSON.parse(line ?? '') as { eventId: string }).eventId),
    ['shop/m-1/admission', 'shop/m-1/final'],
  );
});

test('what cannot be written is not recorded, and can be tried again', async () => {
  const file = path.join(folder, 'not-there', 'events.ndjson');
  await using sink = createNdjsonSink(file);
  const record = sampleRecord(message, { events: [enqueued] });
  await assert.rejects(sink.record(record), { code: 'ENOENT' });
  await mkdir(path.dirname(file));
  await sink.record(record);
  assert.equal((await linesOf(file)).length, 1);
});

test('a stream gets the lines, and its failure is that of the record', async () => {
  const stream = new PassThrough();
  const sink = createNdjsonSink(stream);
  await sink.record(sampleRecord(message, { events: [enqueued] }));
  assert.match(String(stream.read()), /^\{"eventId":"shop\/m-1\/admission".*\}\n$/);

  const full = new Writable({ write: (_chunk, _encoding, done) => done(new Error('no space left')) });
  await assert.rejects(createNdjsonSink(full).record(sampleRecord(message, { events: [enqueued] })), /no space left/);
});
