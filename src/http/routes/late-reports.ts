import { z } from '@hono/zod-openapi';
import { type ApiRoute, apiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';
import { pageOf, pageQuery, pageQueryOf, pageSchema } from '../paging.ts';
import { projectOf } from '../project-of.ts';

const time = z.iso.datetime();

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
    receivedAt: time,
    lastReceivedAt: time,
    timesReceived: z.number().int(),
  })
  .openapi('LateReport');

type Deps = Pick<AppDeps, 'settings' | 'listLateReports'>;

/** Delivery reports that came after their message had its outcome. */
export function lateReportRoutes({ settings, listLateReports }: Deps): ApiRoute[] {
  return [
    apiRoute({
      access: 'viewer',
      method: 'get',
      path: '/v1/projects/{projectId}/late-reports',
      tag: 'Messages',
      summary: 'List delivery reports that came too late to count, the latest first',
      query: pageQuery,
      answer: pageSchema('lateReports', lateReport),
      async handle({ params, query }) {
        const { projectId } = await projectOf(settings, params.projectId);
        const { items, ...rest } = await listLateReports({ projectId, ...pageQueryOf(query) });
        const shown = items.map(({ messageId, reason, report, receivedAt, lastReceivedAt, timesReceived }) => ({
          messageId,
          reason,
          integrationId: report.integrationId,
          status: report.status,
          ...(report.statusCode === undefined ? {} : { statusCode: report.statusCode }),
          ...(report.batchId === undefined ? {} : { batchId: report.batchId }),
          at: report.at,
          receivedAt,
          lastReceivedAt,
          timesReceived,
        }));
        return pageOf('lateReports', { items: shown, ...rest });
      },
    }),
  ];
}
