/** Delivery reports that reached no running message, as the API shows them. */
import { z } from '@hono/zod-openapi';
import { pageSchema } from './paging.ts';

const time = z.iso.datetime();

const received = {
  receivedAt: time.openapi({ description: 'The first time.' }),
  lastReceivedAt: time,
  timesReceived: z.number().int(),
};

const lateReport = z
  .object({
    messageId: z.string(),
    reason: z.enum(['contradicts', 'after_end']).openapi({
      description: 'It says something else than what was recorded, or came after the message had ended.',
    }),
    integrationId: z.string(),
    status: z.string().openapi({ description: 'In the words of Sinch.' }),
    statusCode: z.number().optional(),
    batchId: z.string().optional(),
    at: time,
    ...received,
  })
  .openapi('LateReport');

const unmatchedReport = z
  .object({
    integrationId: z.string(),
    reason: z.enum(['unknown_message', 'foreign_reference', 'no_reference', 'inbound', 'unreadable']).openapi({
      description:
        'Temporal does not know its message (any more); its reference is none of this project; it has none; it is a message from a handset; it could not be read.',
    }),
    reference: z.string().optional().openapi({
      description: 'The client reference that it names, unless that is of another project; numbers are masked.',
    }),
    why: z.string().optional().openapi({ description: 'What could not be read.' }),
    ...received,
  })
  .openapi('UnmatchedReport');

export const lateReportListSchema = pageSchema('lateReports', lateReport);
export const unmatchedReportListSchema = pageSchema('unmatchedReports', unmatchedReport);

export type LateReportListView = z.infer<typeof lateReportListSchema>;
export type UnmatchedReportListView = z.infer<typeof unmatchedReportListSchema>;
