import type { CampaignEvent, SkipReason } from '../contract/campaign-event.ts';
import type { MessageKey } from '../contract/identity.ts';
import type { MessagePhase } from '../contract/message-outcome.ts';
import type { SendMessageInput } from '../contract/message.ts';
import type { Msisdn, NumberSpellings } from '../contract/msisdn.ts';

/** What is known of a request whatever is to become of it. */
export interface RequestDetails<Answer> extends MessageKey {
  /** Equal for a repeated request, different for another one: see `contentHashOf`. */
  contentHash: string;
  /** What the request is answered; plain JSON. A repeat gets the same. */
  answer: Answer;
  campaignId?: string;
  /** Absent where the request was refused before one was chosen. */
  integrationId?: string;
  /** Absent where the request had none that is a number. */
  recipient?: Msisdn;
  country?: string;
  reportsExpected: boolean;
  /** ISO 8601 */
  requestedAt: string;
}

/** What is to become of a request. */
export type RequestDisposition =
  | { disposition: 'send'; input: SendMessageInput }
  | { disposition: 'skipped'; skipReason: SkipReason }
  /** It can never be sent. The event, `enqueue_failed` of the same message, is written together with the row. */
  | { disposition: 'enqueue_failed'; event: CampaignEvent };

/** A request as it is registered. */
export type RegisterEntry<Answer> = RequestDetails<Answer> & RequestDisposition;

/** What registering came to. */
export type Registration<Answer> =
  | { registered: true }
  /** The id is taken: by the same request, which gets the answer it got, or by another one. */
  | { registered: false; same: boolean; answer: Answer };

/** A request as the register holds it. */
export interface RegisteredMessage<Answer> extends RequestDetails<Answer> {
  disposition: RequestDisposition['disposition'];
  skipReason?: SkipReason;
  /** The workflow's input; absent where nothing was to be sent. */
  input?: SendMessageInput;
  /** ISO 8601: when the workflow's start was confirmed. */
  startedAt?: string;
  /** ISO 8601 */
  skippedAt?: string;
  /** ISO 8601: when what identified the person was taken out of it; `input` and `recipient` are gone since. */
  erasedAt?: string;
}

/** What is recorded of a message. An undecided one waits to be sent: only its workflow knows more. */
export type ListedStatus = Exclude<MessagePhase, 'undecided'>;

/** Which requests to list, latest first. */
export interface ListQuery {
  projectId: string;
  campaignId?: string;
  integrationId?: string;
  disposition?: RequestDisposition['disposition'];
  status?: ListedStatus;
  /** Went to this number, or was refused for a spelling of it. */
  recipient?: NumberSpellings;
  /** ISO 8601: at this time or later. */
  requestedSince?: string;
  /** ISO 8601: before this time. */
  requestedUntil?: string;
  /** 1 to 1,000 */
  limit: number;
  /** `nextCursor` of the page before. */
  cursor?: string;
}

/** A request in a list, and what is recorded of its message. */
export interface ListedMessage<Answer> extends RegisteredMessage<Answer> {
  status: ListedStatus;
}

/** A page of requests. */
export interface MessagePage<Answer> {
  messages: ListedMessage<Answer>[];
  /** Absent on the last page. */
  nextCursor?: string;
}

/**
 * The register of requests: one row a message, the authority for duplicates and for what was asked for. Every method
 * throws `StoreError` where the database fails.
 */
export interface MessageRegister<Answer> {
  /**
   * Whether a request is the one that is held.
   * @param held the `contentHash` of a registered message; of an erased one it is a fingerprint that only its key tells
   */
  isSame(contentHash: string, held: string): boolean;
  /**
   * Takes the message's id if it is free. When this resolves, the row is durable.
   * @throws TypeError when the entry's event is not its own `enqueue_failed`
   */
  register(entry: RegisterEntry<Answer>): Promise<Registration<Answer>>;
  /** The same for many in few statements. One result each, in their order: an entry that fails does so alone. */
  registerMany(entries: readonly RegisterEntry<Answer>[]): Promise<PromiseSettledResult<Registration<Answer>>[]>;
  /** Notes that the workflows are there, so that the sweeper leaves them alone. */
  markStarted(keys: readonly MessageKey[]): Promise<void>;
  /**
   * Messages to send that were requested before `olderThan` (ISO 8601) and are not known to be started, oldest first. One
   * that has an event was started, whether or not that was noted: Temporal forgets ids after its retention, so it would
   * be sent a second time.
   * @param query `after` continues behind a message of an earlier answer.
   */
  unstarted(query: {
    olderThan: string;
    limit: number;
    after?: Pick<SendMessageInput, 'projectId' | 'messageId' | 'requestedAt'>;
  }): Promise<SendMessageInput[]>;
  /** How many messages `unstarted` would find in all. */
  countUnstarted(olderThan: string): Promise<number>;
  find(key: MessageKey): Promise<RegisteredMessage<Answer> | undefined>;
  /** Those of the messages that are registered, in no order. */
  findMany(keys: readonly MessageKey[]): Promise<RegisteredMessage<Answer>[]>;
  /** @throws CursorError for a cursor that no page gave */
  list(query: ListQuery): Promise<MessagePage<Answer>>;
}
