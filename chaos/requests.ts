/** The messages that a run asks for: decided by the seed alone. */
import { workflowIdOf } from '../src/contract/identity.ts';
import { type Behaviour, MAGIC_RECIPIENTS, type MagicRecipient } from '../src/simulator/index.ts';
import { seededFraction } from '../src/simulator/seeded.ts';

/** The project that everything belongs to. */
export const CHAOS_PROJECT_ID = 'chaos';

/** What a run asks for one message. */
export interface ChaosRequest {
  messageId: string;
  /** Also the id of its workflow, and its client reference at Sinch. */
  clientReference: string;
  recipient: string;
  text: string;
  priority: number;
  /** What is to happen where it cannot be found out whether Sinch has the message. */
  onUnknownOutcome: 'resend' | 'hold';
  /** Milliseconds from the first request. */
  at: number;
  /** Whether the request is made once more after it was answered, as a platform does that lost the answer. */
  isRepeated: boolean;
}

/** Beginnings of numbers in countries that delivery reports come from. Five digits follow. */
const NUMBERS = ['4474000', '346120', '336399'];

/** The last four digits of a recipient are below this: those above have a meaning to the simulator. */
const FIRST_MAGIC_DIGITS = 9_900;

const PRIORITIES = 5;
const REPEATED_SHARE = 0.08;

/**
 * What the simulator does with the messages, by weight: half of them meet nothing but the faults of the schedule. Left out
 * is what holds the whole plan (a blocked account, a wrong token), and what is unavailable for ever.
 */
export const CHAOS_MIX: Partial<Record<Behaviour, number>> = {
  delivered: 46,
  failed: 3,
  rejected: 2,
  unroutable: 1,
  expired: 2,
  deleted: 1,
  unknown: 1,
  no_report: 3,
  unknown_status_word: 1,
  late_report: 2,
  report_before_response: 3,
  duplicate_report: 3,
  out_of_order: 3,
  contradicting: 2,
  intermediate_first: 3,
  lost_callback: 3,
  failed_with_code_0: 1,
  constraint_violation: 1,
  illegal_number_type: 1,
  rate_limited_seconds: 2,
  rate_limited_date: 1,
  unavailable_once: 2,
  server_error_not_accepted: 3,
  reset_not_accepted: 2,
  timeout_not_accepted: 1,
  server_error_accepted: 3,
  timeout_accepted: 1,
  reset_accepted: 3,
  unreadable_response: 1,
  bad_gateway_accepted: 1,
  gateway_timeout_accepted: 1,
  hidden_accepted: 3,
  hidden_lost_callback: 2,
};

/** The words with which the simulator refuses messages of the mix for good. */
export const CHAOS_REFUSALS: ReadonlySet<string> = new Set(
  MAGIC_RECIPIENTS.flatMap(({ behaviour, answer }: MagicRecipient) =>
    behaviour in CHAOS_MIX && answer?.answer.kind === 'refusal' && answer.times === 'always'
      ? [answer.answer.code]
      : [],
  ),
);

/** The requests of a run in the order of their times. */
export function chaosRequests(seed: number, messages: number, spanMs: number): ChaosRequest[] {
  return Array.from({ length: messages }, (_, index): ChaosRequest => {
    const messageId = `m${String(index + 1).padStart(5, '0')}`;
    const draw = (what: string): number => seededFraction(seed, 'request', what, messageId);
    const beginning = NUMBERS[Math.floor(draw('country') * NUMBERS.length)] ?? '';
    const digits = String(index % FIRST_MAGIC_DIGITS).padStart(4, '0');
    return {
      messageId,
      clientReference: workflowIdOf({ projectId: CHAOS_PROJECT_ID, messageId }),
      recipient: `${beginning}${Math.floor(index / FIRST_MAGIC_DIGITS)}${digits}`,
      text: `Message ${index + 1} of a chaos run`,
      priority: 1 + Math.floor(draw('priority') * PRIORITIES),
      onUnknownOutcome: index % 2 === 0 ? 'resend' : 'hold',
      at: Math.round((index / messages) * spanMs),
      isRepeated: draw('repeated') < REPEATED_SHARE,
    };
  });
}
