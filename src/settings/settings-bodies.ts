/** What admins send, each member by the rules of `settings-rules.ts`. */
import { z } from 'zod';
import { CAMPAIGN_EVENT_STATUSES } from '../contract/campaign-event.ts';
import { storableTime } from '../contract/storable-value.ts';
import {
  baseUrl,
  callbackToleranceMs,
  flag,
  integrationRules,
  must,
  number,
  projectRules,
  sender,
  text,
} from './settings-rules.ts';

/** Names are shown in lists. */
const LONGEST_NAME = 200;

const TIME = 'has to be a time in ISO 8601 with its offset, such as "2027-01-31T12:00:00Z", of a year from 1 to 9999';

const BODY = must('has to be a JSON object');

const name = text(
  `has to be a name of 1 to ${LONGEST_NAME} characters`,
  (value) => value.trim() !== '' && value.length <= LONGEST_NAME,
);

const { id, servicePlanId, region, baseUrl: host, apiToken, messagesPerSecond } = integrationRules;
const { callbackAuth, callbackUrl, mmsCountries, hasDefaultOriginator } = integrationRules;

const changeable = {
  region,
  baseUrl: host,
  messagesPerSecond,
  callbackAuth,
  callbackUrl,
  mmsCountries,
  hasDefaultOriginator,
};

export const newIntegrationBody = z
  .strictObject({ ...changeable, id, isDefault: flag }, BODY)
  .partial()
  .extend({ name, servicePlanId, apiToken });

/** What a member of a new integration has to be, where a value is not it: completes a sentence. */
export function whyUnfitForIntegration(
  member: keyof typeof newIntegrationBody.shape,
  value: unknown,
): string | undefined {
  return newIntegrationBody.shape[member].safeParse(value).error?.issues[0]?.message;
}

/** The id is read too, so that naming it as it is does no harm and naming another is refused for what it is. */
export const integrationChangeBody = z
  .strictObject(
    {
      ...changeable,
      id,
      name,
      servicePlanId,
      apiToken,
      callbackToleranceMs: callbackToleranceMs.nullable(),
      newCallbackSecret: z.string(must('has to be a secret')),
    },
    BODY,
  )
  .partial();

export const newProjectBody = z.strictObject({ id: projectRules.id, name: name.optional() }, BODY);

const { defaultIntegrationId, eventName, waitWhereNoReportsExpected, statusAttribute } = projectRules;

export const projectChangeBody = z
  .strictObject(
    {
      name,
      defaultIntegrationId,
      defaultSender: sender.nullable(),
      eventName,
      countriesWithoutReports: projectRules.countriesWithoutReports.nullable(),
      reportWindowMs: projectRules.reportWindowMs.nullable(),
      settleMs: projectRules.settleMs.nullable(),
      waitWhereNoReportsExpected,
      statusAttribute,
      bareNumbers: projectRules.bareNumbers.nullable(),
      retentionDays: projectRules.retentionDays.nullable(),
    },
    BODY,
  )
  .partial();

export const senderBody = z.strictObject({ sender }, BODY);

export const newKeyBody = z.strictObject(
  {
    name,
    role: z.enum(['admin', 'sender', 'viewer'], must('has to be "admin", "sender" or "viewer"')),
    expiresAt: z.iso
      .datetime({ offset: true, abort: true, ...must(TIME) })
      .refine((time) => storableTime(time) !== undefined, must(TIME))
      .optional(),
  },
  BODY,
);

const MOST_REQUESTS_PER_SECOND = 100;

const requestsPerSecond = number(
  `has to be a number from 1 to ${MOST_REQUESTS_PER_SECOND}`,
  (value) => value >= 1 && value <= MOST_REQUESTS_PER_SECOND,
);

const statusName = text(
  'has to be the name of a status, 1 to 255 characters',
  (value) => value.trim() !== '' && value.length <= 255,
);

export const exporterChangeBody = z
  .strictObject(
    {
      baseUrl,
      projectToken: text('has to be the project token: 1 to 128 of A-Z a-z 0-9 _ -', (value) =>
        /^[A-Za-z0-9_-]{1,128}$/.test(value),
      ),
      keyId: text('has to be the id of an API key, without blanks and colons', (value) =>
        /^[\x21-\x39\x3b-\x7e]{1,256}$/.test(value),
      ),
      keySecret: text('has to be the secret of the API key, without blanks', (value) =>
        /^[\x21-\x7e]{1,1024}$/.test(value),
      ),
      enabled: flag,
      requestsPerSecond,
      statusNames: z
        .strictObject(
          Object.fromEntries(CAMPAIGN_EVENT_STATUSES.map((status) => [status, statusName])),
          must('has to be an object of statuses and their names at the platform'),
        )
        .partial(),
    },
    BODY,
  )
  .partial();

/** Most requests a second that the tracking API takes of one address. */
export const DEFAULT_REQUESTS_PER_SECOND = MOST_REQUESTS_PER_SECOND;
