import type { CampaignEventStatus } from './campaign-event.ts';
import { countryName } from './country-name.ts';
import { describeRefusal } from './send-outcome.ts';
import { utcMinute, utcSecond } from './utc-time.ts';

/** How a message ended: the end that its workflow knows, or its last campaign event. */
export interface ToldEnd {
  status: Exclude<CampaignEventStatus, 'enqueued'> | 'skipped';
  /** ISO 8601 */
  at: string;
  statusCode?: number | undefined;
  error?: string | undefined;
  comment?: string | undefined;
}

/** What else the sentence needs. */
export interface EndSentenceOptions {
  /** The recipient's country, ISO 3166-1 alpha-2; absent where the number does not tell. */
  country?: string | undefined;
  /** What a report's code is called, where the caller has the tables of codes: workflows have not. */
  nameOfCode?: (code: number) => string | undefined;
}

/** How a message ended, as one sentence for a person, with its date. Never a phone number and never the text. */
export function endSentence(end: ToldEnd, { country, nameOfCode }: EndSentenceOptions = {}): string {
  const code = codeClause(end.statusCode, nameOfCode);
  switch (end.status) {
    case 'delivered':
      return `Delivered to the handset at ${utcSecond(end.at)}.`;
    case 'rejected':
      return `Rejected at ${utcSecond(end.at)}${code}: Sinch refused to deliver it.`;
    case 'failed':
      return `Delivery to the handset failed at ${utcSecond(end.at)}${code}.`;
    case 'timeout':
      return timeoutSentence(end, country);
    case 'enqueue_failed':
      return notSentSentence(end);
    case 'skipped':
      return 'Cancelled before Sinch had it; nothing was sent.';
  }
}

/** The recipient's country in words, at the start of a sentence. */
export function placeOf(country: string | undefined): string {
  return country === undefined ? "The recipient's country" : countryName(country);
}

/** ` (code 150, unknown subscriber)`, with its blank; nothing where there is no code. */
export function codeClause(
  code: number | undefined,
  nameOfCode: (code: number) => string | undefined = () => undefined,
): string {
  if (code === undefined) return '';
  const name = nameOfCode(code);
  return ` (code ${code}${name === undefined ? '' : `, ${uncapitalised(name)}`})`;
}

function timeoutSentence({ at, error }: ToldEnd, country: string | undefined): string {
  switch (error) {
    case 'no_receipt':
      return `Handed over to the operator, who gave no readable receipt at ${utcSecond(at)}: whether it arrived is not known.`;
    case 'no_delivery_report_expected':
      return `Accepted by Sinch; ${placeOf(country)} sends no delivery reports, so whether it arrived is not known. It ended at ${utcMinute(at)}.`;
    default:
      return `Accepted by Sinch, but no delivery report came until ${utcMinute(at)}, when none was expected any more: whether it arrived is not known.`;
  }
}

function notSentSentence(end: ToldEnd): string {
  const when = utcSecond(end.at);
  switch (end.error) {
    case 'expired':
      return `Its life ended at ${when}: ${uncapitalised(end.comment ?? 'it was not sent within it')}.`;
    case 'outcome_unknown':
      return `Counted as not sent at ${when}: ${uncapitalised(end.comment ?? 'whether Sinch had it is not known')}.`;
    default:
      // Only an answer has an HTTP status, and what Sinch has answered it has refused.
      return `${end.statusCode === undefined ? 'Not handed to Sinch' : 'Sinch refused it'} at ${when}: ${describeRefusal(end)}.`;
  }
}

/** A name inside a sentence; what begins with two capitals is an abbreviation. */
function uncapitalised(name: string): string {
  return /^\p{Lu}(?!\p{Lu})/u.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;
}
