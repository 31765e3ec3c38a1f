import type { CampaignEvent, CampaignEventStatus } from '../contract/campaign-event.ts';
import type { CodeEntry, CodeKind } from './code-explanation.ts';
import { lookUp } from './explain-code.ts';

/**
 * Why a message ended as it did, in one sentence without a stop: what its code means and what to do. It depends on
 * nothing but the event, so that an event that is written again says the same.
 */
export function explainEnd({
  status,
  statusCode,
  error,
}: Pick<CampaignEvent, 'statusCode' | 'error'> & { status: CampaignEventStatus }): string {
  if (status === 'delivered') return 'Delivered to the handset';
  if (status === 'enqueued') return 'Accepted by Sinch';
  const ofError = error === undefined ? undefined : lookUp('error', error);
  if (ofError) return clauseOf(ofError);
  if (statusCode !== undefined) {
    if (statusCode === 0) return 'No reason given: the report carries code 0, which names no error';
    const kind = status === 'enqueue_failed' ? 'http' : kindOfReportCode(statusCode);
    const entry = kind && lookUp(kind, statusCode);
    if (entry) return clauseOf(entry);
  }
  const said = error ?? (statusCode === undefined ? undefined : `code ${statusCode}`);
  return said === undefined
    ? 'No reason given: Sinch sent no code with it'
    : `No explanation known: Sinch does not document ${said}`;
}

/** What a code of a delivery report is called, such as `Unknown subscriber`; `undefined` where it is not known. */
export function nameOfReportCode(code: number): string | undefined {
  const kind = kindOfReportCode(code);
  return kind && lookUp(kind, code)?.name;
}

/** Which kind of code a delivery report carries: Sinch puts three into one number, and keeps their ranges apart. */
export function kindOfReportCode(code: number): CodeKind | undefined {
  if (code === 0 || (code >= 400 && code <= 418)) return 'delivery-report';
  if (code > 0 && code < 400) return 'smpp';
  return code >= 1000 && code <= 4999 ? 'mms' : undefined;
}

function clauseOf({ name, meaning, advice }: CodeEntry): string {
  return `${name}: ${meaning}; ${advice}`;
}
