import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import {
  asStoreErrors,
  campaignCounts,
  campaigns,
  cursorOf,
  type Database,
  messages,
  parseCursor,
} from '../db/index.ts';
import { countedOf, sums } from './counted.ts';
import type { CampaignSummary } from './evaluation.ts';

/** Which campaigns to list: those that began latest come first. */
export interface CampaignsQuery {
  projectId: string;
  /** 1 to 1,000 */
  limit: number;
  /** `nextCursor` of the page before. */
  cursor?: string;
}

/** A page of campaigns. */
export interface CampaignPage {
  campaigns: CampaignSummary[];
  /** Absent on the last page. */
  nextCursor?: string;
}

/** The name that the latest message of a row of `campaigns` gives it, or else its first. */
export const campaignName: SQL<string | null> = sql<string | null>`coalesce((
  select latest.input -> 'campaign' ->> 'campaignName' from ${messages} latest
  where latest.project_id = campaigns.project_id and latest.campaign_id = campaigns.campaign_id
  order by latest.requested_at desc, latest.message_id desc limit 1
), campaigns.name)`;

/**
 * The campaigns of a project with what became of their messages.
 * @throws StoreError; CursorError for a cursor that no page gave
 */
export async function listCampaigns(
  { orm }: Pick<Database, 'orm'>,
  { projectId, limit, cursor }: CampaignsQuery,
): Promise<CampaignPage> {
  const [afterTime, afterId] = cursor === undefined ? [] : parseCursor(cursor, 2);
  const { campaignId, startedAt } = campaigns;
  const page = orm
    .select({ projectId: campaigns.projectId, campaignId, startedAt, name: campaigns.name })
    .from(campaigns)
    .where(
      and(
        eq(campaigns.projectId, projectId),
        afterTime === undefined
          ? undefined
          : sql`(${startedAt}, ${campaignId}) < (${sql.param(afterTime, startedAt)}, ${afterId})`,
      ),
    )
    .orderBy(desc(startedAt), desc(campaignId))
    // One more than asked for tells whether there is another page.
    .limit(limit + 1)
    .as('campaigns');
  const rows = await asStoreErrors('Listing campaigns', async () =>
    orm
      .select({
        campaignId: page.campaignId,
        startedAt: page.startedAt,
        name: campaignName,
        firstEventAt: sql<string | null>`min(${campaignCounts.firstEventAt})`,
        lastEventAt: sql<string | null>`max(${campaignCounts.lastEventAt})`,
        ...sums,
      })
      .from(page)
      .innerJoin(
        campaignCounts,
        and(
          eq(campaignCounts.projectId, page.projectId),
          eq(campaignCounts.campaignId, page.campaignId),
          eq(campaignCounts.dimension, 'all'),
        ),
      )
      .groupBy(page.projectId, page.campaignId, page.startedAt, page.name)
      .orderBy(desc(page.startedAt), desc(page.campaignId)),
  );
  const listed = rows.slice(0, limit).map(({ campaignId, startedAt, name, firstEventAt, lastEventAt, ...counted }) => ({
    campaignId,
    ...(name === null ? {} : { name }),
    startedAt,
    ...(firstEventAt === null || lastEventAt === null
      ? {}
      : { firstEventAt: new Date(firstEventAt).toISOString(), lastEventAt: new Date(lastEventAt).toISOString() }),
    ...countedOf(counted),
  }));
  const last = listed.at(-1);
  return {
    campaigns: listed,
    ...(rows.length > limit && last ? { nextCursor: cursorOf([last.startedAt, last.campaignId]) } : {}),
  };
}
