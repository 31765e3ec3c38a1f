import { countryName } from '../contract/country-name.ts';
import type { SendMessageInput } from '../contract/message.ts';
import { describeRefusal } from '../contract/send-outcome.ts';
import type { MessageState } from './message-state.ts';

/**
 * Where the message stands and what it waits for, in the words that the Temporal UI, the console and the command line
 * show. Times are UTC. Never a phone number and never the text.
 */
export function explainMessage(message: SendMessageInput, state: MessageState): string {
  const sentences = [mainSentence(message, state)];
  if (state.cancelRequested && !state.end) sentences.push(cancelSentence(state));
  if (state.lastReportStatus !== undefined && !state.end) {
    sentences.push(`The last status that Sinch reported is ${state.lastReportStatus}.`);
  }
  return sentences.join(' ');
}

function mainSentence(message: SendMessageInput, state: MessageState): string {
  const { end } = state;
  switch (state.phase) {
    case 'waiting_to_send':
      if (state.resends > 0 && state.refusals === 0) {
        return `A send got no clear answer (${describeRefusal(state.lastRefusal ?? {})}) and Sinch does not show the message, so it is sent again, as is asked for it: waiting in the queue of plan ${message.servicePlanId}, at most until ${minute(message.expiresAt)}.`;
      }
      if (state.sending || state.refusals === 0) {
        const last = state.refusals === 0 ? '' : ` again, after ${describeRefusal(state.lastRefusal ?? {})}`;
        return `Waiting in the queue of plan ${message.servicePlanId} for its turn to be sent${last}, at most until ${minute(message.expiresAt)}.`;
      }
      return `Not accepted yet (${describeRefusal(state.lastRefusal ?? {})}); it is sent again at ${second(state.notBefore)}, at most until ${minute(message.expiresAt)}.`;
    case 'undecided':
      if (state.resends > 0) {
        const again = `A send got no clear answer, and Sinch does not show the message, also since it was sent again (last answer: ${describeRefusal(state.lastRefusal ?? {})}).`;
        return state.held
          ? `${again} It is held, not sent once more, so that nobody gets it twice; a delivery report may still prove it until ${day(state.windowEndsAt)}.`
          : `${again} It is looked for before anything is sent once more.`;
      }
      return state.held
        ? `A send got no clear answer (${describeRefusal(state.lastRefusal ?? {})}) and Sinch does not show the message. It is held, not sent again, so that nobody gets it twice; a delivery report may still prove it until ${day(state.windowEndsAt)}.`
        : `A send got no clear answer (${describeRefusal(state.lastRefusal ?? {})}); looking at Sinch whether the message was accepted before anything is sent again.`;
    case 'accepted':
      return acceptedSentence(message, state);
    case 'delivered':
      return `Delivered to the handset at ${second(end?.at)}.`;
    case 'rejected':
      return `Rejected at ${second(end?.at)}${withCode(end?.statusCode)}: Sinch refused to deliver it.`;
    case 'failed':
      return `Delivery to the handset failed at ${second(end?.at)}${withCode(end?.statusCode)}.`;
    case 'timeout':
      return timeoutSentence(message, state);
    case 'enqueue_failed':
      return `Not handed to Sinch: ${describeRefusal(end ?? {})}.`;
    case 'skipped':
      return 'Cancelled before Sinch had it; nothing was sent.';
  }
}

function acceptedSentence(message: SendMessageInput, state: MessageState): string {
  const accepted = `Accepted by Sinch at ${second(state.acceptedAt)}`;
  if (state.lookedLast) {
    return `${accepted}. No delivery report came within the time in which reports come; Sinch is asked for it once more.`;
  }
  if (message.reportsExpected) return `${accepted}, waiting for a delivery report until ${day(state.windowEndsAt)}.`;
  return `${accepted}. ${placeOf(message)} sends no delivery reports, so none is expected; one that comes all the same counts until ${day(state.windowEndsAt)}.`;
}

function timeoutSentence(message: SendMessageInput, state: MessageState): string {
  switch (state.end?.error) {
    case 'no_receipt':
      return 'Handed over to the operator, who gave no readable receipt: whether it arrived is not known.';
    case 'no_delivery_report_expected':
      return `Accepted by Sinch; ${placeOf(message)} sends no delivery reports, so whether it arrived is not known.`;
    default:
      return 'Accepted by Sinch, but no delivery report came within the time in which reports come: whether it arrived is not known.';
  }
}

function cancelSentence(state: MessageState): string {
  if (state.cancelFailed) return 'It was to be cancelled, but Sinch could not be asked; the delivery report decides.';
  if (state.cancelSent) return 'Sinch is asked to cancel it; the delivery report decides.';
  return state.phase === 'undecided'
    ? 'It is to be cancelled, once it is known whether Sinch has it.'
    : 'It is being cancelled.';
}

function placeOf(message: SendMessageInput): string {
  return message.country === undefined ? "The recipient's country" : countryName(message.country);
}

function withCode(statusCode: number | undefined): string {
  return statusCode === undefined ? '' : ` with code ${statusCode}`;
}

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

function second(time: string | number | undefined): string {
  return `${isoOf(time).slice(11, 19)} UTC`;
}

function minute(time: string | number | undefined): string {
  const text = isoOf(time);
  return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
}

function day(time: string | number | undefined): string {
  const text = isoOf(time);
  return `${WEEKDAYS[new Date(text).getUTCDay()] ?? ''} ${minute(text)}`;
}

function isoOf(time: string | number | undefined): string {
  return new Date(time ?? 0).toISOString();
}
