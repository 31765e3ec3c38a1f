/** What the simulator does with a message: chosen by the recipient's last four digits, or drawn from a mix. */

/** One report on an accepted message. */
export interface ReportStep {
  /** The status word; what Sinch does not know either stays intermediate. */
  status: string;
  /** Delivery-report code or SMPP code. */
  code: number;
  /** When, counted from dispatch, in multiples of the message's own report delay; `late`: after `lateReportMs`. */
  after: number | 'late';
  /**
   * `as_asked`: by the batch's `delivery_report`. `per_recipient`: also where only final ones were asked for.
   * `never`: only look-ups show it.
   * @default 'as_asked'
   */
  callback?: 'as_asked' | 'per_recipient' | 'never';
  /** How often the callback is sent. @default 1 */
  copies?: number;
}

/** How the POST of a message is answered other than by an ordinary 201. */
export interface AnswerEffect {
  /** Whether Sinch has the message all the same. */
  accepted: boolean;
  /** `first`: once for each client reference and recipient, so that a repeated POST is accepted. */
  times: 'first' | 'always';
  answer:
    | { kind: 'hang' }
    | { kind: 'reset' }
    /** 201 whose body ends in the middle. */
    | { kind: 'unreadable' }
    /** 201, but only after the callback was sent and answered. */
    | { kind: 'after_report' }
    | { kind: 'refusal'; status: 400 | 403; code: string; text: string }
    | { kind: 'status'; status: number; retryAfter?: 'seconds' | 'date' }
    | { kind: 'gateway'; status: number; title: string };
}

/** One line of the table of magic recipients. */
export interface MagicRecipient {
  /** The last four digits of the recipient, in any country. */
  suffix: string;
  /** Name of the behaviour, as a mix takes it. */
  behaviour: string;
  /** What happens, in a sentence for people. */
  what: string;
  answer?: AnswerEffect;
  /** Whether look-ups do not show a batch whose POST got the special answer until `hiddenMs` after its acceptance. */
  hidden?: true;
  /** Reports on a message that was accepted, in order. */
  reports: readonly ReportStep[];
}

const DELIVERED = { status: 'Delivered', code: 0, after: 1 } as const satisfies ReportStep;

/** Refusals and faults of Sinch come at once, the network's word takes a while. */
const AT_ONCE = 0.1;

/** What a rate-limited client is told to wait, in seconds. */
export const RETRY_AFTER_SECONDS = 1;

/**
 * Every behaviour and the recipients that choose it: `9900` to `9916` accept the message and decide its reports, `9920`
 * to `9928` refuse it, `9930` to `9936` do not accept it at first, `9940` to `9947` accept it and do not say so.
 */
export const MAGIC_RECIPIENTS = [
  { suffix: '9900', behaviour: 'delivered', what: 'Delivered.', reports: [DELIVERED] },
  {
    suffix: '9901',
    behaviour: 'failed',
    what: 'Failed with SMPP code 150, unknown subscriber.',
    reports: [{ status: 'Failed', code: 150, after: 1 }],
  },
  {
    suffix: '9902',
    behaviour: 'rejected',
    what: 'Rejected at once with SMPP code 61, destination blocked.',
    reports: [{ status: 'Rejected', code: 61, after: AT_ONCE }],
  },
  {
    suffix: '9903',
    behaviour: 'unroutable',
    what: 'Aborted at once with code 402, message unroutable.',
    reports: [{ status: 'Aborted', code: 402, after: AT_ONCE }],
  },
  {
    suffix: '9904',
    behaviour: 'expired',
    what: 'Expired with SMPP code 153, absent subscriber.',
    reports: [{ status: 'Expired', code: 153, after: 1 }],
  },
  {
    suffix: '9905',
    behaviour: 'deleted',
    what: 'Deleted with SMPP code 257, recipient opted out.',
    reports: [{ status: 'Deleted', code: 257, after: 1 }],
  },
  {
    suffix: '9906',
    behaviour: 'unknown',
    what: 'Unknown with SMPP code 399: the operator took it and gave no readable receipt. Nothing more comes.',
    reports: [{ status: 'Unknown', code: 399, after: 1 }],
  },
  {
    suffix: '9907',
    behaviour: 'no_report',
    what: 'Dispatched, and no report ever comes.',
    reports: [],
  },
  {
    suffix: '9908',
    behaviour: 'unknown_status_word',
    what: 'A report with a status word that no documentation lists ("Buffered"), and nothing after it.',
    reports: [{ status: 'Buffered', code: 0, after: 1, callback: 'per_recipient' }],
  },
  {
    suffix: '9909',
    behaviour: 'late_report',
    what: 'Delivered, but the report comes late: after a minute, unless told otherwise.',
    reports: [{ status: 'Delivered', code: 0, after: 'late' }],
  },
  {
    suffix: '9910',
    behaviour: 'report_before_response',
    what: 'Delivered, and the callback is sent and answered before the POST is answered.',
    answer: { accepted: true, times: 'first', answer: { kind: 'after_report' } },
    reports: [DELIVERED],
  },
  {
    suffix: '9911',
    behaviour: 'duplicate_report',
    what: 'Delivered, and the same callback is sent twice at the same time.',
    reports: [{ status: 'Delivered', code: 0, after: 1, copies: 2 }],
  },
  {
    suffix: '9912',
    behaviour: 'out_of_order',
    what: 'Delivered first, then a callback that says Dispatched.',
    reports: [DELIVERED, { status: 'Dispatched', code: 401, after: 2, callback: 'per_recipient' }],
  },
  {
    suffix: '9913',
    behaviour: 'contradicting',
    what: 'Delivered, and later Failed with SMPP code 150.',
    reports: [DELIVERED, { status: 'Failed', code: 150, after: 2 }],
  },
  {
    suffix: '9914',
    behaviour: 'intermediate_first',
    what: 'A callback that says Dispatched, then Delivered.',
    reports: [{ status: 'Dispatched', code: 401, after: 0.5, callback: 'per_recipient' }, DELIVERED],
  },
  {
    suffix: '9915',
    behaviour: 'lost_callback',
    what: 'Delivered, but the callback is never sent; look-ups show the report.',
    reports: [{ status: 'Delivered', code: 0, after: 1, callback: 'never' }],
  },
  {
    suffix: '9916',
    behaviour: 'failed_with_code_0',
    what: 'Failed with code 0: the status decides, not the code.',
    reports: [{ status: 'Failed', code: 0, after: 1 }],
  },
  {
    suffix: '9920',
    behaviour: 'invalid_json',
    what: 'Refused: 400 syntax_invalid_json, as for a body that is no JSON.',
    answer: {
      accepted: false,
      times: 'always',
      answer: { kind: 'refusal', status: 400, code: 'syntax_invalid_json', text: 'The request body is not valid JSON' },
    },
    reports: [],
  },
  {
    suffix: '9921',
    behaviour: 'invalid_parameter_format',
    what: 'Refused: 400 syntax_invalid_parameter_format, as for a recipient that is no number.',
    answer: {
      accepted: false,
      times: 'always',
      answer: {
        kind: 'refusal',
        status: 400,
        code: 'syntax_invalid_parameter_format',
        text: 'The request was ill-formed: to contains an invalid MSISDN',
      },
    },
    reports: [],
  },
  {
    suffix: '9922',
    behaviour: 'constraint_violation',
    what: 'Refused: 400 syntax_constraint_violation, as for a sender that the destination does not allow.',
    answer: {
      accepted: false,
      times: 'always',
      answer: {
        kind: 'refusal',
        status: 400,
        code: 'syntax_constraint_violation',
        text: 'The request violates a constraint: from is not allowed for this destination',
      },
    },
    reports: [],
  },
  {
    suffix: '9923',
    behaviour: 'unknown_group',
    what: 'Refused: 403 unknown_group, as for a group that was deleted.',
    answer: {
      accepted: false,
      times: 'always',
      answer: { kind: 'refusal', status: 403, code: 'unknown_group', text: 'The group is not known' },
    },
    reports: [],
  },
  {
    suffix: '9924',
    behaviour: 'illegal_number_type',
    what: 'Refused: 403 illegal_number_type, as for a kind of number that the region does not allow.',
    answer: {
      accepted: false,
      times: 'always',
      answer: {
        kind: 'refusal',
        status: 403,
        code: 'illegal_number_type',
        text: 'The type of number is not allowed for this region',
      },
    },
    reports: [],
  },
  {
    suffix: '9925',
    behaviour: 'unknown_campaign',
    what: 'Refused: 403 unknown_campaign.',
    answer: {
      accepted: false,
      times: 'always',
      answer: { kind: 'refusal', status: 403, code: 'unknown_campaign', text: 'The campaign is not known' },
    },
    reports: [],
  },
  {
    suffix: '9926',
    behaviour: 'blocked_account',
    what: 'Refused: 403 blocked_account. The plan is to blame, not the recipient.',
    answer: {
      accepted: false,
      times: 'always',
      answer: { kind: 'refusal', status: 403, code: 'blocked_account', text: 'The account has been blocked' },
    },
    reports: [],
  },
  {
    suffix: '9927',
    behaviour: 'unauthorized',
    what: 'Refused: 401, as for a token that the plan does not know. The plan is to blame, not the recipient.',
    answer: { accepted: false, times: 'always', answer: { kind: 'status', status: 401 } },
    reports: [],
  },
  {
    suffix: '9928',
    behaviour: 'not_found',
    what: 'Refused: 404, as for a plan that does not exist. The plan is to blame, not the recipient.',
    answer: { accepted: false, times: 'always', answer: { kind: 'status', status: 404 } },
    reports: [],
  },
  {
    suffix: '9930',
    behaviour: 'rate_limited_seconds',
    what: '429 once, with Retry-After in seconds; a second POST is accepted and delivered.',
    answer: { accepted: false, times: 'first', answer: { kind: 'status', status: 429, retryAfter: 'seconds' } },
    reports: [DELIVERED],
  },
  {
    suffix: '9931',
    behaviour: 'rate_limited_date',
    what: '429 once, with Retry-After as an HTTP date; a second POST is accepted and delivered.',
    answer: { accepted: false, times: 'first', answer: { kind: 'status', status: 429, retryAfter: 'date' } },
    reports: [DELIVERED],
  },
  {
    suffix: '9932',
    behaviour: 'unavailable_once',
    what: '503 once; a second POST is accepted and delivered.',
    answer: { accepted: false, times: 'first', answer: { kind: 'status', status: 503 } },
    reports: [DELIVERED],
  },
  {
    suffix: '9933',
    behaviour: 'unavailable',
    what: '503, however often it is tried.',
    answer: { accepted: false, times: 'always', answer: { kind: 'status', status: 503 } },
    reports: [],
  },
  {
    suffix: '9934',
    behaviour: 'server_error_not_accepted',
    what: '500 once, and the message was not accepted; a second POST is accepted and delivered.',
    answer: { accepted: false, times: 'first', answer: { kind: 'status', status: 500 } },
    reports: [DELIVERED],
  },
  {
    suffix: '9935',
    behaviour: 'reset_not_accepted',
    what: 'The connection is reset once, and the message was not accepted; a second POST is accepted and delivered.',
    answer: { accepted: false, times: 'first', answer: { kind: 'reset' } },
    reports: [DELIVERED],
  },
  {
    suffix: '9936',
    behaviour: 'timeout_not_accepted',
    what: 'No answer once, and the message was not accepted; a second POST is accepted and delivered.',
    answer: { accepted: false, times: 'first', answer: { kind: 'hang' } },
    reports: [DELIVERED],
  },
  {
    suffix: '9940',
    behaviour: 'server_error_accepted',
    what: '500 once, although the message was accepted; Delivered. A second POST is a second message.',
    answer: { accepted: true, times: 'first', answer: { kind: 'status', status: 500 } },
    reports: [DELIVERED],
  },
  {
    suffix: '9941',
    behaviour: 'timeout_accepted',
    what: 'No answer once, although the message was accepted; Delivered. A second POST is a second message.',
    answer: { accepted: true, times: 'first', answer: { kind: 'hang' } },
    reports: [DELIVERED],
  },
  {
    suffix: '9942',
    behaviour: 'reset_accepted',
    what: 'The connection is reset once, although the message was accepted; Delivered. A second POST is a second message.',
    answer: { accepted: true, times: 'first', answer: { kind: 'reset' } },
    reports: [DELIVERED],
  },
  {
    suffix: '9943',
    behaviour: 'unreadable_response',
    what: '201 once with a body that is cut off; Delivered.',
    answer: { accepted: true, times: 'first', answer: { kind: 'unreadable' } },
    reports: [DELIVERED],
  },
  {
    suffix: '9944',
    behaviour: 'bad_gateway_accepted',
    what: '502 once from an intermediary, although the message was accepted; Delivered. A second POST is a second message.',
    answer: { accepted: true, times: 'first', answer: { kind: 'gateway', status: 502, title: 'Bad Gateway' } },
    reports: [DELIVERED],
  },
  {
    suffix: '9945',
    behaviour: 'gateway_timeout_accepted',
    what: '504 once from an intermediary, although the message was accepted; Delivered. A second POST is a second message.',
    answer: { accepted: true, times: 'first', answer: { kind: 'gateway', status: 504, title: 'Gateway Time-out' } },
    reports: [DELIVERED],
  },
  {
    suffix: '9946',
    behaviour: 'hidden_accepted',
    what: '500 once, although the message was accepted; look-ups do not show it for two minutes, unless told otherwise. Delivered, and the report comes late. A second POST is a second message.',
    answer: { accepted: true, times: 'first', answer: { kind: 'status', status: 500 } },
    hidden: true,
    reports: [{ status: 'Delivered', code: 0, after: 'late' }],
  },
  {
    suffix: '9947',
    behaviour: 'hidden_lost_callback',
    what: '500 once, although the message was accepted; look-ups do not show it for two minutes, unless told otherwise. Delivered, but the callback is never sent. A second POST is a second message.',
    answer: { accepted: true, times: 'first', answer: { kind: 'status', status: 500 } },
    hidden: true,
    reports: [{ status: 'Delivered', code: 0, after: 1, callback: 'never' }],
  },
] as const satisfies readonly MagicRecipient[];

/** Name of something that the simulator can do with a message. */
export type Behaviour = (typeof MAGIC_RECIPIENTS)[number]['behaviour'];

/** What belongs to a behaviour. */
export interface BehaviourDefinition extends MagicRecipient {
  behaviour: Behaviour;
}

/** Whether `value` names a behaviour. */
export function isBehaviour(value: string): value is Behaviour {
  return MAGIC_RECIPIENTS.some(({ behaviour }) => behaviour === value);
}
