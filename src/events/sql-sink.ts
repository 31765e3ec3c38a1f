import { and, eq } from 'drizzle-orm';
import type { MessageRecord } from '../contract/campaign-event.ts';
import {
  abortable,
  asStoreErrors,
  campaignEvents,
  createCoalescer,
  type Database,
  isOneOf,
  keyOf,
  StoreError,
} from '../db/index.ts';
import { eventOf } from './campaign-event-row.ts';
import type { CampaignEventSink, RecordedMessage } from './sink.ts';
import { writeEvents, writeLateReports, writeSkipped, writeUnknownOutcomes } from './write-records.ts';

/** Records in one write. */
const MAX_RECORDS = 100;

/**
 * Campaign events in our own database. Messages that settle at the same time share statements; a record that the
 * database refuses fails alone.
 *
 * Errors are `StoreError`s. `store_refused` says that the same record will be refused again: nothing of it that could
 * be written is lost, and writing it again does no harm.
 */
export function createSqlSink(database: Database): CampaignEventSink {
  const { orm } = database;
  const writes = createCoalescer<MessageRecord, void>({
    maxItems: MAX_RECORDS,
    isolate: (error) => error instanceof StoreError && error.code === 'store_refused',
    async write(records) {
      await asStoreErrors('Recording campaign events', async () => {
        // Each statement stands for itself: a record cut off between two of them is written again as a whole.
        await writeEvents(
          orm,
          records.flatMap(({ events }) => events),
        );
        await writeLateReports(
          orm,
          records.flatMap(({ lateReports }) => lateReports),
        );
        await writeSkipped(orm, records);
        await writeUnknownOutcomes(orm, records);
      });
      return records.map(() => undefined);
    },
  });

  return {
    record: async (record, signal) => writes.add(record, signal),
    async admission({ projectId, messageId }, signal) {
      const [row] = await abortable(
        asStoreErrors('Looking for the note of acceptance', async () =>
          orm
            .select()
            .from(campaignEvents)
            .where(
              and(
                eq(campaignEvents.projectId, projectId),
                eq(campaignEvents.messageId, messageId),
                eq(campaignEvents.phase, 'admission'),
              ),
            ),
        ),
        signal,
      );
      return row && eventOf(row);
    },
    async recorded(keys, signal) {
      const { projectId, messageId, phase, status, integrationId } = campaignEvents;
      const rows = await abortable(
        asStoreErrors('Looking for the events of reported messages', async () =>
          orm
            .select({ projectId, messageId, phase, status, integrationId })
            .from(campaignEvents)
            .where(isOneOf(campaignEvents, keys)),
        ),
        signal,
      );
      const found = new Map<string, RecordedMessage>();
      for (const { phase: of, status: as, ...row } of rows) {
        const event = of === 'final' ? { final: as } : { admission: as };
        found.set(keyOf(row), { ...row, ...found.get(keyOf(row)), ...event } as RecordedMessage);
      }
      return [...found.values()];
    },
  };
}
