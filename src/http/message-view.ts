import { explainEnd, nameOfReportCode } from '../codes/index.ts';
import type { CampaignEvent } from '../contract/campaign-event.ts';
import type { BrokenOff, MessagePhase, MessageStatus } from '../contract/message-outcome.ts';
import { endSentence } from '../contract/end-sentence.ts';
import { utcSecond } from '../contract/utc-time.ts';
import type { PlanHold } from '../contract/plan-hold.ts';
import { maskMsisdn } from '../contract/msisdn.ts';
import type { MessageEvents } from '../events/index.ts';
import type { IntakeAnswer } from '../intake/index.ts';
import { refusalInWords } from './plan-hold-view.ts';
import type { ListedStatus, RegisteredMessage, RequestDisposition } from '../register/index.ts';

/** A message as the API shows it: numbers masked, no text. */
export interface MessageView {
  projectId: string;
  messageId: string;
  status: MessagePhase;
  /** Where it stands and why, in a person's words. */
  explanation: string;
  kind?: 'sms' | 'mms';
  recipient?: string;
  country?: string;
  reportsExpected: boolean;
  sender?: string;
  integrationId?: string;
  campaignId?: string;
  priority?: number;
  workflowId?: string;
  requestedAt: string;
  startedAt?: string;
  /** When number, text and customer ids were taken out of it. */
  erasedAt?: string;
  expiresAt?: string;
  waitsUntil?: string;
  acceptedAt?: string;
  batchId?: string;
  attempts?: number;
  lastReportStatus?: string;
  cancelRequested?: boolean;
  /** How Temporal ended its workflow before the message had its end. */
  brokenOff?: BrokenOff;
  events: EventView[];
  lateReports: { status: string; at: string; receivedAt: string; statusCode?: number; timesReceived: number }[];
}

/** A campaign event as the API shows it, with the published property names of `brief.md` 1. */
export interface EventView {
  status: string;
  at: string;
  batch_id?: string;
  status_code?: number;
  error?: string;
  comment?: string;
  /** What the event's code means and what to do; absent where nothing went wrong. */
  explanation?: string;
  number_of_message_parts?: number;
  /** Whether the number of parts is our own count and not Sinch's. */
  number_of_message_parts_estimated?: boolean;
}

/** One message in a list: what the register knows of it. */
export type MessageSummary = Pick<
  MessageView,
  'messageId' | 'recipient' | 'country' | 'integrationId' | 'campaignId' | 'requestedAt' | 'startedAt' | 'erasedAt'
> & { disposition: RequestDisposition['disposition']; status: ListedStatus };

/** What the database and the workflow, where it could be asked, tell about a message. */
export interface KnownOfMessage {
  request: RegisteredMessage<IntakeAnswer>;
  recorded: MessageEvents;
  /** Absent where Temporal has none of this id; `unreachable` where it could not be asked. */
  workflow: MessageStatus | 'unreachable' | undefined;
}

export function viewOf({ request, recorded, workflow }: KnownOfMessage): MessageView {
  const live = workflow === 'unreachable' ? undefined : workflow;
  const { input } = request;
  return {
    projectId: request.projectId,
    messageId: request.messageId,
    ...standing(request, recorded.events, workflow),
    ...(input ? { kind: input.content.kind, priority: input.priority, expiresAt: input.expiresAt } : {}),
    ...summaryOf(request),
    reportsExpected: request.reportsExpected,
    ...(input?.sender === undefined ? {} : { sender: input.sender }),
    ...(request.answer.success ? { workflowId: request.answer.workflowId } : {}),
    ...(live?.waitsUntil === undefined ? {} : { waitsUntil: live.waitsUntil }),
    ...(live?.acceptedAt === undefined ? {} : { acceptedAt: live.acceptedAt }),
    ...(live?.batchId === undefined ? {} : { batchId: live.batchId }),
    ...(live === undefined ? {} : { attempts: live.attempts, cancelRequested: live.cancelRequested }),
    ...(live?.lastReportStatus === undefined ? {} : { lastReportStatus: live.lastReportStatus }),
    ...(live?.brokenOff === undefined ? {} : { brokenOff: live.brokenOff }),
    events: recorded.events.map(eventView),
    lateReports: recorded.lateReports.map(({ report, receivedAt, timesReceived }) => ({
      status: report.status,
      at: report.at,
      receivedAt,
      ...(report.statusCode === undefined ? {} : { statusCode: report.statusCode }),
      timesReceived,
    })),
  };
}

export function summaryOf(
  request: RegisteredMessage<IntakeAnswer>,
): Omit<MessageSummary, 'messageId' | 'disposition' | 'status'> {
  return {
    requestedAt: request.requestedAt,
    ...(request.recipient === undefined ? {} : { recipient: maskMsisdn(request.recipient) }),
    ...(request.country === undefined ? {} : { country: request.country }),
    ...(request.integrationId === undefined ? {} : { integrationId: request.integrationId }),
    ...(request.campaignId === undefined ? {} : { campaignId: request.campaignId }),
    ...(request.startedAt === undefined ? {} : { startedAt: request.startedAt }),
    ...(request.erasedAt === undefined ? {} : { erasedAt: request.erasedAt }),
  };
}

/** How it ended is recorded, and told with what its code is called; until then the workflow tells it best. */
function standing(
  request: RegisteredMessage<IntakeAnswer>,
  events: readonly CampaignEvent[],
  workflow: KnownOfMessage['workflow'],
): { status: MessagePhase; explanation: string } {
  if (request.disposition === 'skipped') {
    return {
      status: 'skipped',
      explanation:
        request.skipReason === 'cancelled'
          ? 'Cancelled before Sinch had it; nothing was sent.'
          : 'The customer has no phone number, so there was nothing to send.',
    };
  }
  const last = events.at(-1);
  if (last && last.status !== 'enqueued') {
    return {
      status: last.status,
      explanation: endSentence(
        { ...last, status: last.status },
        { country: last.country, nameOfCode: nameOfReportCode },
      ),
    };
  }
  if (workflow !== undefined && workflow !== 'unreachable') {
    const { phase, explanation, brokenOff } = workflow;
    return { status: phase, explanation: brokenOff ? brokenOffSentence(brokenOff, workflow) : explanation };
  }
  const asked =
    workflow === 'unreachable'
      ? 'Temporal or its workers cannot be asked at the moment'
      : 'Temporal does not have it yet';
  return last
    ? { status: 'accepted', explanation: `Accepted by Sinch at ${utcSecond(last.at)}. ${asked}.` }
    : { status: 'waiting_to_send', explanation: `Registered; it is sent as soon as it is its turn. ${asked}.` };
}

const BROKEN_OFF_WORDS: Readonly<Record<BrokenOff, string>> = {
  terminated: 'was terminated',
  failed: 'failed',
  canceled: 'was ended by a cancellation',
  timed_out: 'ran into a time-out of Temporal',
};

/** What stands behind it depends on whether Sinch may have the message: then it must not be sent again by hand. */
function brokenOffSentence(brokenOff: BrokenOff, { phase, acceptedAt, attempts }: MessageStatus): string {
  const stands = `Its workflow ${BROKEN_OFF_WORDS[brokenOff]} in Temporal before the message had its end, so nothing is done for it any more`;
  if (phase === 'accepted') {
    const since = acceptedAt === undefined ? '' : ` at ${utcSecond(acceptedAt)}`;
    return `${stands}. Sinch took it${since}; a delivery report that still comes is kept among the late reports and changes nothing.`;
  }
  return attempts === 0
    ? `${stands}. It never left its queue: to send it, request it anew under another message id.`
    : `${stands}. Sinch may have it: look there before it is requested anew under another message id.`;
}

/** A message that waits, with what only its plan's hold knows. */
export function withHold(view: MessageView, hold: PlanHold): MessageView {
  return {
    ...view,
    explanation: `${view.explanation} Its plan is held since ${utcSecond(hold.since)}, as Sinch refuses the integration (${refusalInWords(hold)}): nothing is sent through it until that is mended.`,
  };
}

function eventView(event: CampaignEvent): EventView {
  const explanation = explanationOf(event);
  return {
    status: event.status,
    at: event.at,
    ...(event.batchId === undefined ? {} : { batch_id: event.batchId }),
    ...(event.statusCode === undefined ? {} : { status_code: event.statusCode }),
    ...(event.error === undefined ? {} : { error: event.error }),
    ...(event.comment === undefined ? {} : { comment: event.comment }),
    ...(explanation === undefined ? {} : { explanation }),
    ...(event.partCount === undefined
      ? {}
      : {
          number_of_message_parts: event.partCount,
          number_of_message_parts_estimated: event.partCountEstimated ?? false,
        }),
  };
}

function explanationOf(event: CampaignEvent): string | undefined {
  return event.status === 'enqueued' || event.status === 'delivered' ? undefined : explainEnd(event);
}
