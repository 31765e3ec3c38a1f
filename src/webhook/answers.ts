/**
 * The webhook's answers. To Sinch (Webhooks, "Callback retries") 2xx means done, 5xx means send it again, and any other
 * 4xx than 429 means never again: only who is not Sinch gets one, and a body that Sinch would never send.
 */

/** Seconds after which a failed callback may come again; Sinch has a schedule of its own, which starts at 5. */
const RETRY_AFTER_SECONDS = 5;

/** The report is where it belongs, or kept. */
export function received(): Response {
  return Response.json({ received: true });
}

/** There is no integration of that id, or the path is not the webhook's. */
export function notFound(): Response {
  return problem(404, 'not_found', 'Nothing is called back here', 'The path names no integration.');
}

/** Callbacks are POSTs. */
export function methodNotAllowed(method: string): Response {
  return problem(405, 'method_not_allowed', 'Callbacks are POST requests', `The method was ${method}.`, {
    allow: 'POST',
  });
}

/** Larger than any callback. */
export function tooLarge(maxBytes: number): Response {
  return problem(413, 'body_too_large', 'The body is too large', `A callback has at most ${maxBytes} bytes.`);
}

/** It did not prove that it comes from Sinch. `basic` names the scheme to a caller that waits to be asked for it. */
export function unauthenticated(basic: boolean): Response {
  return problem(
    401,
    'unauthenticated',
    'The callback did not prove where it comes from',
    'Its signature, password or secret is missing or is not the one set for the integration.',
    basic ? { 'www-authenticate': 'Basic realm="sinch-callbacks", charset="UTF-8"' } : {},
  );
}

/** A failure of ours: the callback has to come again. */
export function unavailable(): Response {
  return problem(503, 'unavailable', 'The callback could not be taken', 'Send it again later.', {
    'retry-after': String(RETRY_AFTER_SECONDS),
  });
}

/** RFC 9457. */
function problem(
  status: number,
  code: string,
  title: string,
  detail: string,
  headers: Record<string, string> = {},
): Response {
  return Response.json(
    { received: false, status, code, title, detail },
    { status, headers: { 'content-type': 'application/problem+json', ...headers } },
  );
}
