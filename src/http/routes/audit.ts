import { z } from '@hono/zod-openapi';
import { type ApiRoute, apiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';
import { pageOf, pageQuery, pageQueryOf, pageSchema } from '../paging.ts';
import { adminOf } from '../project-of.ts';

const entry = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    actor: z.string().openapi({ description: '`key:{id}`, `deployment` or `command_line`.' }),
    action: z.string().openapi({ example: 'integration.changed' }),
    subject: z.string().openapi({ description: 'Id of what was changed.' }),
    before: z.unknown().optional().openapi({ description: 'Without secrets, which are only named as changed.' }),
    after: z.unknown().optional(),
  })
  .openapi('AuditEntry');

/** Who changed what in the settings. */
export function auditRoutes(deps: Pick<AppDeps, 'admin'>): ApiRoute[] {
  return [
    apiRoute({
      access: 'admin',
      method: 'get',
      path: '/v1/projects/{projectId}/audit',
      id: 'listAuditEntries',
      tag: 'Audit',
      summary: 'List the changes of settings, the latest first',
      query: pageQuery,
      answer: pageSchema('entries', entry),
      problems: ['settings_are_static'],
      handle: async ({ params, query }) =>
        pageOf('entries', await adminOf(deps).audit(params.projectId, pageQueryOf(query))),
    }),
  ];
}
