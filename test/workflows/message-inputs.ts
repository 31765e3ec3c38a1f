import type { DeliveryReport } from '../../src/contract/delivery-report.ts';
import type { SendMessageInput } from '../../src/contract/message.ts';
import type { FindOutcome, ReportOutcome, SendOutcome } from '../../src/contract/send-outcome.ts';
import {
  type MessageInput,
  type MessageState,
  newMessageState,
  nextStep,
  reduceMessage,
} from '../../src/workflows/message-state.ts';
import { sampleMessage } from '../helpers/messages.ts';

/** When the sample messages are requested. */
export const START = Date.parse('2026-11-20T10:00:00.000Z');

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const message = sampleMessage();
/** To a country whose operators send no delivery reports. */
export const withoutReports = sampleMessage({ country: 'ZA', reportsExpected: false });

/** The time so long after the request, as events carry it. */
export function isoAt(ms: number): string {
  return new Date(START + ms).toISOString();
}

/** A report of the message's own integration. */
export function reportOf(status: string, overrides: Partial<DeliveryReport> = {}): DeliveryReport {
  return { integrationId: message.integrationId, status, at: isoAt(MINUTE), ...overrides };
}

/** What can happen, each at a time counted from the request. */
export const queued = (ms = 0): MessageInput => ({ type: 'send_queued', at: START + ms });
export const sent = (outcome: SendOutcome, ms = SECOND, jitter = 0): MessageInput => ({
  type: 'send_ended',
  outcome,
  at: START + ms,
  jitter,
});
export const looked = (outcome: FindOutcome, ms: number): MessageInput => ({ type: 'looked', outcome, at: START + ms });
export const lookedForReport = (outcome: ReportOutcome = { kind: 'none' }, ms = 4 * DAY + SECOND): MessageInput => ({
  type: 'looked_for_report',
  outcome,
  at: START + ms,
});
export const reported = (report: DeliveryReport, ms = MINUTE): MessageInput => ({
  type: 'report',
  report,
  at: START + ms,
});
export const cancelled = (ms = SECOND): MessageInput => ({ type: 'cancel', at: START + ms });
export const batchCancelSent = (ms = SECOND): MessageInput => ({ type: 'batch_cancel_sent', at: START + ms });
export const batchCancelFailed = (ms = 2 * SECOND): MessageInput => ({ type: 'batch_cancel_failed', at: START + ms });
export const time = (ms: number): MessageInput => ({ type: 'time', at: START + ms });

export const ACCEPTED = {
  kind: 'accepted',
  batchId: 'batch-1',
  at: isoAt(SECOND),
  recorded: true,
} satisfies SendOutcome;
export const UNKNOWN = {
  kind: 'unknown',
  statusCode: 500,
  error: 'internal',
  comment: 'Try later',
} satisfies SendOutcome;
export const NOT_ACCEPTED = { kind: 'not_accepted', statusCode: 503, comment: 'Unavailable' } satisfies SendOutcome;

/** Where a message stands after all this. */
export function stateAfter(of: SendMessageInput, ...inputs: MessageInput[]): MessageState {
  return inputs.reduce((state, input) => reduceMessage(of, state, input), newMessageState());
}

/** What it does then. */
export function stepAfter(of: SendMessageInput, ms: number, ...inputs: MessageInput[]): ReturnType<typeof nextStep> {
  return nextStep(of, stateAfter(of, ...inputs), START + ms);
}
