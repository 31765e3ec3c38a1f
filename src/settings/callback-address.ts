import { createHmac, randomBytes } from 'node:crypto';
import { callbackPathOf } from '../contract/callback-path.ts';
import type { CallbackAuth } from './settings.ts';

/**
 * The path secret of an integration that was given none: 128 bits as 32 hexadecimal digits, made of its API token and
 * its id, so that it stays the same over restarts and on every machine and cannot be had without the token.
 *
 * A new token makes a new secret, and reports of messages that were sent before still come with the old one for up to
 * 4 days. So before the token is changed, set both: `callbackAuth: { type: 'url-secret', secrets:
 * [deriveCallbackSecret(newToken, id), deriveCallbackSecret(oldToken, id)] }`.
 */
export function deriveCallbackSecret(apiToken: string, integrationId: string): string {
  return createHmac('sha256', apiToken)
    .update(`temporal-sinch callback of ${integrationId}`)
    .digest()
    .subarray(0, 16)
    .toString('hex');
}

/** A path secret made by chance, in the form of a derived one: 128 bits. */
export function randomCallbackSecret(): string {
  return randomBytes(16).toString('hex');
}

/** Whether callbacks to the URL can prove themselves: with path secrets it has to end in one of them. */
export function endsInSecret(callbackUrl: string, auth: CallbackAuth): boolean {
  if (auth.type !== 'url-secret') return true;
  const path = new URL(callbackUrl).pathname.replace(/\/$/, '');
  return auth.secrets.some((secret) => path.endsWith(`/${secret}`));
}

/** What a URL that does not has to be. */
export const ENDS_IN_SECRET =
  'has to end in one of the path secrets of callbackAuth, without which every report would be refused';

/** The URL that Sinch is to call: with the current one of the path secrets, where the integration has them. */
export function callbackUrlOf(publicUrl: string, integrationId: string, auth: CallbackAuth): string {
  const secret = auth.type === 'url-secret' ? auth.secrets[0] : undefined;
  const path = callbackPathOf({ integrationId, ...(secret === undefined ? {} : { secret }) });
  return `${publicUrl.replace(/\/+$/, '')}${path}`;
}
