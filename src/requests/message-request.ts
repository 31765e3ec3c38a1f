/** The body of one message's request, as a scenario step renders it: its shape, before anything is looked up. */
import { z } from 'zod';
import { isMessageId } from '../contract/identity.ts';
import { DEFAULT_LIFE_MS } from '../contract/message.ts';

/** Longest text that Sinch takes (Send batch, `body`). */
export const LONGEST_TEXT = 2000;

/** Longest life that can be asked for, in seconds: Sinch's own maximum. */
export const LONGEST_LIFE_SECONDS = DEFAULT_LIFE_MS / 1000;

/** Shortest life that can be asked for, in seconds: less does not outlast one send. */
export const SHORTEST_LIFE_SECONDS = 30;

/** Longest label: Temporal's search attributes of type Keyword have 255 characters in its SQL visibility stores. */
const LONGEST_LABEL = 255;

/** A rendered template gives "" or null for what a customer does not have. */
const blank = z.union([z.literal(''), z.null()]).transform(() => undefined);
const optional = <T extends z.ZodType>(schema: T) => z.union([blank, schema]).optional();
/** A text of whole characters. NUL and halves of surrogate pairs are none: no store and no handset takes them. */
export const wholeText = (longest: number) =>
  z
    .string()
    .max(longest)
    .refine((value) => !/[\0\p{Surrogate}]/u.test(value));
const label = optional(wholeText(LONGEST_LABEL));

/** What a media URL carries is stored, and read by whoever sees the message. */
function isWithoutCredentials(url: string): boolean {
  // What is no URL is refused for that.
  if (!URL.canParse(url)) return true;
  const { username, password } = new URL(url);
  return username === '' && password === '';
}

/** Without the ids that the customer does not have. */
const customerIds = z
  .record(wholeText(64), optional(wholeText(256)))
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

/** The request of one message. Members that are not named here are refused. */
export const messageRequestSchema = z.strictObject({
  messageId: z.string().refine(isMessageId, '1 to 64 of A-Za-z0-9._-, and not 7 to 15 bare digits'),
  recipient: optional(z.union([z.string().max(100), typedNumber])),
  text: optional(wholeText(LONGEST_TEXT)),
  mediaUrl: optional(
    z
      .url({ protocol: /^https?$/ })
      .max(2048)
      .refine(isWithoutCredentials),
  ),
  subject: optional(wholeText(80)),
  sender: optional(z.union([z.string().max(100), typedNumber])),
  integrationId: optional(z.string().max(64)),
  priority: optional(z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5)])),
  maxParts: optional(z.number().int().min(1).max(30)),
  lifeSeconds: optional(z.number().int().min(SHORTEST_LIFE_SECONDS).max(LONGEST_LIFE_SECONDS)),
  onUnknownOutcome: optional(z.enum(['resend', 'hold'])),
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

/** Reads a request's shape. Messages never repeat a value: it may be a number or a text. */
export function parseMessageRequest(
  body: Record<string, unknown>,
): { ok: true; request: ParsedMessageRequest } | { ok: false; errors: RequestError[] } {
  const parsed = messageRequestSchema.safeParse(body);
  if (parsed.success) return { ok: true, request: parsed.data };
  return { ok: false, errors: parsed.error.issues.flatMap(errorsOf).slice(0, MOST_ERRORS) };
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
  maxParts: 'a number from 1 to 30',
  lifeSeconds: `a number from ${SHORTEST_LIFE_SECONDS} to ${LONGEST_LIFE_SECONDS}`,
  onUnknownOutcome: '`resend` or `hold`',
  customerIds: 'an object of texts of at most 256 characters, each under a name of at most 64',
};

function errorsOf(issue: z.core.$ZodIssue): RequestError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((field) => ({
      code: 'unknown_field',
      field: field.slice(0, 64),
      message: 'There is no field of this name',
    }));
  }
  const field = String(issue.path[0] ?? '');
  return [
    {
      code: 'invalid_field',
      field,
      message: `Expected ${EXPECTED[field] ?? `a text of at most ${LONGEST_LABEL} characters`}`,
    },
  ];
}
