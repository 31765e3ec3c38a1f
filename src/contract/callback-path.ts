/** The path that Sinch calls with reports, as the settings write it and the webhook reads it. */

/** What a callback's path names. */
export interface CallbackTarget {
  integrationId: string;
  /** The path secret, where the integration's callbacks prove themselves with one. */
  secret?: string;
}

/** Anchored at the end only: the webhook may be mounted below a path of its host's. */
const CALLBACK_PATH = /\/webhooks\/sinch\/([^/]+)(?:\/([^/]+))?\/?$/;

/** What is left of it where a mount has taken its beginning off, to the whole of `/webhooks/sinch`. */
const MOUNTED_PATH = /^\/+(?:(sinch)\/)?([^/]+)(?:\/([^/]+))?\/?$/;

/** `/webhooks/sinch/{integrationId}[/{secret}]` */
export function callbackPathOf(target: CallbackTarget): string {
  const secret = target.secret === undefined ? '' : `/${encodeURIComponent(target.secret)}`;
  return `/webhooks/sinch/${encodeURIComponent(target.integrationId)}${secret}`;
}

/** Reads a URL's path, also below a prefix; `undefined` where it is no callback's. */
export function parseCallbackPath(pathname: string): CallbackTarget | undefined {
  const [, integrationId, secret] = CALLBACK_PATH.exec(pathname) ?? [];
  return targetOf(integrationId, secret);
}

/**
 * What a path below a mount can name: `/{integrationId}[/{secret}]` below `/webhooks/sinch` or a path of the host's own,
 * `/sinch/{integrationId}[/{secret}]` below `/webhooks`. Two where `sinch` may be either; the likelier one comes first, and
 * only who knows the integrations can tell. None where it is no callback's.
 */
export function parseMountedPath(pathname: string): CallbackTarget[] {
  const [, prefix, integrationId, secret] = MOUNTED_PATH.exec(pathname) ?? [];
  const targets = [targetOf(integrationId, secret)];
  if (prefix !== undefined && secret === undefined) targets.push(targetOf(prefix, integrationId));
  return targets.filter((target) => target !== undefined);
}

function targetOf(integrationId: string | undefined, secret: string | undefined): CallbackTarget | undefined {
  if (integrationId === undefined) return undefined;
  try {
    return {
      integrationId: decodeURIComponent(integrationId),
      ...(secret === undefined ? {} : { secret: decodeURIComponent(secret) }),
    };
  } catch {
    // A percent sign without its two digits: no path that we ever gave out.
    return undefined;
  }
}

/** A part of a path that may be shown: a word, and neither a secret, which has 22 characters at least, nor a number. */
const SHOWN = /^(?!.*\d{6})[A-Za-z0-9._-]{1,21}$/;

/** A path for a log, without what may be a secret: all behind its first part, or behind the integration's place in it. */
export function maskCallbackPath(pathname: string): string {
  const parts = pathname.split('/').slice(1);
  const known = parts.findIndex((part, index) => part === 'sinch' && parts[index - 1] === 'webhooks');
  const shown = known >= 0 ? known + 2 : parts.length > 1 ? 1 : 0;
  const words = parts.slice(0, Math.min(shown, 8)).map((part) => (SHOWN.test(part) || part === '' ? part : '…'));
  return `/${[...words, ...(parts.length > words.length ? ['…'] : [])].join('/')}`;
}
