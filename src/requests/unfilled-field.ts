import { maskNumbersIn } from '../contract/msisdn.ts';
import { unfilledParameterIn } from '../contract/unfilled-parameter.ts';
import type { RequestError } from './message-request.ts';

const LONGEST_SHOWN_KEY = 40;

/** The refusal of a field in which a template has left a placeholder. Of its text the key alone is said, without numbers. */
export function unfilledField(field: string, text: string): RequestError | undefined {
  const unfilled = unfilledParameterIn(text);
  if (unfilled === undefined) return undefined;
  const placeholder = `\${${maskNumbersIn(unfilled.key.slice(0, LONGEST_SHOWN_KEY))}}`;
  return {
    code: 'unfilled_parameter',
    field,
    message:
      `Nothing was put in the place of ${placeholder}, at character ${unfilled.position}: Sinch takes it for a parameter ` +
      'without a value, and fails the message (code 405) after it was paid for',
  };
}
