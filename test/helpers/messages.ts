import { campaignEventOf, type EventDetails } from '../../src/contract/campaign-event-of.ts';
import type { CampaignEvent, MessageRecord } from '../../src/contract/campaign-event.ts';
import type { SendMessageInput } from '../../src/contract/message.ts';

/** An SMS as the intake makes it. */
export function sampleMessage(overrides: Partial<SendMessageInput> = {}): SendMessageInput {
  return {
    projectId: 'shop',
    messageId: 'm-1',
    integrationId: 'sinch-eu',
    servicePlanId: 'plan-1',
    recipient: '4915112345678',
    sender: 'Shop',
    content: { kind: 'sms', text: 'Hello' },
    maxParts: 10,
    estimatedPartCount: 1,
    priority: 3,
    campaign: { campaignId: 'welcome', campaignName: 'Welcome', customerIds: { registered: 'ada' } },
    country: 'DE',
    reportsExpected: true,
    requestedAt: '2026-11-20T10:00:00.000Z',
    expiresAt: '2026-11-23T10:00:00.000Z',
    ...overrides,
  };
}

/** An event of the message, at a fixed time unless given. */
export function sampleEvent(
  message: SendMessageInput,
  details: Partial<EventDetails> & Pick<EventDetails, 'status'>,
): CampaignEvent {
  return campaignEventOf(message, { at: '2026-11-20T10:00:01.234Z', ...details });
}

/** What the message's workflow writes. */
export function sampleRecord(message: SendMessageInput, parts: Partial<MessageRecord> = {}): MessageRecord {
  return { projectId: message.projectId, messageId: message.messageId, events: [], lateReports: [], ...parts };
}
