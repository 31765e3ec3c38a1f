import { open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { CampaignEvent, MessageRecord } from '../contract/campaign-event.ts';
import { createCoalescer } from '../db/index.ts';
import { eventIdOf } from './campaign-event-row.ts';
import type { CampaignEventSink } from './sink.ts';

/** Records in one write. */
const MAX_RECORDS = 1_000;

/** How many of the latest lines are remembered, so that a record that comes again shortly is written once. */
const REMEMBERED = 100_000;

/** A sink that writes lines, and holds a file or none. */
export interface NdjsonSink extends CampaignEventSink, AsyncDisposable {
  /** Waits for what is being written, and closes the file; a stream stays the caller's. */
  close(): Promise<void>;
}

/**
 * Campaign events as lines of JSON, appended to a file or written to a stream: an example of a sink of one's own, and
 * enough for a log shipper. A line is the event with its `eventId`.
 *
 * `record` resolves when the lines are on disk, or when the stream has taken them. A record that comes again is written
 * once while this process remembers it. After a crash it may be there twice: readers take the first line of each
 * `eventId`, and leave out a line that is not JSON, which is what a crash in the middle of a write leaves behind. Late
 * reports and skipped messages are not written. The file is for one process at a time.
 */
export function createNdjsonSink(target: string | Writable): NdjsonSink {
  const written = new Set<string>();
  const lines = typeof target === 'string' ? fileOf(target) : streamOf(target);

  const writes = createCoalescer<MessageRecord, void>({
    maxItems: MAX_RECORDS,
    isolate: () => false,
    async write(records) {
      const news = new Map<string, CampaignEvent>();
      for (const event of records.flatMap(({ events }) => events)) {
        const eventId = eventIdOf(event, event.phase);
        // The first of an id is the one that counts: a second one must not overwrite it.
        if (!written.has(eventId) && !news.has(eventId)) news.set(eventId, event);
      }
      if (news.size > 0) {
        await lines.append([...news].map(([eventId, event]) => `${JSON.stringify({ eventId, ...event })}\n`).join(''));
      }
      for (const eventId of news.keys()) written.add(eventId);
      for (const eventId of written) {
        if (written.size <= REMEMBERED) break;
        written.delete(eventId);
      }
      return records.map(() => undefined);
    },
  });

  return {
    record: async (record, signal) => writes.add(record, signal),
    close: () => lines.close(),
    [Symbol.asyncDispose]: () => lines.close(),
  };
}

/** Where text goes, one append at a time. */
interface Lines {
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

function fileOf(path: string): Lines {
  let opened: ReturnType<typeof openForLines> | undefined;
  let last: Promise<void> = Promise.resolve();

  async function append(text: string): Promise<void> {
    // One that failed to open is tried again.
    opened ??= openForLines(path).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    const file = await opened;
    try {
      await file.appendFile(text);
      await file.datasync();
    } catch (error) {
      // Half a line may be there: the next write begins a new one.
      opened = undefined;
      await file.close().catch(() => undefined);
      throw error;
    }
  }

  return {
    append(text) {
      const appended = append(text);
      last = appended.catch(() => undefined);
      return appended;
    },
    async close() {
      await last;
      const file = await opened?.catch(() => undefined);
      opened = undefined;
      await file?.close();
    },
  };
}

/** Ends a line that a crash has left in the middle. */
async function openForLines(path: string) {
  const file = await open(path, 'a+', 0o600);
  try {
    const { size } = await file.stat();
    if (size > 0) {
      const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
      if (buffer.toString('utf8') !== '\n') await file.appendFile('\n');
    }
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

function streamOf(stream: Writable): Lines {
  return {
    append: (text) =>
      new Promise((resolve, reject) => {
        // A stream that has ended says so by its callback, and by an event that nobody may be listening to.
        const ignore = (): void => undefined;
        stream.on('error', ignore);
        stream.write(text, (error) => {
          setImmediate(() => stream.off('error', ignore));
          if (error) reject(error);
          else resolve();
        });
      }),
    close: async () => undefined,
  };
}
