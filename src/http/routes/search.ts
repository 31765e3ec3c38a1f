import { z } from '@hono/zod-openapi';
import { type BareNumbers, explainMsisdnRefusal, MIN_SPELLING_DIGITS, spellingsOf } from '../../countries/index.ts';
import { type ApiRoute, apiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';
import { given, messageFilters, messageListSchema, messageListView } from '../message-list.ts';
import { cursor } from '../paging.ts';
import { Problem } from '../problem.ts';
import { projectOf } from '../project-of.ts';

const LIMIT = 'a whole number from 1 to 1000';

const body = z
  .strictObject(
    {
      recipient: z
        .string('a phone number, as text')
        .max(100, 'a phone number of at most 100 characters')
        .optional()
        .openapi({
          description:
            'In any spelling that a message may be sent to, or as it was refused, which stands for its digits alone.',
        }),
      ...messageFilters,
      limit: z
        .int(LIMIT)
        .min(1, LIMIT)
        .max(1000, LIMIT)
        .default(50)
        .openapi({ description: 'Most items of the page.' }),
      cursor,
    },
    'a JSON object',
  )
  .openapi('MessageSearch');

/** Messages by what must not stand in an address, which proxies log and browsers keep. */
export function searchRoutes({ settings, register }: Pick<AppDeps, 'settings' | 'register'>): ApiRoute[] {
  return [
    apiRoute({
      access: 'viewer',
      method: 'post',
      path: '/v1/projects/{projectId}/messages/search',
      id: 'searchMessages',
      tag: 'Messages',
      summary: 'Search requests by recipient and more, the latest first',
      description:
        'A POST that changes nothing: a phone number has no place in an address. Messages whose recipient was erased are not found by it.',
      body: { schema: body },
      answer: messageListSchema,
      problems: ['invalid_field'],
      async handle({ params, json }) {
        const { projectId, bareNumbers } = await projectOf(settings, params.projectId);
        const { recipient, limit, cursor, ...filters } = read(json());
        const page = await register.list({
          projectId,
          limit,
          ...given({ cursor, ...filters }),
          ...(recipient === undefined ? {} : { recipient: numberOf(recipient, bareNumbers) }),
        });
        return messageListView(page);
      },
    }),
  ];
}

function read(json: unknown): z.output<typeof body> {
  const parsed = body.safeParse(json);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ field: key.slice(0, 64), message: 'is no member that there is' }))
      : [{ field: issue.path.join('.'), message: `has to be ${issue.message}` }],
  );
  if (issues.some(({ field }) => field === '')) throw new Problem('invalid_body', 'Expected a JSON object');
  throw wrong(issues.slice(0, 20));
}

/** The same reading as when a message is sent. Never the number itself, which a proxy may log with the answer. */
function numberOf(recipient: string, bareNumbers: BareNumbers | undefined) {
  const number = spellingsOf(recipient, { bareNumbers });
  if (number.ok) return number.spellings;
  const message = `${explainMsisdnRefusal(number.reason)}, and a spelling that was refused is looked for by ${MIN_SPELLING_DIGITS} digits or more`;
  throw wrong([{ field: 'recipient', message }]);
}

function wrong(errors: readonly { field: string; message: string }[]): Problem {
  const detail = errors.map(({ field, message }) => `\`${field}\` ${message}`).join('; ');
  return new Problem('invalid_field', `Nothing was searched: ${detail}`, errors);
}
