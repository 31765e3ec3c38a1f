/**
 * Lets pages of other origins call a part of the API from a browser: Temporal's web UI, which has payloads decrypted.
 * Nothing else is open to other origins.
 */

/** How long a browser may remember what it was allowed, in seconds. */
const MAX_AGE_S = 600;

/** What the UI sends now; whatever else a page of these origins asks for, which is ignored, is allowed too. */
const HEADERS = 'Authorization, Authorization-Extras, Content-Type, X-Api-Key, X-Namespace';

/**
 * @param isOpen which requests pages of other origins may make
 * @param origins those that may call, each as browsers send it
 */
export function createCrossOrigin(isOpen: (request: Request) => boolean, origins: () => readonly string[]) {
  return async (request: Request, next: () => Promise<Response>): Promise<Response> => {
    const origin = request.headers.get('origin');
    if (origin === null || !origins().includes(origin) || !isOpen(request)) {
      return next();
    }
    const headers = {
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
    };
    if (request.method === 'OPTIONS') {
      return new Response(null, {
        status: 204,
        headers: {
          ...headers,
          'access-control-allow-methods': 'POST',
          'access-control-allow-headers': [HEADERS, request.headers.get('access-control-request-headers')]
            .filter((names) => names !== null)
            .join(', '),
          'access-control-max-age': String(MAX_AGE_S),
        },
      });
    }
    const { body, status, headers: own } = await next();
    return new Response(body, { status, headers: { ...Object.fromEntries(own), ...headers } });
  };
}
