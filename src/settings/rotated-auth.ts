import { invalid } from './settings-body.ts';
import { integrationRules } from './settings-rules.ts';
import type { CallbackAuth } from './settings.ts';

/**
 * With a new current secret; the one before stays valid, for reports of what was sent with it.
 * @param auth absent: there is none whose secret could stay valid
 * @throws SettingsError `invalid_settings`
 */
export function rotatedAuth(auth: CallbackAuth | undefined, secret: string, attempted: string): CallbackAuth {
  const refusal = (message: string) => invalid(attempted, [{ field: 'newCallbackSecret', message }]);
  if (!auth) {
    throw refusal('has no secret before it that could stay valid: give callbackAuth alone, which replaces them all');
  }
  const two = (secrets: readonly string[]): string[] =>
    [secret, ...secrets.filter((each) => each !== secret)].slice(0, 2);
  const rotated =
    auth.type === 'basic' ? { ...auth, passwords: two(auth.passwords) } : { ...auth, secrets: two(auth.secrets) };
  const [issue] = integrationRules.callbackAuth.safeParse(rotated).error?.issues ?? [];
  if (issue) throw refusal(issue.message);
  return rotated;
}

/**
 * With another limit to the age of signatures.
 * @param toleranceMs `null` for none
 * @throws SettingsError `invalid_settings` where callbacks are not signed
 */
export function limitedAuth(
  auth: CallbackAuth | undefined,
  toleranceMs: number | null,
  attempted: string,
): CallbackAuth {
  if (auth?.type !== 'hmac') {
    const message = 'goes with callbackAuth of type "hmac", whose signatures have an age';
    throw invalid(attempted, [{ field: 'callbackToleranceMs', message }]);
  }
  const { type, secrets } = auth;
  return toleranceMs === null ? { type, secrets } : { type, secrets, toleranceMs };
}

/** The address with the path secret that is current now; `undefined` where it stays as it is. */
export function rotatedUrl(
  callbackUrl: string | undefined,
  before: CallbackAuth | undefined,
  now: CallbackAuth | undefined,
): string | undefined {
  if (callbackUrl === undefined || before?.type !== 'url-secret' || now?.type !== 'url-secret') return undefined;
  const url = callbackUrl.replace(/\/$/, '');
  const old = before.secrets.find((secret) => url.endsWith(`/${secret}`));
  const [secret] = now.secrets;
  return old === undefined || secret === undefined || old === secret ? undefined : url.slice(0, -old.length) + secret;
}
