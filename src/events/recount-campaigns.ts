import { sql } from 'drizzle-orm';
import { asStoreErrors, type Database } from '../db/index.ts';

/**
 * Makes the counts that evaluations read anew from messages and events: those of one campaign, or of all campaigns of a
 * project. Needed only after rows were changed by hand or restored from a copy. Whoever writes messages or events waits
 * meanwhile.
 * @throws StoreError
 */
export async function recountCampaigns(
  { orm }: Pick<Database, 'orm'>,
  { projectId, campaignId }: { projectId: string; campaignId?: string },
): Promise<void> {
  await asStoreErrors('Counting a campaign anew', async () =>
    orm.execute(sql`select recount_campaigns(${projectId}, ${campaignId ?? null}::text)`),
  );
}
