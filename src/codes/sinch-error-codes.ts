/** Sinch's error codes: the words that its refusals carry beside an HTTP status. */
import type { CodeEntry } from './code-explanation.ts';
import { SOURCES } from './sources.ts';

const source = SOURCES.statusCodes;
const NOT_USED = 'nothing: this product does not ask for it, so somebody else uses the plan';
const NUMBER_TYPE = {
  name: 'Illegal number type',
  meaning: "the number is of a type that is not allowed in the plan's region",
  fault: 'recipient',
  advice: 'check the number; ask Sinch which types of number the region allows',
  permanence: 'permanent',
  source,
} as const satisfies Omit<CodeEntry, 'code'>;

/** Sinch may add more without notice. */
export const SINCH_ERROR_CODES: readonly CodeEntry[] = [
  {
    code: 'syntax_invalid_json',
    name: 'Invalid JSON',
    meaning: 'Sinch could not read the request as JSON of the form that it expects',
    fault: 'request',
    advice: 'look at the comment for the member that it names; if nothing unusual was sent, report it to us',
    permanence: 'permanent',
    source,
  },
  {
    code: 'syntax_invalid_parameter_format',
    name: 'Invalid format of a value',
    meaning: 'a value of the request has the wrong format, most often the number or the sender',
    fault: 'request',
    advice: 'look at the comment for the value that it names, and correct number or sender',
    permanence: 'permanent',
    source,
  },
  {
    code: 'syntax_constraint_violation',
    name: 'Constraint violated',
    meaning: "the request breaks one of Sinch's rules, such as a text that is too long or a sender that is missing",
    fault: 'request',
    advice: 'look at the comment for the rule that it names, and correct text or sender',
    permanence: 'permanent',
    source,
  },
  {
    code: 'missing_callback_url',
    name: 'No callback URL',
    meaning: 'a delivery report was asked for, and neither the request nor the plan has an address for it',
    fault: 'integration',
    advice: "set the integration's callback URL; messages wait meanwhile",
    permanence: 'permanent',
    source,
  },
  {
    code: 'blocked_account',
    name: 'Account blocked',
    meaning: 'Sinch has blocked the account',
    fault: 'integration',
    advice: 'ask Sinch why; messages wait meanwhile and expire if it takes longer than their life',
    permanence: 'permanent',
    source,
  },
  { code: 'illegal_number_type', ...NUMBER_TYPE },
  // Sinch's pages print it so as well.
  { code: 'llegal_number_type', ...NUMBER_TYPE, unconfirmed: true, source: SOURCES.restGuide },
  {
    code: 'unknown_group',
    name: 'Unknown group',
    meaning: 'the recipient was taken for the id of a group that does not exist',
    fault: 'request',
    advice: 'check the number: messages go to numbers here, never to groups',
    permanence: 'permanent',
    source,
  },
  {
    code: 'unknown_campaign',
    name: 'Unknown campaign',
    meaning: 'the request named a campaign that Sinch does not know; Sinch has dropped campaigns since',
    fault: 'request',
    advice: NOT_USED,
    permanence: 'permanent',
    unconfirmed: true,
    source: SOURCES.javaXms,
  },
  {
    code: 'conflict_group_name',
    name: 'Group name taken',
    meaning: 'there is a group of this name already',
    fault: 'request',
    advice: NOT_USED,
    permanence: 'permanent',
    unconfirmed: true,
    source: SOURCES.javaXms,
  },
  {
    code: 'batch_already_dispatched',
    name: 'Already dispatched',
    meaning: 'the message has left Sinch, so it can no longer be changed',
    fault: 'nobody',
    advice: 'wait for the delivery report',
    permanence: 'permanent',
    unconfirmed: true,
    source: SOURCES.javaXms,
  },
  {
    code: 'conflict_send_at',
    name: 'Already sent',
    meaning: 'the message was sent, so it can no longer be cancelled',
    fault: 'nobody',
    advice: 'wait for the delivery report',
    permanence: 'permanent',
    unconfirmed: true,
    source: SOURCES.javaXms,
  },
];
