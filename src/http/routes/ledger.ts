import { z } from '@hono/zod-openapi';
import { type ApiRoute, apiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';
import { messageFilters } from '../message-list.ts';
import { projectOf } from '../project-of.ts';

const count = z.number().int();

const ledger = z
  .object({
    requested: count,
    skipped: count,
    waitingToSend: count,
    enqueued: count,
    enqueueFailed: count,
    waitingForReport: count,
    delivered: count,
    rejected: count,
    failed: count,
    timeout: count,
    faults: z.object({
      eventWithoutRequest: count,
      finalWithoutEnqueued: count,
      skippedWithEvent: count,
      refusedWithoutEvent: count,
    }),
    unknownOutcomes: z
      .object({ resent: count, held: count, heldStill: count })
      .openapi({ description: 'Messages whose send got no clear answer, by what was decided; counted above too.' }),
    balanced: z.boolean(),
  })
  .openapi('Ledger');

/** Whether the books of a project balance. */
export function ledgerRoutes({ settings, readLedger }: Pick<AppDeps, 'settings' | 'readLedger'>): ApiRoute[] {
  return [
    apiRoute({
      access: 'viewer',
      method: 'get',
      path: '/v1/projects/{projectId}/ledger',
      id: 'readLedger',
      tag: 'Messages',
      summary: 'Count what became of the requests of a project, or of one campaign',
      query: z.object({ campaignId: messageFilters.campaignId }),
      answer: ledger,
      async handle({ params, query: { campaignId } }) {
        const { projectId } = await projectOf(settings, params.projectId);
        return readLedger({ projectId, ...(campaignId === undefined ? {} : { campaignId }) });
      },
    }),
  ];
}
