import type { MessageRecord } from './campaign-event.ts';
import type { ExportBatchResult } from './export.ts';
import type { SendMessageInput } from './message.ts';
import type { ProbeOutcome } from './plan-hold.ts';
import type { FindOutcome, Refusal, ReportOutcome, SendOutcome } from './send-outcome.ts';
import type { SweepCounts, SweepReportsInput } from './sweep.ts';

/** On the plan's queue, whose rate the server limits. */
export interface SendActivities {
  /**
   * One attempt to hand the message to Sinch; returns what it saw and throws only for defects.
   * @param isResend whether Sinch may have the message from an earlier attempt: it is looked for once more, since the
   * attempt may have waited in the queue. @default false
   */
  send(message: SendMessageInput, isResend?: boolean): Promise<SendOutcome>;
}

/** On the workflow's own queue: none of these takes a send slot of the plan. */
export interface MessageActivities {
  /** One look for a message of unknown outcome: at our own note of acceptance, then at Sinch. */
  findMessage(message: SendMessageInput): Promise<FindOutcome>;
  /** One look at Sinch for the final report of an accepted message; `null` where the batch's id is not known. */
  findReport(message: SendMessageInput, batchId: string | null): Promise<ReportOutcome>;
  /** Asks Sinch to cancel the message's batch; `null` where its id is not known. */
  cancelBatch(message: SendMessageInput, batchId: string | null): Promise<void>;
  /** Writes what is settled; may run more than once for the same record. */
  recordCampaignEvents(record: MessageRecord): Promise<void>;
}

/** What a hold does, and what is asked of it; on the workflow's own queue. */
export interface PlanActivities {
  /** Stops the plan's send queue. */
  stopPlan(servicePlanId: string): Promise<void>;
  /** Gives the plan's send queue its throughput back. */
  resumePlan(servicePlanId: string): Promise<void>;
  /** Asks Sinch whether what refused the plan with `refusal` still holds; sends nothing. */
  probePlan(servicePlanId: string, refusal: Refusal): Promise<ProbeOutcome>;
  /** Why the plan is held; `null` where it is not. */
  planRefusal(servicePlanId: string): Promise<Refusal | null>;
}

/** On the queue of the workers that export; only with an exporter. */
export interface ExportActivities {
  /** Sends the oldest campaign events of the project that have not left yet, in one batch, and notes what became of each. */
  exportBatch(projectId: string): Promise<ExportBatchResult>;
}

/** On the workflow's own queue. */
export interface SweepActivities {
  /** Reads a plan's finished reports at Sinch and hands those to their messages that these have not got. */
  sweepReports(input: SweepReportsInput): Promise<SweepCounts>;
}
