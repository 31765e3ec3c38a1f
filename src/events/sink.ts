import type { AdmissionStatus, CampaignEvent, FinalStatus, MessageRecord } from '../contract/campaign-event.ts';
import type { MessageKey } from '../contract/identity.ts';

/** What is recorded of a message. */
export interface RecordedMessage extends MessageKey {
  integrationId: string;
  admission?: AdmissionStatus;
  final?: FinalStatus;
}

/** A place campaign events are written. Implement it to keep them in a store of your own. */
export interface CampaignEventSink {
  /**
   * Writes what is settled about a message. May be called again with the same record, also at the same time: an event's
   * key is (projectId, messageId, phase), and writing it twice must be writing it once. A second event of the same key
   * with another status must not overwrite the first.
   * @param signal ends the wait; the write may have happened all the same.
   * @throws where nothing is known to be written: the caller tries again. An error with `code: 'store_refused'` says that
   * this record alone is to blame, so that the store does not count as away.
   */
  record(record: MessageRecord, signal?: AbortSignal): Promise<void>;

  /**
   * The message's admission event, where the store can be asked: our own note of acceptance settles a send of unknown
   * outcome without asking Sinch. Leave it out where the store is write-only.
   */
  admission?(key: MessageKey, signal?: AbortSignal): Promise<CampaignEvent | undefined>;

  /**
   * Those of the messages that have an event, in any order. A sweep asks it of every page of reports, and leaves the
   * messages alone that have ended. Leave it out where the store is write-only: every report is then handed to its
   * message, which knows what it has.
   * @param keys 1 to 100
   */
  recorded?(keys: readonly MessageKey[], signal?: AbortSignal): Promise<RecordedMessage[]>;
}
