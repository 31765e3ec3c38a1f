/** What each setting has to be, whoever brings it: the options of static settings, or an admin. */
import { z } from 'zod';
import { isProjectId } from '../contract/identity.ts';
import { explainSenderRefusal, parseSender } from '../contract/sender.ts';
import { type BareNumbers, isBareNumbers } from '../countries/index.ts';
import { createHostRules } from '../hosts/index.ts';

/** Every message completes a sentence that begins with the setting's name: "{setting} has to be …". Never a value. */
export const must = (expected: string): { error: string } => ({ error: expected });

/** Text that a rule accepts. */
export const text = (expected: string, accepts: (value: string) => boolean): z.ZodString =>
  z.string(must(expected)).refine(accepts, must(expected));

/** Yes or no. */
export const flag = z.boolean(must('has to be true or false'));

const aboveZero = (what: string): z.ZodNumber => z.number(must(what)).positive(must(what));

const country = text('has to be an ISO 3166-1 alpha-2 code such as "DE"', (value) => /^[A-Z]{2}$/.test(value));

const countries = z.array(country, must('has to be a list of ISO 3166-1 alpha-2 codes'));

const MAX_URL_LENGTH = 2048;

const HOSTS = must('has to be true, false, or a list of names, addresses and networks such as "10.1.0.0/16"');

/** The URL, where its scheme is fit for its host and it carries no credentials. */
function safeUrl(value: string): URL | undefined {
  if (value.length > MAX_URL_LENGTH || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  if (url.username !== '' || url.password !== '' || url.hash !== '') return undefined;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)) ? url : undefined;
}

function isLoopback(hostname: string): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/** Scheme and host alone. */
export const baseUrl = text(
  'has to be a URL of scheme and host alone, such as "https://eu.sms.api.sinch.com", with https unless the host is this machine',
  (value) => {
    const url = safeUrl(value);
    return url !== undefined && url.pathname === '/' && url.search === '';
  },
).transform((value) => new URL(value).origin);

/** Where the webhook can be reached from the internet. */
export const publicUrl = text(
  'has to be a URL without query and credentials, with https unless the host is this machine',
  (value) => safeUrl(value)?.search === '',
);

/** Hosts that may be reached although they are not on the internet. */
export const allowPrivateHosts = z.union([z.boolean(), z.array(z.string())], HOSTS).refine((value) => {
  try {
    createHostRules(value);
    return true;
  } catch {
    return false;
  }
}, HOSTS);

const callbackUrl = text(
  `has to be a URL of at most ${MAX_URL_LENGTH} characters without credentials, with https unless the host is this machine`,
  (value) => safeUrl(value) !== undefined,
);

const id = text('has to be 1 to 64 of A-Z a-z 0-9 . _ -, and not . or ..', (value) =>
  /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,64}$/.test(value),
);

const secretsOf = (secret: z.ZodString, what: string): z.ZodArray<z.ZodString> =>
  z
    .array(secret, must(`has to be a list of ${what}`))
    .min(1, must(`has to hold 1 or 2 ${what}`))
    .max(2, must(`has to hold 1 or 2 ${what}`));

/** Largest age of a signature. */
export const callbackToleranceMs = aboveZero('has to be a number of milliseconds above 0');

const callbackAuth = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('hmac'),
      secrets: secretsOf(
        text('has to be a secret that is not empty', (value) => value !== ''),
        'secrets',
      ),
      toleranceMs: callbackToleranceMs.optional(),
    }),
    z.strictObject({
      type: z.literal('basic'),
      username: text('has to be a name that is not empty and has no colon', (value) => /^[^:]+$/.test(value)),
      passwords: secretsOf(
        text('has to be a password that is not empty', (value) => value !== ''),
        'passwords',
      ),
    }),
    z.strictObject({
      type: z.literal('url-secret'),
      secrets: secretsOf(
        text('has to be at least 22 of A-Z a-z 0-9 _ -, room for 128 bits', (value) =>
          /^[A-Za-z0-9_-]{22,256}$/.test(value),
        ),
        'secrets',
      ),
    }),
  ],
  must(
    'has to be { type: "hmac", secrets }, { type: "basic", username, passwords } or { type: "url-secret", secrets }',
  ),
);

const servicePlanId = text('has to be the Service Plan ID of Sinch: 1 to 64 of A-Z a-z 0-9 _ -', (value) =>
  /^[A-Za-z0-9_-]{1,64}$/.test(value),
);

/** The settings of an integration, each by itself. */
export const integrationRules = {
  id,
  name: text('has to be a name that is not empty', (value) => value.trim() !== ''),
  servicePlanId,
  formerServicePlanIds: z.array(servicePlanId, must('has to be a list of Service Plan IDs of Sinch')),
  region: z.enum(['us', 'eu', 'au', 'br', 'ca'], must('has to be "us", "eu", "au", "br" or "ca"')),
  baseUrl,
  apiToken: text('has to be the API token of the plan, without blanks', (value) => /^[\x21-\x7e]+$/.test(value)),
  messagesPerSecond: aboveZero('has to be a number above 0'),
  enabled: flag,
  callbackAuth,
  callbackUrl,
  mmsCountries: countries,
  hasDefaultOriginator: flag,
};

/** A sender, in its one spelling from here on. */
export const sender = z.string(must('has to be a sender')).transform((value, context) => {
  const parsed = parseSender(value);
  if (parsed.ok) return parsed.sender;
  context.addIssue({ code: 'custom', message: `cannot be a sender: ${explainSenderRefusal(parsed.reason)}` });
  return z.NEVER;
});

const BARE_NUMBERS = 'has to be "international", "refused", or the ISO 3166-1 alpha-2 code of a country such as "GB"';

/** The settings of a project, each by itself. */
export const projectRules = {
  id: text('has to be 1 to 32 of a-z 0-9 -', isProjectId),
  defaultIntegrationId: z.string(must('has to be the id of one of the integrations')),
  defaultSender: sender,
  eventName: text(
    'has to be the name of an event, 1 to 255 characters',
    (value) => value.trim() !== '' && value.length <= 255,
  ),
  countriesWithoutReports: countries,
  reportWindowMs: aboveZero('has to be a number of milliseconds above 0'),
  settleMs: z
    .number(must('has to be a number of milliseconds, 0 or more'))
    .nonnegative(must('has to be a number of milliseconds, 0 or more')),
  waitWhereNoReportsExpected: flag,
  statusAttribute: flag,
  bareNumbers: z.custom<BareNumbers>((value) => typeof value === 'string' && isBareNumbers(value), must(BARE_NUMBERS)),
  retentionDays: z
    .int(must('has to be a whole number of days, 1 to 36,500'))
    .min(1, must('has to be a whole number of days, 1 to 36,500'))
    .max(36_500, must('has to be a whole number of days, 1 to 36,500')),
};
