/** The body of one message's request, as a scenario step renders it: its shape, before anything is looked up. */
import { z } from 'zod';
import { isBlank } from '../contract/blank-text.ts';
import { didYouMean } from '../contract/closest-name.ts';
import { WHOLE_NUMBER } from '../contract/decimal.ts';
import { isMessageId } from '../contract/identity.ts';
import { isLabel, LONGEST_LABEL } from '../contract/labels.ts';
import { DEFAULT_LIFE_MS } from '../contract/message.ts';
import { maskNumbersIn } from '../contract/msisdn.ts';

/** Longest text that Sinch takes (Send batch, `body`). */
export const LONGEST_TEXT = 2000;

/** Longest life that can be asked for, in seconds: Sinch's own maximum. */
export const LONGEST_LIFE_SECONDS = DEFAULT_LIFE_MS / 1000;

/** Shortest life that can be asked for, in seconds: less does not outlast one send. */
export const SHORTEST_LIFE_SECONDS = 30;

/** Longest id that India's operators give: theirs have 19 digits, which leaves room for what else is registered there. */
const LONGEST_DLT_ID = 64;

/** A rendered template gives "" or null for what a customer does not have. */
const blank = z.union([z.literal(''), z.null()]).transform(() => undefined);
const optional = <T extends z.ZodType>(schema: T) => z.union([blank, schema]).optional();
function isWhole(text: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(text);
}

/** A text of whole characters. NUL and halves of surrogate pairs are none: no store and no handset takes them. */
export const wholeText = (longest: number) => z.string().max(longest).refine(isWhole);

/**
 * A text for a handset, with letters and accents that stand apart put together (Unicode's form NFC; macOS writes them
 * apart): the same to the eye, and in the GSM alphabet where that has the letter. At the edge and not at the send: what is
 * counted is what is sent, and a request that differs by that alone is the same request. Ids and labels are somebody
 * else's, and stay as they are.
 */
export const shownText = (longest: number) => z.string().normalize('NFC').max(longest).refine(isWhole);
/** A number that JSON carries exactly, as a template renders an id that is one. */
const wholeNumberAsText = z.number().int().transform(String);
const label = optional(z.union([z.string().refine(isLabel).refine(isWhole), wholeNumberAsText]));

/** A whole number, or its plain decimal digits, as a template renders a number between quotation marks. */
const wholeNumber = (least: number, most: number) => {
  const number = z.number().int().min(least).max(most);
  return z.union([number, decimal.pipe(number)]);
};
const decimal = z.string().regex(WHOLE_NUMBER).transform(Number);

/** What operators register in India, by Sinch's name for it. */
const dltId = z.union([z.string().regex(new RegExp(`^[A-Za-z0-9._-]{1,${LONGEST_DLT_ID}}$`)), wholeNumberAsText]);

/** What a media URL carries is stored, and read by whoever sees the message. */
function isWithoutCredentials(url: string): boolean {
  // What is no URL is refused for that.
  if (!URL.canParse(url)) return true;
  const { username, password } = new URL(url);
  return username === '' && password === '';
}

/** Without the ids that the customer does not have. */
const customerIds = z
  .record(wholeText(64), optional(z.union([wholeText(256), wholeNumberAsText])))
  .transform((ids) =>
    Object.fromEntries(Object.entries(ids).filter((entry): entry is [string, string] => entry[1] !== undefined)),
  );

/**
 * A phone number that is no text. One that ends in five zeros may come of scientific notation, `4.47911E+11`, with digits
 * that nobody typed; over HTTP it counts as it was typed.
 */
const typedNumber = z
  .number()
  .int()
  .nonnegative()
  .refine((value) => value === 0 || value % 100_000 !== 0)
  .transform(String);

/** Errors that one answer names: a body of nothing but wrong members would be answered with many times its size. */
const MOST_ERRORS = 20;

const PRIORITIES = [1, 2, 3, 4, 5] as const;

/** The request of one message. Members that are not named here are refused. */
export const messageRequestSchema = z.strictObject({
  messageId: z.string().refine(isMessageId, '1 to 64 of A-Za-z0-9._-, and not 7 to 15 bare digits'),
  recipient: optional(z.union([z.string().max(100), typedNumber])),
  text: optional(shownText(LONGEST_TEXT)),
  mediaUrl: optional(
    z
      .url({ protocol: /^https?$/ })
      .max(2048)
      .refine(isWithoutCredentials),
  ),
  subject: optional(shownText(80)),
  sender: optional(z.union([z.string().normalize('NFC').max(100), typedNumber])),
  integrationId: optional(z.string().max(64)),
  priority: optional(z.union([z.literal(PRIORITIES), decimal.pipe(z.literal(PRIORITIES))])),
  maxParts: optional(wholeNumber(1, 30)),
  lifeSeconds: optional(wholeNumber(SHORTEST_LIFE_SECONDS, LONGEST_LIFE_SECONDS)),
  onUnknownOutcome: optional(z.enum(['resend', 'hold'])),
  dltTemplateId: optional(dltId),
  dltPrincipalEntityId: optional(dltId),
  campaignId: label,
  campaignName: label,
  actionId: label,
  actionName: label,
  campaignPolicy: label,
  consentCategory: label,
  language: label,
  scenarioId: label,
  scenarioStepId: label,
  customerIds: optional(customerIds),
});

/**
 * The request of one message, as JSON: `recipient` in international form; `text`, or `mediaUrl` for an MMS with `text`
 * and `subject` beside it. Everything else has a default.
 */
export type MessageRequest = z.input<typeof messageRequestSchema>;

/** A request whose shape is right. */
export type ParsedMessageRequest = z.output<typeof messageRequestSchema>;

/** What is wrong with a request, for the person who wrote the scenario step. */
export interface RequestError {
  /** Stable: `invalid_field`, `unknown_field`, or what `prepareMessage` and the intake add. */
  code: string;
  /** The member that is wrong; absent where it is the request as a whole. */
  field?: string;
  message: string;
}

/**
 * Reads a request's shape; what is blank counts as not given. Messages never repeat a value: it may be a number or a
 * text.
 */
export function parseMessageRequest(
  body: Record<string, unknown>,
): { ok: true; request: ParsedMessageRequest } | { ok: false; errors: RequestError[] } {
  const parsed = messageRequestSchema.safeParse(withoutBlanks(body));
  if (parsed.success) return { ok: true, request: parsed.data };
  return { ok: false, errors: errorsOf(parsed.error.issues, body).slice(0, MOST_ERRORS) };
}

/** A template leaves blanks and line feeds around what a customer does not have, and a text of them shows nothing. */
function withoutBlanks(body: Record<string, unknown>): Record<string, unknown> {
  const given = { ...body };
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === 'string' && name !== 'messageId' && isBlank(value)) given[name] = '';
  }
  return given;
}

const EXPECTED: Readonly<Record<string, string>> = {
  messageId: 'a text of 1 to 64 of A-Za-z0-9._-, and not 7 to 15 bare digits; the same for every repeat of the request',
  recipient: 'a phone number as text; a number without fraction that does not end in five zeros is taken for one',
  text: `a text of at most ${LONGEST_TEXT} characters, all of them whole`,
  mediaUrl: 'an http(s) URL of at most 2048 characters, without user name and password',
  subject: 'a text of at most 80 characters',
  sender: 'a phone number, a short code or a name, as text',
  integrationId: 'the id of an integration, as text',
  priority: 'a number from 1 (one-time password) to 5 (bulk)',
  maxParts: 'a whole number from 1 to 30',
  lifeSeconds: `a whole number from ${SHORTEST_LIFE_SECONDS} to ${LONGEST_LIFE_SECONDS}`,
  onUnknownOutcome: '`resend` or `hold`',
  dltTemplateId: `the id of a template that is registered in India, 1 to ${LONGEST_DLT_ID} of A-Za-z0-9._-, as text`,
  dltPrincipalEntityId: `the id of an entity that is registered in India, 1 to ${LONGEST_DLT_ID} of A-Za-z0-9._-, as text`,
  customerIds: 'an object of texts of at most 256 characters, each under a name of at most 64',
};

/** What others call our fields. */
const ALIASES: Readonly<Record<string, keyof typeof messageRequestSchema.shape>> = {
  to: 'recipient',
  phone: 'recipient',
  phonenumber: 'recipient',
  mobile: 'recipient',
  mobilenumber: 'recipient',
  msisdn: 'recipient',
  number: 'recipient',
  destination: 'recipient',
  receiver: 'recipient',
  body: 'text',
  message: 'text',
  content: 'text',
  sms: 'text',
  from: 'sender',
  originator: 'sender',
  source: 'sender',
  senderid: 'sender',
  sendername: 'sender',
  media: 'mediaUrl',
  url: 'mediaUrl',
  image: 'mediaUrl',
  imageurl: 'mediaUrl',
  title: 'subject',
  id: 'messageId',
  reference: 'messageId',
  clientreference: 'messageId',
  externalid: 'messageId',
  idempotencykey: 'messageId',
  provider: 'integrationId',
  campaign: 'campaignId',
  action: 'actionId',
  scenario: 'scenarioId',
  step: 'scenarioStepId',
  stepid: 'scenarioStepId',
  lang: 'language',
  locale: 'language',
  policy: 'campaignPolicy',
  consent: 'consentCategory',
  customer: 'customerIds',
  customerid: 'customerIds',
  parts: 'maxParts',
  maxnumberofmessageparts: 'maxParts',
  ttl: 'lifeSeconds',
  validity: 'lifeSeconds',
  expiry: 'lifeSeconds',
  entityid: 'dltPrincipalEntityId',
  templateid: 'dltTemplateId',
};

function errorsOf(issues: readonly z.core.$ZodIssue[], body: Record<string, unknown>): RequestError[] {
  return issues.flatMap((issue): RequestError[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.slice(0, MOST_ERRORS).map((field) => ({
        code: 'unknown_field',
        field: field.slice(0, 64),
        message: `There is no field of this name${didYouMean(field, Object.keys(messageRequestSchema.shape), ALIASES)}`,
      }));
    }
    const field = String(issue.path[0] ?? '');
    const expected = EXPECTED[field] ?? `a text of at most ${LONGEST_LABEL} characters`;
    return [{ code: 'invalid_field', field, message: `Expected ${expected}${digitsLostIn(field, body[field])}` }];
  });
}

/** Why a number was no id: JSON's numbers are exact up to 2^53 alone, and what comes here was rounded on its way. */
function digitsLostIn(field: string, value: unknown): string {
  const isLost = (id: unknown): boolean => typeof id === 'number' && !Number.isSafeInteger(id);
  const lost =
    '; a number is an id only where it is whole and below 2^53, beyond which JSON loses digits: give it as text';
  if (field === 'customerIds' && typeof value === 'object' && value !== null) {
    const name = Object.entries(value).find(([, id]) => isLost(id))?.[0];
    return name === undefined ? '' : `${lost} (\`${maskNumbersIn(name.slice(0, 64))}\`)`;
  }
  return !(field in NUMBERS) && isLost(value) ? lost : '';
}

/** Fields that are numbers by themselves. */
const NUMBERS = { priority: true, maxParts: true, lifeSeconds: true, recipient: true, sender: true };
