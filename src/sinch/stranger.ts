/** Answers that are not Sinch's: a proxy, a firewall, a gateway or a captive portal gave them. */
import { isPage, titleOf } from './error-text.ts';
import { type AnswerHeaders, firstOf } from './exchange.ts';
import { safeText } from './safe-text.ts';

/** Most characters of a page's title that are kept. */
const MAX_TITLE_LENGTH = 100;

/** Statuses that only somebody between Sinch and us can mean, and what to do about them. */
const ADVICE: Readonly<Record<number, string>> = {
  407: 'The proxy demands credentials: give them in the address of HTTPS_PROXY or HTTP_PROXY',
  421: 'The request came to a host that does not serve that name: check the base URL of the integration, and the proxy',
  451: 'The way to Sinch is barred: ask who runs the network',
  511: 'The network demands a sign-on: ask who runs it',
};

/**
 * Who gave an answer, as far as can be told safely: what else it says may hold addresses of a network, or the request
 * itself.
 */
export function describeStranger(answer: { status: number; headers?: AnswerHeaders; body: string }): string {
  const { status, headers = {}, body } = answer;
  const type = /^[\w.+-]+\/[\w.+-]+/.exec(firstOf(headers['content-type'])?.trim() ?? '')?.[0].toLowerCase();
  const server = productOf(firstOf(headers.server));
  const via = firstOf(headers.via);
  const passedOn = productOf(/\(([^)]*)\)/.exec(via ?? '')?.[1]);
  const title = isPage(body) ? safeText(titleOf(body))?.slice(0, MAX_TITLE_LENGTH) : undefined;
  const traits = [
    type ?? (body === '' ? 'an empty body' : 'a body of no type'),
    ...(server === undefined ? [] : [`server ${server}`]),
    ...(via === undefined ? [] : [`passed on by a proxy${passedOn === undefined ? '' : `, ${passedOn}`}`]),
    ...(title === undefined ? [] : [`titled "${title}"`]),
  ];
  const advice = ADVICE[status] ?? 'Check what is between the worker and Sinch, and the base URL of the integration';
  return `Not Sinch gave this answer (${traits.join('; ')}). ${advice}`;
}

/** The name of a program without its version, and never that of a host. */
function productOf(header: string | undefined): string | undefined {
  return /^[A-Za-z][A-Za-z_-]{1,29}(?=$|[/\s;,])/.exec(header?.trim() ?? '')?.[0];
}
