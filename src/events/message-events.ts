import { asc } from 'drizzle-orm';
import type { CampaignEvent } from '../contract/campaign-event.ts';
import type { MessageKey } from '../contract/identity.ts';
import { asStoreErrors, campaignEvents, contradictedEvents, type Database, isOneOf, lateReports } from '../db/index.ts';
import { eventOf } from './campaign-event-row.ts';
import { type KeptLateReport, keptLateReportOf } from './late-report-row.ts';

/** Everything that is recorded about one message. */
export interface MessageEvents {
  /** At most the admission and the final event, in this order. */
  events: CampaignEvent[];
  /** Events that say something else than the one recorded first. */
  contradicted: CampaignEvent[];
  lateReports: KeptLateReport[];
}

/** @throws StoreError */
export async function readMessageEvents({ orm }: Pick<Database, 'orm'>, key: MessageKey): Promise<MessageEvents> {
  return asStoreErrors('Reading the events of a message', async () => {
    const [events, contradicted, late] = await Promise.all([
      orm
        .select()
        .from(campaignEvents)
        .where(isOneOf(campaignEvents, [key]))
        .orderBy(asc(campaignEvents.phase)),
      orm
        .select({ event: contradictedEvents.event })
        .from(contradictedEvents)
        .where(isOneOf(contradictedEvents, [key]))
        .orderBy(asc(contradictedEvents.recordedAt)),
      orm
        .select()
        .from(lateReports)
        .where(isOneOf(lateReports, [key]))
        .orderBy(asc(lateReports.receivedAt)),
    ]);
    return {
      events: events.map(eventOf),
      contradicted: contradicted.map(({ event }) => event),
      lateReports: late.map(keptLateReportOf),
    };
  });
}
