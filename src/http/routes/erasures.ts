import { z } from '@hono/zod-openapi';
import { MIN_SPELLING_DIGITS, spellingsOf } from '../../countries/index.ts';
import type { ErasureAnswer } from '../../erasure/index.ts';
import { explainRecipient } from '../../requests/index.ts';
import { nameOfActor } from '../../settings/index.ts';
import { type ApiRoute, apiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';
import { Problem } from '../problem.ts';
import { projectOf } from '../project-of.ts';

/** How long one request erases before it answers how to go on, in milliseconds. */
const BUDGET_MS = 3_000;

/** A portion that has begun is finished. */
const DEADLINE_MS = 15_000;

const body = z.strictObject({
  recipient: z
    .string()
    .max(100)
    .openapi({
      description:
        'The phone number as recipients are read: in any spelling of its country, also one from before its numbers were changed; ' +
        'or a spelling that was refused, as it was given, which stands for its digits alone.',
    }),
  dryRun: z.boolean().optional().openapi({
    description: '`true`: only count what would be erased, and change nothing, the audit log included.',
  }),
  cursor: z.string().optional().openapi({ description: '`nextCursor` of the answer before.' }),
});

const answer = z
  .object({
    dryRun: z.boolean().openapi({ description: '`true`: nothing was changed; the numbers are what would be erased.' }),
    erasureId: z
      .string()
      .optional()
      .openapi({ description: 'As the audit log has it, which never has the number; absent in a dry run.' }),
    validNumber: z.boolean().openapi({
      description:
        '`false`: no number that a message could go to, so that only what was refused or came with exactly these digits was ' +
        'looked for.',
    }),
    complete: z.boolean().openapi({
      description: '`false`: the time was up; the same request, with `nextCursor` where there is one, goes on.',
    }),
    nextCursor: z.string().optional(),
    messages: z.number().openapi({ description: 'Erased by this request.' }),
    events: z.number().openapi({ description: 'Campaign events of these messages.' }),
    bodies: z.number().openapi({ description: 'Callbacks that belonged to no message and named the number.' }),
    underWay: z.number().openapi({
      description: 'Erased messages whose workflow may still run and holds number and text until it ends.',
    }),
    waitingToStart: z.number().openapi({ description: 'Erased by themselves within minutes of their start.' }),
    undecryptable: z.number().openapi({
      description: 'Callbacks that no key decrypts or that unpack to too much, so that nobody can tell.',
    }),
  } satisfies Record<keyof ErasureAnswer, z.ZodType>)
  .openapi('Erasure');

/** One person's data, taken out of a project. */
export function erasureRoutes(deps: Pick<AppDeps, 'settings' | 'erasure'>): ApiRoute[] {
  return [
    apiRoute({
      access: 'admin',
      method: 'post',
      path: '/v1/projects/{projectId}/erasures',
      id: 'eraseRecipient',
      tag: 'Erasure',
      summary: 'Take one person out of messages, events and callbacks',
      description:
        'Numbers, texts and customer ids go; ids, statuses and counts stay, so that the ledger and the evaluation say the ' +
        'same. Nothing is cancelled. May be repeated, is in the audit log, and can be tried first with `dryRun`.',
      body: { schema: body },
      answer,
      deadlineMs: DEADLINE_MS,
      async handle({ params, actor, json }) {
        const { projectId, bareNumbers } = await projectOf(deps.settings, params.projectId);
        const parsed = body.safeParse(json());
        if (!parsed.success) {
          throw new Problem(
            'invalid_body',
            'Expected { "recipient": "+44…" }, `dryRun` where nothing is to be changed, and `cursor` of the answer before',
          );
        }
        const { recipient, cursor, dryRun } = parsed.data;
        const number = spellingsOf(recipient, { bareNumbers });
        // Never the number itself, which a proxy may log with the answer.
        if (!number.ok) {
          throw new Problem(
            'invalid_body',
            `\`recipient\`: ${explainRecipient(number)}, and a spelling that was refused is looked for by ` +
              `${MIN_SPELLING_DIGITS} digits or more`,
          );
        }
        return deps.erasure.eraseRecipient({
          projectId,
          number: number.spellings,
          actor: nameOfActor(actor()),
          budgetMs: BUDGET_MS,
          ...(dryRun === undefined ? {} : { dryRun }),
          ...(cursor === undefined ? {} : { cursor }),
        });
      },
    }),
  ];
}
