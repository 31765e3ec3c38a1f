import type { CampaignEvent } from '../contract/campaign-event.ts';
import type { Log } from '../contract/log.ts';
import type { CampaignEventSink } from '../events/index.ts';
import type { Integration, Settings } from '../settings/index.ts';
import type { SinchClient } from '../sinch/index.ts';

/** What the activities act on. Interfaces only: who implements them is the composition's business. */
export interface ActivityDependencies {
  settings: Settings;
  events: CampaignEventSink;
  /** The client for an integration as it is now, so that a changed token holds at once. */
  sinch: (integration: Integration) => SinchClient;
  log: Log;
  /**
   * Why a message ended as its final event says: the event's comment where its report brings none. It must give the same
   * for the same event, which may be written again.
   * @default none: such events stay without a comment
   */
  explainEnd?: (event: CampaignEvent) => string;
}
