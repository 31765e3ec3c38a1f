import { type ApiRoute, apiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';
import { pageOf, pageQuery, pageQueryOf } from '../paging.ts';
import { projectOf } from '../project-of.ts';
import { lateReportListSchema } from '../report-views.ts';

type Deps = Pick<AppDeps, 'settings' | 'listLateReports'>;

/** Delivery reports that came after their message had its outcome. */
export function lateReportRoutes({ settings, listLateReports }: Deps): ApiRoute[] {
  return [
    apiRoute({
      access: 'viewer',
      method: 'get',
      path: '/v1/projects/{projectId}/late-reports',
      id: 'listLateReports',
      tag: 'Messages',
      summary: 'List delivery reports that came too late to count, the latest first',
      query: pageQuery,
      answer: lateReportListSchema,
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
