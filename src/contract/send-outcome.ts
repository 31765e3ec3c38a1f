import type { DeliveryReport } from './delivery-report.ts';

/** What Sinch or our own checks said of a request: kept for the campaign event's properties. */
export interface Refusal {
  /** HTTP status of the answer; absent where none came. */
  statusCode?: number;
  /** Sinch's error code such as `syntax_invalid_parameter_format`, or ours such as `expired`. */
  error?: string;
  /** Sinch's error text, or ours. Never a whole phone number. */
  comment?: string;
}

/** The error of an answer that somebody else than Sinch gave: a proxy, a firewall, a gateway, a captive portal. */
export const NOT_SINCH = 'not_sinch';

/** What an outcome tells of a refusal, without the rest of it. */
export function refusalOf({ statusCode, error, comment }: Refusal): Refusal {
  return {
    ...(statusCode === undefined ? {} : { statusCode }),
    ...(error === undefined ? {} : { error }),
    ...(comment === undefined ? {} : { comment }),
  };
}

/** Refusals of 403 that are of what a message says and not of what the account may at the moment (Sinch, "Errors"). */
const CONTENT_CODES: ReadonlySet<string> = new Set([
  'missing_callback_url',
  'unknown_group',
  'unknown_campaign',
  'illegal_number_type',
  'llegal_number_type',
]);

/** Whether what is refused now would have been refused before: it is the content that is wrong. */
export function isOfContent({ statusCode, error = '' }: Refusal): boolean {
  return statusCode === 400 || CONTENT_CODES.has(error);
}

/**
 * An answer that was no acceptance, in words: `HTTP 503, …`.
 * @param otherwise where it tells nothing. @default none
 */
export function describeRefusal(
  { statusCode, error, comment }: { [Name in keyof Refusal]: Refusal[Name] | undefined },
  otherwise = 'none',
): string {
  const said = [statusCode === undefined ? undefined : `HTTP ${statusCode}`, error, comment];
  return said.filter((part) => part !== undefined && part !== '').join(', ') || otherwise;
}

/**
 * What one execution of the `send` activity saw. One execution is one attempt: nothing is inferred from it that it
 * did not see, and the workflow decides what follows.
 */
export type SendOutcome =
  /** Sinch has the message: its answer was the batch, or the beginning of one. */
  | {
      kind: 'accepted';
      /** Absent where the body could not be read. */
      batchId?: string;
      /** ISO 8601. */
      at: string;
      /** Whether the activity has written `enqueued` to the store; else the workflow does with the final event. */
      recorded: boolean;
    }
  /** The message itself is wrong: sending it again would be refused again. */
  | ({ kind: 'refused' } & Refusal)
  /** The integration is wrong (token, plan, account): the message is not to blame and was not accepted. */
  | ({
      kind: 'integration_fault';
      /** Whether the plan's queue is stopped until the fault is mended, so that waiting there costs nothing. */
      held?: boolean;
    } & Refusal)
  /** Known not to have been accepted. `retryAfterMs` is what Sinch asked for. */
  | ({ kind: 'not_accepted'; retryAfterMs?: number } & Refusal)
  /** It may or may not have been accepted. `interrupted`: the attempt gave no answer at all, and may still be running. */
  | ({ kind: 'unknown'; interrupted?: true } & Refusal)
  /** It never left: its life ran out in the queue, or it was cancelled there. With what keeps its plan from sending. */
  | ({ kind: 'not_dispatched' } & Refusal);

/** What one look for the message saw: at our own note of acceptance, then at Sinch. */
export type FindOutcome =
  | {
      kind: 'found';
      batchId?: string;
      /** ISO 8601: when Sinch made the batch. */
      at: string;
      /** Whether the store already holds the `enqueued` event. */
      recorded: boolean;
      /** What Sinch says became of it, where the look saw that. */
      report?: DeliveryReport;
    }
  /** Sinch does not show it. No proof while Sinch may still be making it visible. */
  | { kind: 'absent' }
  /** The look itself failed, which is neither found nor absent. */
  | ({ kind: 'failed' } & Refusal);

/** What one look for the report of an accepted message saw: the last thing before it counts as one that never came. */
export type ReportOutcome =
  | { kind: 'report'; report: DeliveryReport }
  /** Sinch has no final report either. */
  | { kind: 'none' }
  /** The look itself failed. */
  | ({ kind: 'failed' } & Refusal);
