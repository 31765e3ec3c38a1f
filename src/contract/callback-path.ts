/** The path that Sinch calls with reports, as the settings write it and the webhook reads it. */

/** What a callback's path names. */
export interface CallbackTarget {
  integrationId: string;
  /** The path secret, where the integration's callbacks prove themselves with one. */
  secret?: string;
}

/** Anchored at the end only: the webhook may be mounted below a path of its host's. */
const CALLBACK_PATH = /\/webhooks\/sinch\/([^/]+)(?:\/([^/]+))?\/?$/;

/** `/webhooks/sinch/{integrationId}[/{secret}]` */
export function callbackPathOf(target: CallbackTarget): string {
  const secret = target.secret === undefined ? '' : `/${encodeURIComponent(target.secret)}`;
  return `/webhooks/sinch/${encodeURIComponent(target.integrationId)}${secret}`;
}

/** Reads a URL's path, also below a prefix; `undefined` where it is no callback's. */
export function parseCallbackPath(pathname: string): CallbackTarget | undefined {
  const [, integrationId, secret] = CALLBACK_PATH.exec(pathname) ?? [];
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
