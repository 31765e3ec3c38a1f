import { and, eq, sql } from 'drizzle-orm';
import { asStoreErrors, campaignCounts, type Database } from '../db/index.ts';
import { countedOf, type Sums, sums } from './counted.ts';
import { type LedgerCounts, ledgerQuery } from './ledger.ts';
import { listOf } from './list-of.ts';

/**
 * Whether what evaluations read of a campaign is what its messages and events say. They part only where rows were changed
 * by hand or restored without their counts.
 * @throws StoreError
 */
export async function countsAgree(
  { orm }: Pick<Database, 'orm'>,
  { projectId, campaignId }: { projectId: string; campaignId: string },
): Promise<boolean> {
  const kept = orm
    .select(sums)
    .from(campaignCounts)
    .where(
      and(
        eq(campaignCounts.projectId, projectId),
        eq(campaignCounts.campaignId, campaignId),
        eq(campaignCounts.dimension, 'all'),
      ),
    );
  const [row] = await asStoreErrors('Comparing the counts of a campaign with its rows', async () =>
    orm
      .select({ kept: listOf<Sums>(kept), rows: listOf<LedgerCounts>(ledgerQuery(orm, { projectId, campaignId })) })
      .from(sql`(select 1) once`),
  );
  const [sumsKept, counted] = [row?.kept[0], row?.rows[0]];
  if (!sumsKept || !counted) throw new Error('Counting gives one row');
  const { counts } = countedOf(sumsKept);
  return (Object.keys(counts) as (keyof LedgerCounts)[]).every((name) => counts[name] === counted[name]);
}
