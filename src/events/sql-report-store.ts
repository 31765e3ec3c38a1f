import { createHash } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { repeatsEnd } from '../contract/campaign-event.ts';
import {
  asStoreErrors,
  campaignEvents,
  type Database,
  type Keyring,
  lateReports,
  unmatchedReports,
  unreadableCallbacks,
  withoutNulls,
} from '../db/index.ts';
import type { ReportStore } from '../webhook/index.ts';
import { lateReportRowOf } from './late-report-row.ts';

/**
 * Where the webhook keeps what belongs to no running message. A callback that comes again is counted in its row; raw
 * bodies are encrypted. Every method throws `StoreError` where nothing is kept.
 */
export function createSqlReportStore(database: Database, keyring: Keyring): ReportStore {
  const { orm } = database;
  return {
    async keepLate({ projectId, messageId, report, rawBody, receivedAt }) {
      const row = lateReportRowOf(
        { projectId, messageId, report, reason: 'after_end' },
        { at: receivedAt, rawBody: keyring.encrypt(rawBody) },
      );
      return asStoreErrors('Keeping a late report', async () => {
        const { status, error } = campaignEvents;
        const [end] = await orm
          .select({ status, error })
          .from(campaignEvents)
          .where(
            and(
              eq(campaignEvents.projectId, projectId),
              eq(campaignEvents.messageId, messageId),
              eq(campaignEvents.phase, 'final'),
            ),
          );
        if (end && repeatsEnd(report.status, withoutNulls(end))) return 'repeat' as const;
        await orm
          .insert(lateReports)
          .values(row)
          .onConflictDoUpdate({
            target: [lateReports.projectId, lateReports.messageId, lateReports.reportHash],
            set: { ...again(lateReports), rawBody: sql`coalesce(${lateReports.rawBody}, excluded.raw_body)` },
          });
        return undefined;
      });
    },
    async keepUnmatched({ rawBody, receivedAt, ...entry }) {
      await asStoreErrors('Keeping an unmatched report', async () =>
        orm
          .insert(unmatchedReports)
          .values({ ...entry, ...keptBody(keyring, rawBody, receivedAt) })
          .onConflictDoUpdate({
            target: [unmatchedReports.integrationId, unmatchedReports.bodyHash],
            set: again(unmatchedReports),
          }),
      );
    },
    async keepUnreadable({ rawBody, receivedAt, ...entry }) {
      await asStoreErrors('Keeping an unreadable callback', async () =>
        orm
          .insert(unreadableCallbacks)
          .values({ ...entry, ...keptBody(keyring, rawBody, receivedAt) })
          .onConflictDoUpdate({
            target: [unreadableCallbacks.integrationId, unreadableCallbacks.bodyHash],
            set: again(unreadableCallbacks),
          }),
      );
    },
  };
}

function keptBody(keyring: Keyring, rawBody: Uint8Array, receivedAt: string) {
  return {
    bodyHash: createHash('sha256').update(rawBody).digest('hex'),
    rawBody: keyring.encrypt(rawBody),
    receivedAt,
    lastReceivedAt: receivedAt,
  };
}

function again(table: { timesReceived: AnyPgColumn; lastReceivedAt: AnyPgColumn }) {
  return {
    timesReceived: sql`${table.timesReceived} + 1`,
    lastReceivedAt: sql`greatest(${table.lastReceivedAt}, excluded.last_received_at)`,
  };
}
