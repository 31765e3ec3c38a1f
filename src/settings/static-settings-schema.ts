import { z } from 'zod';
import { isProjectId } from '../contract/identity.ts';
import { explainSenderRefusal, parseSender } from '../contract/sender.ts';

/** Every message completes the sentence "{option} …; received {value}." */
const must = (expected: string): { error: string } => ({ error: expected });

const text = (expected: string, accepts: (value: string) => boolean): z.ZodString =>
  z.string(must(expected)).refine(accepts, must(expected));

const flag = z.boolean(must('has to be true or false'));

const country = text('has to be an ISO 3166-1 alpha-2 code such as "DE"', (value) => /^[A-Z]{2}$/.test(value));

const countries = z.array(country, must('has to be a list of ISO 3166-1 alpha-2 codes'));

const MAX_URL_LENGTH = 2048;

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

const baseUrl = text(
  'has to be a URL of scheme and host alone, such as "https://eu.sms.api.sinch.com", with https unless the host is this machine',
  (value) => {
    const url = safeUrl(value);
    return url !== undefined && url.pathname === '/' && url.search === '';
  },
).transform((value) => new URL(value).origin);

const publicUrl = text(
  'has to be a URL without query and credentials, with https unless the host is this machine',
  (value) => safeUrl(value)?.search === '',
);

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

const callbackAuth = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('hmac'),
      secrets: secretsOf(
        text('has to be a secret that is not empty', (value) => value !== ''),
        'secrets',
      ),
      toleranceMs: z
        .number(must('has to be a number of milliseconds above 0'))
        .positive(must('has to be a number of milliseconds above 0'))
        .optional(),
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

const integration = z.strictObject(
  {
    id,
    name: text('has to be a name that is not empty', (value) => value.trim() !== '').optional(),
    servicePlanId: text('has to be the Service Plan ID of Sinch: 1 to 64 of A-Z a-z 0-9 _ -', (value) =>
      /^[A-Za-z0-9_-]{1,64}$/.test(value),
    ),
    region: z.enum(['us', 'eu', 'au', 'br', 'ca'], must('has to be "us", "eu", "au", "br" or "ca"')).optional(),
    baseUrl: baseUrl.optional(),
    apiToken: text('has to be the API token of the plan, without blanks', (value) => /^[\x21-\x7e]+$/.test(value)),
    messagesPerSecond: z
      .number(must('has to be a number above 0'))
      .positive(must('has to be a number above 0'))
      .optional(),
    enabled: flag.optional(),
    callbackAuth: callbackAuth.optional(),
    callbackUrl: callbackUrl.optional(),
    mmsCountries: countries.optional(),
    hasDefaultOriginator: flag.optional(),
  },
  must('has to be an integration { id, servicePlanId, region, apiToken, … }'),
);

const sender = z.string(must('has to be a sender')).transform((value, context) => {
  const parsed = parseSender(value);
  if (parsed.ok) return parsed.sender;
  context.addIssue({ code: 'custom', message: `cannot be a sender: ${explainSenderRefusal(parsed.reason)}` });
  return z.NEVER;
});

const project = z.strictObject(
  {
    id: text('has to be 1 to 32 of a-z 0-9 -', isProjectId),
    defaultIntegrationId: z.string(must('has to be the id of one of the integrations')).optional(),
    defaultSender: sender.optional(),
    countriesWithoutReports: countries.optional(),
    reportWindowMs: z
      .number(must('has to be a number of milliseconds above 0'))
      .positive(must('has to be a number of milliseconds above 0'))
      .optional(),
    settleMs: z
      .number(must('has to be a number of milliseconds, 0 or more'))
      .nonnegative(must('has to be a number of milliseconds, 0 or more'))
      .optional(),
    waitWhereNoReportsExpected: flag.optional(),
    statusAttribute: flag.optional(),
    integrations: z.array(integration, must('has to be a list of integrations')),
  },
  must('has to be a project { id, integrations }'),
);

/** The options of `staticSettings`, each by itself; what holds between them is checked where they are put together. */
export const staticSettingsSchema = z.strictObject(
  {
    publicUrl: publicUrl.optional(),
    projects: z.array(project, must('has to be a list of projects')).min(1, must('has to hold at least one project')),
  },
  must('have to be an object { publicUrl?, projects }'),
);

/** The options after their check. */
export type ParsedOptions = z.output<typeof staticSettingsSchema>;
export type ParsedProject = ParsedOptions['projects'][number];
export type ParsedIntegration = ParsedProject['integrations'][number];
