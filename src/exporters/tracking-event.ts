/** A campaign event as the engagement platform's tracking API takes it (its reference, "Add event" and "Batch commands"). */
import type { CampaignEvent } from '../contract/campaign-event.ts';

/** One command of a batch. */
export interface TrackingCommand {
  name: 'customers/events';
  /** Comes back with the command's result. */
  command_id: string;
  data: {
    customer_ids: Record<string, string>;
    event_type: string;
    /** Seconds since 1970, with the milliseconds behind the point. */
    timestamp: number;
    properties: Record<string, string | number>;
  };
}

/** An event that is to leave. */
export interface OutgoingEvent {
  /** `{projectId}/{messageId}/{phase}`: the same however often the event is sent. */
  eventId: string;
  event: CampaignEvent;
  /** When the message's admission event happened, ISO 8601; absent where it has none. */
  admittedAt?: string;
}

/** What holds for all events of a project. */
export interface EventMapping {
  /** Name of the event at the platform. */
  eventName: string;
  /** Names of statuses at the platform, where they differ from ours. */
  statusNames: Readonly<Record<string, string>>;
}

/** What is to become of an event. */
export type Departure =
  | { kind: 'leaves'; command: TrackingCommand }
  /** Not for the platform: it has no status for it. */
  | { kind: 'left_out' }
  | { kind: 'refused'; reason: typeof NO_CUSTOMER_IDS };

/** Why an event can go to no customer at the platform: the request of its message named none. */
export const NO_CUSTOMER_IDS = 'no_customer_ids';

/** Decides how an event leaves. */
export function departureOf({ eventId, event, admittedAt }: OutgoingEvent, mapping: EventMapping): Departure {
  const status = mapping.statusNames[event.status] ?? (event.status === 'timeout' ? undefined : event.status);
  if (status === undefined) return { kind: 'left_out' };
  const { customerIds = {}, ...campaign } = event.campaign;
  if (Object.keys(customerIds).length === 0) return { kind: 'refused', reason: NO_CUSTOMER_IDS };
  const properties = {
    campaign_id: campaign.campaignId,
    campaign_name: campaign.campaignName,
    action_id: campaign.actionId,
    action_name: campaign.actionName,
    // MMS too: the platform knows no other.
    action_type: 'sms',
    campaign_policy: campaign.campaignPolicy,
    consent_category: campaign.consentCategory,
    language: campaign.language,
    recipient: `+${event.recipient}`,
    sent_timestamp: admittedAt === undefined ? undefined : secondsOf(admittedAt),
    status,
    number_of_message_parts: event.partCount,
    status_code: event.statusCode,
    error: event.error,
    comment: event.comment,
    event_id: eventId,
  };
  return {
    kind: 'leaves',
    command: {
      name: 'customers/events',
      command_id: eventId,
      data: {
        customer_ids: customerIds,
        event_type: mapping.eventName,
        timestamp: secondsOf(event.at),
        properties: present(properties),
      },
    },
  };
}

function secondsOf(time: string): number {
  return Date.parse(time) / 1000;
}

function present(properties: Record<string, string | number | undefined>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(properties).filter((entry): entry is [string, string | number] => entry[1] !== undefined),
  );
}
