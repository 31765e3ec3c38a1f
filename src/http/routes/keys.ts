import { z } from '@hono/zod-openapi';
import type { NewKey } from '../../settings/index.ts';
import { type ApiRoute, apiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';
import { NOT_BLANK } from '../patterns.ts';
import { pageOf, pageQuery, pageQueryOf, pageSchema } from '../paging.ts';
import { adminOf } from '../project-of.ts';

const role = z.enum(['admin', 'sender', 'viewer']);
const time = z.iso.datetime();

const shown = {
  id: z.string(),
  name: z.string(),
  role,
  createdAt: time,
  expiresAt: time.optional(),
  revokedAt: time.optional(),
  lastUsedAt: time.optional(),
};

const view = z.object(shown).openapi('ApiKey');

/** API keys of a project. */
export function keyRoutes(deps: Pick<AppDeps, 'admin'>): ApiRoute[] {
  return [
    apiRoute({
      access: 'admin',
      method: 'get',
      path: '/v1/projects/{projectId}/keys',
      id: 'listKeys',
      tag: 'API keys',
      summary: 'List the API keys, without the keys themselves',
      query: pageQuery,
      answer: pageSchema('keys', view),
      problems: ['settings_are_static'],
      handle: async ({ params, query }) =>
        pageOf('keys', await adminOf(deps).keys(params.projectId, pageQueryOf(query))),
    }),
    apiRoute({
      access: 'admin',
      method: 'post',
      path: '/v1/projects/{projectId}/keys',
      id: 'createKey',
      tag: 'API keys',
      summary: 'Make an API key',
      description: 'The key is in this answer and never again.',
      body: {
        schema: z.strictObject({
          name: z
            .string()
            .openapi({ minLength: 1, maxLength: 200, pattern: NOT_BLANK, description: 'What it is for.' }),
          role,
          expiresAt: z.iso.datetime({ offset: true }).optional().openapi({ description: 'Absent: never.' }),
        } satisfies Record<keyof NewKey, z.ZodType>),
      },
      status: 201,
      answer: z.object({ ...shown, key: z.string() }).openapi('NewApiKey'),
      problems: ['invalid_settings', 'settings_are_static'],
      handle: async ({ params, actor, json }) => adminOf(deps).createKey(actor(), params.projectId, json()),
    }),
    apiRoute({
      access: 'admin',
      method: 'delete',
      path: '/v1/projects/{projectId}/keys/{keyId}',
      id: 'revokeKey',
      tag: 'API keys',
      summary: 'Revoke an API key; it stays in the list',
      status: 200,
      answer: view,
      problems: ['unknown_key', 'settings_are_static'],
      handle: async ({ params, actor }) => adminOf(deps).revokeKey(actor(), params.projectId, params.keyId),
    }),
  ];
}
