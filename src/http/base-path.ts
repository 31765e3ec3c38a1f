/**
 * The path below which a proxy has the API (`/sms` of a `PUBLIC_URL` of https://example.com/sms). Some proxies keep it and
 * some take it off, and the checks of a load balancer come past it: requests are answered either way.
 */
import { getPath } from 'hono/utils/url';
import { parseCallbackPath } from '../contract/callback-path.ts';

/** From a request to the path that its route goes by. */
export type RoutedPath = (request: Request) => string;

/** @returns the path of the URL, without a slash at its end; empty where it has none */
export function basePathOf(publicUrl: string | undefined): string {
  return publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '');
}

/**
 * Takes the base off where what is left has a route, or the whole has none: then a path that has one as it stands stays.
 * What ends as callbacks do is one below whatever prefix: an integration may have an address of its own.
 * @param basePath as `basePathOf` has it
 * @param hasRoute whether a path has a route
 */
export function createRoutedPath(basePath: string, hasRoute: (method: string, path: string) => boolean): RoutedPath {
  // Read as those of requests are, percent signs included.
  const base = basePath === '' ? '' : getPath({ url: `http://localhost${basePath}` } as Request);
  return (request) => {
    const { method } = request;
    const path = getPath(request);
    const isBelow = base !== '' && (path === base || path.startsWith(`${base}/`));
    const rest = isBelow ? path.slice(base.length) || '/' : path;
    if (isBelow && hasRoute(method, rest)) return rest;
    if (hasRoute(method, path)) return path;
    return parseCallbackPath(path) === undefined ? rest : path.slice(path.lastIndexOf('/webhooks/sinch/'));
  };
}
