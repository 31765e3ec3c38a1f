import { createHmac } from 'node:crypto';
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

/** The URL that Sinch is to call: with the current one of the path secrets, where the integration has them. */
export function callbackUrlOf(publicUrl: string, integrationId: string, auth: CallbackAuth): string {
  const secret = auth.type === 'url-secret' ? auth.secrets[0] : undefined;
  const path = callbackPathOf({ integrationId, ...(secret === undefined ? {} : { secret }) });
  return `${publicUrl.replace(/\/+$/, '')}${path}`;
}
