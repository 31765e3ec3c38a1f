/** Lists of messages: by what they are chosen, and how they are shown. */
import { z } from '@hono/zod-openapi';
import { storableTime } from '../contract/storable-value.ts';
import type { IntakeAnswer } from '../intake/index.ts';
import type { MessagePage } from '../register/index.ts';
import { DISPOSITIONS, LISTED_STATUSES, messageSummary } from './message-schema.ts';
import { summaryOf } from './message-view.ts';
import { pageSchema } from './paging.ts';

const TIME = 'a time such as 2026-11-20T10:00:00Z, of a year from 1 to 9999';
const time = z.iso.datetime({ offset: true, error: TIME }).transform((value, context) => {
  const stored = storableTime(value);
  if (stored !== undefined) return stored;
  context.addIssue({ code: 'custom', message: TIME });
  return z.NEVER;
});

const name = z.string('a text').max(255, 'a text of at most 255 characters');

/** What a list of messages may be narrowed to; a message of the list has all of it. */
export const messageFilters = {
  campaignId: name.optional(),
  integrationId: name.optional(),
  disposition: z.enum(DISPOSITIONS, `one of ${DISPOSITIONS.join(', ')}`).optional(),
  status: z.enum(LISTED_STATUSES, `one of ${LISTED_STATUSES.join(', ')}`).optional(),
  requestedSince: time.optional().openapi({ description: 'At this time or later.' }),
  requestedUntil: time.optional().openapi({ description: 'Before this time.' }),
};

export const messageListSchema = pageSchema('messages', messageSummary);

export type MessageListView = z.infer<typeof messageListSchema>;

export function messageListView({ messages, nextCursor }: MessagePage<IntakeAnswer>): MessageListView {
  return {
    messages: messages.map(({ status, ...request }) => ({
      messageId: request.messageId,
      disposition: request.disposition,
      status,
      ...summaryOf(request),
    })),
    ...(nextCursor === undefined ? {} : { nextCursor }),
  };
}

/** Without the filters that are not given. */
export function given<T extends object>(filters: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>;
  };
}
