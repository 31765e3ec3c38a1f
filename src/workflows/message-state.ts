/**
 * The rules of one message, as a pure reducer: where it stands × what happened → where it stands now, and what to do
 * next. The workflow only carries that out, so every rule can be read and tested here without a server.
 *
 * Times are milliseconds of the workflow's clock, which tests and the demo may skip ahead of the wall clock.
 */
import type { AdmissionStatus, FinalStatus, LateReport, SkipReason } from '../contract/campaign-event.ts';
import { type DeliveryReport, meaningOfStatus } from '../contract/delivery-report.ts';
import type { MessagePhase } from '../contract/message-outcome.ts';
import { DEFAULT_REPORT_WINDOW_MS, DEFAULT_SETTLE_MS, type SendMessageInput } from '../contract/message.ts';
import type { FindOutcome, Refusal, SendOutcome } from '../contract/send-outcome.ts';
import { LEAST_LIFE_MS } from '../contract/send-timeouts.ts';

/** Longest pause between two sends that are known not to have been accepted. */
const LONGEST_BACKOFF_MS = 5 * 60_000;

/** Longest pause between two looks for a message whose outcome stays unknown. */
const LONGEST_LOOK_INTERVAL_MS = 6 * 3_600_000;

/** Why there is no delivery report, in the `error` of a `timeout`. */
type NoReportError = 'no_delivery_report' | 'no_delivery_report_expected' | 'no_receipt';

/** How a message ended. */
export interface MessageEnd extends Refusal {
  status: FinalStatus | 'enqueue_failed' | 'skipped';
  /** ISO 8601 */
  at: string;
  partCount?: number;
  skipReason?: SkipReason;
}

/** Everything known of a message. Plain JSON. */
export interface MessageState {
  phase: MessagePhase;
  /** Whether a send is queued or running: its result is still to come. */
  sending: boolean;
  /** Sends that left the queue. */
  attempts: number;
  /** No send before this time. */
  notBefore: number;
  /** The last answer that was no acceptance. */
  lastRefusal?: Refusal;
  /** Sends in a row that are known not to have been accepted. */
  refusals: number;
  /** When the outcome became unknown. */
  undecidedSince?: number;
  /** Looks made for the message since then. */
  looks: number;
  /** No look before this time. */
  lookAt: number;
  /** Absent after the settle time: only a report, or a later look, can prove it now. */
  held: boolean;
  /** ISO 8601: when Sinch took the message. */
  acceptedAt?: string;
  batchId?: string;
  /** Whether the store has the `enqueued` event already. */
  enqueuedRecorded: boolean;
  /** Until when a delivery report is waited for. */
  windowEndsAt?: number;
  cancelRequested: boolean;
  /** Whether Sinch is being asked to cancel the batch, or has been. */
  cancelSent: boolean;
  /** Whether Sinch could not be asked. */
  cancelFailed?: true;
  end?: MessageEnd;
  lateReports: LateReport[];
  lastReportStatus?: string;
  ignoredReports: number;
}

/** What can happen to a message. `at` is the workflow's time. */
export type MessageInput =
  | { type: 'send_queued'; at: number }
  /** `jitter` in [0, 1) spreads repeated sends. */
  | { type: 'send_ended'; outcome: SendOutcome; at: number; jitter: number }
  | { type: 'looked'; outcome: FindOutcome; at: number }
  | { type: 'report'; report: DeliveryReport; at: number }
  | { type: 'cancel'; at: number }
  | { type: 'batch_cancel_sent'; at: number }
  | { type: 'batch_cancel_failed'; at: number }
  /** A signal that is no report: sent by hand, and not by the webhook. */
  | { type: 'unreadable_report'; at: number }
  | { type: 'time'; at: number };

/** What the workflow does next. */
export type NextStep =
  | { do: 'send'; lifeLeftMs: number }
  | { do: 'look_up' }
  | { do: 'cancel_batch' }
  /** Wait for an input, at most until then. */
  | { do: 'wait'; until: number }
  | { do: 'close'; end: MessageEnd };

/** A message that has just been requested. */
export function newMessageState(): MessageState {
  return {
    phase: 'waiting_to_send',
    sending: false,
    attempts: 0,
    notBefore: 0,
    refusals: 0,
    looks: 0,
    lookAt: 0,
    held: false,
    enqueuedRecorded: false,
    cancelRequested: false,
    cancelSent: false,
    lateReports: [],
    ignoredReports: 0,
  };
}

/** Where the message stands after `input`. Never changes `state`; an ended message stays ended as it was. */
export function reduceMessage(message: SendMessageInput, state: MessageState, input: MessageInput): MessageState {
  switch (input.type) {
    case 'send_queued':
      return { ...state, sending: true };
    case 'send_ended':
      return afterSend(message, { ...state, sending: false }, input);
    case 'looked':
      return afterLook(message, state, input.outcome, input.at);
    case 'report':
      return afterReport(message, state, input.report, input.at);
    case 'cancel':
      return afterCancel(state, input.at);
    case 'batch_cancel_sent':
      return { ...state, cancelSent: true };
    case 'batch_cancel_failed':
      return { ...state, cancelFailed: true };
    case 'unreadable_report':
      return { ...state, ignoredReports: state.ignoredReports + 1 };
    case 'time':
      return afterTime(message, state, input.at);
  }
}

/** What to do in this state at time `now`. Time itself has to be put in first, as an input. */
export function nextStep(message: SendMessageInput, state: MessageState, now: number): NextStep {
  if (state.end) return { do: 'close', end: state.end };
  switch (state.phase) {
    case 'waiting_to_send':
      return now < state.notBefore
        ? { do: 'wait', until: Math.min(state.notBefore, lastSendAt(message)) }
        : { do: 'send', lifeLeftMs: Date.parse(message.expiresAt) - now };
    case 'undecided':
      return now < state.lookAt
        ? { do: 'wait', until: Math.min(state.lookAt, state.windowEndsAt ?? Infinity) }
        : { do: 'look_up' };
    default:
      return state.cancelRequested && !state.cancelSent
        ? { do: 'cancel_batch' }
        : { do: 'wait', until: state.windowEndsAt ?? now };
  }
}

/** Whether a send that is queued has lost its purpose: Sinch has the message already, or nobody wants it any more. */
export function sendIsObsolete(state: MessageState): boolean {
  return state.sending && (state.phase !== 'waiting_to_send' || state.cancelRequested);
}

function afterSend(
  message: SendMessageInput,
  state: MessageState,
  { outcome, at, jitter }: Extract<MessageInput, { type: 'send_ended' }>,
): MessageState {
  const tried = outcome.kind === 'not_dispatched' ? state : { ...state, attempts: state.attempts + 1 };
  if (tried.phase !== 'waiting_to_send') {
    // A report has proved the acceptance while the send was under way: only what the receipt adds is of use.
    if (outcome.kind !== 'accepted') return tried;
    return {
      ...tried,
      ...(tried.batchId === undefined && outcome.batchId !== undefined ? { batchId: outcome.batchId } : {}),
      enqueuedRecorded: tried.enqueuedRecorded || outcome.recorded,
      // What is recorded says when, and the outcome is to say the same.
      ...(outcome.recorded && !tried.enqueuedRecorded ? { acceptedAt: outcome.at } : {}),
    };
  }
  switch (outcome.kind) {
    case 'accepted':
      return accept(message, tried, outcome, at);
    case 'refused':
      return end(tried, { status: 'enqueue_failed', at: iso(at), ...refusalOf(outcome) });
    case 'unknown':
      return {
        ...tried,
        phase: 'undecided',
        undecidedSince: at,
        // From this send: no report can come of earlier ones, which are known not to have been accepted.
        windowEndsAt: at + windowOf(message),
        looks: 0,
        lookAt: at + lookInterval(0),
        held: false,
        lastRefusal: refusalOf(outcome),
      };
    case 'integration_fault':
    case 'not_accepted': {
      const refused = { ...tried, refusals: tried.refusals + 1, lastRefusal: refusalOf(outcome) };
      if (tried.cancelRequested) return skip(refused, at);
      const askedFor = outcome.kind === 'not_accepted' ? outcome.retryAfterMs : undefined;
      return { ...refused, notBefore: at + pauseAfter(refused.refusals, askedFor, jitter) };
    }
    case 'not_dispatched':
      return state.cancelRequested ? skip(state, at) : expire(state, at);
  }
}

function afterLook(message: SendMessageInput, state: MessageState, outcome: FindOutcome, at: number): MessageState {
  if (state.phase !== 'undecided') {
    const adopted = outcome.kind === 'found' && outcome.recorded && !state.enqueuedRecorded;
    return adopted ? { ...state, enqueuedRecorded: true } : state;
  }
  if (outcome.kind === 'found') return accept(message, state, outcome, at);
  const looks = state.looks + 1;
  const settled = at - (state.undecidedSince ?? at) >= (message.settleMs ?? DEFAULT_SETTLE_MS);
  return {
    ...state,
    looks,
    lookAt: at + lookInterval(looks),
    // A failed look is neither found nor absent, so it settles nothing.
    held: state.held || (outcome.kind === 'absent' && settled),
  };
}

function afterReport(message: SendMessageInput, state: MessageState, report: DeliveryReport, at: number): MessageState {
  if (report.integrationId !== message.integrationId) return { ...state, ignoredReports: state.ignoredReports + 1 };
  const meaning = meaningOfStatus(report.status);
  if (state.end) {
    const contradicts = meaning !== 'intermediate' && statusOfReport(meaning) !== state.end.status;
    if (!contradicts) return { ...state, ignoredReports: state.ignoredReports + 1 };
    const { projectId, messageId } = message;
    return {
      ...state,
      lateReports: [...state.lateReports, { projectId, messageId, report, reason: 'contradicts' }],
    };
  }
  // Sinch cannot report on what it has not taken, so any report proves the acceptance.
  const proof = {
    at: iso(Math.min(timeOf(report, at), at)),
    recorded: false,
    ...(report.batchId === undefined ? {} : { batchId: report.batchId }),
  };
  const accepted = state.phase === 'accepted' ? state : accept(message, state, proof, at);
  const shown = {
    ...accepted,
    ...(accepted.batchId === undefined && report.batchId !== undefined ? { batchId: report.batchId } : {}),
    lastReportStatus: report.status,
  };
  if (meaning === 'intermediate') {
    return state.phase === 'accepted' ? { ...shown, ignoredReports: state.ignoredReports + 1 } : shown;
  }
  return end(shown, {
    status: statusOfReport(meaning),
    at: iso(timeOf(report, at)),
    ...(report.statusCode === undefined ? {} : { statusCode: report.statusCode }),
    ...(report.partCount === undefined ? {} : { partCount: report.partCount }),
    ...(meaning === 'no_receipt' ? { error: message.reportsExpected ? 'no_receipt' : noReport(message) } : {}),
  });
}

function afterCancel(state: MessageState, at: number): MessageState {
  if (state.end) return state;
  const requested = { ...state, cancelRequested: true };
  // With a send queued or running its result comes first: it may be an acceptance.
  return state.phase === 'waiting_to_send' && !state.sending ? skip(requested, at) : requested;
}

function afterTime(message: SendMessageInput, state: MessageState, at: number): MessageState {
  if (state.end) return state;
  if (state.phase === 'waiting_to_send') {
    return !state.sending && at > lastSendAt(message) ? expire(state, at) : state;
  }
  if (state.windowEndsAt === undefined || at < state.windowEndsAt) return state;
  if (state.phase === 'undecided') {
    const seen = state.lastRefusal?.statusCode;
    return end(state, {
      status: 'enqueue_failed',
      at: iso(at),
      error: 'outcome_unknown',
      comment: 'The send got no answer, Sinch does not show the message, and no delivery report came',
      ...(seen === undefined ? {} : { statusCode: seen }),
    });
  }
  return end(state, { status: 'timeout', at: iso(at), error: noReport(message) });
}

function accept(
  message: SendMessageInput,
  state: MessageState,
  proof: { at: string; batchId?: string; recorded: boolean },
  at: number,
): MessageState {
  return {
    ...state,
    phase: 'accepted',
    acceptedAt: proof.at,
    ...(proof.batchId === undefined ? {} : { batchId: proof.batchId }),
    enqueuedRecorded: state.enqueuedRecorded || proof.recorded,
    held: false,
    windowEndsAt:
      message.reportsExpected || message.waitWhereNoReportsExpected !== false
        ? // Of a message that was undecided, the window runs already: Sinch reports on the send, not on our finding out.
          (state.windowEndsAt ?? at + windowOf(message))
        : at,
  };
}

function end(state: MessageState, messageEnd: MessageEnd): MessageState {
  return { ...state, phase: messageEnd.status, end: messageEnd };
}

function skip(state: MessageState, at: number): MessageState {
  return end(state, { status: 'skipped', at: iso(at), skipReason: 'cancelled' });
}

function expire(state: MessageState, at: number): MessageState {
  const last = state.lastRefusal;
  return end(state, {
    status: 'enqueue_failed',
    at: iso(at),
    error: 'expired',
    comment: last
      ? `Not accepted within the message's life; the last answer was ${describeRefusal(last)}`
      : 'The message did not leave the queue within its life',
    ...(last?.statusCode === undefined ? {} : { statusCode: last.statusCode }),
  });
}

/** The campaign status of a final report. */
function statusOfReport(meaning: 'delivered' | 'rejected' | 'failed' | 'no_receipt'): FinalStatus {
  return meaning === 'no_receipt' ? 'timeout' : meaning;
}

function noReport(message: SendMessageInput): NoReportError {
  return message.reportsExpected ? 'no_delivery_report' : 'no_delivery_report_expected';
}

function windowOf(message: SendMessageInput): number {
  return message.reportWindowMs ?? DEFAULT_REPORT_WINDOW_MS;
}

function lastSendAt(message: SendMessageInput): number {
  return Date.parse(message.expiresAt) - LEAST_LIFE_MS;
}

/** 1 s, doubling, with up to a quarter more; never earlier than Sinch asked for. */
function pauseAfter(refusals: number, retryAfterMs: number | undefined, jitter: number): number {
  const backoff = Math.min(1_000 * 2 ** Math.min(refusals - 1, 20), LONGEST_BACKOFF_MS) * (1 + jitter / 4);
  return Math.round(Math.max(backoff, (retryAfterMs ?? 0) + jitter * 1_000));
}

/** 2 s, doubling: dense while Sinch may still be making the batch visible, sparse while the message is held. */
function lookInterval(looks: number): number {
  return Math.min(2_000 * 2 ** Math.min(looks, 20), LONGEST_LOOK_INTERVAL_MS);
}

function refusalOf({ statusCode, error, comment }: Refusal): Refusal {
  return {
    ...(statusCode === undefined ? {} : { statusCode }),
    ...(error === undefined ? {} : { error }),
    ...(comment === undefined ? {} : { comment }),
  };
}

/** An answer that was no acceptance, in words: `HTTP 503, …`. */
export function describeRefusal({ statusCode, error, comment }: Refusal): string {
  const said = [statusCode === undefined ? undefined : `HTTP ${statusCode}`, error, comment];
  return said.filter((part) => part !== undefined && part !== '').join(', ') || 'none';
}

function timeOf(report: DeliveryReport, fallback: number): number {
  const time = Date.parse(report.at);
  return Number.isNaN(time) ? fallback : time;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** The admission event that the state calls for, or `undefined` where there is none (yet). */
export function admissionOf(state: MessageState): AdmissionStatus | undefined {
  if (state.acceptedAt !== undefined) return 'enqueued';
  return state.end?.status === 'enqueue_failed' ? 'enqueue_failed' : undefined;
}
