import type { EventDetails } from '../../src/contract/campaign-event-of.ts';
import type { SendMessageInput } from '../../src/contract/message.ts';
import type { Database } from '../../src/db/index.ts';
import { createSqlSink } from '../../src/events/index.ts';
import { createRegister } from '../../src/register/index.ts';
import { sampleEvent, sampleMessage, sampleRecord } from '../helpers/messages.ts';

type Details = Partial<EventDetails> & Pick<EventDetails, 'status'>;

/** Writes messages of a project in a few words, through the register and the sink as the product does. */
export interface CampaignBooks {
  /** A message of a number of its own. */
  message(overrides?: Partial<SendMessageInput>): SendMessageInput;
  /** Registers it to be sent. */
  request(message: SendMessageInput): Promise<void>;
  /** Registers it as refused, with its event. */
  refuse(message: SendMessageInput, details?: Partial<EventDetails>): Promise<void>;
  /** Registers it as skipped. */
  skip(message: SendMessageInput): Promise<void>;
  /** Writes what its workflow would, in one go. */
  record(message: SendMessageInput, ...events: Details[]): Promise<void>;
  cancel(message: SendMessageInput): Promise<void>;
  markStarted(message: SendMessageInput): Promise<void>;
  /** Registers it and records its events. */
  send(overrides: Partial<SendMessageInput>, ...events: Details[]): Promise<SendMessageInput>;
}

export function campaignBooks(database: Database, projectId: string, campaignId = 'welcome'): CampaignBooks {
  const register = createRegister<object>(database);
  const sink = createSqlSink(database);
  let count = 0;
  const detailsOf = (message: SendMessageInput) => ({
    projectId: message.projectId,
    messageId: message.messageId,
    requestedAt: message.requestedAt,
    contentHash: 'x',
    answer: {},
    recipient: message.recipient,
    reportsExpected: message.reportsExpected,
    ...(message.country === undefined ? {} : { country: message.country }),
    ...(message.campaign.campaignId === undefined ? {} : { campaignId: message.campaign.campaignId }),
  });
  const books: CampaignBooks = {
    message: (overrides = {}) => {
      count += 1;
      const campaign = { campaignId, campaignName: 'Welcome' };
      return sampleMessage({ projectId, messageId: `${campaignId}-${count}`, campaign, ...overrides });
    },
    request: async (message) => {
      await register.register({ ...detailsOf(message), disposition: 'send', input: message });
    },
    refuse: async (message, details) => {
      const event = sampleEvent(message, { error: 'impossible_number', ...details, status: 'enqueue_failed' });
      await register.register({ ...detailsOf(message), disposition: 'enqueue_failed', event });
    },
    skip: async (message) => {
      await register.register({ ...detailsOf(message), disposition: 'skipped', skipReason: 'no_recipient' });
    },
    record: async (message, ...events) =>
      sink.record(sampleRecord(message, { events: events.map((details) => sampleEvent(message, details)) })),
    cancel: async (message) =>
      sink.record(sampleRecord(message, { skipped: { reason: 'cancelled', at: message.requestedAt } })),
    markStarted: async (message) => register.markStarted([message]),
    send: async (overrides, ...events) => {
      const message = books.message(overrides);
      await books.request(message);
      for (const event of events) await books.record(message, event);
      return message;
    },
  };
  return books;
}
