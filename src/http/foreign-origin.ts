/**
 * Whether a page of somebody else makes a request in a browser that holds credentials of ours, as browsers do for HTTP
 * Basic without asking anybody. Nothing else tells: a form's request needs no permission of ours to be sent.
 */

/** Of a browser's own accord, or of a page of the same scheme, host and port (Fetch Metadata, `Sec-Fetch-Site`). */
const OWN_SITES: readonly string[] = ['same-origin', 'none'];

/** @param allowed origins that may call, each as browsers send it */
export function isForeignOrigin(headers: Headers, allowed: readonly string[] = []): boolean {
  const origin = headers.get('origin');
  if (origin !== null && allowed.includes(origin)) return false;
  // Browsers let no page write it, and send it to https and to this machine alone.
  const site = headers.get('sec-fetch-site');
  if (site !== null) return !OWN_SITES.includes(site);
  // No browser, or none that has a page to tell of.
  if (origin === null) return false;
  // A proxy may call us by another name than the browser called it. No page can write that header without being allowed to.
  const names = [headers.get('host'), ...(headers.get('x-forwarded-host')?.split(',') ?? [])];
  return !names.some((name) => name !== null && isOf(origin, name.trim().toLowerCase()));
}

/** `null`, which a page without an origin sends, is of no host. */
function isOf(origin: string, name: string): boolean {
  // Names of tasks such as `web.1` are no URLs, though they are names.
  if (!URL.canParse(origin)) return [`http://${name}`, `https://${name}`].includes(origin.toLowerCase());
  const { host, protocol } = new URL(origin);
  return host !== '' && (name === host || name === `${host}:${protocol === 'https:' ? 443 : 80}`);
}
