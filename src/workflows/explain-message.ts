import { endSentence, placeOf } from '../contract/end-sentence.ts';
import type { SendMessageInput } from '../contract/message.ts';
import { describeRefusal } from '../contract/send-outcome.ts';
import { utcMinute, utcSecond } from '../contract/utc-time.ts';
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
  if (state.end) return endSentence(state.end, { country: message.country });
  switch (state.phase) {
    case 'waiting_to_send':
      if (state.resends > 0 && state.refusals === 0) {
        return `A send got no clear answer (${describeRefusal(state.lastRefusal ?? {})}) and Sinch does not show the message, so it is sent again, as is asked for it: waiting in the queue of plan ${message.servicePlanId}, at most until ${utcMinute(message.expiresAt)}.`;
      }
      if (state.sending || state.refusals === 0) {
        const last = state.refusals === 0 ? '' : ` again, after ${describeRefusal(state.lastRefusal ?? {})}`;
        return `Waiting in the queue of plan ${message.servicePlanId} for its turn to be sent${last}, at most until ${utcMinute(message.expiresAt)}.`;
      }
      return `Not accepted yet (${describeRefusal(state.lastRefusal ?? {})}); it is sent again at ${utcSecond(state.notBefore)}, at most until ${utcMinute(message.expiresAt)}.`;
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
    default:
      // The other phases are ends.
      return '';
  }
}

function acceptedSentence(message: SendMessageInput, state: MessageState): string {
  const accepted = `Accepted by Sinch at ${utcSecond(state.acceptedAt ?? 0)}`;
  if (state.lookedLast) {
    return `${accepted}. No delivery report came within the time in which reports come; Sinch is asked for it once more.`;
  }
  if (message.reportsExpected) return `${accepted}, waiting for a delivery report until ${day(state.windowEndsAt)}.`;
  return `${accepted}. ${placeOf(message.country)} sends no delivery reports, so none is expected; one that comes all the same counts until ${day(state.windowEndsAt)}.`;
}

function cancelSentence(state: MessageState): string {
  if (state.cancelFailed) return 'It was to be cancelled, but Sinch could not be asked; the delivery report decides.';
  if (state.cancelSent) return 'Sinch is asked to cancel it; the delivery report decides.';
  return state.phase === 'undecided'
    ? 'It is to be cancelled, once it is known whether Sinch has it.'
    : 'It is being cancelled.';
}

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

function day(time: string | number | undefined): string {
  const known = time ?? 0;
  return `${WEEKDAYS[new Date(known).getUTCDay()] ?? ''} ${utcMinute(known)}`;
}
