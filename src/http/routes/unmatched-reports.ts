import { type ApiRoute, apiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';
import { pageOf, pageQuery, pageQueryOf } from '../paging.ts';
import { projectOf } from '../project-of.ts';
import { unmatchedReportListSchema } from '../report-views.ts';

type Deps = Pick<AppDeps, 'settings' | 'listUnmatchedReports'>;

/** Callbacks that reached no message. */
export function unmatchedReportRoutes({ settings, listUnmatchedReports }: Deps): ApiRoute[] {
  return [
    apiRoute({
      access: 'viewer',
      method: 'get',
      path: '/v1/projects/{projectId}/unmatched-reports',
      id: 'listUnmatchedReports',
      tag: 'Messages',
      summary: 'List callbacks of Sinch that belong to no message or could not be read, the latest first',
      query: pageQuery,
      answer: unmatchedReportListSchema,
      async handle({ params, query }) {
        const { projectId } = await projectOf(settings, params.projectId);
        const integrationIds = (await settings.integrations())
          .filter((integration) => integration.projectId === projectId)
          .map(({ id }) => id);
        const page = await listUnmatchedReports({ projectId, integrationIds, ...pageQueryOf(query) });
        return pageOf('unmatchedReports', page);
      },
    }),
  ];
}
