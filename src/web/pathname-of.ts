/** A scheme and an authority, as absolute URLs and the absolute form of a request target have them. */
const ORIGIN = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i;

/**
 * The path of a request's URL or request target, as it was sent, always with a slash in front. Nothing is read of the
 * host, so a host that is a valid name and no URL (`web.1`, which Docker Swarm calls its tasks) does no harm.
 */
export function pathnameOf(url: string): string {
  const target = url.replace(ORIGIN, '');
  const end = target.search(/[?#]/);
  const path = end < 0 ? target : target.slice(0, end);
  return path.startsWith('/') ? path : `/${path}`;
}
