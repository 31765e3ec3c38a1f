import { z } from '@hono/zod-openapi';
import { explainCode } from '../../codes/index.ts';
import type { CampaignEvaluation } from '../../events/index.ts';
import { type ApiRoute, apiRoute } from '../api-route.ts';
import type { AppDeps } from '../app-deps.ts';
import {
  campaignCheckSchema,
  campaignCheckView,
  campaignListSchema,
  campaignListView,
  campaignSchema,
  campaignView,
  type ExplainCode,
} from '../campaign-view.ts';
import { cursor, pageQuery, pageQueryOf } from '../paging.ts';
import { Problem } from '../problem.ts';
import { projectOf } from '../project-of.ts';

/** One page of a check: many questions to Temporal. Below the deadline of our own command line. */
const CHECK_DEADLINE_MS = 9_000;

const explain: ExplainCode = ({ kind, statusCode, error }) => {
  const code = kind === 'error' ? error : statusCode;
  return code === undefined
    ? undefined
    : explainCode(kind === 'delivery_report' ? 'delivery-report' : kind, code)?.meaning;
};

type Deps = Pick<AppDeps, 'settings' | 'readCampaign' | 'listCampaigns' | 'ledgerCheck'>;

/** What became of campaigns. */
export function campaignRoutes({ settings, readCampaign, listCampaigns, ledgerCheck }: Deps): ApiRoute[] {
  async function campaignOf(params: { projectId: string; campaignId: string }): Promise<CampaignEvaluation> {
    const { projectId } = await projectOf(settings, params.projectId);
    const found = await readCampaign({ projectId, campaignId: params.campaignId });
    if (found) return found;
    throw new Problem(
      'unknown_campaign',
      `Project ${projectId} has no message of this campaign; ids are case-sensitive`,
    );
  }

  return [
    apiRoute({
      access: 'viewer',
      method: 'get',
      path: '/v1/projects/{projectId}/campaigns',
      id: 'listCampaigns',
      tag: 'Campaigns',
      summary: 'List campaigns, those that began latest first',
      query: pageQuery,
      answer: campaignListSchema,
      async handle({ params, query }) {
        const { projectId } = await projectOf(settings, params.projectId);
        return campaignListView(await listCampaigns({ projectId, ...pageQueryOf(query) }));
      },
    }),
    apiRoute({
      access: 'viewer',
      method: 'get',
      path: '/v1/projects/{projectId}/campaigns/{campaignId}',
      id: 'readCampaign',
      tag: 'Campaigns',
      summary: 'Evaluate a campaign: counts, rates, countries, senders, codes, delivery times',
      answer: campaignSchema,
      problems: ['unknown_campaign'],
      async handle({ params }) {
        return campaignView(params.projectId, await campaignOf(params), explain);
      },
    }),
    apiRoute({
      access: 'viewer',
      method: 'get',
      path: '/v1/projects/{projectId}/campaigns/{campaignId}/check',
      id: 'checkCampaign',
      tag: 'Campaigns',
      summary: "Check a campaign's ledger against what Temporal knows, page by page",
      query: z.object({ cursor }),
      answer: campaignCheckSchema,
      problems: ['search_attributes_missing'],
      deadlineMs: CHECK_DEADLINE_MS,
      async handle({ params, query: { cursor } }) {
        const { projectId } = await projectOf(settings, params.projectId);
        // Not only campaigns that the database knows: Temporal may have one that it does not.
        const { campaignId } = params;
        const page = { projectId, campaignId, ...(cursor === undefined ? {} : { cursor }) };
        return campaignCheckView(await ledgerCheck.page(page));
      },
    }),
  ];
}
