import { z } from '@hono/zod-openapi';
import { isMessageId } from '../../contract/identity.ts';
import type { IntakeAnswer } from '../../intake/index.ts';
import type { RegisteredMessage } from '../../register/index.ts';
import { type ApiRoute, apiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';
import { given, messageFilters, messageListSchema, messageListView } from '../message-list.ts';
import { messageView } from '../message-schema.ts';
import { viewOf, withHold } from '../message-view.ts';
import { pageQuery, pageQueryOf } from '../paging.ts';
import { Problem } from '../problem.ts';
import { projectOf } from '../project-of.ts';
import { within } from '../within.ts';

/** How long a message's workflow is waited for when a message is shown. */
const STATUS_DEADLINE_MS = 2_000;

type Deps = Pick<AppDeps, 'settings' | 'register' | 'messages' | 'planHolds' | 'readEvents'>;

/** What became of messages. */
export function messageRoutes({ settings, register, messages, planHolds, readEvents }: Deps): ApiRoute[] {
  return [
    apiRoute({
      access: 'viewer',
      method: 'get',
      path: '/v1/projects/{projectId}/messages',
      id: 'listMessages',
      tag: 'Messages',
      summary: 'List requests, the latest first',
      query: pageQuery.extend(messageFilters),
      answer: messageListSchema,
      async handle({ params, query: { limit, cursor, ...wanted } }) {
        const { projectId } = await projectOf(settings, params.projectId);
        const page = await register.list({ projectId, ...pageQueryOf({ limit, cursor }), ...given(wanted) });
        return messageListView(page);
      },
    }),
    apiRoute({
      access: 'viewer',
      method: 'get',
      path: '/v1/projects/{projectId}/messages/{messageId}',
      id: 'readMessage',
      tag: 'Messages',
      summary: 'Show a message: where it stands, why, and its events',
      answer: messageView,
      problems: ['unknown_message'],
      async handle({ params }) {
        const request = await requestOf(params);
        const key = { projectId: request.projectId, messageId: request.messageId };
        const [recorded, workflow] = await Promise.all([
          readEvents(key),
          request.disposition === 'send'
            ? within(STATUS_DEADLINE_MS, messages.status(key)).catch(() => 'unreachable' as const)
            : Promise.resolve(undefined),
        ]);
        const view = viewOf({ request, recorded, workflow });
        // Most messages that are shown have left their plan, and need not ask for it.
        if (view.status !== 'waiting_to_send' || !request.input) return view;
        const { servicePlanId } = request.input;
        const hold = await within(STATUS_DEADLINE_MS, planHolds.find(servicePlanId)).catch(() => undefined);
        return hold ? withHold(view, hold) : view;
      },
    }),
    apiRoute({
      access: 'sender',
      method: 'post',
      path: '/v1/projects/{projectId}/messages/{messageId}/cancel',
      id: 'cancelMessage',
      tag: 'Messages',
      summary: 'Ask for a message not to be sent',
      answer: z.object({
        messageId: z.string(),
        cancellation: z.enum(['requested', 'too_late']),
        explanation: z.string(),
      }),
      problems: ['unknown_message'],
      async handle({ params }) {
        const request = await requestOf(params);
        const isRequested = (await cancel(request)) === 'requested';
        return {
          messageId: request.messageId,
          cancellation: isRequested ? ('requested' as const) : ('too_late' as const),
          explanation: isRequested
            ? 'What was not sent yet is not sent; what Sinch has, Sinch is asked to cancel, and the delivery report decides.'
            : 'The message has ended already; cancelling it has no effect.',
        };
      },
    }),
  ];

  async function cancel({ projectId, messageId, disposition, input, startedAt }: RegisteredMessage<IntakeAnswer>) {
    if (disposition !== 'send') return 'closed';
    const key = { projectId, messageId };
    // Temporal forgets ended messages after its retention: one that was started must not be started again. Not every start
    // could be noted, but what was started has events; one that was erased was started before, and may be under way still.
    const isNew = input && startedAt === undefined && (await readEvents(key)).events.length === 0;
    return isNew ? messages.cancelOrStartCancelled(input) : messages.cancel(key);
  }

  async function requestOf(params: { projectId: string; messageId: string }): Promise<RegisteredMessage<IntakeAnswer>> {
    const { projectId } = await projectOf(settings, params.projectId);
    const { messageId } = params;
    const found = isMessageId(messageId) ? await register.find({ projectId, messageId }) : undefined;
    if (!found) {
      throw new Problem('unknown_message', `Project ${projectId} has no message of this id; ids are case-sensitive`);
    }
    return found;
  }
}
