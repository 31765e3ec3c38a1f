import { z } from '@hono/zod-openapi';
import { CAMPAIGN_EVENT_STATUSES } from '../../contract/campaign-event.ts';
import type { ExporterChange } from '../../settings/index.ts';
import { type ApiRoute, apiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';
import { NOT_BLANK } from '../patterns.ts';
import { Problem } from '../problem.ts';
import { adminOf, projectOf } from '../project-of.ts';

const statusName = z.string().openapi({ minLength: 1, maxLength: 255, pattern: NOT_BLANK });

const statusNames = z.partialRecord(z.enum(CAMPAIGN_EVENT_STATUSES), statusName).openapi({
  description: 'Names for statuses at the platform. `timeout` leaves only where it is mapped.',
  example: { timeout: 'no_report' },
});

const change = z
  .strictObject({
    baseUrl: z.string().openapi({ format: 'uri', maxLength: 2048, description: 'Of the tracking API.' }),
    projectToken: z.string().openapi({ pattern: '^[A-Za-z0-9_-]{1,128}$' }),
    keyId: z.string().openapi({ pattern: '^[\\x21-\\x39\\x3b-\\x7e]{1,256}$' }),
    keySecret: z
      .string()
      .openapi({ pattern: '^[\\x21-\\x7e]{1,1024}$', description: 'Kept encrypted and never shown.' }),
    enabled: z.boolean(),
    requestsPerSecond: z.number().openapi({ minimum: 1, maximum: 100 }),
    statusNames,
  } satisfies Record<keyof ExporterChange, z.ZodType>)
  .partial()
  .openapi('ExporterChange');

const view = z
  .object({
    baseUrl: z.string(),
    projectToken: z.string(),
    keyId: z.string(),
    enabled: z.boolean(),
    requestsPerSecond: z.number(),
    statusNames: z.record(z.string(), z.string()).readonly(),
    since: z.iso.datetime().openapi({ description: 'Events recorded before are not exported.' }),
    updatedAt: z.iso.datetime(),
  })
  .openapi('Exporter');

const EXPORTER = '/v1/projects/{projectId}/exporter';

/** Where a project's campaign events leave to. */
export function exporterRoutes(deps: Pick<AppDeps, 'admin' | 'settings' | 'retryExport'>): ApiRoute[] {
  return [
    apiRoute({
      access: 'admin',
      method: 'get',
      path: EXPORTER,
      id: 'readExporter',
      tag: 'Exporter',
      summary: 'Show where campaign events leave to, without the secret',
      answer: view,
      problems: ['unknown_exporter', 'settings_are_static'],
      handle: async ({ params }) => adminOf(deps).exporter(params.projectId),
    }),
    apiRoute({
      access: 'admin',
      method: 'put',
      path: EXPORTER,
      id: 'changeExporter',
      tag: 'Exporter',
      summary: 'Set or change where campaign events leave to',
      description:
        'The first time address, token and key are needed, and events recorded before are not exported; later what is not given stays as it is.',
      body: { schema: change },
      status: 200,
      answer: view,
      problems: ['invalid_settings', 'host_not_allowed', 'settings_are_static'],
      handle: async ({ params, actor, json }) => adminOf(deps).changeExporter(actor(), params.projectId, json()),
    }),
    apiRoute({
      access: 'admin',
      method: 'delete',
      path: EXPORTER,
      id: 'removeExporter',
      tag: 'Exporter',
      summary: 'Let no campaign events leave any more',
      problems: ['unknown_exporter', 'settings_are_static'],
      handle: async ({ params, actor }) => adminOf(deps).removeExporter(actor(), params.projectId),
    }),
    apiRoute({
      access: 'admin',
      method: 'post',
      path: `${EXPORTER}/retry`,
      id: 'retryExport',
      tag: 'Exporter',
      summary: 'Let events that the platform refused leave once more',
      answer: z.object({ events: z.number().int().openapi({ description: 'So many leave again.' }) }),
      problems: ['exporter_not_running'],
      async handle({ params }) {
        const { projectId } = await projectOf(deps.settings, params.projectId);
        if (!deps.retryExport) {
          throw new Problem(
            'exporter_not_running',
            'Nothing is exported by this deployment: there is nothing to retry',
          );
        }
        return { events: await deps.retryExport(projectId) };
      },
    }),
  ];
}
