import { z } from '@hono/zod-openapi';
import { type ApiRoute, apiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';

/** What Prometheus scrapes. Not public: labels name projects and integrations. */
export function metricsRoutes({ metrics }: Pick<AppDeps, 'metrics'>): ApiRoute[] {
  return [
    apiRoute({
      access: 'metrics',
      method: 'get',
      path: '/metrics',
      id: 'readMetrics',
      tag: 'Health',
      summary: "The process's metrics, in Prometheus' text format",
      answer: z.string(),
      answerType: 'text/plain',
      async handle() {
        const { contentType, body } = await metrics.scrape();
        return new Response(body, { headers: { 'content-type': contentType } });
      },
    }),
  ];
}
