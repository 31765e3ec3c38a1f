/** What is held, and why, as the API shows it: plans, and messages. */
import { z } from '@hono/zod-openapi';
import { maskMsisdn } from '../contract/msisdn.ts';
import type { PlanHold } from '../contract/plan-hold.ts';
import type { HeldMessage } from '../events/index.ts';
import { pageSchema } from './paging.ts';
import { holdViewOf, refusalInWords } from './plan-hold-view.ts';

const time = z.iso.datetime();

const hold = z
  .object({
    integrationId: z.string(),
    since: time,
    status_code: z.number().int().optional().openapi({ description: 'HTTP status of the last refusal.' }),
    error: z.string().optional(),
    comment: z.string().optional(),
    explanation: z.string().openapi({ description: 'The same in words, and what ends it.' }),
    waitingMessages: z
      .number()
      .int()
      .openapi({ description: "Of the project, in the plan's queue; they leave once it is mended, or expire." }),
  })
  .openapi('Hold', { description: 'Sinch refuses an integration: nothing is sent through it until that is mended.' });

const heldMessage = z
  .object({
    messageId: z.string(),
    reason: z.enum(['outcome_unknown', 'plan_held']).openapi({
      description:
        '`outcome_unknown`: Sinch gave no clear answer and does not show the message, and it is never sent a second time; ' +
        '`plan_held`: Sinch refuses its integration.',
    }),
    since: time.openapi({
      description: 'When it was held; of `plan_held` when its plan was, or when it was requested.',
    }),
    explanation: z.string().openapi({ description: 'Why, and what ends it, in words.' }),
    recipient: z.string().optional().openapi({ description: 'Masked.', example: '+44•••••42' }),
    country: z.string().optional(),
    campaignId: z.string().optional(),
    integrationId: z.string().optional(),
    requestedAt: time,
  })
  .openapi('HeldMessage');

export const holdListSchema = z.object({ holds: z.array(hold) });
export const heldMessageListSchema = pageSchema('heldMessages', heldMessage);

export type HoldListView = z.infer<typeof holdListSchema>;
export type HeldMessageListView = z.infer<typeof heldMessageListSchema>;

export function holdView(
  integrationId: string,
  found: PlanHold,
  waitingMessages: number,
): HoldListView['holds'][number] {
  return {
    integrationId,
    ...holdViewOf(found),
    explanation:
      `Sinch refuses integration ${integrationId} (${refusalInWords(found)}). Nothing is sent through it until an admin ` +
      'mends that; it is tried by itself about once a minute, and what waits then leaves or has expired.',
    waitingMessages,
  };
}

/** @param found the hold of the message's plan, if it is held */
export function heldMessageView(
  message: HeldMessage,
  found: PlanHold | undefined,
): HeldMessageListView['heldMessages'][number] {
  const { servicePlanId: _plan, unknownSince: _since, recipient, ...shown } = message;
  const { since, reason, explanation } = whyHeld(message, found);
  return {
    ...shown,
    ...(recipient === undefined ? {} : { recipient: maskMsisdn(recipient) }),
    reason,
    since,
    explanation,
  };
}

function whyHeld({ unknownSince, requestedAt }: HeldMessage, found: PlanHold | undefined) {
  if (unknownSince !== undefined) {
    return {
      since: unknownSince,
      reason: 'outcome_unknown' as const,
      explanation:
        'Sinch gave no clear answer when it was sent, and does not show it: it may have arrived, so it is not sent again. ' +
        'A delivery report still settles it; without one it ends as enqueue_failed once the report window is over.',
    };
  }
  const held = found?.since ?? requestedAt;
  return {
    since: held > requestedAt ? held : requestedAt,
    reason: 'plan_held' as const,
    explanation: `Sinch refuses its integration${found === undefined ? '' : ` (${refusalInWords(found)})`}. It is sent once that is mended, unless it expires before.`,
  };
}
