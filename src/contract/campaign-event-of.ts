import type { CampaignEvent, CampaignEventStatus } from './campaign-event.ts';
import type { SendMessageInput } from './message.ts';
import type { Refusal } from './send-outcome.ts';

/** What an event says beyond what the message itself says. */
export interface EventDetails extends Refusal {
  status: CampaignEventStatus;
  /** ISO 8601 */
  at: string;
  batchId?: string;
  /** Sinch's own count; without it the event carries ours, marked as estimated. */
  partCount?: number;
}

/** The campaign event of a message: every writer of events makes them here, so that they all look alike. */
export function campaignEventOf(message: SendMessageInput, details: EventDetails): CampaignEvent {
  const { partCount, ...rest } = details;
  const estimated = message.estimatedPartCount;
  return {
    projectId: message.projectId,
    messageId: message.messageId,
    phase: details.status === 'enqueued' || details.status === 'enqueue_failed' ? 'admission' : 'final',
    integrationId: message.integrationId,
    kind: message.content.kind,
    recipient: message.recipient,
    ...(message.sender === undefined ? {} : { sender: message.sender }),
    ...(message.country === undefined ? {} : { country: message.country }),
    reportsExpected: message.reportsExpected,
    campaign: message.campaign,
    ...rest,
    ...(partCount !== undefined
      ? { partCount, partCountEstimated: false }
      : estimated !== undefined
        ? { partCount: estimated, partCountEstimated: true }
        : {}),
  };
}
