import type { MessageRecord } from './campaign-event.ts';
import type { ExportBatchResult } from './export.ts';
import type { SendMessageInput } from './message.ts';
import type { FindOutcome, SendOutcome } from './send-outcome.ts';

/** On the plan's queue, whose rate the server limits. */
export interface SendActivities {
  /** One attempt to hand the message to Sinch; returns what it saw and throws only for defects. */
  send(message: SendMessageInput): Promise<SendOutcome>;
}

/** On the workflow's own queue: none of these takes a send slot of the plan. */
export interface MessageActivities {
  /** One look for a message of unknown outcome: at our own note of acceptance, then at Sinch. */
  findMessage(message: SendMessageInput): Promise<FindOutcome>;
  /** Asks Sinch to cancel the message's batch; `null` where its id is not known. */
  cancelBatch(message: SendMessageInput, batchId: string | null): Promise<void>;
  /** Writes what is settled; may run more than once for the same record. */
  recordCampaignEvents(record: MessageRecord): Promise<void>;
}

/** On the queue of the workers that export; only with an exporter. */
export interface ExportActivities {
  /** Sends the oldest campaign events of the project that have not left yet, in one batch, and notes what became of each. */
  exportBatch(projectId: string): Promise<ExportBatchResult>;
}
