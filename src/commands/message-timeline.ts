import { nameOfReportCode } from '../codes/index.ts';
import { countryName } from '../contract/country-name.ts';
import { codeClause } from '../contract/end-sentence.ts';
import type { EventView, MessageView } from '../http/index.ts';
import { utcTime } from './utc-time.ts';

/** Something that happened to a message. */
export interface TimelineEntry {
  /** ISO 8601 */
  at: string;
  /** What happened, as a sentence. */
  what: string;
}

/** What happened to a message so far, oldest first, as a person would tell it. */
export function timelineOf(view: MessageView): TimelineEntry[] {
  const entries: TimelineEntry[] = [{ at: view.requestedAt, what: requestSentence(view) }];
  if (view.startedAt !== undefined) {
    entries.push({ at: view.startedAt, what: `Put into the queue of integration ${view.integrationId ?? 'unknown'}.` });
  }
  const noted = view.events.some(({ status }) => status === 'enqueued');
  if (view.acceptedAt !== undefined && !noted) entries.push({ at: view.acceptedAt, what: 'Accepted by Sinch.' });
  for (const event of view.events) entries.push({ at: event.at, what: eventSentence(event, view) });
  for (const { status, statusCode, receivedAt, timesReceived } of view.lateReports) {
    const times = timesReceived > 1 ? `, ${timesReceived} times` : '';
    entries.push({
      at: receivedAt,
      what: `A report came after the end${times}: ${status}${reportCode(statusCode)}. It changes nothing and is kept.`,
    });
  }
  // By time; what happened at the same moment stays in the order above.
  return entries.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** The timeline as lines for a terminal; at the end stands what the message waits for. Times are UTC. */
export function timelineLines(view: MessageView): string[] {
  return [
    `Message ${view.messageId} of project ${view.projectId}: ${view.status.replaceAll('_', ' ')}`,
    '',
    ...timelineOf(view).map(({ at, what }) => `  ${utcTime(at)}  ${what}`),
    ...attemptLines(view),
    '',
    view.explanation,
    ...(view.workflowId === undefined ? [] : [`In Temporal's web UI it is workflow ${view.workflowId}.`]),
  ];
}

/** How often it was sent: Temporal knows that as long as it has the message, and not when. */
function attemptLines({ attempts = 0 }: MessageView): string[] {
  if (attempts === 0) return [];
  return [`  It left its queue ${attempts === 1 ? 'once' : `${attempts} times`} to be sent.`];
}

function requestSentence(view: MessageView): string {
  const kind = view.kind === undefined ? 'A message' : view.kind === 'mms' ? 'An MMS' : 'An SMS';
  const place = view.country === undefined ? '' : ` (${countryName(view.country)})`;
  const unknown = view.erasedAt === undefined ? ' without a recipient' : ` to a recipient who was erased${place}`;
  const to = view.recipient === undefined ? unknown : ` to ${view.recipient}${place}`;
  const sender = view.sender === undefined ? '' : ` from ${view.sender}`;
  const campaign = view.campaignId === undefined ? '' : `, campaign ${view.campaignId}`;
  return `${kind}${to}${sender} was requested${campaign}.`;
}

function eventSentence(event: EventView, view: MessageView): string {
  const { explanation } = event;
  // A comment of our own is the explanation, which has a sentence to itself.
  const comment = event.comment === explanation ? undefined : event.comment;
  const why = [event.error, comment].filter((part) => part !== undefined).join(': ');
  return `${eventClause(event, view, why === '' ? '' : ` (${why})`)}.${explanation === undefined ? '' : ` ${explanation}.`}`;
}

function eventClause(event: EventView, view: MessageView, because: string): string {
  switch (event.status) {
    case 'enqueued':
      return `Accepted by Sinch${event.batch_id === undefined ? '' : ` as batch ${event.batch_id}`}${partsOf(event)}`;
    case 'enqueue_failed':
      return event.status_code === undefined || event.error === 'expired' || event.error === 'outcome_unknown'
        ? `Not sent${because}`
        : `Refused by Sinch with HTTP ${event.status_code}${because}`;
    case 'delivered':
      return 'Delivered to the handset';
    case 'rejected':
      return `Rejected by Sinch${reportCode(event.status_code)}${because}`;
    case 'failed':
      return `Not delivered to the handset${reportCode(event.status_code)}${because}`;
    case 'timeout':
      if (event.error === 'no_receipt') return 'Handed over to the operator, who gave no readable receipt';
      return view.reportsExpected
        ? `Given up waiting for a delivery report${because}`
        : `Ended without a delivery report, as expected${view.country === undefined ? '' : ` in ${countryName(view.country)}`}${because}`;
    default:
      return `${event.status}${because}`;
  }
}

function partsOf(event: EventView): string {
  const parts = event.number_of_message_parts;
  if (parts === undefined) return '';
  const counted = event.number_of_message_parts_estimated ? ' by our count' : '';
  return `, ${parts} ${parts === 1 ? 'part' : 'parts'}${counted}`;
}

function reportCode(code: number | undefined): string {
  return codeClause(code, nameOfReportCode);
}
