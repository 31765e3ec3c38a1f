import { type messages, withoutNulls } from '../db/index.ts';
import type { RegisteredMessage, RegisterEntry } from './register.ts';

type Row = typeof messages.$inferSelect;

/** The entry as a row of `messages`. */
export function rowOf<Answer>(entry: RegisterEntry<Answer>): Row {
  const skipped = entry.disposition === 'skipped';
  return {
    projectId: entry.projectId,
    messageId: entry.messageId,
    contentHash: entry.contentHash,
    disposition: entry.disposition,
    skipReason: skipped ? entry.skipReason : null,
    input: entry.disposition === 'send' ? entry.input : null,
    answer: entry.answer,
    campaignId: entry.campaignId ?? null,
    integrationId: entry.integrationId ?? null,
    recipient: entry.recipient ?? null,
    country: entry.country ?? null,
    reportsExpected: entry.reportsExpected,
    requestedAt: entry.requestedAt,
    startedAt: null,
    skippedAt: skipped ? entry.requestedAt : null,
    erasedAt: null,
    erasureRequestedAt: null,
  };
}

/** The request that a row of `messages` holds. */
export function messageOf<Answer>({ answer, erasureRequestedAt: _noted, ...row }: Row): RegisteredMessage<Answer> {
  // Only `rowOf` writes this column.
  const message = { ...withoutNulls(row), answer: answer as Answer };
  if (row.erasedAt === null) return message;
  const { input: _input, ...rest } = message;
  return rest;
}
