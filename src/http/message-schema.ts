/** Messages and their parts, as the OpenAPI document describes them. */
import { z } from '@hono/zod-openapi';
import { BROKEN_OFF } from '../contract/message-outcome.ts';

const time = z.iso.datetime();

/** Statuses that a message can be listed by: what is recorded of it. */
export const LISTED_STATUSES = [
  'waiting_to_send',
  'accepted',
  'delivered',
  'rejected',
  'failed',
  'timeout',
  'enqueue_failed',
  'skipped',
] as const;

/** What became of a request when it was registered. */
export const DISPOSITIONS = ['send', 'skipped', 'enqueue_failed'] as const;

const requestError = z
  .object({
    code: z.string().openapi({ description: 'Stable: decide on it.' }),
    field: z.string().optional().openapi({ description: 'The member that is wrong.' }),
    message: z.string(),
  })
  .openapi('RequestError');

const answeredCountry = z.string().optional().openapi({
  description: "Of the recipient's number, ISO 3166-1 alpha-2; absent where the number does not tell.",
  example: 'GB',
});

/** The answer about one recipient. */
export const intakeAnswer = z
  .union([
    z.object({
      success: z.literal(true),
      messageId: z.string(),
      status: z.literal('waiting_to_send'),
      workflowId: z.string(),
      country: answeredCountry,
    }),
    z.object({
      success: z.literal(false),
      messageId: z.string().optional(),
      status: z.enum(['skipped', 'enqueue_failed', 'refused']).openapi({
        description: '`refused`: nothing is registered, and the request may be made again once it is right.',
      }),
      country: answeredCountry,
      errors: z.array(requestError),
    }),
  ])
  .openapi('MessageAnswer');

const summary = {
  messageId: z.string(),
  recipient: z.string().optional().openapi({ description: 'Masked.', example: '+44•••••42' }),
  country: z.string().optional().openapi({ description: 'ISO 3166-1 alpha-2.' }),
  integrationId: z.string().optional(),
  campaignId: z.string().optional(),
  requestedAt: time,
  startedAt: time.optional(),
  erasedAt: time.optional().openapi({ description: 'When number, text and customer ids were taken out of it.' }),
};

/** One message in a list. */
export const messageSummary = z
  .object({
    ...summary,
    disposition: z.enum(DISPOSITIONS),
    status: z.enum(LISTED_STATUSES).openapi({ description: 'As far as it is recorded.' }),
  })
  .openapi('MessageSummary');

const event = z
  .object({
    status: z.string().openapi({ enum: ['enqueued', 'enqueue_failed', 'delivered', 'rejected', 'failed', 'timeout'] }),
    at: time,
    batch_id: z.string().optional(),
    status_code: z.number().optional(),
    error: z.string().optional(),
    comment: z.string().optional(),
    explanation: z.string().optional().openapi({ description: 'What the code means and what to do.' }),
    number_of_message_parts: z.number().optional(),
    number_of_message_parts_estimated: z.boolean().optional(),
  })
  .openapi('CampaignEvent');

/** One message with all that is known of it. */
export const messageView = z
  .object({
    ...summary,
    projectId: z.string(),
    status: z.enum([...LISTED_STATUSES, 'undecided']),
    explanation: z.string().openapi({ description: 'Where it stands and why, in words.' }),
    kind: z.enum(['sms', 'mms']).optional(),
    reportsExpected: z.boolean(),
    sender: z.string().optional(),
    priority: z.number().optional(),
    workflowId: z.string().optional(),
    expiresAt: time.optional(),
    waitsUntil: time.optional(),
    acceptedAt: time.optional(),
    batchId: z.string().optional(),
    attempts: z.number().optional(),
    lastReportStatus: z.string().optional(),
    cancelRequested: z.boolean().optional(),
    brokenOff: z.enum(BROKEN_OFF).optional().openapi({
      description: 'How Temporal ended its workflow before the message had its end: nothing is done for it any more.',
    }),
    events: z.array(event),
    lateReports: z.array(
      z.object({
        status: z.string(),
        at: time,
        receivedAt: time,
        statusCode: z.number().optional(),
        timesReceived: z.number(),
      }),
    ),
  })
  .openapi('Message');
