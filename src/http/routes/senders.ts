import { z } from '@hono/zod-openapi';
import { type ApiRoute, apiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';
import { adminOf } from '../project-of.ts';

const view = z
  .object({
    sender: z.string(),
    kind: z.enum(['number', 'short_code', 'alphanumeric']),
    isDefault: z.boolean(),
    createdAt: z.iso.datetime(),
    warning: z.string().optional().openapi({ description: 'Where it is known not to work.' }),
  })
  .openapi('Sender');

/** Predefined senders. */
export function senderRoutes(deps: Pick<AppDeps, 'admin'>): ApiRoute[] {
  return [
    apiRoute({
      access: 'admin',
      method: 'get',
      path: '/v1/projects/{projectId}/senders',
      id: 'listSenders',
      tag: 'Senders',
      summary: 'List the predefined senders: at most 100',
      answer: z.object({ senders: z.array(view) }),
      problems: ['settings_are_static'],
      handle: async ({ params }) => ({ senders: await adminOf(deps).senders(params.projectId) }),
    }),
    apiRoute({
      access: 'admin',
      method: 'post',
      path: '/v1/projects/{projectId}/senders',
      id: 'addSender',
      tag: 'Senders',
      summary: 'Add a sender; one that is there already stays as it is',
      body: {
        schema: z.strictObject({
          sender: z.string().openapi({
            minLength: 3,
            description:
              '3 to 15 characters: alphanumeric with at least one letter and at most 11, a short code, or a number in international form.',
          }),
        }),
      },
      status: 201,
      answer: view,
      problems: ['invalid_settings', 'too_many_senders', 'settings_are_static'],
      handle: async ({ params, actor, json }) => adminOf(deps).addSender(actor(), params.projectId, json()),
    }),
    apiRoute({
      access: 'admin',
      method: 'delete',
      path: '/v1/projects/{projectId}/senders/{sender}',
      id: 'removeSender',
      tag: 'Senders',
      summary: 'Remove a sender',
      problems: ['unknown_sender', 'default_sender', 'settings_are_static'],
      handle: async ({ params, actor }) => adminOf(deps).removeSender(actor(), params.projectId, params.sender),
    }),
  ];
}
