/**
 * The rules of one message, as a pure reducer: where it stands × what happened → where it stands now, and what to do
 * next. The workflow only carries that out, so every rule can be read and tested here without a server.
 *
 * Times are milliseconds of the workflow's clock, which tests and the demo may skip ahead of the wall clock.
 */
import {
  type AdmissionStatus,
  contradictsEnd,
  type FinalStatus,
  type LateReport,
  type SkipReason,
  statusOfReport,
  type UnknownOutcomeDecision,
} from '../contract/campaign-event.ts';
import { type DeliveryReport, meaningOfStatus } from '../contract/delivery-report.ts';
import type { MessagePhase } from '../contract/message-outcome.ts';
import {
  DEFAULT_REPORT_WINDOW_MS,
  DEFAULT_SETTLE_MS,
  type SendMessageInput,
  unknownOutcomePolicyOf,
} from '../contract/message.ts';
import {
  describeRefusal,
  type FindOutcome,
  type Refusal,
  refusalOf,
  type ReportOutcome,
  type SendOutcome,
} from '../contract/send-outcome.ts';
import { LEAST_LIFE_MS, SUBMIT_TIMEOUT_MS } from '../contract/send-timeouts.ts';

/** Longest pause between two sends that are known not to have been accepted. */
const LONGEST_BACKOFF_MS = 5 * 60_000;

/**
 * Pause before a message goes back to the queue of a plan that is held: long enough for the server to have stopped the
 * queue, short enough to be there when it goes on.
 */
const HELD_PAUSE_MS = 500;

/** How long a look that fails is repeated after the window before the message ends without its answer. */
const LAST_LOOKS_MS = 24 * 3_600_000;

/** Longest pause between two looks for a message that is held, or has no report at the end of its window. */
const LONGEST_LOOK_INTERVAL_MS = 6 * 3_600_000;

/**
 * The same while looks alone keep a message from being sent again or held: Sinch, or the way to it, is away. Longer
 * after so many looks, since each costs the history some events.
 */
const LONGEST_UNDECIDED_INTERVAL_MS = { soon: 60_000, later: 10 * 60_000 };
const SOON_LOOKS = 60;

/** How often a message is sent again by its policy `resend`. */
const MOST_RESENDS = 3;

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
  /** From when on Sinch not showing the message counts as absent: the settle time is over, and no attempt still runs. */
  settledAt: number;
  /** Looks made for the message since its outcome became unknown, or for its report since the window ended. */
  looks: number;
  /** No look before this time. */
  lookAt: number;
  /** Absent after the settle time: only a report, or a later look, can prove it now. */
  held: boolean;
  /** Sends that were made again although an earlier one may have been accepted. */
  resends: number;
  /** Sends whose outcome was unknown, each of which Sinch may have. */
  unknownSends: number;
  /** What was decided about unknown outcomes, the first of each policy. */
  decisions: UnknownOutcomeDecision[];
  /** How many of them the store knows. */
  decisionsRecorded: number;
  /** ISO 8601: when Sinch took the message. */
  acceptedAt?: string;
  batchId?: string;
  /** Whether the store has the `enqueued` event already. */
  enqueuedRecorded: boolean;
  /** Until when a delivery report is waited for. */
  windowEndsAt?: number;
  /** Whether Sinch was looked at for the last time before the message ends without a report. */
  lookedLast: boolean;
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
  /** `isLast`: where Sinch does not show the message, it is not sent again, whatever its policy; see `wasSentOften`. */
  | { type: 'looked'; outcome: FindOutcome; at: number; isLast?: boolean }
  | { type: 'looked_for_report'; outcome: ReportOutcome; at: number }
  | { type: 'decisions_recorded'; count: number; at: number }
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
  | { do: 'look_for_report' }
  /** Write down what was decided about the unknown outcome: the message may stay as it is for days. */
  | { do: 'record_decisions' }
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
    settledAt: 0,
    looks: 0,
    lookAt: 0,
    held: false,
    resends: 0,
    unknownSends: 0,
    decisions: [],
    decisionsRecorded: 0,
    enqueuedRecorded: false,
    lookedLast: false,
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
      return afterLook(message, state, input);
    case 'looked_for_report':
      return afterLookForReport(message, state, input.outcome, input.at);
    case 'decisions_recorded':
      return { ...state, decisionsRecorded: Math.max(state.decisionsRecorded, input.count) };
    case 'report':
      return afterReport(message, state, input.report, input.at);
    case 'cancel':
      return afterCancel(message, state, input.at);
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
      if (state.held && hasUnrecordedDecisions(state)) return { do: 'record_decisions' };
      return now < state.lookAt ? { do: 'wait', until: state.lookAt } : { do: 'look_up' };
    default: {
      if (state.cancelRequested && !state.cancelSent) return { do: 'cancel_batch' };
      if (hasUnrecordedDecisions(state)) return { do: 'record_decisions' };
      const windowEndsAt = state.windowEndsAt ?? now;
      if (now < windowEndsAt) return { do: 'wait', until: windowEndsAt };
      // Only a message that waits for its last look is still open after its window.
      return now < state.lookAt ? { do: 'wait', until: state.lookAt } : { do: 'look_for_report' };
    }
  }
}

function hasUnrecordedDecisions({ decisions, decisionsRecorded }: MessageState): boolean {
  return decisions.length > decisionsRecorded;
}

/** Whether a send that is queued has lost its purpose: Sinch has the message already, or nobody wants it any more. */
export function sendIsObsolete(state: MessageState): boolean {
  return state.sending && (state.phase !== 'waiting_to_send' || state.cancelRequested);
}

/**
 * Whether a message is not to be sent again by its policy any more: each of its sends may have reached the recipient, and
 * costs the history some sixty events with the looks for it.
 */
export function wasSentOften({ unknownSends }: MessageState): boolean {
  return unknownSends > MOST_RESENDS;
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
      // Also of a message that was sent again: what Sinch refuses now it has not accepted before, being the same.
      return end(tried, { status: 'enqueue_failed', at: iso(at), ...refusalOf(outcome) });
    case 'unknown': {
      const settle = message.settleMs ?? DEFAULT_SETTLE_MS;
      return lookFor(
        {
          ...tried,
          phase: 'undecided',
          unknownSends: tried.unknownSends + 1,
          // An attempt that gave no answer may be writing its request even now, for as long as a request may take.
          settledAt: at + (outcome.interrupted ? Math.max(settle, SUBMIT_TIMEOUT_MS) : settle),
          // From this send: of earlier ones no report can come, unless one was made again, and then this one counts.
          windowEndsAt: at + windowOf(message),
          looks: 0,
          held: false,
          lastRefusal: refusalOf(outcome),
        },
        at,
      );
    }
    case 'integration_fault':
    case 'not_accepted': {
      const refused = { ...tried, refusals: tried.refusals + 1, lastRefusal: refusalOf(outcome) };
      if (tried.cancelRequested) return skip(message, refused, at);
      const notBefore = at + pauseBeforeSending(outcome, refused.refusals, jitter);
      // By then Sinch may show the first one after all, so that it is looked for once more.
      return tried.resends > 0
        ? { ...refused, phase: 'undecided', settledAt: notBefore, looks: 0, lookAt: notBefore }
        : { ...refused, notBefore };
    }
    case 'not_dispatched': {
      const seen = refusalOf(outcome);
      const known = Object.keys(seen).length === 0 ? state : { ...state, lastRefusal: seen };
      return state.cancelRequested ? skip(message, known, at) : expire(message, known, at);
    }
  }
}

function afterLook(
  message: SendMessageInput,
  state: MessageState,
  { outcome, at, isLast = false }: Extract<MessageInput, { type: 'looked' }>,
): MessageState {
  if (state.phase !== 'undecided') {
    const adopted = outcome.kind === 'found' && outcome.recorded && !state.enqueuedRecorded;
    return adopted ? { ...state, enqueuedRecorded: true } : state;
  }
  if (outcome.kind === 'found') {
    const accepted = accept(message, state, outcome, at);
    return outcome.report ? afterReport(message, accepted, outcome.report, at) : accepted;
  }
  const looked = lookFor({ ...state, looks: state.looks + 1 }, at);
  const windowIsOver = at >= (state.windowEndsAt ?? Infinity);
  // A failed look is neither found nor absent, so it settles nothing.
  if (outcome.kind === 'failed') return windowIsOver && isLastLook(state, at) ? leaveUnknown(looked, at) : looked;
  if (at < state.settledAt) return looked;
  // Nobody wants a second message once it was cancelled, and none is sent whose life is over. Its window may be: that is
  // how long a report is waited for, and not how long it may be sent.
  const mayResend = !isLast && !state.held && !state.cancelRequested && at <= lastSendAt(message);
  if (unknownOutcomePolicyOf(message) === 'resend' && mayResend) {
    return {
      ...decide(message, looked, 'resend', at),
      phase: 'waiting_to_send',
      notBefore: at,
      resends: state.resends + 1,
    };
  }
  if (windowIsOver) return leaveUnknown(looked, at);
  return state.held ? looked : hold(message, looked, at);
}

/** The last look before a message ends without a report. */
function afterLookForReport(
  message: SendMessageInput,
  state: MessageState,
  outcome: ReportOutcome,
  at: number,
): MessageState {
  // A report that came meanwhile is the same, or came first.
  if (state.end) return state;
  switch (outcome.kind) {
    case 'report': {
      const reported = afterReport(message, state, outcome.report, at);
      return reported.end ? reported : timeOut(message, reported, at);
    }
    case 'none':
      return timeOut(message, state, at);
    case 'failed':
      return isLastLook(state, at) ? timeOut(message, state, at) : lookFor({ ...state, looks: state.looks + 1 }, at);
  }
}

function afterReport(message: SendMessageInput, state: MessageState, report: DeliveryReport, at: number): MessageState {
  if (report.integrationId !== message.integrationId) return { ...state, ignoredReports: state.ignoredReports + 1 };
  if (state.end) {
    if (!contradictsEnd(report.status, state.end.status)) {
      return { ...state, ignoredReports: state.ignoredReports + 1 };
    }
    const { projectId, messageId } = message;
    return {
      ...state,
      lateReports: [...state.lateReports, { projectId, messageId, report, reason: 'contradicts' }],
    };
  }
  const meaning = meaningOfStatus(report.status);
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

function afterCancel(message: SendMessageInput, state: MessageState, at: number): MessageState {
  if (state.end) return state;
  const requested = { ...state, cancelRequested: true };
  // With a send queued or running its result comes first: it may be an acceptance.
  return state.phase === 'waiting_to_send' && !state.sending ? skip(message, requested, at) : requested;
}

function afterTime(message: SendMessageInput, state: MessageState, at: number): MessageState {
  if (state.end) return state;
  if (state.phase === 'waiting_to_send') {
    return !state.sending && at > lastSendAt(message) ? expire(message, state, at) : state;
  }
  // An undecided message ends with its last look, which comes with the end of the window.
  if (state.phase === 'undecided' || state.windowEndsAt === undefined || at < state.windowEndsAt) return state;
  if (!message.reportsExpected) return timeOut(message, state, at);
  // A callback may have been lost: before that counts as no report, Sinch is asked once.
  return state.lookedLast ? state : { ...state, lookedLast: true, looks: 0, lookAt: at };
}

/** When to look next: dense at first, exactly when the time to settle is over, and once more when the window ends. */
function lookFor(state: MessageState, at: number): MessageState {
  const marks = [state.settledAt, state.windowEndsAt ?? Infinity].filter((mark) => mark > at);
  return { ...state, lookAt: Math.min(at + lookInterval(state), ...marks) };
}

/** Whether a look that fails after the window is not repeated: whoever waits for the end has to get one. */
function isLastLook(state: MessageState, at: number): boolean {
  return at >= (state.windowEndsAt ?? at) + LAST_LOOKS_MS;
}

function leaveUnknown(state: MessageState, at: number): MessageState {
  const seen = state.lastRefusal?.statusCode;
  return end(state, {
    status: 'enqueue_failed',
    at: iso(at),
    error: 'outcome_unknown',
    comment: 'The send got no answer, Sinch does not show the message, and no delivery report came',
    ...(seen === undefined ? {} : { statusCode: seen }),
  });
}

function timeOut(message: SendMessageInput, state: MessageState, at: number): MessageState {
  return end(state, { status: 'timeout', at: iso(at), error: noReport(message) });
}

/** Never sent again from here on: Sinch may have it, so it neither failed nor was it skipped. */
function hold(message: SendMessageInput, state: MessageState, at: number): MessageState {
  const decided = decide(message, state, 'hold', at);
  return lookFor({ ...decided, phase: 'undecided', held: true, windowEndsAt: state.windowEndsAt ?? at }, at);
}

function decide(
  message: SendMessageInput,
  state: MessageState,
  policy: UnknownOutcomeDecision['policy'],
  at: number,
): MessageState {
  if (state.decisions.some((decision) => decision.policy === policy)) return state;
  const { campaignId } = message.campaign;
  const decision = { policy, ...(campaignId === undefined ? {} : { campaignId }), at: iso(at) };
  return { ...state, decisions: [...state.decisions, decision] };
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
        ? // Of a message that is undecided, the window runs already: Sinch reports on the send, not on our finding out.
          ((state.phase === 'undecided' ? state.windowEndsAt : undefined) ?? at + windowOf(message))
        : at,
  };
}

function end(state: MessageState, messageEnd: MessageEnd): MessageState {
  return { ...state, phase: messageEnd.status, end: messageEnd };
}

function skip(message: SendMessageInput, state: MessageState, at: number): MessageState {
  if (state.resends > 0) return hold(message, state, at);
  return end(state, { status: 'skipped', at: iso(at), skipReason: 'cancelled' });
}

function expire(message: SendMessageInput, state: MessageState, at: number): MessageState {
  if (state.resends > 0) return hold(message, state, at);
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
function pauseBeforeSending(
  outcome: Extract<SendOutcome, { kind: 'integration_fault' | 'not_accepted' }>,
  refusals: number,
  jitter: number,
): number {
  if (outcome.kind === 'integration_fault' && outcome.held) return Math.round(HELD_PAUSE_MS * (1 + jitter));
  const retryAfterMs = outcome.kind === 'not_accepted' ? outcome.retryAfterMs : undefined;
  const backoff = Math.min(1_000 * 2 ** Math.min(refusals - 1, 20), LONGEST_BACKOFF_MS) * (1 + jitter / 4);
  return Math.round(Math.max(backoff, (retryAfterMs ?? 0) + jitter * 1_000));
}

/** 2 s, doubling: dense while Sinch may still be making the batch visible, sparse while the message is held. */
function lookInterval({ looks, held, phase }: MessageState): number {
  const { soon, later } = LONGEST_UNDECIDED_INTERVAL_MS;
  const decides = phase === 'undecided' && !held;
  const longest = decides ? (looks < SOON_LOOKS ? soon : later) : LONGEST_LOOK_INTERVAL_MS;
  return Math.min(2_000 * 2 ** Math.min(looks, 20), longest);
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
