import type { CampaignEvent, MessageRecord } from '../contract/campaign-event.ts';
import type { MessageOutcome, MessageStatus } from '../contract/message-outcome.ts';
import type { SendMessageInput } from '../contract/message.ts';
import { campaignEventOf } from '../contract/campaign-event-of.ts';
import { explainMessage } from './explain-message.ts';
import { admissionOf, type MessageEnd, type MessageState, nextStep } from './message-state.ts';

/** What is to be written when the message has ended: its events that the store does not have yet, and what came late. */
export function recordOf(message: SendMessageInput, state: MessageState, end: MessageEnd): MessageRecord {
  const { projectId, messageId } = message;
  const { status, skipReason, ...details } = end;
  const batch = state.batchId === undefined ? {} : { batchId: state.batchId };
  const events: CampaignEvent[] = [];
  const { lateReports, decisions } = state;
  const rest = { lateReports, ...(decisions.length === 0 ? {} : { unknownOutcomes: decisions }) };
  if (status === 'skipped') {
    return {
      projectId,
      messageId,
      events,
      ...rest,
      skipped: { reason: skipReason ?? 'cancelled', at: end.at },
    };
  }
  if (admissionOf(state) === 'enqueued' && !state.enqueuedRecorded) {
    events.push(campaignEventOf(message, { status: 'enqueued', at: state.acceptedAt ?? end.at, ...batch }));
  }
  events.push(campaignEventOf(message, { status, ...details, ...batch }));
  return { projectId, messageId, events, ...rest };
}

/** What is to be written of an unknown outcome before the message ends, for which it may take days. */
export function decisionsRecordOf(
  { projectId, messageId }: SendMessageInput,
  { decisions }: MessageState,
): MessageRecord {
  return { projectId, messageId, events: [], lateReports: [], unknownOutcomes: decisions };
}

/** The workflow's result. */
export function outcomeOf(state: MessageState, end: MessageEnd): MessageOutcome {
  return {
    ...end,
    ...(state.acceptedAt === undefined ? {} : { acceptedAt: state.acceptedAt }),
    ...(state.batchId === undefined ? {} : { batchId: state.batchId }),
    attempts: state.attempts,
  };
}

/** The answer of the `messageStatus` query. */
export function statusOf(message: SendMessageInput, state: MessageState, now: number): MessageStatus {
  const step = nextStep(message, state, now);
  return {
    phase: state.phase,
    explanation: explainMessage(message, state),
    attempts: state.attempts,
    ...(state.acceptedAt === undefined ? {} : { acceptedAt: state.acceptedAt }),
    ...(state.batchId === undefined ? {} : { batchId: state.batchId }),
    ...(step.do === 'wait' ? { waitsUntil: new Date(step.until).toISOString() } : {}),
    ...(state.lastReportStatus === undefined ? {} : { lastReportStatus: state.lastReportStatus }),
    ignoredReports: state.ignoredReports,
    cancelRequested: state.cancelRequested,
  };
}
