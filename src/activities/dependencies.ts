import type { CampaignEventSink } from '../events/index.ts';
import type { Integration, Settings } from '../settings/index.ts';
import type { SinchClient } from '../sinch/index.ts';

/** Where the activities report what a person has to know. Values never hold a text, a token or a whole number. */
export interface ActivityLog {
  warn(message: string, context: Record<string, unknown>): void;
}

/** What the activities act on. Interfaces only: who implements them is the composition's business. */
export interface ActivityDependencies {
  settings: Settings;
  events: CampaignEventSink;
  /** The client for an integration as it is now, so that a changed token holds at once. */
  sinch(integration: Integration): SinchClient;
  log: ActivityLog;
}
